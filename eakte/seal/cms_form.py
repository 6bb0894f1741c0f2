"""What in a CMS signature nobody vouches for: parts that could be others, and nobody would see it.

A signature covers its content and its signed attributes. The rest of its file is either needed to
check that, or has one right value (RFC 5652 §5.1, §5.3), or it is named here.
"""

from __future__ import annotations

from asn1crypto import cms, core, x509

from eakte.i18n import _
from eakte.seal.ber import BrokenError, CutError, Element, children, element
from eakte.seal.cms_evidence import certificates_in, tokens_in
from eakte.seal.structure import is_der

_STAMP = "signature_time_stamp_token"
_BY_NUMBER = "issuer_and_serial_number"
_OF_TOKENS = "v3"
_BIT_STRING, _OCTET_STRING, _SEQUENCE = 0x03, 0x04, b"\x30"
_LONGEST_FLAGS = 8
"""A bit string of so many octets may be a list of flags, such as a key usage."""


def form_flaw(wrapping: bytes, rest: int, known: set[bytes]) -> str | None:
    """Say what is loose in a signature, None if nothing.

    `known` holds the certificates (DER) in chains that end at a trust anchor; if there is none,
    certificates are not looked at, since nothing is trusted anyway. `rest` is how many bytes
    follow the signature in its file. Raises ValueError for what asn1crypto cannot read.
    """
    if rest:
        return _("{count} bytes follow the signature").format(count=rest)
    if not is_der(wrapping):
        return _("the signature is not encoded canonically (DER)")
    signed = cms.ContentInfo.load(wrapping, strict=True)["content"]
    if signed["encap_content_info"]["content_type"].native != "data":
        return _("it signs no document, but a value of another kind")  # such as a time-stamp
    for part in (signed, *(token for info in signed["signer_infos"] for token in tokens_in(info))):
        if flaw := _flaw(part, known):
            return flaw
    return None


def token_flaw(encoded: bytes, known: set[bytes]) -> str | None:
    """Say what is loose in a time-stamp that stands by itself (DER), None if nothing.

    `known` as for form_flaw. One signer, no unsigned attributes, and version 3 even where CMS
    would want 5 for its revocation data: so BSI TR-ESOR-ERS prescribes it.
    """
    if not is_der(encoded):
        return _("the signature is not encoded canonically (DER)")
    content = cms.ContentInfo.load(encoded, strict=True)
    signed = content["content"]
    infos = list(signed["signer_infos"])
    if _has_partial_octets(encoded, element(encoded, 0, len(encoded))):
        return _("a signature value in it is not whole")
    if len(infos) != 1 or infos[0]["unsigned_attrs"]:
        return _("the signature carries attributes that nobody signed")
    if not all(_accounts_for_all(part) for part in (content, signed, infos[0])):
        return _("the signature holds values that CMS does not know")
    if signed["version"].native not in {_OF_TOKENS, _version(signed)} or _misnamed(infos[0]):
        return _("a version in the signature is not the right one")
    if not _digests_fit(signed):
        return _("the signature names other digest algorithms than it uses")
    return _certificate_flaw(signed, known) or _unsigned_flaw(signed)


def _has_partial_octets(data: bytes, value: Element) -> bool:
    """Say whether a long bit string has unused bits: nobody looks at them, whose sum they change.

    Signatures and keys never have any. What is wrapped in an octet string is looked at, too.
    """
    start, end = value.content
    if value.tag == _BIT_STRING:
        return end - start > _LONGEST_FLAGS and data[start] != 0
    if value.tag == _OCTET_STRING and data[start : start + 1] == _SEQUENCE:
        try:
            return _has_partial_octets(data, element(data, start, end))
        except (BrokenError, CutError):
            return False
    return value.constructed and any(
        _has_partial_octets(data, each) for each in children(data, value)
    )


def _flaw(signed: cms.SignedData, known: set[bytes]) -> str | None:
    infos = list(signed["signer_infos"])
    if not all(_accounts_for_all(part) for part in (signed, *infos)):
        return _("the signature holds values that CMS does not know")
    if signed["version"].native != _version(signed) or any(_misnamed(info) for info in infos):
        return _("a version in the signature is not the right one")
    if not _digests_fit(signed):
        return _("the signature names other digest algorithms than it uses")
    return _certificate_flaw(signed, known) or _unsigned_flaw(signed)


def _digests_fit(signed: cms.SignedData) -> bool:
    used = {info["digest_algorithm"].dump() for info in signed["signer_infos"]}
    named = [item.dump() for item in signed["digest_algorithms"]]
    return len(named) == len(set(named)) and set(named) == used


def _certificate_flaw(signed: cms.SignedData, known: set[bytes]) -> str | None:
    found = certificates_in(signed)
    if known and any(item.dump() not in known for item in found):
        return _("the signature carries a certificate that it does not need")
    if any(item.name != "certificate" for item in signed["certificates"] or ()):
        return _("the signature carries a certificate of a kind that is not examined")
    if not all(_named_exactly(info, found) for info in signed["signer_infos"]):
        return _("the signature names its certificate loosely")
    return None


def _unsigned_flaw(signed: cms.SignedData) -> str | None:
    if not all(_whole_octets(choice) for choice in signed["crls"] or ()):
        return _("a revocation list is signed with a value that is not whole")
    if any(_unknown(info) for info in signed["signer_infos"]):
        return _("the signature carries attributes that nobody signed")
    return None


def _accounts_for_all(value: core.Sequence) -> bool:
    """Say whether the parts that were understood are all there is: asn1crypto skips the others."""
    return bool(b"".join(value[name].dump() for name in value) == value.contents)


def _version(signed: cms.SignedData) -> str:
    """Give the version that RFC 5652 §5.1 prescribes."""
    if any(choice.name == "other" for choice in signed["crls"] or ()):
        return "v5"
    plain = signed["encap_content_info"]["content_type"].native == "data"
    numbered = all(info["sid"].name == _BY_NUMBER for info in signed["signer_infos"])
    return "v1" if plain and numbered else "v3"


def _misnamed(info: cms.SignerInfo) -> bool:
    return bool(info["version"].native != ("v1" if info["sid"].name == _BY_NUMBER else "v3"))


def _unknown(info: cms.SignerInfo) -> bool:
    return any(item["type"].native != _STAMP for item in info["unsigned_attrs"] or ())


def _named_exactly(info: cms.SignerInfo, certificates: list[x509.Certificate]) -> bool:
    """Compare names byte by byte: X.509 would take another case for the same name."""
    identity = info["sid"].chosen
    if info["sid"].name != _BY_NUMBER:
        return any(found.key_identifier == identity.native for found in certificates)
    parts = [found["tbs_certificate"] for found in certificates]
    names = [(part["issuer"].dump(), part["serial_number"].dump()) for part in parts]
    return (identity["issuer"].dump(), identity["serial_number"].dump()) in names


def _whole_octets(choice: cms.RevocationInfoChoice) -> bool:
    """Say whether a list's signature has no unused bits, which nobody looks at."""
    if choice.name != "crl":
        return True
    first: bytes = choice.chosen["signature"].contents[:1]
    return first == b"\x00"
