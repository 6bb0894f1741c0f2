"""Every change of state with its event; no way to a seal without a release."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eakte.audit import log
from eakte.audit.verify import verify
from eakte.database import Connection, Engine, transaction
from eakte.domain.akten import Akte, Document, DocumentState
from eakte.domain.archive import ArchiveCopy, ArchiveWay, Claim, Conversion, Level, Likeness
from eakte.domain.events import Action
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.ids import Digest, DocumentId, digest_of, document_id
from eakte.domain.letters import Classification, Extraction, Field, FieldName
from eakte.domain.levels import Level as Reached
from eakte.domain.levels import Reach
from eakte.domain.mail import Inspection, MediaType, PageKind, Scan, ScanState, SourcePage
from eakte.domain.preservation import SealedVersion
from eakte.domain.transfervermerk import Release, ReleaseKind, Verfahren
from eakte.errors import NotFoundError, RefusedError
from eakte.pipeline import transitions
from eakte.pipeline.definition import load_definitions
from eakte.pipeline.describing import copy_findings
from eakte.pipeline.noted import Stated
from eakte.pipeline.submit import Submitter
from eakte.records import akten, documents, scans
from eakte.resources import data_dir
from eakte.review import transfervermerk
from eakte.review.transfervermerk import Environment

_NOW = datetime(2026, 10, 5, 8, tzinfo=UTC)
_DEFINITIONS = load_definitions(data_dir("pipelines"))
_SCAN = Scan(digest_of(b"scan"), "scan.pdf", "poststelle", "posteingang", 4, _NOW)
_INSPECTION = Inspection(
    MediaType.PDF, (SourcePage(1, 595, 842, PageKind.PICTURE, 300, bitonal=False),)
)
_DOC = document_id(_SCAN.digest, 1)


class _RecordingSubmitter(Submitter):
    """Notes what was asked for; tests/crash and tests/acceptance use the engine itself."""

    def __init__(self) -> None:
        self.intakes: list[tuple[Digest, int]] = []
        self.completions: list[tuple[DocumentId, int]] = []

    def intake(self, connection: Connection, scan: Digest, attempt: int) -> None:  # noqa: ARG002
        self.intakes.append((scan, attempt))

    def complete(self, connection: Connection, document: DocumentId, version: int) -> None:  # noqa: ARG002
        self.completions.append((document, version))


@pytest.fixture
def submitter() -> _RecordingSubmitter:
    return _RecordingSubmitter()


def _letter(confidence: float = 0.95, **more: object) -> Document:
    letter = Document(
        id=_DOC,
        scan=_SCAN.digest,
        part=1,
        pages=(1,),
        state=DocumentState.REVIEW,
        received_at=_NOW,
        classification=Classification("rechnung", confidence, least=0.5),
        subject="Rechnung",
        sender="Firma",
        letter_date="2026-10-01",
        aktenzeichen="",
        extraction=Extraction(),
        findings=(),
        text=digest_of(b"text"),
        alto=digest_of(b"alto"),
        archive_copy=digest_of(b"pdf"),
        conversion=Conversion(Claim(), ArchiveWay.PICTURES),
        recognised_at=_NOW,
    )
    return replace(letter, **more)  # type: ignore[arg-type]


def _actions(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        assert verify(connection).intact
        return [event.action.value for _n, event in reversed(log.latest(connection, 99))]


def _receive(engine: Engine, submitter: Submitter) -> bool:
    with transaction(engine) as connection:
        return transitions.receive(connection, _SCAN, submitter, "clerk")


def _propose(engine: Engine, submitter: Submitter, letter: Document) -> Document:
    with transaction(engine) as connection:
        transitions.propose(
            connection, _SCAN.digest, _INSPECTION, (letter,), _DEFINITIONS, submitter, _NOW
        )
        return documents.get(connection, _DOC)


def _file(engine: Engine, letter: Document) -> Document:
    verfahren = Verfahren("1", "cd" * 32)
    environment = Environment("Stadt", "poststelle", "eakte", verfahren, Reach(Reached.DEMO), _NOW)
    need = _DEFINITIONS.classes["rechnung"].schutzbedarf
    assert letter.release is not None
    made = transfervermerk.make(letter, letter.release, environment, need, 1)
    seal = SealedVersion(digest_of(b"sealed"), digest_of(b"report"), "VALID", None)
    with transaction(engine) as connection:
        transitions.file(connection, _DOC, seal, made, _DEFINITIONS, _NOW)
        return documents.get(connection, _DOC)


def test_the_same_bytes_twice_give_one_record(
    engine: Engine, submitter: _RecordingSubmitter
) -> None:
    """Demand 16."""
    assert _receive(engine, submitter)
    assert not _receive(engine, submitter)
    assert submitter.intakes == [(_SCAN.digest, 1)]
    assert _actions(engine) == ["received", "received-again"]


def test_a_sure_letter_is_released_by_the_rule_in_the_owners_name(
    engine: Engine, submitter: _RecordingSubmitter
) -> None:
    _receive(engine, submitter)
    letter = _propose(engine, submitter, _letter())
    assert letter.state is DocumentState.RELEASED
    assert letter.release is not None
    rule = _DEFINITIONS.pipeline("posteingang").release
    assert (letter.release.kind, letter.release.person) == (ReleaseKind.RULE, rule.owner)
    assert submitter.completions == [(_DOC, letter.version)]
    assert _actions(engine) == [
        "received",
        "split",
        "proposed",
        "batch-seeded",
        "batch-drawn",
        "batch-passed",
        "released",
    ]


def test_a_held_letter_starts_nothing(engine: Engine, submitter: _RecordingSubmitter) -> None:
    _receive(engine, submitter)
    letter = _propose(engine, submitter, _letter(confidence=0.5))
    assert letter.state is DocumentState.REVIEW
    assert FindingCode.LOW_CONFIDENCE in [finding.code for finding in letter.findings]
    assert submitter.completions == []


def test_a_repeated_step_changes_nothing(engine: Engine, submitter: _RecordingSubmitter) -> None:
    """Steps run at least once: each is idempotent."""
    _receive(engine, submitter)
    for _time in range(2):
        released = _propose(engine, submitter, _letter())
    for _time in range(2):
        filed = _file(engine, released)
    assert filed.state is DocumentState.FILED
    assert len(submitter.completions) == 1
    assert _actions(engine).count("filed") == 1
    assert _actions(engine).count("proposed") == 1


def test_only_the_seal_of_the_present_release_is_filed(
    engine: Engine, submitter: _RecordingSubmitter
) -> None:
    """A workflow that was left behind goes on after its letter came back and was released anew."""
    _receive(engine, submitter)
    old = _propose(engine, submitter, _letter())
    with transaction(engine) as connection:
        transitions.refuse_seal(connection, _DOC, "fault", _NOW)
        _act(connection, submitter, "release", _NOW)
        new = documents.get(connection, _DOC)
    assert _file(engine, old) == new
    assert "filed" not in _actions(engine)
    filed = _file(engine, new)
    assert filed.transfervermerk is not None
    assert (filed.state, filed.transfervermerk.release) == (DocumentState.FILED, new.release)


def test_the_sammelakte_is_opened_at_filing_not_before(
    engine: Engine, submitter: _RecordingSubmitter
) -> None:
    _receive(engine, submitter)
    released = _propose(engine, submitter, _letter())
    with engine.connect() as connection:
        assert akten.every(connection) == ()
    filed = _file(engine, released)
    with engine.connect() as connection:
        assert [akte.aktenzeichen for akte in akten.every(connection)] == [filed.aktenzeichen]
        assert documents.of_akte(connection, filed.aktenzeichen) == (filed,)


def test_a_failed_seal_gives_the_letter_back(
    engine: Engine, submitter: _RecordingSubmitter
) -> None:
    _receive(engine, submitter)
    _propose(engine, submitter, _letter())
    with transaction(engine) as connection:
        transitions.refuse_seal(connection, _DOC, "TSA down", _NOW)
        letter = documents.get(connection, _DOC)
    assert (letter.state, letter.release) == (DocumentState.REVIEW, None)
    assert Finding(FindingCode.SEAL_FAILED, None, "TSA down") in letter.findings


def test_quarantine_and_retry(engine: Engine, submitter: _RecordingSubmitter) -> None:
    _receive(engine, submitter)
    finding = Finding(FindingCode.TRUNCATED)
    with transaction(engine) as connection:
        transitions.quarantine(connection, _SCAN.digest, finding, _NOW)
        assert scans.get(connection, _SCAN.digest).state is ScanState.QUARANTINE
        transitions.retry(connection, _SCAN.digest, submitter, "clerk", _NOW)
        assert scans.get(connection, _SCAN.digest).state is ScanState.RECEIVED
        with pytest.raises(RefusedError):
            transitions.retry(connection, _SCAN.digest, submitter, "clerk", _NOW)
    assert submitter.intakes == [(_SCAN.digest, 1), (_SCAN.digest, 2)]


def test_two_clerks_never_change_the_same_version(
    engine: Engine, submitter: _RecordingSubmitter
) -> None:
    _receive(engine, submitter)
    seen = _propose(engine, submitter, _letter(confidence=0.5))
    decision = Release(ReleaseKind.PERSON, "A", "", _NOW, "clerk")
    with transaction(engine) as connection:
        transitions.release(connection, seen, decision, submitter, "poststelle", _DEFINITIONS)
    with pytest.raises(RefusedError, match="someone else"), transaction(engine) as connection:
        transitions.release(connection, seen, decision, submitter, "poststelle", _DEFINITIONS)
    assert len(submitter.completions) == 1


_STEPS = ("receive", "propose-sure", "propose-held", "release", "reject", "file", "refuse", "retry")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(_STEPS), max_size=12))
def test_no_sequence_seals_without_a_release(engine: Engine, steps: list[str]) -> None:
    """Whatever is tried in whatever order: filed means released before, and all is in the log."""
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM document")
        connection.exec_driver_sql("DELETE FROM history")
        connection.exec_driver_sql("DELETE FROM receipt")
        connection.exec_driver_sql("DELETE FROM scan")
    submitter = _RecordingSubmitter()
    first = len(_actions_any(engine))
    for number, step in enumerate(steps):
        try:
            _try(engine, submitter, step, _NOW + timedelta(seconds=number))
        except (RefusedError, NotFoundError):
            continue
    actions = _actions_any(engine)[first:]
    with engine.connect() as connection:
        letter = documents.find(connection, _DOC)
        assert verify(connection).intact
    assert actions.count("filed") <= actions.count("released")
    assert actions.count("filed") <= 1
    if "filed" in actions:
        assert actions.index("released") < actions.index("filed")
        assert letter is not None
        assert letter.release is not None
    if letter is not None and letter.state is DocumentState.FILED:
        assert letter.transfervermerk is not None


def _try(engine: Engine, submitter: Submitter, step: str, at: datetime) -> None:
    if step == "receive":
        _receive(engine, submitter)
    elif step == "propose-sure":
        _propose(engine, submitter, _letter())
    elif step == "propose-held":
        _propose(engine, submitter, _letter(confidence=0.1))
    elif step == "file":
        with engine.connect() as connection:
            letter = documents.get(connection, _DOC)
        if letter.release is not None:
            _file(engine, letter)
    else:
        with transaction(engine) as connection:
            _act(connection, submitter, step, at)


def _act(connection: Connection, submitter: Submitter, step: str, at: datetime) -> None:
    if step == "retry":
        transitions.retry(connection, _SCAN.digest, submitter, "clerk", at)
        return
    letter = documents.get(connection, _DOC)
    if step == "release":
        decision = Release(ReleaseKind.PERSON, "A", "", at, "clerk")
        transitions.release(connection, letter, decision, submitter, "poststelle", _DEFINITIONS)
    elif step == "reject":
        transitions.reject(connection, letter, Stated("Werbung", _SCAN.digest), "clerk", at)
    else:
        transitions.refuse_seal(connection, _DOC, "fault", at)


def _actions_any(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return [event.action.value for _n, event in reversed(log.latest(connection, 9999))]


def test_an_akte_is_opened_once(engine: Engine) -> None:
    akte = Akte("32.1-112.05/2026-0417", "Gewerbe", "32.1", _NOW)
    with transaction(engine) as connection:
        transitions.open_akte(connection, akte, "clerk")
        with pytest.raises(RefusedError, match="exists"):
            transitions.open_akte(connection, akte, "clerk")
        with pytest.raises(RefusedError, match="not an Aktenzeichen"):
            transitions.open_akte(connection, replace(akte, aktenzeichen="32-1"), "clerk")
    assert _actions(engine) == [Action.AKTE_OPENED.value]


def test_the_named_akte_is_kept_as_evidence(engine: Engine, submitter: _RecordingSubmitter) -> None:
    _receive(engine, submitter)
    named = Field(FieldName.AKTENZEICHEN, "11.1-111.11/2026-1111", "x", 0.9, "body", 1)
    letter = _propose(engine, submitter, _letter(extraction=Extraction((named,))))
    assert (letter.state, letter.aktenzeichen) == (DocumentState.REVIEW, "")
    assert letter.extraction.first(FieldName.AKTENZEICHEN) == named


def test_a_class_sets_the_deadline_from_the_german_day_of_receipt(
    engine: Engine, submitter: _RecordingSubmitter
) -> None:
    _receive(engine, submitter)
    late = datetime(2026, 4, 30, 22, 30, tzinfo=UTC)  # 1 May in Germany
    appeal = Classification("widerspruch", 0.95)
    letter = _propose(engine, submitter, _letter(received_at=late, classification=appeal))
    assert letter.deadline == "2026-06-01"
    assert "2026-05-01 + 1 month = 2026-06-01" in letter.deadline_rule
    other = replace(letter, classification=Classification("einspruch_bussgeld", 1.0))
    assert transitions.with_deadline(other, _DEFINITIONS).deadline == "2026-05-15"
    none = replace(letter, classification=Classification("rechnung", 1.0))
    cleared = transitions.with_deadline(none, _DEFINITIONS)
    assert (cleared.deadline, cleared.deadline_rule) == ("", "")


def test_a_confused_aktenzeichen_is_mended_against_known_akten_only(
    engine: Engine, submitter: _RecordingSubmitter
) -> None:
    akte = Akte("11.1-111.11/2026-0083", "x", "11", _NOW)
    _receive(engine, submitter)
    with transaction(engine) as connection:
        transitions.open_akte(connection, akte, "clerk")
    name = FieldName.AKTENZEICHEN
    read, others = "11.1-111.11/2026-00S3", ("11.1-111.11/2026-0083",)
    field = Field(name, "11.1-111.11/2026-0053", read, 0.9, "label", 1, others=others)
    letter = _propose(engine, submitter, _letter(extraction=Extraction((field,))))
    assert letter.aktenzeichen == "11.1-111.11/2026-0083"
    mended = letter.extraction.fields[0]
    assert (mended.value, mended.read) == (letter.aktenzeichen, read)


def test_an_unreadable_aktenzeichen_holds_a_letter(
    engine: Engine, submitter: _RecordingSubmitter
) -> None:
    _receive(engine, submitter)
    field = Field(FieldName.AKTENZEICHEN, "", "32.1 112", 0.0, "resemblance", 1, None, "why")
    letter = _propose(engine, submitter, _letter(extraction=Extraction((field,))))
    assert letter.state is DocumentState.REVIEW
    assert FindingCode.DOUBTFUL_AKTENZEICHEN in {each.code for each in letter.findings}


def test_how_an_archive_copy_was_made_is_in_the_log(
    engine: Engine, submitter: _RecordingSubmitter
) -> None:
    """Issue 4: the document says so, and so does the audit log; names of fonts, no text."""
    _receive(engine, submitter)
    replaced = Finding(FindingCode.FONT_REPLACED, 1, "Helvetica by LiberationSans")
    copy = ArchiveCopy(
        sha256=digest_of(b"pdf"),
        pages=9,
        verdict="pass",
        claim=Claim(3, Level.B),
        way=ArchiveWay.MIXED,
        rasterised=(1, 2, 3, 7),
        promoted=(4, 5),
        findings=(replaced, replace(replaced, page=2), Finding(FindingCode.FORM_FLATTENED, 4)),
        likeness=Likeness(1.25, 0.995),
    )
    for _twice in range(2):
        with transaction(engine) as connection:
            transitions.converted(connection, _SCAN.digest, {_DOC: copy}, _NOW)
        _propose(engine, submitter, _letter())
    assert _actions(engine)[:3] == ["received", "converted", "split"]
    assert _actions(engine).count("converted") == 1
    with engine.connect() as connection:
        told = next(
            event.after
            for _n, event in log.latest(connection, 99)
            if event.action.value == "converted"
        )
    assert told == {
        "sha256": digest_of(b"pdf"),
        "claim": "PDF/A-3b",
        "way": "mixed",
        "pages": "9",
        "promoted": "2",
        "rasterised": "1-3, 7",
        "changes": "font_replaced:2,form_flattened:1",
        "fonts": "Helvetica by LiberationSans",
        "difference": "1.250",
        "words_kept": "0.9950",
    }
    assert copy_findings(copy)[:2] == (
        Finding(FindingCode.RASTERISED, 1),
        Finding(FindingCode.RASTERISED, 2),
    )
    assert copy_findings(copy)[4:] == copy.findings


def test_how_an_archive_copy_was_made_is_in_the_record(
    engine: Engine, submitter: _RecordingSubmitter
) -> None:
    """Issue 4: `eakte show` tells which pages were drawn anew, without searching the log."""
    made = Conversion(Claim(3, Level.B), ArchiveWay.MIXED, (7,), (4, 5), Likeness(1.25, 0.995))
    _receive(engine, submitter)
    kept = _propose(engine, submitter, _letter(conversion=made)).conversion
    assert kept == made
    assert kept.sentence((4, 5, 6, 7)) == (
        "PDF/A-3b: the scanner's picture is kept (page 6); "
        "kept as a program drew it (pages 4-5); drawn anew as a picture (page 7)"
    )
    assert kept.compared() == "differs by 1.25 of 255 levels of grey; words kept: 99.5%"
    alone = Conversion(Claim(), ArchiveWay.PROMOTED, promoted=(1, 2))
    assert alone.sentence((1, 2)) == "PDF/A-2u: kept as a program drew it"
    drawn = Conversion(Claim(), ArchiveWay.RASTERISED, (1,))
    assert drawn.compared() == "differs by 0.00 of 255 levels of grey"
