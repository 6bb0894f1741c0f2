"""Searching as commands do it: what somebody may see, pages of hits, and an index that breaks."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from eakte.cli.app import program
from eakte.config import Home, Settings
from eakte.database import transaction
from eakte.database.schema import scan
from eakte.domain.access import Role
from eakte.domain.akten import Akte, Document, DocumentState
from eakte.domain.archive import ArchiveWay, Claim, Conversion
from eakte.domain.codec import to_json
from eakte.domain.confidentiality import Confidentiality
from eakte.domain.ids import Digest, document_id
from eakte.domain.letters import Classification, Extraction
from eakte.domain.persons import Person
from eakte.domain.text import RecognisedPage
from eakte.errors import IndexBrokenError, NotFoundError, QueryError, RefusedError
from eakte.pipeline.context import Context
from eakte.pipeline.desk import Desk
from eakte.pipeline.indexing import index_document
from eakte.records import akten, documents
from eakte.search.index import index_of
from eakte.services import actor, indexing, records
from eakte.services.searching import Filters, search
from tests.tools.homes import SERVER

NFD = Confidentiality.NFD
DAY = datetime(2026, 3, 1, tzinfo=UTC)
AKTEN = {"32.1-112.05/2026-0001": "32.1", "50.2-455.20/2026-0001": "50.2"}
LETTERS = (
    # Akte, class, date, confidentiality, pages
    (0, "rechnung", "2026-01-15", "offen", ("Rechnung über 1.747,80 EUR", "Gartenzaun")),
    (0, "widerspruch", "2026-02-15", "offen", ("Widerspruch gegen die Gartenabgabe",)),
    (0, "beschwerde", "2026-03-15", "vs-nfd", ("Beschwerde: Gartenlaube verraten, Giftmüll",)),
    (1, "rechnung", "2026-03-20", "offen", ("Gartenfest, 20,00 EUR, Geheimnis",)),
)  # fmt: skip


@pytest.fixture
def filed(context: Context) -> Context:
    """A home with four letters in two Akten, indexed."""
    with transaction(context.engine) as connection:
        for aktenzeichen, office in AKTEN.items():
            akten.add(connection, Akte(aktenzeichen, "Titel", office, DAY))
    for number in range(len(LETTERS)):
        assert index_document(context, file_letter(context, number).id)
    return context


def file_letter(desk: Desk, number: int) -> Document:
    where, kind, day, level, pages = LETTERS[number]
    digest = Digest(f"{number + 1:064x}"[::-1])
    read = tuple(
        RecognisedPage(page, 1, 1, (), text, 0, 0.9, True, "test")
        for page, text in enumerate(pages, start=1)
    )
    letter = Document(
        id=document_id(digest, 1),
        scan=digest,
        part=1,
        pages=tuple(range(1, len(pages) + 1)),
        state=DocumentState.FILED,
        received_at=DAY + timedelta(hours=number),
        classification=Classification(kind, 1.0),
        subject=f"Betreff {number}",
        sender="Gärtnerei Vogel",
        letter_date=day,
        aktenzeichen=list(AKTEN)[where],
        extraction=Extraction(),
        findings=(),
        text=desk.store.put(to_json(read, tuple[RecognisedPage, ...])),
        alto=Digest("0" * 64),
        archive_copy=Digest("0" * 64),
        conversion=Conversion(Claim(), ArchiveWay.PICTURES),
        recognised_at=DAY,
        confidentiality=Confidentiality(level),
    )
    row = {"digest": digest, "name": "n", "station": "s", "pipeline": "p", "size": 1, "state": "x"}
    with transaction(desk.engine) as connection:
        connection.execute(sa.insert(scan).values(**row, received_at=1, updated_at=1))
        documents.add(connection, letter)
    return letter


def found(desk: Desk, query: str, filters: Filters = Filters(), **options) -> list[str]:  # noqa: B008
    result = search(desk, query, filters, **options)
    return sorted(each.document.subject[-1] for each in result.found)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("garten", "0123"),
        ("klasse:rechnung", "03"),
        ("klasse:Rechnung garten", "03"),
        ("klasse:rechnung,widerspruch", "013"),
        ("klasse:rechnung -geheimnis", "0"),
        ("garten -klasse:rechnung", "12"),
        ("az:32.1", "012"),
        ("az:50.2-455.20/2026-0001", "3"),
        ('az:"50.2 - 455.20 / 2026 - 0001" garten', "3"),
        ("datum:2026-01..2026-02", "01"),
        ("datum:>2026-02 garten", "23"),
        ("(datum:2026-01 OR klasse:beschwerde) garten", "02"),
        ("betrag:>1000", "0"),
        ("betrag:1.747,80", "0"),
        ("betrag:10..2000", "03"),
        ("von:vogel -betrag:>0", "12"),
        ("von:Vögel gartenfest", "3"),
        ("-garten klasse:rechnung", ""),
    ],
)
def test_what_records_and_text_say_together(filed, query, wanted):
    assert "".join(found(filed, query)) == wanted


def test_filters_of_the_command_narrow(filed):
    assert found(filed, "garten", Filters(akte=list(AKTEN)[1])) == ["3"]
    assert found(filed, "garten", Filters(class_id="rechnung", until="2026-02-01")) == ["0"]
    with pytest.raises(NotFoundError):
        search(filed, "garten", Filters(class_id="nonsense"))
    with pytest.raises(QueryError):
        search(filed, "klasse:nonsense", Filters())


def _clerk(desk: Desk, **options) -> Desk:
    """Make the one who runs the tests a clerk of office 32."""
    values = {"roles": (Role.CLERK,), "offices": ("32",)} | options
    person = Person(account=actor.account(desk.home), name="Ida Faber", **values)
    settings = Settings(**desk.home.settings.model_dump() | {"persons": (person,)})
    made = Desk(Home(desk.home.root, settings), desk.clock)
    made.__dict__["engine"] = desk.engine
    return made


@pytest.mark.parametrize(
    ("query", "open_only", "with_nfd"),
    [
        ("garten", 2, 3),
        ("geheimnis", 0, 0),
        ("verraten", 0, 1),
        ("gartenfest", 0, 0),
        ("giftmull", 0, 1),
        ("gehiemnis", 0, 0),  # meant is a word of a letter of another office
        ("veraten", 0, 1),
        ("datum:2026", 2, 3),
        ("betrag:20", 0, 0),
        ("az:50.2", 0, 0),
        ("garten OR geheimnis", 2, 3),
    ],
)
def test_no_hit_no_count_no_snippet_no_suggestion_of_what_may_not_be_seen(
    filed, query, open_only, with_nfd
):
    for desk, count in ((_clerk(filed), open_only), (_clerk(filed, clearance=NFD), with_nfd)):
        result = search(desk, query, Filters())
        assert (len(result.found), result.total.count, result.total.more) == (count, count, False)
        told = json.dumps([each.hit.snippet.text for each in result.found]).casefold()
        assert "geheimnis" not in told
        assert "gartenfest" not in told


def test_what_may_not_be_seen_does_not_show_in_ranks_either(filed):
    before = [each.hit.rank for each in search(_clerk(filed), "garten gegen", Filters()).found]
    with transaction(filed.engine) as connection:
        index_of(connection).remove(connection, document_id(Digest(f"{4:064x}"[::-1]), 1))
    after = [each.hit.rank for each in search(_clerk(filed), "garten gegen", Filters()).found]
    assert before == after != []


def test_akten_are_listed_with_what_may_be_seen_in_them_however_many_there_are(filed):
    asked = list[str]()

    def note(_conn, _cursor, statement: str, *_rest: object) -> None:
        asked.append(statement)

    sa.event.listen(filed.engine, "before_cursor_execute", note)
    for desk, wanted in (
        (filed, [3, 1]),
        (_clerk(filed), [2]),
        (_clerk(filed, clearance=NFD), [3]),
    ):
        asked.clear()
        assert [count for _akte, count in records.list_akten(desk).akten] == wanted
        assert sum("SELECT" in each for each in asked) == 3
    sa.event.remove(filed.engine, "before_cursor_execute", note)


def test_akten_are_listed_a_page_at_a_time_and_by_what_they_are_called(filed):
    first, second = (akte for akte, _count in records.list_akten(filed).akten)
    page = records.list_akten(filed, limit=1, offset=1)
    assert ([akte for akte, _count in page.akten], page.total) == ([second], 2)
    assert records.list_akten(filed, limit=1, offset=2).akten == ()
    named = records.list_akten(filed, second.aktenzeichen[3:].upper())
    assert ([akte for akte, _count in named.akten], named.total) == ([second], 1)
    assert records.list_akten(filed, first.title.upper()).total >= 1
    assert records.list_akten(filed, "%").total == 0
    assert records.list_akten(_clerk(filed), second.aktenzeichen).total == 0


def test_a_rebuild_gives_the_same_and_filing_goes_on_meanwhile(filed):
    progress = indexing.rebuild(filed, workers=2)
    first = next(progress)
    assert (first.done, first.total) == (0, len(LETTERS))
    assert found(filed, "garten") == ["0", "1", "2", "3"]
    *_rest, last = progress
    assert (last.done, last.total, last.unreadable) == (4, 4, ())
    assert found(filed, "garten") == ["0", "1", "2", "3"]
    assert indexing.check(filed).sound


def test_what_is_filed_while_the_index_is_rebuilt_is_in_it(filed):
    with transaction(filed.engine) as connection:
        connection.execute(sa.text("DELETE FROM document WHERE subject = 'Betreff 3'"))
        connection.execute(sa.delete(scan).where(scan.c.digest == f"{4:064x}"[::-1]))
    progress = indexing.rebuild(filed, workers=1)
    next(progress)
    file_letter(filed, 3)
    *_rest, last = progress
    assert (last.done, last.total) == (4, 4)
    assert found(filed, "geheimnis") == ["3"]


def test_what_changes_while_the_index_is_rebuilt_is_in_it(filed):
    progress = indexing.rebuild(filed, workers=1)
    for _each in range(2):
        next(progress)
    with transaction(filed.engine) as connection:
        first, second, *_rest = documents.filed_texts(connection)
        corrected = replace(documents.get(connection, first[0]), sender="Neumann AG")
        documents.update(connection, corrected)
        superseded = replace(documents.get(connection, second[0]), state=DocumentState.SUPERSEDED)
        documents.update(connection, superseded)
    *_rest, last = progress
    assert (last.done, last.total) == (3, 3)
    assert (found(filed, "von:neumann"), found(filed, "von:vogel")) == (["0"], ["2", "3"])
    assert indexing.check(filed).sound


def test_check_tells_of_a_sender_that_was_corrected_since(filed):
    with transaction(filed.engine) as connection:
        (first, *_rest) = documents.filed_texts(connection)
        corrected = replace(documents.get(connection, first[0]), sender="Neumann AG")
        documents.update(connection, corrected)
    report = indexing.check(filed)
    assert (report.missing, report.surplus, report.outdated, report.sound) == (0, 0, 1, False)


def test_a_rebuild_that_ends_early_leaves_the_old_index(filed):
    progress = indexing.rebuild(filed, workers=1)
    next(progress)
    with pytest.raises(RefusedError):
        next(indexing.rebuild(filed, workers=1))
    progress.close()
    assert found(filed, "garten") == ["0", "1", "2", "3"]
    assert [each.done for each in indexing.rebuild(filed, workers=1)][-1] == 4


def test_a_text_that_cannot_be_read_is_told_and_the_others_are_indexed(filed):
    letter = file_letter_text(filed)
    letter.chmod(0o600)
    letter.write_bytes(b"other bytes")
    *_rest, last = indexing.rebuild(filed, workers=1)
    assert len(last.unreadable) == 1
    assert found(filed, "garten") == ["1", "2", "3"]
    assert indexing.check(filed).missing == 1


def file_letter_text(desk: Desk):
    with desk.engine.connect() as connection:
        (first, *_rest) = documents.filed_texts(connection)
    return desk.store.path(first[1])


def test_check_tells_what_is_missing_and_too_much(filed):
    with transaction(filed.engine) as connection:
        index = index_of(connection)
        known = sorted(index.known(connection))
        index.remove(connection, known[0])
        connection.execute(
            sa.text("UPDATE document SET state = 'superseded' WHERE id = :id"), {"id": known[1]}
        )
    report = indexing.check(filed)
    assert (report.filed, report.missing, report.surplus, report.sound) == (3, 1, 1, False)


def test_a_broken_index_is_told_and_mended_without_stopping_filing(filed):
    broken = "search_text" if SERVER else "search_index"
    with transaction(filed.engine) as connection:
        connection.execute(sa.text(f"DROP TABLE {broken}"))
    with pytest.raises(IndexBrokenError) as refusal:
        search(filed, "garten", Filters())
    assert "eakte index rebuild" in refusal.value.hint()
    assert not indexing.check(filed).sound
    with filed.engine.connect() as connection:
        (letter, *_rest) = documents.filed_texts(connection)
    assert not index_document(filed, letter[0])
    *_rest, last = indexing.rebuild(filed, workers=1)
    assert last.done == 4
    assert found(filed, "garten") == ["0", "1", "2", "3"]


def _run(desk: Desk, *arguments: str) -> str:
    result = CliRunner().invoke(program(), [*arguments, "--home", str(desk.home.root)])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_pages_csv_and_json(filed):
    everything = json.loads(_run(filed, "search", "garten", "--json"))
    assert everything["total"] == {"exact": 4, "similar": 0, "more": False}
    numbers = [each["number"] for each in everything["found"]]
    assert numbers == [1, 2, 3, 4]
    ids = [each["document"]["id"] for each in everything["found"]]
    for options, wanted in (
        (("--limit", "3"), ids[:3]),
        (("--limit", "3", "--page", "2"), ids[3:]),
        (("--limit", "2", "--offset", "1"), ids[1:3]),
        (("--page", "9"), []),
    ):
        rows = list(csv.DictReader(io.StringIO(_run(filed, "search", "garten", "--csv", *options))))
        assert [row["document"] for row in rows] == wanted
    (row,) = csv.DictReader(io.StringIO(_run(filed, "search", "gartenzaun", "--csv")))
    assert (row["page"], row["akte"], row["class"]) == ("2", next(iter(AKTEN)), "rechnung")


def test_what_people_see(filed):
    shown = _run(filed, "search", "garten", "--limit", "1")
    assert "Hits: 4" in shown
    assert "--offset 1" in shown
    shown = _run(filed, "search", "Gartenzuan")
    assert "Hits: 0, and 1 similar" in shown
    assert "»Gartenzaun«" in shown
    assert "page 2" in shown


def test_the_commands_on_the_index(filed):
    assert json.loads(_run(filed, "index", "check", "--json"))["filed"] == 4
    assert "sound" in _run(filed, "index", "check")
    assert "4 letters" in _run(filed, "index", "rebuild", "--workers", "1")
