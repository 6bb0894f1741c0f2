"""Judge a CMS signature (CAdES, S/MIME) that came with a file: offline, and never VALID in doubt.

The steps are in `cms_checks`. The caller's duties: run these functions through `eakte.sandbox`,
since hostile files can use up time and memory; and outside of any event loop.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asn1crypto import cms
from pyhanko.sign.validation.generic_cms import extract_self_reported_ts

from eakte.domain.qualification import Qualification, Rank
from eakte.domain.verification import (
    Check,
    SignatureSummary,
    TimestampSummary,
    VerificationReport,
)
from eakte.errors import NotFoundError
from eakte.i18n import N_, _
from eakte.seal import cms_checks, steps
from eakte.seal.checks import Outcome, verdict_of
from eakte.seal.cms_file import SIGNED_DATA, CmsFile, open_cms, pieces_of
from eakte.seal.cms_form import form_flaw
from eakte.seal.cms_signers import Signer, digest_names, digests_of, signers
from eakte.seal.lists.assess import Assessor
from eakte.seal.summary import certificate, timestamp
from eakte.seal.trust import TrustAnchors

_LONGEST_PROBLEM = 300
_DIGEST_OF_FILE = "sha256"


@dataclass(frozen=True)
class _Case:
    """One signature before the judge."""

    content: Path
    signature: Path
    anchors: TrustAnchors
    at: datetime
    detached: bool


@dataclass(frozen=True)
class _Found:
    """What came of the examination; nothing but outcomes if it could not be analysed."""

    outcomes: list[Outcome]
    signatures: tuple[SignatureSummary, ...] = ()
    timestamps: tuple[TimestampSummary, ...] = ()
    claims: tuple[str, ...] = ()


def check_detached(
    content: Path, signature: Path, anchors: Path, at: datetime
) -> VerificationReport:
    """Judge a detached signature over all bytes of a file; the report's digest is the file's.

    No bytes in either make it raise. Raises NotFoundError without one of the files, and
    ConfigurationError for unreadable anchors; there may be none.
    """
    return _judge(_Case(content, signature, _anchors(anchors, at), at, detached=True))


def check_encapsulated(source: Path, anchors: Path, at: datetime) -> VerificationReport:
    """Judge signed content in one file with its signature (.p7m), as check_detached does."""
    return _judge(_Case(source, source, _anchors(anchors, at), at, detached=False))


def check_file(
    content: Path, signature: Path, anchors: tuple[Path, ...], at: datetime
) -> VerificationReport:
    """Judge a CMS signature with anchors from several places.

    The signature stands apart, or around its content if both are the same file.
    """
    trusted = TrustAnchors.load_several(anchors)
    return _judge(_Case(content, signature, trusted, at, detached=content != signature))


def _anchors(anchors: Path, at: datetime) -> TrustAnchors:
    if at.tzinfo is None:
        raise ValueError("the moment of a verification needs a time zone")
    return TrustAnchors.load_any(anchors)


def _judge(case: _Case) -> VerificationReport:
    for path in (case.content, case.signature):
        if not path.is_file():
            raise NotFoundError(kind=N_("file"), name=path)
    digest = _digest(case)
    found = _examined(case)
    if _digest(case) != digest:
        changed = cms_checks.not_analysable(_("the file changed while it was examined"))
        found = _Found(changed)
    verdict, reason = verdict_of(found.outcomes)
    return VerificationReport(
        verdict=verdict,
        reason=reason,
        sha256=digest,
        size=case.content.stat().st_size,
        verified_at=case.at,
        trusted=case.anchors.describe(),
        signatures=found.signatures,
        timestamps=found.timestamps,
        checks=tuple(_checks(found)),
    )


def _digest(case: _Case) -> str:
    return digests_of(pieces_of(case.content), [_DIGEST_OF_FILE])[_DIGEST_OF_FILE].hex()


def _checks(found: _Found) -> Iterator[Check]:
    """Number the checks; what a signer claims about time is told, and decides nothing."""
    for number, one in enumerate(found.outcomes, start=1):
        yield Check(number, one.name, one.passed, one.detail)
    if found.claims:
        told = "; ".join(found.claims)
        yield Check(len(found.outcomes) + 1, _("Claimed time (not proven)"), None, told)


def _examined(case: _Case) -> _Found:
    """Examine, check and summarise: the one border to hostile input (signing.md, trap 8)."""
    try:
        return _examine(case)
    except Exception as problem:  # noqa: BLE001 - asn1crypto, pyHanko and others raise anything
        text = f"{type(problem).__name__}: {problem}"[:_LONGEST_PROBLEM]
        detail = _("not analysable (FORMAT_FAILURE): {problem}").format(problem=text)
        return _Found(cms_checks.not_analysable(detail))


def _examine(case: _Case) -> _Found:
    file = open_cms(case.signature)
    if file.kind != SIGNED_DATA or (not case.detached and file.content is None):
        detail = _("SIGNED_DATA_NOT_FOUND: there is no signature")
        return _Found(cms_checks.not_analysable(detail))
    pieces = pieces_of(case.content) if case.detached else file.pieces()
    signed = cms.ContentInfo.load(file.wrapping, strict=True)["content"]
    digests = digests_of(pieces, digest_names(signed))
    found = signers(file.wrapping, digests, case.anchors, case.at)
    lists = Assessor(case.anchors.lists, case.at)
    return _Found(
        cms_checks.judge(found, _flaw(case, file, found), case.at),
        tuple(_signature(number, one, lists) for number, one in enumerate(found, start=1)),
        tuple(_timestamps(found, lists)),
        tuple(_claims(signed)),
    )


def _flaw(case: _Case, file: CmsFile, found: tuple[Signer, ...]) -> str | None:
    if case.detached and file.content is not None:
        return _("the signature carries content of its own")
    judgements = [one.judgement for one in found]
    judgements += [stamp.judgement for one in found for stamp in one.stamps]
    known = {link.dump() for judgement in judgements for link in judgement.chain}
    return form_flaw(file.wrapping, file.rest, known)


def _signature(number: int, one: Signer, lists: Assessor) -> SignatureSummary:
    holder, judgement = one.certificate, one.judgement
    worth = Qualification(Rank.UNKNOWN)
    if holder is not None:
        worth = lists.signature(holder, judgement.chain, judgement.best_time)
    return SignatureSummary(
        field=str(number),
        indication=one.judgement.indication.value,
        sub_indication=one.judgement.sub_indication,
        level=one.level,
        signer=certificate(holder) if holder else None,
        chain=tuple(certificate(link) for link in one.judgement.chain),
        signed_at=one.judgement.best_time,
        qualification=worth.rank,
        basis=worth.basis,
        steps=steps.of_signature(_ran(one), one.statements, ()),
    )


def _ran(one: Signer) -> steps.Ran:
    """A CMS signature with a time-stamp is judged as of that: 5.5; 5.3 would be as of now."""
    return steps.Ran(one.judgement, one.judgement if one.stamps else None, None)


def _timestamps(found: tuple[Signer, ...], lists: Assessor) -> Iterator[TimestampSummary]:
    for number, one in enumerate(found, start=1):
        for stamp in one.stamps:
            yield timestamp("signature", str(number), stamp, lists)


def _claims(signed: cms.SignedData) -> Iterator[str]:
    for number, info in enumerate(signed["signer_infos"], start=1):
        claimed = extract_self_reported_ts(info) if info["signed_attrs"] else None
        if claimed is not None:
            described = claimed.isoformat(timespec="seconds")
            yield _("signature {number}: {described}").format(number=number, described=described)
