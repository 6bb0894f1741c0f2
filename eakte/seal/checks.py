"""The numbered checks behind a verdict: pure, from the facts about a file to True, False or None.

    1 Structure                 the file could be read by the rules; what qpdf remarks is noted
    2 Seal                      it carries at least one seal or signature
    3 Number of signatures      qpdf counts as many as were examined
    4 Integrity                 digests and signature values fit the bytes
    5 Validity                  every signature passes its AdES level
    6 Permission                no change goes beyond what a certified file allows
    7 Changes after sealing     nothing but evidence and time-stamps was added
    8 Document time-stamps      every one passes, and the demanded level is reached
    9 Time-stamp certificates   each was in force until the next time-stamp, or now; times ascend
    10 Coverage                 the last signature or time-stamp covers the whole file
    11 Trailing bytes           nothing follows it but evidence
    12 Last container           no byte in it could be another one, and none is hidden in the others
    13 Shape of later revisions every object behind the seal is evidence or a time-stamp of a shape
                                that nobody can see (eakte.seal.shape)
    14 Age of the evidence      what issuers say about revocation was said after the seal was made
                                (no time-stamp: within a day of now; document time-stamps: within
                                a day before), of CAs: in force then; of a time-stamp that a later
                                one covers: in force within a day before that; and nobody says that
                                a certificate was revoked by then. Offline nobody can know more:
                                when it was said stands in the report
    15 Algorithms               each one held at the moment that a time-stamp proves, or holds now

Each signature is judged by the rules of the level that it has; of our own originals the level is
demanded. Only a seal that forbids every change (DocMDP) and leads to an anchor makes a later change
a proof: what a stranger's signature permits cannot be told for sure (trap 12), so there changes are
"not classified", and the objects are listed.

A check that fails is a proof against the file (INVALID) or leaves the question open
(INDETERMINATE): each outcome says which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from eakte.domain.preservation import SealLevel
from eakte.domain.verification import Check, Verdict
from eakte.i18n import N_, _
from eakte.seal.age import CLOCKS_DIFFER, evidence_doubt
from eakte.seal.algorithms import policy_name
from eakte.seal.facts import Change, FileFacts, Signature, Timestamp
from eakte.seal.judgement import Indication, Judgement


@dataclass(frozen=True)
class Outcome:
    """One check's result; `proof` says that its failure proves the file wrong."""

    name: str
    passed: bool | None
    detail: str = ""
    proof: bool = False


_Judge = Callable[[FileFacts, datetime], Outcome]


def judge(facts: FileFacts, at: datetime) -> list[Outcome]:
    """Carry out all checks, in order; `at` is the moment of the verification."""
    return [check(facts, at) for check in _CHECKS]


def not_analysable(problem: str) -> list[Outcome]:
    """Give the outcomes for a file that could not be examined at all."""
    return _unknown(_("not analysable (FORMAT_FAILURE): {problem}").format(problem=problem))


def not_examined() -> list[Outcome]:
    """Give the outcomes for a file that is not even the one to be examined."""
    return _unknown(_("not examined: it is not the file in the record"))


def _unknown(detail: str) -> list[Outcome]:
    first, *others = _NAMES
    return [Outcome(_(first), None, detail), *(Outcome(_(name), None) for name in others)]


def verdict_of(outcomes: Iterable[Outcome]) -> tuple[Verdict, str]:
    """Give the verdict with its reason: the first check that failed and that decides it."""
    failed = [outcome for outcome in outcomes if outcome.passed is not True]
    proofs = [outcome for outcome in failed if outcome.passed is False and outcome.proof]
    if proofs:
        return Verdict.INVALID, _reason(proofs[0])
    if failed:
        return Verdict.INDETERMINATE, _reason(failed[0])
    return Verdict.VALID, ""


def numbered(outcomes: Iterable[Outcome]) -> tuple[Check, ...]:
    """Number the outcomes for a report; one that passed says what that means."""
    meanings = {_(name): _(meaning) for name, meaning in _MEANINGS.items()}
    return tuple(
        Check(number, each.name, each.passed, each.detail or _meaning(each, meanings))
        for number, each in enumerate(outcomes, start=1)
    )


