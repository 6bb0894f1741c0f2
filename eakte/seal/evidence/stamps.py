"""Judging the time-stamps of an evidence record, each as of the moment at which another took over.

A time-stamp that was renewed in time holds as of its renewal; the last one must hold now. What is
known about revocation is in the tokens themselves (TR-ESOR-ERS), or is given by the caller. Only
what an issuer said when the time-stamp was about to be renewed, or says now, counts: who steals the
key of an authority keeps an old answer "good" with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from asn1crypto import cms, x509
from asn1crypto.crl import CertificateList
from asn1crypto.ocsp import OCSPResponse
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.policy_decl import LocalKnowledge, SignatureValidationSpec
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

from eakte.i18n import _
from eakte.seal import ades, algorithms
from eakte.seal.algorithms import Used, Weakness
from eakte.seal.cms_evidence import evidence_of
from eakte.seal.cms_form import token_flaw
from eakte.seal.evidence.syntax import ArchiveTimestamp
from eakte.seal.freshness import Statement, about, statements
from eakte.seal.judgement import Indication, Judgement
from eakte.seal.revocation import RevocationData
from eakte.seal.trust import TrustAnchors, validation_spec

_CURRENT = timedelta(days=1)


@dataclass(frozen=True)
class Held:
    """An archive time-stamp, until when it had to hold, and until when its hash algorithm had."""

    stamp: ArchiveTimestamp
    until: datetime
    digest_until: datetime
    renewed: bool
    """Another one took over at `until`; else it is the last one, and `until` is now."""


@dataclass(frozen=True)
class JudgedStamp:
    """What came of one."""

    time: datetime
    authority: x509.Certificate
    judgement: Judgement
    statements: tuple[Statement, ...] | None
    """What is said about revocation; None if nobody has to, or no chain is known."""
    weak: tuple[Weakness, ...]
    flaw: str | None
    """What in the token nobody vouches for."""


def judge(
    held: Sequence[Held], anchors: TrustAnchors, given: RevocationData
) -> tuple[JudgedStamp, ...]:
    """Judge all time-stamps of a record, outside of any event loop.

    `given` is revocation data from outside the record. Hostile bytes can raise anything: the caller
    is the border.
    """
    known = [evidence_of(_signed(each.stamp)) for each in held]
    together = _joined([*known, _knowledge(given)])
    return asyncio.run(_judged(held, anchors, together))


async def _judged(
    held: Sequence[Held], anchors: TrustAnchors, known: LocalKnowledge
) -> tuple[JudgedStamp, ...]:
    return tuple([await _judge(each, anchors, known) for each in held])


async def _judge(held: Held, anchors: TrustAnchors, known: LocalKnowledge) -> JudgedStamp:
    signed = _signed(held.stamp)
    stated = held.stamp.stated
    authority = extract_certificate_info(signed).signer_cert
    spec = _spec(anchors, _until(known, held.until), authority)
    judgement = await ades.judge_token(signed, lambda _digest: stated.imprint, spec, held.until)
    judgement = _stricter(judgement, authority, stated.time, held.until)
    found = ades.revocation_in(known)
    said = statements(judgement.chain, found)
    unheard = not _announces(authority) and not _is_current(said or (), held.until)
    if judgement.indication is Indication.PASSED and unheard:
        detail = _("nothing recent enough is said about revocation")
        judgement = _open(judgement, "TRY_LATER", detail)
    if judgement.indication is Indication.PASSED and _revoked(judgement.chain, found, held.until):
        judgement = _open(judgement, "REVOKED_NO_POE", _("a certificate was revoked"))
    weak = tuple(_weaknesses(held, signed, authority, judgement))
    return JudgedStamp(
        time=stated.time,
        authority=authority,
        judgement=algorithms.constrained(judgement, weak),
        statements=said,
        weak=weak,
        flaw=_flaw(held.stamp, judgement),
    )


def _spec(
    anchors: TrustAnchors, known: LocalKnowledge, authority: x509.Certificate
) -> SignatureValidationSpec:
    """Give the rules; what a certificate does not announce, pyHanko does not look at."""
    spec = validation_spec(anchors, known)
    if _announces(authority):
        return spec
    rule = RevocationCheckingPolicy(
        ee_certificate_rule=RevocationCheckingRule.NO_CHECK,
        intermediate_ca_cert_rule=RevocationCheckingRule.CRL_OR_OCSP_REQUIRED,
    )
    policy = replace(spec.cert_validation_policy, revinfo_policy=CertRevTrustPolicy(rule))
    return replace(spec, cert_validation_policy=policy)


def _announces(authority: x509.Certificate) -> bool:
    """Say whether a certificate names a service that knows of its revocation."""
    return bool(authority.ocsp_urls or authority.crl_distribution_points)


def _until(known: LocalKnowledge, moment: datetime) -> LocalKnowledge:
    """Leave out what was said later: pyHanko would stop at the youngest."""
    return LocalKnowledge(
        known_certs=known.known_certs,
        known_crls=[each for each in known.known_crls if _is_from(each, moment)],
        known_ocsps=[each for each in known.known_ocsps if _is_from(each, moment)],
    )


def _is_from(said: CRLContainer | OCSPContainer, moment: datetime) -> bool:
    return said.issuance_date is not None and said.issuance_date <= moment


def _is_current(said: tuple[Statement, ...], until: datetime) -> bool:
    return any(one.made >= until - _CURRENT for one in said)


def _stricter(
    judgement: Judgement, authority: x509.Certificate, made: datetime, until: datetime
) -> Judgement:
    """Add what pyHanko leaves open: the life of every certificate, and that there is a chain."""
    if judgement.indication is not Indication.PASSED:
        return judgement
    if not judgement.chain:
        return _open(judgement, "NO_CERTIFICATE_CHAIN_FOUND", "")
    below = (authority, *judgement.chain[:-1])  # an anchor ends when nobody trusts it any more
    if any(
        not link.not_valid_before <= moment <= link.not_valid_after
        for link in below
        for moment in (made, until)
    ):
        detail = _("a certificate of its chain was not in force")
        return _open(judgement, "OUT_OF_BOUNDS_NO_POE", detail)
    return judgement


def _open(judgement: Judgement, sub_indication: str, detail: str) -> Judgement:
    return replace(
        judgement,
        indication=Indication.INDETERMINATE,
        sub_indication=sub_indication,
        detail=detail,
    )


def _revoked(chain: tuple[x509.Certificate, ...], found: RevocationData, until: datetime) -> bool:
    """Say whether anybody, be it later, says that a certificate was revoked by then."""
    said = (statements(chain[start:], found) or () for start in range(len(chain)))
    return any(one.revoked is not None and one.revoked <= until for each in said for one in each)


def _weaknesses(
    held: Held, signed: cms.SignedData, authority: x509.Certificate, judgement: Judgement
) -> Iterator[Weakness]:
    """Hold its algorithms against the policy as of when it was renewed, those of its tree apart."""
    used = algorithms.used_by_token(signed, authority)
    used += algorithms.used_by_chain(judgement.chain)
    yield from algorithms.weaknesses(used, held.until, proven=held.renewed)
    tree = [Used("digests", held.stamp.digest)]
    yield from algorithms.weaknesses(tree, held.digest_until, proven=held.renewed)


def _flaw(stamp: ArchiveTimestamp, judgement: Judgement) -> str | None:
    """Look for loose parts; where nothing is trusted anyway, only at the form."""
    if flaw := token_flaw(stamp.token, {link.dump() for link in judgement.chain}):
        return flaw
    inside = ades.revocation_in(evidence_of(_signed(stamp)))
    count = len(_signed(stamp)["crls"] or ())
    if count != len(inside.lists) + len(inside.answers):
        return _("the time-stamp carries revocation data of a kind that is not examined")
    if judgement.chain and about(judgement.chain, inside) != inside:
        return _("the time-stamp carries revocation data that it does not need")
    return None


def _signed(stamp: ArchiveTimestamp) -> cms.SignedData:
    return cms.ContentInfo.load(stamp.token, strict=True)["content"]


def _knowledge(given: RevocationData) -> LocalKnowledge:
    answers = [OCSPResponse.load(each) for each in given.answers]
    return LocalKnowledge(
        known_crls=[CRLContainer(crl_data=CertificateList.load(each)) for each in given.lists],
        known_ocsps=[one for each in answers for one in OCSPContainer.load_multi(each)],
    )


def _joined(parts: Iterable[LocalKnowledge]) -> LocalKnowledge:
    found = list(parts)
    return LocalKnowledge(
        known_certs=[one for each in found for one in each.known_certs],
        known_crls=[one for each in found for one in each.known_crls],
        known_ocsps=[one for each in found for one in each.known_ocsps],
    )
