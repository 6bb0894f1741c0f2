"""Find out the facts about each signature in a CMS value, offline: EN 319 102-1 §5.3 by pyHanko.

What pyHanko leaves open is added: it takes an unknown algorithm for a wrong value, does without a
signing-certificate attribute, tests no expiry of an anchor, and lets a signature with an expired
certificate pass with any time-stamp.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from asn1crypto import cms, x509
from pyhanko.sign.general import CMSExtractionError, extract_certificate_info
from pyhanko.sign.validation import generic_cms
from pyhanko.sign.validation.policy_decl import SignatureValidationSpec
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy

from eakte.i18n import _
from eakte.seal import ades, algorithms
from eakte.seal.algorithms import Weakness
from eakte.seal.cms_evidence import evidence_in, tokens_in
from eakte.seal.freshness import Statement, statements
from eakte.seal.judgement import Indication, Judgement
from eakte.seal.revocation import RevocationData
from eakte.seal.trust import TrustAnchors, validation_spec

_DIGESTS = {"md5", "sha1", "sha224", "sha256", "sha384", "sha512"}
_SIGNATURES = {"rsassa_pkcs1v15", "rsassa_pss", "ecdsa", "ed25519", "ed448"}
_FOR_DOCUMENTS = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"})
_GENERAL = "CERTIFICATE_CHAIN_GENERAL_FAILURE"


@dataclass(frozen=True)
class Stamp:
    """A signature time-stamp, judged as of the verification."""

    time: datetime
    authority: x509.Certificate
    judgement: Judgement
    statements: tuple[Statement, ...] | None
    weak: tuple[Weakness, ...]

    @property
    def good(self) -> bool:
        """Say whether it proves that the signature existed at its time."""
        return self.judgement.indication is Indication.PASSED


@dataclass(frozen=True)
class Signer:
    """One signature in a CMS value."""

    judgement: Judgement
    certificate: x509.Certificate | None
    level: str
    stamps: tuple[Stamp, ...]
    statements: tuple[Statement, ...] | None
    """What the issuer says about revocation; None if nobody has to, or no chain is known."""
    revoked: bool
    """Somebody says that a certificate of one of its chains was revoked, whenever."""
    weak: tuple[Weakness, ...]
    """The algorithms behind it and its time-stamps that do not hold at the time that counts."""


def digest_names(signed: cms.SignedData) -> list[str]:
    """Give the names (of hashlib) of the digests that the signatures need, as far as known."""
    names = {info["digest_algorithm"]["algorithm"].native for info in signed["signer_infos"]}
    return sorted(names & _DIGESTS)


def digests_of(pieces: Iterable[bytes], names: list[str]) -> dict[str, bytes]:
    """Read content once for all its digests."""
    running = {name: hashlib.new(name, usedforsecurity=False) for name in names}
    for piece in pieces:
        for digest in running.values():
            digest.update(piece)
    return {name: digest.digest() for name, digest in running.items()}


def signers(
    wrapping: bytes, digests: dict[str, bytes], anchors: TrustAnchors, at: datetime
) -> tuple[Signer, ...]:
    """Judge every signature; hostile bytes can raise any exception: the caller is the border."""
    return asyncio.run(_signers(wrapping, digests, anchors, at))


async def _signers(
    wrapping: bytes, digests: dict[str, bytes], anchors: TrustAnchors, at: datetime
) -> tuple[Signer, ...]:
    count = len(cms.ContentInfo.load(wrapping)["content"]["signer_infos"])
    alone = [_alone(wrapping, number) for number in range(count)]
    return tuple([await _signer(one, digests, anchors, at) for one in alone])


def _alone(wrapping: bytes, number: int) -> cms.SignedData:
    """Give the signed data with one of its signatures: pyHanko takes one only."""
    signed = cms.ContentInfo.load(wrapping, strict=True)["content"]
    signed["signer_infos"] = cms.SignerInfos([signed["signer_infos"][number]])
    return signed


async def _signer(
    signed: cms.SignedData, digests: dict[str, bytes], anchors: TrustAnchors, at: datetime
) -> Signer:
    info = signed["signer_infos"][0]
    evidence = evidence_in(signed, info)
    spec = replace(validation_spec(anchors, evidence), key_usage_settings=_FOR_DOCUMENTS)
    found = ades.revocation_in(evidence)
    tokens = [await _stamp(token, info, spec, at) for token in tokens_in(info)]
    stamps = tuple(
        replace(one, statements=statements(one.judgement.chain, found)) for one in tokens
    )
    proofs = [one.time for one in stamps if one.good]
    since = min(proofs) if proofs else None
    judgement = await _judged(signed, digests, spec, (since, at))
    weak = _weaknesses(signed, judgement, since, at)
    judgement = algorithms.constrained(judgement, weak)
    weak += [one for stamp in stamps for one in stamp.weak]
    chains = [judgement.chain, *(one.judgement.chain for one in stamps)]
    return Signer(
        judgement=replace(judgement, best_time=since),
        certificate=_certificate(signed),
        level=_level(info, stamps=bool(stamps), evidence=bool(found.lists or found.answers)),
        stamps=stamps,
        statements=statements(judgement.chain, found),
        revoked=any(_revoked(chain, found) for chain in chains),
        weak=tuple(weak),
    )


def _weaknesses(
    signed: cms.SignedData, judgement: Judgement, since: datetime | None, at: datetime
) -> list[Weakness]:
    """Hold a signature against the policy as of its time-stamp, and its chain as of now."""
    holder = _certificate(signed)
    if holder is None:
        return []
    used = algorithms.used_by_signer(signed["signer_infos"][0], holder)
    links = algorithms.used_by_chain(judgement.chain)
    return [
        *algorithms.weaknesses(used, since or at, proven=since is not None),
        *algorithms.weaknesses(links, at, proven=False),
    ]


def _revoked(chain: tuple[x509.Certificate, ...], found: RevocationData) -> bool:
    said = (statements(chain[start:], found) or () for start in range(len(chain)))
    return any(one.revoked is not None for each in said for one in each)


async def _judged(
    signed: cms.SignedData,
    digests: dict[str, bytes],
    spec: SignatureValidationSpec,
    times: tuple[datetime | None, datetime],
) -> Judgement:
    """Validate a signature as of the time since when it is known to exist, or else of now."""
    since, at = times
    info = signed["signer_infos"][0]
    if (problem := _unsupported(info)) is not None:
        return _open("CRYPTO_CONSTRAINTS_FAILURE", problem)
    if not info["signed_attrs"]:
        return _open("SIG_CONSTRAINTS_FAILURE", _("it signs no attributes"))
    digest = digests[info["digest_algorithm"]["algorithm"].native]
    moment = since or at
    rules = _retroactive(spec) if since else spec
    judgement = await ades.judge_cms(signed, digest, rules, moment)
    if judgement.sub_indication == "SIG_CRYPTO_FAILURE" and await _fits_sorted(
        signed, digest, rules, moment
    ):
        return _open(
            "FORMAT_FAILURE", _("its attributes do not stand in the order that was signed")
        )
    known = spec.local_knowledge
    if judgement.sub_indication == _GENERAL and not (known.known_crls or known.known_ocsps):
        detail = _("the signature carries nothing about revocation")
        judgement = replace(_open("TRY_LATER", detail), intact=judgement.intact)
    return _stricter(judgement, signed, moment)


async def _fits_sorted(
    signed: cms.SignedData, digest: bytes, spec: SignatureValidationSpec, moment: datetime
) -> bool:
    """Say whether the value fits the attributes in the order of DER (RFC 5652 §5.4)."""
    info = cms.SignerInfo.load(signed["signer_infos"][0].dump())
    info["signed_attrs"] = cms.CMSAttributes(
        sorted(info["signed_attrs"], key=lambda one: one.dump())
    )
    other = signed.copy()
    other["signer_infos"] = cms.SignerInfos([info])
    return (await ades.judge_cms(other, digest, spec, moment)).intact is True


def _stricter(judgement: Judgement, signed: cms.SignedData, moment: datetime) -> Judgement:
    """Add what the norm asks for and pyHanko does not, without softening anything."""
    if judgement.sub_indication == "FORMAT_FAILURE":
        return replace(judgement, indication=Indication.INDETERMINATE)
    if judgement.intact is not True:
        return judgement
    certificate = _certificate(signed)
    if judgement.sub_indication.startswith("CRYPTO") or certificate is None:
        return judgement
    if not certificate.not_valid_before <= moment <= certificate.not_valid_after:
        detail = _("the certificate was not in force, and no time-stamp proves an earlier time")
        return replace(_open("OUT_OF_BOUNDS_NO_POE", detail), intact=True)
    expired = [link for link in judgement.chain if not _in_force(link, moment)]
    if judgement.indication is Indication.PASSED and expired:
        detail = _("a certificate of its chain was not in force")
        return replace(_open("OUT_OF_BOUNDS_NO_POE", detail), intact=True)
    return judgement


def _in_force(certificate: x509.Certificate, moment: datetime) -> bool:
    return bool(certificate.not_valid_before <= moment <= certificate.not_valid_after)


async def _stamp(
    token: cms.SignedData, info: cms.SignerInfo, spec: SignatureValidationSpec, at: datetime
) -> Stamp:
    imprint = generic_cms.message_imprint_checker(info)
    rules = replace(spec, key_usage_settings=KeyUsageConstraints())
    judgement = await ades.judge_token(token, imprint, rules, at)
    time: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
    authority = generic_cms.extract_certs_for_validation(token).signer_cert
    late = time > at or not all(_in_force(link, at) for link in (authority, *judgement.chain))
    if judgement.indication is Indication.PASSED and late:
        judgement = replace(_open("OUT_OF_BOUNDS_NO_POE", ""), chain=judgement.chain)
    used = algorithms.used_by_token(token, authority)
    used += algorithms.used_by_chain(judgement.chain)
    weak = algorithms.weaknesses(used, at, proven=False)
    return Stamp(time, authority, algorithms.constrained(judgement, weak), None, tuple(weak))


def _retroactive(spec: SignatureValidationSpec) -> SignatureValidationSpec:
    """Let revocation data speak of a time before it was made; its age is checked apart."""
    rule = CertRevTrustPolicy(REQUIRE_REVINFO, retroactive_revinfo=True)
    policy = replace(spec.cert_validation_policy, revinfo_policy=rule)
    return replace(spec, cert_validation_policy=policy)


def _unsupported(info: cms.SignerInfo) -> str | None:
    """Name an algorithm that cannot be computed here, so that nobody calls its value wrong."""
    digest, signature = info["digest_algorithm"], info["signature_algorithm"]
    if digest["algorithm"].native not in _DIGESTS:
        return str(digest["algorithm"].native)
    try:
        known = signature.signature_algo in _SIGNATURES
    except ValueError:
        known = False
    return None if known else str(signature["algorithm"].native)


def _certificate(signed: cms.SignedData) -> x509.Certificate | None:
    try:
        return extract_certificate_info(signed).signer_cert
    except CMSExtractionError:
        return None


def _level(info: cms.SignerInfo, *, stamps: bool, evidence: bool) -> str:
    attributes = info["signed_attrs"]
    if not attributes or generic_cms.get_signing_cert_attr(attributes.untag()) is None:
        return "CMS"
    if not stamps:
        return "CAdES-B-B"
    return "CAdES-B-LT" if evidence else "CAdES-B-T"


def _open(sub_indication: str, detail: str) -> Judgement:
    return Judgement(Indication.INDETERMINATE, sub_indication, detail, intact=None, chain=())
