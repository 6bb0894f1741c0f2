"""Short statements of the home: signed with the seal key, and the signature time-stamped.

Both stand apart, as files that `openssl` can check: `eakte.audit.checkpoint` tells how. A statement
counts if

1 Form          its signature is DER, detached, with one signer, and nothing in it is loose
2 Signature     it is over exactly these bytes, and names its certificate
3 Time-stamp    it is over this signature, by a certificate for nothing but time-stamps
4 Chains        both lead to the trust anchors, and were in force at the time of the time-stamp
5 Algorithms    each one held at that time

Without a time-stamp the present takes the place of its time. No revocation data is asked for or
kept: whoever steals a key later cannot give what it signs an earlier time-stamp.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from asn1crypto import cms, x509
from pyhanko.sign.general import check_ess_certid, extract_certificate_info, extract_signer_info
from pyhanko.sign.signers import Signer
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.validation.generic_cms import get_signing_cert_attr, validate_sig_integrity
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError

from eakte.i18n import _
from eakte.seal import algorithms
from eakte.seal.algorithms import Used
from eakte.seal.chains import Chains
from eakte.seal.cms_form import form_flaw, token_flaw
from eakte.seal.evidence.stamping import completed
from eakte.seal.timestamp import CheckedTimeStamper
from eakte.seal.trust import TrustAnchors

_DIGEST = "sha256"
_SEALS, _STAMPS = ({"non_repudiation"}, None), (set[str](), {"time_stamping"})
_LONGEST_PROBLEM = 200
_ONE = 1


@dataclass(frozen=True)
class Attested:
    """What came of checking a signed statement; it counts only if there is no flaw."""

    flaw: str
    signer: str = ""
    stamped_at: datetime | None = None
    """When the signature was there, as the time-stamp proves; None: there is no time-stamp."""
    authority: str = ""


class _FlawError(Exception):
    """Why a statement does not count."""


async def signed(signer: Signer, statement: bytes, at: datetime) -> bytes:
    """Give a detached signature over bytes: CMS in DER, with the certificates of the signer."""
    attributes = PdfCMSSignedAttributes(signing_time=at)
    made = await signer.async_sign_general_data(
        statement, _DIGEST, use_cades=True, signed_attr_settings=attributes
    )
    encoded: bytes = made.dump()
    return encoded


async def stamped(signature: bytes, stamper: CheckedTimeStamper, chains: Chains) -> bytes:
    """Give a time-stamp token (DER) over bytes, with its chain and no revocation data."""
    answer = await stamper.async_timestamp(hashlib.sha256(signature).digest(), _DIGEST)
    token: bytes = answer.dump()
    found = extract_certificate_info(cms.ContentInfo.load(token)["content"])
    path = await chains.of_authority(found.signer_cert, found.other_certs)
    return completed(token, list(path)[::-1], None)


def check(
    statement: bytes, signature: bytes, token: bytes | None, anchors: TrustAnchors, at: datetime
) -> Attested:
    """Check a statement that may be hostile: in a limited process, outside of any event loop.

    No bytes make it raise.
    """
    try:
        return asyncio.run(_check(statement, signature, token, anchors, at))
    except _FlawError as problem:
        return Attested(str(problem))
    except Exception as problem:  # noqa: BLE001 - asn1crypto, pyHanko and others raise anything
        text = f"{type(problem).__name__}: {problem}"[:_LONGEST_PROBLEM]
        return Attested(_("not analysable: {problem}").format(problem=text))


async def _check(
    statement: bytes, signature: bytes, token: bytes | None, anchors: TrustAnchors, at: datetime
) -> Attested:
    time, authority = None, ""
    if token is not None:
        time, authority = await _time_of(token, signature, anchors)
    holder, part = _signer_of(signature, statement)
    chain = await _chain(holder, part, anchors, time or at, _SEALS)
    _require(form_flaw(signature, 0, {each.dump() for each in chain}))
    used = algorithms.used_by_signer(part["signer_infos"][0], holder)
    _require_strong(used, chain, time or at, proven=time is not None)
    return Attested("", holder.subject.human_friendly, time, authority)


def _signer_of(signature: bytes, statement: bytes) -> tuple[x509.Certificate, cms.SignedData]:
    content = cms.ContentInfo.load(signature, strict=True)
    if content["content_type"].native != "signed_data":
        _refuse(_("it is no signature"))
    part = content["content"]
    if part["encap_content_info"]["content"].native is not None:
        _refuse(_("the signature carries content of its own"))
    return _intact(part, "data", statement), part


async def _time_of(token: bytes, signature: bytes, anchors: TrustAnchors) -> tuple[datetime, str]:
    """Give the time that a token proves for a signature, and who says so."""
    part = cms.ContentInfo.load(token, strict=True)["content"]
    if part["encap_content_info"]["content_type"].native != "tst_info":
        _refuse(_("it is no time-stamp"))
    authority = _intact(part, "tst_info", bytes(part["encap_content_info"]["content"]))
    stated = part["encap_content_info"]["content"].parsed
    imprint = stated["message_imprint"]
    name = imprint["hash_algorithm"]["algorithm"].native
    if name != _DIGEST or imprint["hashed_message"].native != hashlib.sha256(signature).digest():
        _refuse(_("the time-stamp is over another signature"))
    usage = authority.extended_key_usage_value
    only = usage is not None and usage.native == ["time_stamping"]
    if not only or "extended_key_usage" not in authority.critical_extensions:
        _refuse(_("the certificate of the time-stamp is not one for time-stamps only"))
    time: datetime = stated["gen_time"].native
    chain = await _chain(authority, part, anchors, time, _STAMPS)
    _require(token_flaw(token, {each.dump() for each in chain}))
    _require_strong(algorithms.used_by_token(part, authority), chain, time, proven=True)
    return time, authority.subject.human_friendly


def _intact(part: cms.SignedData, kind: str, content: bytes) -> x509.Certificate:
    """Give the certificate whose key signed this content, and that the signature names."""
    if len(part["signer_infos"]) != _ONE:
        _refuse(_("it has not exactly one signature"))
    info = extract_signer_info(part)
    holder = extract_certificate_info(part).signer_cert
    name = info["digest_algorithm"]["algorithm"].native
    digest = hashlib.new(name, content, usedforsecurity=False).digest()
    if validate_sig_integrity(info, holder, kind, digest) != (True, True):
        _refuse(_("the signature is not over these bytes, or wrong"))
    named = get_signing_cert_attr(info["signed_attrs"].untag())
    if named is None or not check_ess_certid(holder, named["certs"][0]):
        _refuse(_("the signature does not name its certificate"))
    return holder


async def _chain(
    holder: x509.Certificate,
    part: cms.SignedData,
    anchors: TrustAnchors,
    moment: datetime,
    purpose: tuple[set[str], set[str] | None],
) -> tuple[x509.Certificate, ...]:
    """Give the chain of a certificate to the trust anchors, each one in force at a moment."""
    others = extract_certificate_info(part).other_certs
    context = ValidationContext(
        trust_roots=list(anchors.certificates),
        other_certs=list(others),
        moment=moment,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    builder = CertificateValidator(holder, list(others), validation_context=context)
    try:
        path = await builder.async_validate_usage(*purpose)  # type: ignore[no-untyped-call]
    except (PathError, ValidationError) as problem:
        why = _("{who} is not trusted: {why}")
        _refuse(why.format(who=holder.subject.human_friendly, why=problem))
    chain = tuple(path)[::-1]
    if not all(each.not_valid_before <= moment <= each.not_valid_after for each in chain):
        _refuse(_("a certificate of its chain was not in force"))
    return chain


def _require_strong(
    used: Iterable[Used], chain: tuple[x509.Certificate, ...], moment: datetime, *, proven: bool
) -> None:
    whole = [*used, *algorithms.used_by_chain(chain)]
    for weak in algorithms.weaknesses(whole, moment, proven=proven):
        _refuse(str(weak))


def _require(flaw: str | None) -> None:
    if flaw is not None:
        _refuse(flaw)


def _refuse(why: str) -> NoReturn:
    raise _FlawError(why)
