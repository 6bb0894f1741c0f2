"""The yearly report: what it reads beyond the log, and its pages as PDF/A with charts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from eakte.audit import log, tree
from eakte.charts import COLOURS
from eakte.config import open_home
from eakte.database import transaction
from eakte.domain.archive import Claim, Level
from eakte.domain.clock import FixedClock
from eakte.domain.codec import to_json
from eakte.domain.events import Action, Event
from eakte.domain.figures import Period, Rule
from eakte.domain.qualification import Rank
from eakte.domain.verification import (
    CertificateSummary,
    SignatureSummary,
    Verdict,
    VerificationReport,
)
from eakte.errors import ExitCode
from eakte.i18n import speaking
from eakte.pipeline.context import Context
from eakte.review import sampling
from eakte.services import audit_pages, audit_report
from eakte.services.anchoring import write_checkpoint
from eakte.services.audit_report import Dues, Failed, Head, Originals
from tests.tools import homes
from tests.unit.audit.making import MONDAY, YEAR, after, event

NEVER = Period(date(2020, 1, 1), date(2020, 1, 31))


@pytest.fixture(scope="module")
def old_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that was made before the year of the tests; copy it to use it."""
    root = tmp_path_factory.mktemp("old") / "home"
    homes.create(root, FixedClock(after(-400)), "Stadt Neuenfurt", demo=False)
    return root


@pytest.fixture
def desk(old_home: Path, tmp_path: Path) -> Context:
    """A home on the Monday of the tests."""
    return Context(open_home(homes.copy(old_home, tmp_path / "home")), FixedClock(MONDAY))


def _write(desk: Context, *events: Event) -> int:
    """Append to the log; gives how many events were there before."""
    with transaction(desk.engine) as connection:
        size = log.size(connection)
        for each in events:
            log.append(connection, each)
    return size


def _sealed(desk: Context, name: str, key: str, rank: Rank = Rank.DEMO) -> Event:
    """Make the event of a seal whose report is in the store."""
    begin, end = MONDAY, after(400)
    signer = CertificateSummary(f"CN={key}", "CN=CA", "1", begin, end, key * 64)
    signature = SignatureSummary(
        "Siegel", "TOTAL-PASSED", "", "PAdES-B-LTA", signer, (signer,), MONDAY, rank, ()
    )
    report = VerificationReport(
        Verdict.VALID, "", "0" * 64, 1, MONDAY, "here", (signature,), (), ()
    )
    kept = desk.store.put(to_json(report))
    return event(Action.SEALED, name, report=kept, verdict="VALID", level="B-LTA", sha256="0")


class TestSeals:
    def test_what_they_are_worth_and_with_which_keys_they_were_made(self, desk):
        lost = event(Action.SEALED, "a-4", level="B-LTA", report="9" * 64)
        position = _write(
            desk,
            _sealed(desk, "a-1", "a"),
            _sealed(desk, "a-2", "a", Rank.QUALIFIED_SEAL),
            _sealed(desk, "a-3", "b"),
            lost,
        )
        report = audit_report.make(desk, YEAR)
        worth = report.seals
        assert worth.levels == {"PAdES-B-LTA": 3}
        assert worth.qualifications == {Rank.DEMO.value: 2, Rank.QUALIFIED_SEAL.value: 1}
        assert [(each.certificate.subject, each.seals) for each in worth.keys] == [
            ("CN=a", 2),
            ("CN=b", 1),
        ]
        assert worth.without_report == 1
        (found,) = [each for each in report.anomalies if each.rule is Rule.OTHER_KEY]
        (only,) = found.first
        assert (only.position, only.object) == (position + 2, "a-3")
        assert only.detail == f"{'a' * 16} > {'b' * 16}"

    def test_a_key_is_held_against_the_last_one_before_the_period(self, desk):
        old = replace(_sealed(desk, "a-1", "a"), at=after(-300))
        _write(desk, old, _sealed(desk, "a-2", "b"))
        rules = {each.rule for each in audit_report.make(desk, YEAR).anomalies}
        assert Rule.OTHER_KEY in rules