def _meaning(outcome: Outcome, meanings: dict[str, str]) -> str:
    return meanings[outcome.name] if outcome.passed else ""


def record(digest: str, expected_digest: str, pages: int | None, expected: int) -> list[Outcome]:
    """Compare a file of ours with what its record says."""
    same = digest == expected_digest.lower()
    digests = _("the file has {digest}").format(digest=digest)
    counts = _("{pages} instead of {expected}").format(pages=pages, expected=expected)
    return [
        Outcome(_("Digest in the record"), same, "" if same else digests, proof=True),
        Outcome(
            _("Pages in the record"),
            None if pages is None else pages == expected,
            "" if pages == expected else counts,
            proof=True,
        ),
    ]


def preservable(future: Judgement | None) -> Outcome:
    """Ask whether renewed time-stamps alone keep the seal valid after its certificates expired."""
    passed = future is not None and future.indication is Indication.PASSED
    detail = "" if future is None or passed else _describe(future)
    return Outcome(_("Preservable"), passed, detail)


def _structure(facts: FileFacts, _at: datetime) -> Outcome:
    remarks = "; ".join(facts.structure.repairs)
    if facts.read_strictly:
        return Outcome(_("Structure"), passed=True, detail=remarks)
    remarks = remarks or _("it breaks the rules of PDF")
    detail = f"FORMAT_FAILURE: {remarks}"
    return Outcome(_("Structure"), passed=False, detail=detail)


def _seal(facts: FileFacts, _at: datetime) -> Outcome:
    passed = bool(facts.signatures or facts.unreadable)
    detail = "" if passed else _("SIGNED_DATA_NOT_FOUND: there is no seal or signature")
    return Outcome(_("Seal"), passed, detail)


def _number(facts: FileFacts, _at: datetime) -> Outcome:
    if facts.unreadable:
        first = facts.unreadable[0]
        told = f"{first.sub_indication}: {first.field}: {first.detail}"
        return Outcome(_("Number of signatures"), passed=False, detail=told)
    passed = facts.enumerated == facts.structure.signatures
    detail = _("{counted} in the file, {known} of a known kind").format(
        counted=facts.structure.signatures, known=facts.enumerated
    )
    return Outcome(_("Number of signatures"), passed, "" if passed else detail)


def _integrity(facts: FileFacts, _at: datetime) -> Outcome:
    name = _("Integrity")
    items: list[Signature | Timestamp] = [*facts.signatures, *facts.timestamps]
    for wanted in (False, None):
        for item in items:
            if item.judgement.intact is wanted:
                detail = f"{item.field}: {_describe(item.judgement)}"
                return Outcome(name, wanted, detail, proof=True)
    return Outcome(name, passed=True)


def _validity(facts: FileFacts, _at: datetime) -> Outcome:
    for item in facts.signatures:
        judgement = item.judgement
        if judgement.indication is not Indication.PASSED:
            failed = judgement.indication is Indication.FAILED
            detail = f"{item.field} ({item.level.pades}): {_describe(judgement)}"
            return Outcome(_("Validity"), passed=False, detail=detail, proof=failed)
    return Outcome(_("Validity"), passed=True)


def _permission(facts: FileFacts, _at: datetime) -> Outcome:
    for item in facts.signatures:
        if not item.permitted:
            detail = _after(facts, item)
            return Outcome(_("Permission"), False, detail, proof=_ours(facts))
    return Outcome(_("Permission"), passed=True)


def _changes(facts: FileFacts, _at: datetime) -> Outcome:
    name = _("Changes after sealing")
    for item in facts.signatures:
        if item.change is Change.OTHER:
            described = f"{_after(facts, item)} ({item.change_detail})"
            return Outcome(name, False, described, proof=_ours(facts))
    return Outcome(name, passed=True)


