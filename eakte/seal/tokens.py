"""The checks of a time-stamp before it is used (RFC 3161 §2.2, §2.4).

1 Form          the answer is a TimeStampResp that grants, with one signed TSTInfo
2 Imprint       the token is about our digest, made with our algorithm
3 Nonce         it answers this request, not an earlier one
4 Policy        it was made under the policy that was asked for, if any was
5 Time          its time is near ours: half a minute
6 Certificate   the one that the token names; it may do nothing but time-stamp, says so
critically, and is in force
7 Signature     it is over these bytes, with algorithms that count today
8 Chain         it leads to our anchors, through the pinned certificate if there is one
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, NoReturn

from asn1crypto import cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes
from pyhanko.sign.general import check_ess_certid, extract_signer_info
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from eakte.domain.clock import Clock
from eakte.i18n import _
from eakte.seal.chains import Chains, UntrustedError

CLOCKS_DIFFER = timedelta(seconds=30)
_GRANTED = {"granted", "granted_with_mods"}
_STRONG = {"sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"}


class _Response(core.Sequence):  # type: ignore[misc]
    """TimeStampResp of RFC 3161: asn1crypto's cannot read a refusal, which has no token."""

    _fields: ClassVar = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


class TokenRefusedError(Exception):
    """An answer that is no token for us; its text says why."""


@dataclass(frozen=True)
class Terms:
    """What an operator demands of an authority's tokens besides the rules."""

    policy: str = ""
    """Object identifier; empty: any."""
    pinned: tuple[x509.Certificate, ...] = ()
    """One of these must be in the chain; none: any chain to our anchors will do."""


@dataclass(frozen=True)
class Token:
    """A checked token: its bytes, the certificate behind it, and all that came with it."""

    encoded: bytes
    authority: x509.Certificate
    certificates: tuple[x509.Certificate, ...]

    def content(self) -> cms.ContentInfo:
        """Give it unparsed: what asn1crypto has parsed deeply, it takes seconds to write again."""
        return cms.ContentInfo.load(self.encoded)


async def check_token(
    answer: bytes, request: tsp.TimeStampReq, terms: Terms, chains: Chains, clock: Clock
) -> Token:
    """Give the token in an answer to `request`; raises TokenRefusedError."""
    try:
        encoded = _granted(answer).dump()
        signed = cms.ContentInfo.load(encoded)["content"]
        info = signed["encap_content_info"]["content"].parsed
        _require_answer(info, request, terms)
        _require_timely(info, clock)
        certificate = _certificate(signed)
        _require_signature(signed, certificate)
        others = tuple(_certificates(signed))
        path = await chains.of_authority(certificate, others)
    except UntrustedError as problem:
        _refuse(_("its certificate is not trusted: {why}").format(why=problem))
    except TokenRefusedError:
        raise
    except Exception as problem:  # noqa: BLE001 - asn1crypto and pyHanko raise anything on garbage
        kind = type(problem).__name__
        _refuse(_("it answers with something that is no time-stamp ({kind})").format(kind=kind))
    pinned = {each.sha256 for each in terms.pinned}
    if pinned and not pinned & {each.sha256 for each in path}:
        _refuse(_("its chain does not contain the pinned certificate"))
    return Token(encoded, certificate, others)


def _granted(answer: bytes) -> cms.ContentInfo:
    response = _Response.load(answer, strict=True)
    status = response["status"]
    if status["status"].native not in _GRANTED:
        said = [*(status["status_string"].native or []), *(status["fail_info"].native or [])]
        told = "; ".join(sorted(map(str, said)))[:200] or status["status"].native
        _refuse(_("it refuses: {said}").format(said=told))
    token = cms.ContentInfo.load(response["time_stamp_token"].dump())
    kinds = token["content_type"].native, token["content"]["encap_content_info"]["content_type"]
    if (kinds[0], kinds[1].native) != ("signed_data", "tst_info"):
        _refuse(_("its answer contains no token"))
    return token


def _require_answer(info: tsp.TSTInfo, request: tsp.TimeStampReq, terms: Terms) -> None:
    if _imprint(info) != _imprint(request):
        _refuse(_("its token is about another document (wrong imprint)"))
    if info["nonce"].native != request["nonce"].native:
        _refuse(_("its token answers another request (wrong nonce)"))
    policy = info["policy"].dotted
    if terms.policy and policy != terms.policy:
        _refuse(_("its token was made under another policy ({policy})").format(policy=policy))


def _imprint(owner: tsp.TSTInfo | tsp.TimeStampReq) -> tuple[str, bytes]:
    imprint = owner["message_imprint"]
    return imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native


def _require_timely(info: tsp.TSTInfo, clock: Clock) -> None:
    differ = info["gen_time"].native - clock.now()
    if abs(differ) > CLOCKS_DIFFER:
        seconds = round(differ.total_seconds())
        _refuse(_("its clock differs from ours by {seconds} s").format(seconds=seconds))


def _certificates(signed: cms.SignedData) -> list[x509.Certificate]:
    return [each.chosen for each in signed["certificates"] if each.name == "certificate"]


def _certificate(signed: cms.SignedData) -> x509.Certificate:
    """Find the certificate that the signer names, in both places, and look whether it may sign."""
    signer = extract_signer_info(signed)
    named = signer["sid"].chosen
    if not isinstance(named, cms.IssuerAndSerialNumber):
        _refuse(_("its token names its certificate in a way that cannot be used here"))
    wanted = named["issuer"].dump(), named["serial_number"].native
    for each in _certificates(signed):
        if (each.issuer.dump(), each.serial_number) == wanted:
            _require_named(signer, each)
            _require_purpose(each)
            return each
    return _refuse(_("its token does not contain its certificate"))


def _require_named(signer: cms.SignerInfo, certificate: x509.Certificate) -> None:
    """RFC 5816: the signed attribute names the certificate too, by its digest."""
    kinds = ("signing_certificate_v2", "signing_certificate")
    found = [each for each in signer["signed_attrs"] if each["type"].native in kinds]
    named = [each["values"][0]["certs"][0] for each in found]
    if not named or not all(check_ess_certid(certificate, each) for each in named):
        _refuse(_("its token does not name its certificate"))


def _require_purpose(certificate: x509.Certificate) -> None:
    usage = certificate.extended_key_usage_value
    only = usage is not None and usage.native == ["time_stamping"]
    if not only or "extended_key_usage" not in certificate.critical_extensions:
        _refuse(_("its certificate is not one for time-stamps only"))


def _require_signature(signed: cms.SignedData, certificate: x509.Certificate) -> None:
    signer = extract_signer_info(signed)
    algorithm = signer["digest_algorithm"]["algorithm"].native
    if algorithm not in _STRONG:
        _refuse(_("its token is made with the weak algorithm {name}").format(name=algorithm))
    digest = hashes.Hash(get_pyca_cryptography_hash(algorithm))
    digest.update(bytes(signed["encap_content_info"]["content"]))
    found: Any = validate_sig_integrity(signer, certificate, "tst_info", digest.finalize())
    if found != (True, True):
        _refuse(_("the signature of its token is wrong"))


def _refuse(why: str) -> NoReturn:
    raise TokenRefusedError(why)
