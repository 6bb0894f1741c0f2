"""What clerks do with Akten: nothing is lost, overwritten, or changed behind the log's back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from eakte.database import transaction
from eakte.domain.akten import Akte, Document, DocumentState
from eakte.domain.confidentiality import Confidentiality
from eakte.domain.entries import Link, Note, Party, Wiedervorlage
from eakte.domain.findings import FindingCode
from eakte.domain.verification import Verdict
from eakte.errors import ExitCode, NoDateError, NotFoundError, RefusedError, SealFailedError
from eakte.pipeline import casework as changing
from eakte.pipeline import transitions
from eakte.pipeline.complete_steps import CompleteSteps
from eakte.pipeline.context import Context
from eakte.pipeline.desk import Desk
from eakte.pipeline.indexing import index_document
from eakte.pipeline.keeping import By
from eakte.records import akten, documents
from eakte.services import attaching, casework, records, reviewing, searching, verifying
from eakte.services.reviewing import Corrections
from eakte.services.searching import Filters
from tests.integration.waiting_letters import add_letters, new_desk
from tests.tools import homes


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return new_desk(tmp_path_factory.mktemp("casework") / "home")


@pytest.fixture
def akte(desk: Desk) -> Akte:
    return casework.draw_akte(desk, "702.11", "Abfallgebühren")


@pytest.fixture
def letter(desk: Desk, akte: Akte) -> Document:
    return _filed(desk, akte.aktenzeichen)


def _filed(desk: Desk, name: str) -> Document:
    """File a letter without a seal."""
    (letter,) = add_letters(desk, ((1,),), mark=name)
    by = By("eakte", desk.clock.now())
    with transaction(desk.engine) as connection:
        vorgang = changing.place(connection, akten.get(connection, name), by)
        found = documents.get(connection, letter.id)
        place = {"aktenzeichen": name, "vorgang_id": vorgang.id}
        stored = documents.update(connection, replace(found, state=DocumentState.FILED, **place))
        changing.note_filed(connection, stored, vorgang, by, "poststelle")
    return stored


def _verdict(desk: Desk, akte: Akte) -> tuple[Verdict, str]:
    told, *_letters = verifying.verify_akte(desk, akte.aktenzeichen, desk.home.trust)
    return told.report.verdict, told.report.reason


def test_what_is_made_and_ended_stays_in_the_history(
    desk: Desk, akte: Akte, letter: Document
) -> None:
    name = akte.aktenzeichen
    party = attaching.attach(desk, name, Party("Antragstellerin", "Erika Muster"))
    attaching.amend(desk, party.uuid[:8], {"name": "Erika Beispiel"})
    attaching.end(desk, party.uuid)
    attaching.attach(desk, letter.id, Note("Rückruf"))
    told = [
        (each.action.value, dict(each.before).get("name"), dict(each.after).get("name"))
        for each in casework.changes(desk, name)
        if each.key == party.uuid
    ]
    assert told == [
        ("entry-added", "", "Erika Muster"),
        ("entry-changed", "Erika Muster", "Erika Beispiel"),
        ("entry-ended", None, None),
    ]
    assert [each.content for each in records.show_akte(desk, name).entries] == [Note("Rückruf")]
    assert _verdict(desk, akte) == (Verdict.VALID, "")


def test_the_log_holds_no_name_and_no_title(desk: Desk, akte: Akte) -> None:
    attaching.attach(desk, akte.aktenzeichen, Party("Anwalt", "Xaver Unverwechselbar"))
    casework.change_akte(desk, akte.aktenzeichen, {"title": "Streit mit Unverwechselbar"})
    rows = homes.execute(desk.home.root, "SELECT entry FROM audit_event")
    assert rows
    assert not [entry for (entry,) in rows if "Unverwechselbar" in entry]


_ROW = "WHERE id = (SELECT max(id) FROM history WHERE akte = :akte)"
_TAMPERING: dict[str, tuple[str, str]] = {
    "value": (f'UPDATE history SET after = \'{{"title":"y"}}\' {_ROW}', "History in the log"),
    "actor": (f"UPDATE history SET actor = 'somebody' {_ROW}", "History in the log"),
    "deleted": (f"DELETE FROM history {_ROW}", "History in the log"),
    "record": ("UPDATE akte SET title = 'z' WHERE aktenzeichen = :akte", "Present state"),
    "reopened": ("UPDATE akte SET closed_at = 1 WHERE aktenzeichen = :akte", "Present state"),
    "vorgang": (
        "UPDATE vorgang SET title = 'z' WHERE aktenzeichen = :akte",
        "Present state",
    ),
    "document": (
        "UPDATE document SET subject = 'z' WHERE aktenzeichen = :akte",
        "Present state",
    ),
    "entry": ('UPDATE entry SET content = \'{"text":"z"}\' WHERE subject = :akte', "Present"),
    "entry-gone": ("DELETE FROM entry WHERE subject = :akte", "Present state"),
    "place": ("UPDATE document SET vorgang_id = 1 WHERE aktenzeichen = :akte", "Present state"),
}


def test_a_change_behind_the_log_is_found(desk: Desk) -> None:
    other = casework.draw_akte(desk, "702.11", "Erste")
    casework.new_vorgang(desk, other.aktenzeichen, "Vorgang 1 der Datenbank, vielleicht")
    for what, (statement, step) in _TAMPERING.items():
        akte = casework.draw_akte(desk, "702.11", what)
        name = akte.aktenzeichen
        _filed(desk, name)
        attaching.attach(desk, name, Note("Rückruf"))
        casework.change_akte(desk, name, {"title": "x"})
        assert _verdict(desk, akte) == (Verdict.VALID, ""), what
        homes.execute(desk.home.root, statement, akte=name)
        verdict, reason = _verdict(desk, akte)
        assert (verdict, step in reason) == (Verdict.INVALID, True), (what, reason)


def test_who_saw_an_old_version_hears_who_was_faster(
    desk: Desk, akte: Akte, letter: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EAKTE_USER", "yilmaz")
    casework.change_akte(desk, akte.aktenzeichen, {"title": "Neu"}, seen=1)
    casework.correct(desk, letter.id, {"sender": "Firma GmbH"}, seen=letter.version)
    note = attaching.attach(desk, letter.id, Note("a"))
    attaching.amend(desk, note.uuid, {"text": "b"}, seen=1)
    casework.new_vorgang(desk, akte.aktenzeichen, "Zwei")
    casework.rename_vorgang(desk, akte.aktenzeichen, 2, "Drei", seen=1)
    monkeypatch.setenv("EAKTE_USER", "probst")
    late: tuple[tuple[Callable[[], object], str], ...] = (
        (lambda: casework.close_akte(desk, akte.aktenzeichen, seen=1), "title"),
        (lambda: casework.move(desk, letter.id, akte.aktenzeichen, 2, letter.version), "sender"),
        (lambda: attaching.end(desk, note.uuid, seen=1), "text"),
        (lambda: casework.close_vorgang(desk, akte.aktenzeichen, 2, seen=1), "title"),
    )
    for act, what in late:
        with pytest.raises(RefusedError, match=f"not version .* any more: yilmaz changed {what}"):
            act()
    with pytest.raises(RefusedError, match="has no version 99"):
        casework.close_akte(desk, akte.aktenzeichen, seen=99)


def test_many_clerks_draw_at_once_and_no_number_twice(desk: Desk) -> None:
    def draw(number: int) -> str:
        return casework.draw_akte(desk, "112.05", f"Gewerbe {number}").aktenzeichen

    year = desk.clock.now().year
    casework.new_akte(desk, f"32.1-112.05/{year}-0003", "Eigene Nummer", "")
    with ThreadPoolExecutor(8) as clerks:
        drawn = sorted(clerks.map(draw, range(24)))
    assert drawn == [f"32.1-112.05/{year}-{n:04}" for n in range(1, 26) if n != 3]


def test_of_two_clerks_who_close_at_once_one_does(desk: Desk) -> None:
    akte = casework.draw_akte(desk, "702.11", "Wettlauf")

    def close(_number: int) -> bool:
        try:
            casework.close_akte(desk, akte.aktenzeichen, seen=1)
        except RefusedError:
            return False
        return True

    with ThreadPoolExecutor(4) as clerks:
        assert sum(clerks.map(close, range(4))) == 1
    assert _verdict(desk, akte) == (Verdict.VALID, "")


def test_a_closed_akte_takes_nothing(desk: Desk, akte: Akte, letter: Document) -> None:
    name, other = akte.aktenzeichen, casework.draw_akte(desk, "702.11", "Andere").aktenzeichen
    elsewhere = _filed(desk, other)
    due = attaching.attach(desk, letter.id, Wiedervorlage("2026-01-02", "prüfen"))
    assert letter.id in {each.entry.subject for each in attaching.due(desk, 0)}
    with pytest.raises(RefusedError, match="1 Wiedervorlagen"):
        casework.close_akte(desk, name)
    attaching.end(desk, due.uuid)
    casework.close_akte(desk, name)
    refused: tuple[Callable[[], object], ...] = (
        lambda: casework.close_akte(desk, name),
        lambda: casework.change_akte(desk, name, {"title": "x"}),
        lambda: casework.new_vorgang(desk, name, "x"),
        lambda: casework.reopen_vorgang(desk, name, 1),
        lambda: casework.move(desk, elsewhere.id, name),
        lambda: casework.move(desk, letter.id, other),
        lambda: casework.correct(desk, letter.id, {"subject": "x"}),
        lambda: attaching.attach(desk, name, Note("x")),
        lambda: attaching.attach(desk, letter.id, Link(elsewhere.id)),
    )
    for act in refused:
        with pytest.raises(RefusedError, match="closed"):
            act()
    casework.reopen_akte(desk, name)
    casework.move(desk, elsewhere.id, name)
    assert [each.closed_at for each, _letters in records.show_akte(desk, name).content] == [None]
    assert _verdict(desk, akte) == (Verdict.VALID, "")


def test_letters_on_their_way_to_a_closed_akte_wait_for_a_person(desk: Desk, akte: Akte) -> None:
    """Proposed, to be released, and released already: none is lost, none is filed."""
    name = akte.aktenzeichen
    first, second = add_letters(desk, ((1,), (2,)), mark=f"way {name}")
    decided = Corrections(akte=name, class_id="sonstiges")
    released = reviewing.release(desk, first.id, decided, "A. Probst")
    reviewing.correct(desk, second.id, decided)
    assert casework.close_akte(desk, name).on_their_way == 2
    with pytest.raises(RefusedError, match="is closed; reopen it"):
        reviewing.release(desk, second.id, Corrections(), "A. Probst")
    context = Context(desk.home, desk.clock)
    with pytest.raises(SealFailedError, match="closed"):
        CompleteSteps(context).attach_transfervermerk(released.id)
    with transaction(desk.engine) as connection:
        transitions.refuse_seal(connection, released.id, "closed", desk.clock.now())
    assert not index_document(desk, released.id), "only what is filed is found"
    context.engine.dispose()
    back = reviewing.look(desk, first.id)
    assert back.document.state is DocumentState.REVIEW
    assert FindingCode.AKTE_CLOSED in {each.code for each in back.document.findings}
    assert "its Akte is closed" in " ".join(back.reasons)
    moved_on = reviewing.correct(desk, first.id, Corrections(akte="20.1-702.11/2026-0002"))
    assert "its Akte is closed" not in " ".join(reviewing.look(desk, moved_on.id).reasons)


def test_a_moved_document_is_seen_from_both_akten(desk: Desk, akte: Akte, letter: Document) -> None:
    other = casework.draw_akte(desk, "702.11", "Andere")
    casework.move(desk, letter.id, other.aktenzeichen)
    for name in (akte.aktenzeichen, other.aktenzeichen):
        (moved,) = [each for each in casework.changes(desk, name) if each.action.value == "moved"]
        assert (moved.left_akte, moved.akte) == (akte.aktenzeichen, other.aktenzeichen)
    assert _verdict(desk, akte) == _verdict(desk, other) == (Verdict.VALID, "")


def test_a_corrected_sender_is_found(desk: Desk, letter: Document) -> None:
    assert index_document(desk, letter.id)
    casework.correct(desk, letter.id, {"sender": "Kesselflicker GmbH"})
    found = searching.search(desk, "von:kesselflicker", Filters())
    assert [each.hit.document for each in found.found] == [letter.id]


def test_what_is_no_day_is_wrong_usage_and_no_refusal(
    desk: Desk, akte: Akte, letter: Document
) -> None:
    assert NoDateError.exit_code is ExitCode.USAGE
    with pytest.raises(NoDateError, match=r"^gestern is no date like 2026-03-31$"):
        attaching.attach(desk, letter.id, Wiedervorlage("gestern", "prüfen"))
    with pytest.raises(NoDateError, match="2026-02-30"):
        casework.change_akte(desk, akte.aktenzeichen, {"ends": "2026-02-30"})
    with pytest.raises(NoDateError, match="2026-13-01"):
        casework.correct(desk, letter.id, {"letter_date": "2026-13-01"})


def test_only_what_is_filed_is_moved_or_noted(desk: Desk, akte: Akte) -> None:
    (waiting,) = add_letters(desk, ((1,),), mark=f"waits {akte.aktenzeichen}")
    for act in (
        lambda: casework.move(desk, waiting.id, akte.aktenzeichen),
        lambda: casework.correct(desk, waiting.id, {"subject": "x"}),
        lambda: attaching.attach(desk, waiting.id, Note("x")),
    ):
        with pytest.raises(RefusedError, match="not filed yet"):
            act()
    with pytest.raises(NotFoundError):
        attaching.attach(desk, "20.1-702.11/1999-0001", Note("x"))


def test_confidentiality_of_a_document_is_its_own(desk: Desk, letter: Document) -> None:
    changed = casework.correct(desk, letter.id, {}, Confidentiality.VERTRAULICH)
    assert changed.confidentiality is Confidentiality.VERTRAULICH
    assert casework.correct(desk, letter.id, {}, Confidentiality.VERTRAULICH) == changed