def _stamps(facts: FileFacts, _at: datetime) -> Outcome:
    name = _("Document time-stamps")
    stamps = [stamp for stamp in facts.timestamps if stamp.kind == "document"]
    for stamp in stamps:
        judgement = stamp.judgement
        if judgement.indication is not Indication.PASSED:
            failed = judgement.indication is Indication.FAILED
            return Outcome(name, False, f"{stamp.field}: {_describe(judgement)}", proof=failed)
        if stamp.change is Change.OTHER:
            return Outcome(name, False, _after(facts, stamp), proof=_ours(facts))
    lowest = min((item.level for item in facts.signatures), key=lambda one: one.rank, default=None)
    wanted = facts.demanded
    reached = wanted is None or (lowest is not None and lowest.rank >= wanted.rank)
    if reached and (stamps or lowest is not SealLevel.LTA):
        return Outcome(name, passed=True, detail="" if stamps else _("none is there, nor needed"))
    detail = _("NO_POE: no document time-stamp preserves the seal")
    if wanted is not None and wanted is not SealLevel.LTA:
        detail = _("NO_POE: it has not reached {level}").format(level=wanted.pades)
    return Outcome(name, passed=False, detail=detail)


def _authorities(facts: FileFacts, at: datetime) -> Outcome:
    """Trap 7: a certificate that is itself an anchor is never checked for expiry by pyHanko."""
    name = _("Time-stamp certificates")
    for stamp in facts.timestamps:
        if not _in_force(stamp):
            detail = _("OUT_OF_BOUNDS_NO_POE: the certificate behind {field} was not in force")
            return Outcome(name, passed=False, detail=detail.format(field=stamp.field))
        if stamp.time > min(stamp.held_until, at) + CLOCKS_DIFFER:
            detail = _("TIMESTAMP_ORDER_FAILURE: {field} is later than what covers it")
            return Outcome(name, passed=False, detail=detail.format(field=stamp.field))
    return Outcome(name, passed=True)


def _in_force(stamp: Timestamp) -> bool:
    begin, end = stamp.authority.not_valid_before, stamp.authority.not_valid_after
    return bool(begin <= stamp.time <= end and begin <= stamp.held_until <= end)


def _coverage(facts: FileFacts, _at: datetime) -> Outcome:
    passed = facts.covers_file or _only_evidence_follows(facts)
    if any(item.level is SealLevel.LTA for item in facts.signatures):
        passed = facts.last_is_timestamp and facts.covers_file
    detail = _("the last signature or time-stamp does not cover the whole file")
    proof = _ours(facts) and not facts.covers_file
    return Outcome(_("Coverage"), passed, "" if passed else detail, proof=proof)


def _trailing(facts: FileFacts, _at: datetime) -> Outcome:
    count = 0 if _only_evidence_follows(facts) else facts.bytes_after
    detail = _("{count} bytes that no time-stamp covers").format(count=count)
    return Outcome(_("Trailing bytes"), count == 0, detail if count else "", proof=_ours(facts))


def _only_evidence_follows(facts: FileFacts) -> bool:
    """Say whether the rest is evidence for a seal that no archive time-stamp covers (B-LT)."""
    return bool(facts.signatures) and not facts.last_is_timestamp and facts.shape_flaw is None


def _container(facts: FileFacts, _at: datetime) -> Outcome:
    name, flaw = _("Last container"), facts.container_flaw
    if facts.unreadable or not facts.enumerated:
        return Outcome(name, None, _("there is no seal or signature that can be read"))
    return Outcome(name, flaw is None, flaw or "")


def _shape(facts: FileFacts, _at: datetime) -> Outcome:
    name = _("Shape of later revisions")
    if not facts.signatures:
        return Outcome(name, None, _("there is no seal or signature"))
    flaw = facts.shape_flaw
    if flaw is None:
        return Outcome(name, passed=True)
    detail = _("changes after sealing cannot be classified: {found}").format(found=flaw.detail)
    if not _ours(facts):
        detail = f"{detail} [{'; '.join(facts.signatures[0].changed)}]"
    proof = flaw.alters and _ours(facts)
    return Outcome(name, passed=False, detail=detail, proof=proof)


