"""What a CMS signature carries besides itself: certificates, revocation data, time-stamps."""

from __future__ import annotations

from collections.abc import Iterator

from asn1crypto import cms, core, ocsp, x509
from asn1crypto.crl import CertificateList
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.policy_decl import LocalKnowledge
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

_OCSP_IN_CMS = "1.3.6.1.5.5.7.16.2"
"""id-ri-ocsp-response (RFC 5940)."""
_BASIC_ANSWER = "1.3.6.1.5.5.7.48.1.1"
"""id-pkix-ocsp-basic: only the inner part of an answer; BSI TR-ESOR-ERS wants it so in tokens."""
_REVOCATION_VALUES = "1.2.840.113549.1.9.16.2.24"
_CERTIFICATE_VALUES = "1.2.840.113549.1.9.16.2.23"


class _Crls(core.SequenceOf):  # type: ignore[misc]
    _child_spec = CertificateList


class _Answers(core.SequenceOf):  # type: ignore[misc]
    _child_spec = ocsp.BasicOCSPResponse


class _RevocationValues(core.Sequence):  # type: ignore[misc]
    """RevocationValues of RFC 5126 §6.3.4."""

    _fields = [  # noqa: RUF012 - asn1crypto's way
        ("crl_vals", _Crls, {"explicit": 0, "optional": True}),
        ("ocsp_vals", _Answers, {"explicit": 1, "optional": True}),
        ("other_rev_vals", core.Any, {"explicit": 2, "optional": True}),
    ]


class _CertificateValues(core.SequenceOf):  # type: ignore[misc]
    _child_spec = x509.Certificate


def evidence_of(signed: cms.SignedData) -> LocalKnowledge:
    """Give the certificates and revocation data in signed data itself, such as a time-stamp."""
    revocation = signed["crls"] or ()
    lists = [choice.chosen for choice in revocation if choice.name == "crl"]
    answers = [answer for choice in revocation for answer in _answers(choice)]
    return LocalKnowledge(
        known_certs=certificates_in(signed),
        known_crls=[CRLContainer(crl_data=CertificateList.load(item.dump())) for item in lists],
        known_ocsps=[one for answer in answers for one in OCSPContainer.load_multi(answer)],
    )


def evidence_in(signed: cms.SignedData, signer: cms.SignerInfo) -> LocalKnowledge:
    """Give all certificates and revocation data in a signature and in its time-stamps."""
    parts = [signed, *tokens_in(signer)]
    revocation = [choice for part in parts for choice in part["crls"] or ()]
    stored = [_RevocationValues.load(value) for value in _unsigned(signer, _REVOCATION_VALUES)]
    certificates = [
        _CertificateValues.load(item) for item in _unsigned(signer, _CERTIFICATE_VALUES)
    ]
    lists = [choice.chosen for choice in revocation if choice.name == "crl"]
    lists += [item for values in stored for item in values["crl_vals"] or ()]
    answers = [_wrapped(item) for values in stored for item in values["ocsp_vals"] or ()]
    answers += [answer for choice in revocation for answer in _answers(choice)]
    return LocalKnowledge(
        known_certs=[
            *(found for part in parts for found in certificates_in(part)),
            *(item for values in certificates for item in values),
        ],
        known_crls=[CRLContainer(crl_data=CertificateList.load(item.dump())) for item in lists],
        known_ocsps=[one for answer in answers for one in OCSPContainer.load_multi(answer)],
    )


def certificates_in(signed: cms.SignedData) -> list[x509.Certificate]:
    """Give the X.509 certificates in signed data."""
    choices = signed["certificates"] or ()
    return [choice.chosen.untag() for choice in choices if choice.name == "certificate"]


def tokens_in(signer: cms.SignerInfo) -> list[cms.SignedData]:
    """Give the signature time-stamps of a signature."""
    return list(extract_tst_data_iter(signer, signed=False)) if signer["unsigned_attrs"] else []


def _unsigned(signer: cms.SignerInfo, kind: str) -> Iterator[bytes]:
    for attribute in signer["unsigned_attrs"] or ():
        if attribute["type"].dotted == kind:
            yield from (value.dump() for value in attribute["values"])


def _answers(choice: cms.RevocationInfoChoice) -> Iterator[ocsp.OCSPResponse]:
    if choice.name != "other":
        return
    kind, encoded = (choice.chosen[f"other_rev_info{part}"] for part in ("_format", ""))
    if kind.dotted == _OCSP_IN_CMS:
        yield ocsp.OCSPResponse.load(encoded.dump())
    elif kind.dotted == _BASIC_ANSWER:
        yield _wrapped(ocsp.BasicOCSPResponse.load(encoded.dump()))


def _wrapped(basic: ocsp.BasicOCSPResponse) -> ocsp.OCSPResponse:
    body = {"response_type": "basic_ocsp_response", "response": basic}
    return ocsp.OCSPResponse({"response_status": "successful", "response_bytes": body})
