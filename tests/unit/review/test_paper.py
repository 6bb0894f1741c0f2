"""Paper: what forbids its destruction, one thing at a time, and that nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from eakte.domain.akten import Document, DocumentState
from eakte.domain.archive import ArchiveWay, Claim, Conversion
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.ids import digest_of, document_id
from eakte.domain.letters import ClassDefinition, Classification, Extraction, Schutzbedarf
from eakte.domain.levels import Lack, Level, Reach, suffices
from eakte.domain.quality import BatchState, CheckKind, QualityCheck
from eakte.domain.transfervermerk import Look, Release, ReleaseKind, Verfahren
from eakte.domain.verification import Verdict
from eakte.review.paper import NEVER, UNLESS_SEEN, PaperOf, judge
from eakte.review.readable import readable
from eakte.review.transfervermerk import Environment, make

_DAY = datetime(2026, 3, 1, 8, tzinfo=UTC)
_CLASS = ClassDefinition("rechnung", "Rechnung", "", paper_days=30)
_SCAN = digest_of(b"scan")
_DRAWN = QualityCheck(CheckKind.RULE, "batch", "seed", 0.03, 30, 1)
"""A rule's release out of a batch of which a sample was drawn, and passed."""


def _sealed(
    need: Schutzbedarf = Schutzbedarf.NORMAL,
    level: Level = Level.QUALIFIED_WITH_TIME,
    kind: ReleaseKind = ReleaseKind.PERSON,
    findings: tuple[Finding, ...] = (),
    **release: object,
) -> Document:
    letter = Document(
        document_id(_SCAN, 1), _SCAN, 1, (1,), DocumentState.FILED, _DAY,
        Classification("rechnung", 1.0), "", "", "", "20.2-903.10/2026-0001", Extraction(),
        findings, _SCAN, _SCAN, _SCAN, Conversion(Claim(), ArchiveWay.PICTURES), _DAY,
        sealed=digest_of(b"sealed"),
    )  # fmt: skip
    decision = replace(Release(kind, "A. Probst", "", _DAY, "probst"), **release)  # type: ignore[arg-type]
    around = Environment("Stadt", "poststelle", "eakte", Verfahren("1", _SCAN), Reach(level), _DAY)
    return replace(letter, transfervermerk=make(letter, decision, around, need, 1))


def _judge(
    letter: Document,
    definition: ClassDefinition | None = _CLASS,
    batch: BatchState | None = BatchState.PASSED,
    verify: Callable[[], Verdict] = lambda: Verdict.VALID,
) -> PaperOf:
    return judge(letter, "scan.pdf", definition, batch, verify)


def test_it_may_go_on_the_day_that_the_class_sets() -> None:
    paper = _judge(_sealed())
    assert (paper.forbidden, paper.allowed_from) == ((), date(2026, 3, 31))
    assert not paper.may_go(date(2026, 3, 30))
    assert paper.may_go(date(2026, 3, 31))


@pytest.mark.parametrize("verdict", [Verdict.INVALID, Verdict.INDETERMINATE])
def test_only_a_seal_that_is_valid_today_counts(verdict: Verdict) -> None:
    assert len(_judge(_sealed(), verify=lambda: verdict).forbidden) == 1


@pytest.mark.parametrize("state", [None, *BatchState])
def test_quality_assurance_must_be_complete(state: BatchState | None) -> None:
    done = state in {BatchState.PASSED, BatchState.FULL_CHECK}
    assert bool(_judge(_sealed(), batch=state).forbidden) != done


@pytest.mark.parametrize("state", sorted({*DocumentState} - {DocumentState.FILED}))
def test_what_is_not_filed_is_kept(state: DocumentState) -> None:
    assert _judge(replace(_sealed(), state=state)).forbidden
    assert _judge(replace(_sealed(), transfervermerk=None)).forbidden