def _evidence(facts: FileFacts, at: datetime) -> Outcome:
    """Evidence older than the seal proves nothing about it: its key may have been stolen since."""
    name = _("Age of the evidence")
    if not facts.signatures:
        return Outcome(name, None, _("NO_POE: it is not known since when the seal exists"))
    problem = evidence_doubt(facts, at)
    if problem:
        return Outcome(name, passed=False, detail=problem)
    items: list[Signature | Timestamp] = [*facts.signatures, *facts.timestamps]
    made = [one.made for item in items for one in item.statements or ()]
    told = _("no certificate was revoked when the seal was made (said at {at:%Y-%m-%d %H:%M} UTC)")
    return Outcome(name, passed=True, detail=told.format(at=max(made)) if made else "")


def _algorithms(facts: FileFacts, _at: datetime) -> Outcome:
    items: list[Signature | Timestamp] = [*facts.signatures, *facts.timestamps]
    found = [f"{item.field}: {weak}" for item in items for weak in item.weak]
    told = "; ".join(dict.fromkeys(found))
    return Outcome(_("Algorithms"), not found, told or policy_name())


def _ours(facts: FileFacts) -> bool:
    """Say whether a seal forbids every change and leads to an anchor: a change is a proof then."""
    return facts.forbids_changes and any(item.judgement.chain for item in facts.signatures)


def _after(facts: FileFacts, item: Signature | Timestamp) -> str:
    if _ours(facts):
        return _("the file was changed after {field}").format(field=item.field)
    changed = item.changed if isinstance(item, Signature) else ()
    told = _("changes after {field} not classified").format(field=item.field)
    return f"{told}: {'; '.join(changed)}" if changed else told


def _describe(judgement: Judgement) -> str:
    parts = (judgement.sub_indication, judgement.detail)
    return ": ".join(part for part in parts if part)


def _reason(outcome: Outcome) -> str:
    detail = outcome.detail or _("could not be checked")
    return f"{outcome.name}: {detail}"


_CHECKS: tuple[_Judge, ...] = (
    _structure,
    _seal,
    _number,
    _integrity,
    _validity,
    _permission,
    _changes,
    _stamps,
    _authorities,
    _coverage,
    _trailing,
    _container,
    _shape,
    _evidence,
    _algorithms,
)
_MEANINGS = {
    N_("Structure"): N_("the file follows the rules of PDF and was read completely"),
    N_("Seal"): N_("it carries a seal or signature"),
    N_("Number of signatures"): N_("another program counts as many signatures as were examined"),
    N_("Integrity"): N_("no sealed byte was changed; digests and signature values fit"),
    N_("Validity"): N_("the certificate chain ends at a trust anchor and was in force"),
    N_("Permission"): N_("no change goes beyond what the seal permits"),
    N_("Changes after sealing"): N_("only time-stamps and evidence for the seal were added"),
    N_("Document time-stamps"): N_("each one is valid, and the level is reached"),
    N_("Time-stamp certificates"): N_("each was in force until the next one, or is now"),
    N_("Coverage"): N_("the last signature or time-stamp covers the whole file"),
    N_("Trailing bytes"): N_("nothing follows that is not accounted for"),
    N_("Last container"): N_("no byte of it could be another one"),
    N_("Shape of later revisions"): N_("every object added after sealing is accounted for"),
    N_("Age of the evidence"): N_("no certificate was revoked when the seal was made"),
    N_("Algorithms"): N_("each one held at the proven moment, or holds now"),
    N_("Digest in the record"): N_("the file has the SHA-256 that the record holds"),
    N_("Pages in the record"): N_("the file has as many pages as the record says"),
    N_("Preservable"): N_("renewed time-stamps keep it valid after the certificates expire"),
}
"""The checks in order, each with what it means that it passed."""
_NAMES = tuple(_MEANINGS)[: len(_CHECKS)]