class TestSamples:
    def _draw(self, desk: Context, name: str, **changed: str) -> None:
        with transaction(desk.engine) as connection:
            size, root = log.head(connection)
        candidates = ",".join(f"a-{number}:0.5" for number in range(1, 9))
        said = {"seed": root, "origin": f"log:{size}", "candidates": candidates}
        said |= {key: text for key, text in changed.items() if key in said}
        drawn = ",".join(sampling.draw(said["seed"], sampling.read(candidates)))
        _write(
            desk,
            event(Action.BATCH_SEEDED, name, **said),
            event(Action.BATCH_DRAWN, name, drawn=changed.get("drawn", drawn)),
        )

    def test_each_is_drawn_again(self, desk):
        self._draw(desk, "honest")
        self._draw(desk, "other root", seed="5eed")
        self._draw(desk, "other letters", drawn="a-1,a-2,a-3,a-4,a-5,a-6,a-7,a-8,a-9")
        self._draw(desk, "no candidates", candidates="none")
        self._draw(desk, "known", seed="demo", origin="settings")
        found = {
            each.rule: [one.object for one in each.first]
            for each in audit_report.make(desk, YEAR).anomalies
        }
        assert found[Rule.OTHER_SAMPLE] == ["other root", "other letters", "no candidates"]
        assert found[Rule.KNOWN_SEED] == ["known"]


class TestState:
    def test_size_and_root_before_and_after_the_period_and_what_confirms_them(self, desk):
        before = _write(desk)
        _write(desk, event(Action.VIEWED, at=after(-300)), event(Action.VIEWED))
        write_checkpoint(desk)
        _write(desk, event(Action.VIEWED, at=after(300)))
        state = audit_report.make(desk, YEAR).log
        with desk.engine.connect() as connection:
            roots = [log.root_at(connection, size) for size in (before + 1, before + 2)]
        assert (state.begin, state.end) == (Head(before + 1, roots[0]), Head(before + 2, roots[1]))
        assert state.intact
        assert state.verdict.size == before + 3
        assert state.verdict.anchored == before + 2
        assert state.checkpoints == 1
        assert state.confirmed_since == state.confirmed_until == MONDAY.isoformat()

    def test_an_empty_period_before_everything(self, desk):
        state = audit_report.make(desk, NEVER).log
        assert state.begin == state.end == Head(0, tree.EMPTY_ROOT.hex())
        assert state.checkpoints == 0

    def test_a_late_checkpoint_and_one_without_a_time(self, desk):
        _write(desk, event(Action.VIEWED))
        file = desk.home.anchors / "checkpoints.jsonl"
        desk.clock = FixedClock(after(9))
        write_checkpoint(desk)
        line = file.read_text()
        file.write_text(line.replace(after(9).isoformat(), "soon") + line)
        report = audit_report.make(desk, YEAR)
        assert report.log.checkpoints == 1
        assert Rule.LATE_CHECKPOINT in {each.rule for each in report.anomalies}

    def test_what_was_confirmed_in_time_is_not_late_when_it_is_confirmed_again(self, desk):
        _write(desk, event(Action.VIEWED))
        file = desk.home.anchors / "checkpoints.jsonl"
        desk.clock = FixedClock(after(1))
        write_checkpoint(desk)
        line = file.read_text()
        file.write_text(line + line.replace(after(1).isoformat(), after(9).isoformat()))
        desk.clock = FixedClock(after(10))
        rules = {each.rule for each in audit_report.make(desk, YEAR).anomalies}
        assert Rule.LATE_CHECKPOINT not in rules

    def test_the_export_is_noted_unless_the_log_was_changed(self, desk):
        report = audit_report.make(desk, YEAR)
        size = _write(desk)
        changed = replace(report, log=replace(report.log, intact=False))
        audit_report.note_export(desk, changed, "0" * 64)
        assert _write(desk) == size
        audit_report.note_export(desk, report, "0" * 64)
        assert _write(desk) == size + 1


def test_what_is_due_is_told_once():
    ends = [after(days) for days in (-1, 0, 1, 90, 91, 365)]
    assert audit_report._dues(ends, MONDAY) == Dues(overdue=2, soon=2, later=2)


def test_the_exit_code_is_the_worst(desk):
    report = audit_report.make(desk, YEAR)
    assert audit_report.exit_code(report) is ExitCode.OK
    for verdicts, code in (
        ({"VALID": 3}, ExitCode.OK),
        ({"VALID": 3, "INDETERMINATE": 1}, ExitCode.INDETERMINATE),
        ({"INDETERMINATE": 1, "INVALID": 1}, ExitCode.INVALID),
    ):
        checked = replace(report, originals=Originals(verdicts, ()))
        assert audit_report.exit_code(checked) is code
    changed = replace(report, log=replace(report.log, intact=False))
    assert audit_report.exit_code(changed) is ExitCode.INVALID