@pytest.mark.parametrize("need", Schutzbedarf)
@pytest.mark.parametrize("level", Level)
def test_the_level_must_suffice_for_class_and_release(need: Schutzbedarf, level: Level) -> None:
    """R2: a demo or unassessed seal never does."""
    two = Look("B. Yilmaz", "yilmaz", _DAY)
    of_then = _judge(_sealed(need, level, first=two))
    of_today = _judge(_sealed(level=level, first=two), replace(_CLASS, schutzbedarf=need))
    enough = {
        Schutzbedarf.NORMAL: {Level.ADVANCED, Level.QUALIFIED, Level.QUALIFIED_WITH_TIME},
        Schutzbedarf.HOCH: {Level.QUALIFIED, Level.QUALIFIED_WITH_TIME},
        Schutzbedarf.SEHR_HOCH: {Level.QUALIFIED_WITH_TIME},
    }[need]
    assert (not of_then.forbidden) == (level in enough) == (not of_today.forbidden)
    assert not suffices("something new", need)


@pytest.mark.parametrize("code", sorted(NEVER | UNLESS_SEEN))
def test_findings_forbid_unless_a_person_compared(code: FindingCode) -> None:
    findings = (Finding(code, 1),)
    by_rule = _sealed(findings=findings, kind=ReleaseKind.RULE, check=_DRAWN)
    assert len(_judge(by_rule).forbidden) == 1
    assert bool(_judge(_sealed(findings=findings)).forbidden) == (code in NEVER)


def test_findings_are_told_in_words() -> None:
    findings = (Finding(FindingCode.BITONAL, 2), Finding(FindingCode.BITONAL, 1))
    by_rule = _sealed(findings=findings, kind=ReleaseKind.RULE, check=_DRAWN)
    assert _judge(by_rule).forbidden == ("a page is black and white only (pages 1-2)",)


def test_what_the_first_of_two_persons_remarked_counts_too() -> None:
    two = _sealed(first=Look("B. Yilmaz", "yilmaz", _DAY, "Kopie"))
    assert _judge(two).forbidden == ("B. Yilmaz remarked on the paper: Kopie",)
    assert two.transfervermerk is not None
    assert "Vermerk von B. Yilmaz: Kopie" in two.transfervermerk.anomalies_statement


def test_other_reasons() -> None:
    assert _judge(_sealed(), None).forbidden, "nobody knows its class"
    assert _judge(_sealed(), replace(_CLASS, keep_original=True)).forbidden
    assert _judge(_sealed(remark="Kopie")).forbidden
    assert _judge(_sealed(Schutzbedarf.SEHR_HOCH)).forbidden, "one person only"
    by_rule = _sealed(Schutzbedarf.HOCH, kind=ReleaseKind.RULE, check=_DRAWN)
    assert len(_judge(by_rule).forbidden) == 1, "no person at a higher Schutzbedarf"
    note = _sealed().transfervermerk
    assert note is not None
    assert _judge(replace(_sealed(), transfervermerk=replace(note, complete=False))).forbidden


@pytest.mark.parametrize("lacking", [{"seed": ""}, {"rate": 0.0}])
def test_what_a_rule_released_goes_only_after_a_sample_was_drawn(lacking: dict[str, Any]) -> None:
    """R8, R9: without a draw nobody looked at any letter of the batch."""
    assert not _judge(_sealed(kind=ReleaseKind.RULE, check=_DRAWN)).forbidden
    undrawn = _sealed(kind=ReleaseKind.RULE, check=replace(_DRAWN, **lacking))
    assert len(_judge(undrawn).forbidden) == 1


def test_beside_a_failed_sample_only_what_a_person_released_goes() -> None:
    by_rule = _sealed(kind=ReleaseKind.RULE, check=_DRAWN)
    assert len(_judge(by_rule, batch=BatchState.FULL_CHECK).forbidden) == 1
    assert not _judge(_sealed(), batch=BatchState.FULL_CHECK).forbidden


def test_paper_is_not_due_before_its_release() -> None:
    with pytest.raises(ValueError, match="paper_days"):
        replace(_CLASS, paper_days=-1)


def test_the_transfervermerk_says_in_words_what_its_seal_lacks() -> None:
    note = _sealed(Schutzbedarf.HOCH, Level.ADVANCED).transfervermerk
    assert note is not None
    text = readable(replace(note, level_missing=(Lack.DEVICE, Lack.LISTED)))
    assert "Schutzbedarf: hoch, verlangt ein Siegel der Stufe: qualifiziert\n" in text
    assert "Das Siegel erreicht: fortgeschritten\n" in text
    assert "Es fehlt: eine qualifizierte Einheit für den Schlüssel (QSCD); eine Vertr" in text
    assert "Es fehlt" not in readable(note)