@pytest.fixture
def full(desk: Context) -> audit_report.AuditReport:
    """A report with something in every part."""
    months = [MONDAY + timedelta(days=30 * number) for number in range(4)]
    arrivals = [
        event(Action.RECEIVED, f"{number:064x}", at, "eakte", "post", size="1000", pipeline="p")
        for number, at in enumerate(months)
    ]
    TestSamples()._draw(desk, "2026-06-01/1/post", seed="demo", origin="settings")
    released = {"kind": "person", "check": "full", "first": ""}
    _write(
        desk,
        *arrivals,
        event(Action.PROPOSED, "a-1", held="no_akte,unheard_of"),
        event(Action.QUARANTINED, "0" * 64, reason="encrypted"),
        event(Action.RELEASED, "a-1", actor="amt", **released),
        event(Action.RELEASED, "a-2", actor="amt", **released),
        _sealed(desk, "a-1", "a"),
        event(Action.VIEWED, "a-1", actor="prüferin"),
    )
    return audit_report.make(desk, YEAR)


def _text(path: Path) -> str:
    pages = pypdfium2.PdfDocument(path)
    return "\n".join(page.get_textpage().get_text_range() for page in pages)


class TestPages:
    def test_a_pdfa_with_text_that_can_be_taken_out_and_charts_that_are_drawn(self, full, tmp_path):
        out = tmp_path / "bericht.pdf"
        with speaking("en"):
            digest = audit_pages.write(full, out)
        assert out.stat().st_mode & 0o777 == 0o600
        assert len(digest) == 64
        with pikepdf.open(out) as pdf, pdf.open_metadata() as xmp:
            assert xmp["pdfaid:part"] == "2"
            assert xmp["pdfaid:conformance"] == Claim(level=Level.U).level.value
            operators = [
                str(each.operator)
                for page in pdf.pages
                for each in pikepdf.parse_content_stream(page)
            ]
            kinds = [str(each.get("/Subtype")) for each in pdf.objects if hasattr(each, "get")]
        assert "/Image" not in kinds
        assert operators.count("re") > 20
        text = _text(out)
        for words in (
            "Report of the audit log",
            "prüferin",
            "unheard_of",
            "2026-06",
            "known-seed",
            "2026-06-01/1/post",
            full.log.end.root[:20],
            "not verified in this report",
        ):
            assert words in text
        assert _coloured(out) > 500

    def test_the_same_report_gives_the_same_bytes(self, full, tmp_path):
        first = audit_pages.write(full, tmp_path / "a.pdf")
        assert audit_pages.write(full, tmp_path / "b.pdf") == first

    def test_german_readers_get_german_pages(self, full, tmp_path):
        with speaking("de"):
            audit_pages.write(full, tmp_path / "a.pdf")
        text = _text(tmp_path / "a.pdf")
        assert "Bericht über das Prüfprotokoll" in text
        assert "Auffälligkeiten" in text

    def test_a_changed_log_is_told_first(self, full):
        verdict = replace(full.log.verdict, defects=(audit_report.audit.Defect(7, "gone"),))
        changed = replace(full, log=replace(full.log, intact=False, verdict=verdict))
        told = [str(each) for each in audit_pages.blocks(changed)]
        assert "THE AUDIT LOG WAS CHANGED" in told[2]
        assert "'#7', 'gone'" in told[4]
        assert not any("WAS CHANGED" in str(each) for each in audit_pages.blocks(full))

    def test_originals_that_are_not_valid_are_named(self, full):
        failed = (Failed("a-1", Verdict.INVALID, "because"),)
        checked = replace(full, originals=Originals({"INVALID": 1}, failed))
        told = "".join(map(str, audit_pages.blocks(checked)))
        assert "'a-1', 'INVALID', 'because'" in told
        assert "INVALID: 1" in told
        assert "not verified" not in told


def _coloured(path: Path) -> int:
    """Count the pixels of the pages that have the colour of the first series."""
    wanted = tuple(round(255 * part) for part in COLOURS[0])
    found = 0
    for page in pypdfium2.PdfDocument(path):
        picture = page.render(scale=0.5).to_pil().convert("RGB")
        counted = picture.getcolors(maxcolors=1 << 24) or []
        found += sum(count for count, colour in counted if _near(colour, wanted))
    return found


def _near(colour: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(one - other) <= 2 for one, other in zip(colour, wanted, strict=True))
