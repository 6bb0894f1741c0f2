"""Retention: when it ends, what leads to a destruction, and all that forbids one."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from eakte.audit import log
from eakte.database import transaction
from eakte.domain.access import EVERYTHING
from eakte.domain.clock import FixedClock, SystemClock
from eakte.domain.entries import Link, Wiedervorlage
from eakte.domain.erasures import Ground
from eakte.domain.events import Action
from eakte.domain.retention import Course, Decision
from eakte.errors import RefusedError
from eakte.pipeline import attaching, casework
from eakte.pipeline.desk import Desk
from eakte.pipeline.keeping import By
from eakte.records import erasures
from eakte.services import appraising, erasing, retention
from eakte.services import casework as desk_casework
from eakte.services.handed_akte import handed_akte
from eakte.services.retention import Offer
from tests.integration import erasing_office as office
from tests.integration.erasing_office import AKTE, OTHER, OVER, acting, close, letters_of
from tests.tools import homes
from tests.unit.deliveries.plans import appraisal


@pytest.fixture
def desk(erasing_home, tmp_path) -> Iterator[Desk]:
    copied = office.at(homes.copy(erasing_home, tmp_path / "home"), OVER)
    yield copied
    copied.engine.dispose()


@pytest.fixture
def closed(desk) -> Desk:
    close(Desk(desk.home, SystemClock()))
    return desk


def _ask(desk):
    with acting("a.frager"):
        return erasing.ask_akte(desk, AKTE, "Frist")


def _refused(desk) -> str:
    with pytest.raises(RefusedError) as refused:
        _ask(desk)
    return refused.value.message()


def _at(desk, moment: datetime) -> Desk:
    return Desk(desk.home, FixedClock(moment))


def test_it_ends_with_a_year(closed):
    """One year from the end of the year of closing; on the last day it is not over yet."""
    year = SystemClock().now().year + 1
    last = datetime(year, 12, 31, 20, tzinfo=UTC)
    assert retention.due(_at(closed, last)).akten == ()
    (soon,) = retention.due(_at(closed, last), within_days=1).akten
    (due,) = retention.due(_at(closed, last + timedelta(hours=4))).akten
    assert soon == due
    assert (due.akte, due.years, due.ends) == (AKTE, 1, date(year, 12, 31))
    assert (due.disposal.value, due.course) == ("B", Course())
    office.offered(closed, closed.home.root)
    assert "ends on" in _refused(_at(closed, last))
    assert _ask(_at(closed, last + timedelta(hours=4))).letters


def test_a_reopened_akte_begins_anew(closed, tmp_path):
    office.offered(closed, tmp_path)
    _ask(closed)
    with transaction(closed.engine) as connection:
        casework.reopen_akte(connection, AKTE, By("m.brandt", OVER))
    assert retention.due(closed).akten == ()
    assert "not closed" in _refused(closed)
    close(closed)
    told = _refused(closed)
    assert "ends on" in told
    assert "was not offered" in told
    with acting("b.zeuge"), pytest.raises(RefusedError):
        erasing.confirm_akte(closed, AKTE)


def _next(desk) -> str:
    (due,) = retention.due(desk).akten
    return due.next_step()


def test_the_way_to_the_archive(closed, tmp_path):
    """Offered, answered, given, received: nothing is destroyed before, and each step says so."""
    first, second = letters_of(closed, AKTE)
    assert "was not offered" in _refused(closed)
    with pytest.raises(RefusedError, match="not offered"):
        retention.answer(closed, AKTE, Decision.TAKE, "Brief")
    retention.offer(closed, AKTE, tmp_path, Offer())
    assert "did not answer" in _refused(closed)
    with pytest.raises(RefusedError, match="not in it"):
        retention.answer(closed, AKTE, Decision.PART, "Brief", ("abcdef",))
    retention.answer(closed, AKTE, Decision.PART, "Brief", (second.id,))
    told = [_next(closed)]
    assert "did not say that it has" in _refused(closed)
    with pytest.raises(RefusedError, match="was not given"):
        retention.answer(closed, AKTE, Decision.RECEIVED, "Quittung")
    given = retention.deliver(closed, AKTE, tmp_path, Offer())
    told.append(_next(closed))
    with zipfile.ZipFile(given.package.path) as package:
        message = package.read(f"{given.package.path.stem}.xml").decode()
        assert (second.id in message, first.id in message) == (True, False)
        assert closed.store.get(second.sealed) in [
            package.read(each) for each in package.namelist()
        ]
    assert "did not say that it has" in _refused(closed)
    retention.answer(closed, AKTE, Decision.RECEIVED, "Quittung")
    told.append(_next(closed))
    _ask(closed)
    told.append(_next(closed))
    assert told == [
        "give the archive what it takes",
        "wait until the archive has it",
        "ask for its destruction",
        "another person confirms its destruction",
    ]
    with acting("b.zeuge"):
        erasing.confirm_akte(closed, AKTE)
    with closed.engine.connect() as connection:
        *_letters, akte = log.of_action(connection, Action.ERASED)
        facts = dict(erasures.newest(connection, AKTE).facts)
    assert (akte.object, akte.after["ground"]) == (AKTE, "retention-over")
    assert (facts["decision"], facts["package"]) == ("part", given.package.sha256)


def test_a_new_answer_undoes_what_followed_the_old_one(closed, tmp_path):
    office.offered(closed, tmp_path)
    _ask(closed)
    retention.answer(closed, AKTE, Decision.TAKE, "doch")
    with acting("b.zeuge"), pytest.raises(RefusedError, match="nobody asked"):
        erasing.confirm_akte(closed, AKTE)


def test_a_legal_hold_forbids_everything(closed, tmp_path):
    office.offered(closed, tmp_path)
    _ask(closed)
    retention.hold(closed, AKTE, "Klage 4 K 17/28")
    assert "legal hold" in _refused(closed)
    assert "legal hold" in _next(closed)
    with pytest.raises(RefusedError, match="already"):
        retention.hold(closed, AKTE, "noch eine")
    letter = letters_of(closed, AKTE)[0]
    with acting("a.frager"), pytest.raises(RefusedError, match="legal hold"):
        erasing.ask_document(closed, letter.id, Ground.CONSENT, "Antrag")
    retention.lift(closed, AKTE, "Urteil")
    with acting("b.zeuge"), pytest.raises(RefusedError, match="nobody asked"):
        erasing.confirm_akte(closed, AKTE)
    _ask(closed)
    with pytest.raises(RefusedError, match="no hold"):
        retention.lift(closed, AKTE, "Urteil")


def test_nothing_is_taken_out_of_an_akte_under_hold_to_be_erased_elsewhere(desk):
    retention.hold(desk, AKTE, "Klage")
    letter = letters_of(desk, AKTE)[0]
    with pytest.raises(RefusedError, match="legal hold"):
        desk_casework.move(desk, letter.id, OTHER)
    (other,) = letters_of(desk, OTHER)
    assert desk_casework.move(desk, other.id, AKTE).aktenzeichen == AKTE
    retention.lift(desk, AKTE, "Urteil")
    assert desk_casework.move(desk, letter.id, OTHER).aktenzeichen == OTHER


def test_links_and_deadlines_forbid(desk):
    (other,), first = letters_of(desk, OTHER), letters_of(desk, AKTE)[0]
    by = By("m.brandt", SystemClock().now())
    with transaction(desk.engine) as connection:
        link = attaching.attach(connection, other.id, Link(first.id), by)
        waiting = attaching.attach(connection, first.id, Wiedervorlage("2026-01-01", "x"), by)
    with pytest.raises(RefusedError) as refused:
        erasing.ask_document(desk, first.id, Ground.CONSENT, "Antrag")
    told = refused.value.message()
    assert (link.uuid[:8] in told, waiting.uuid[:8] in told, other.id in told) == (True,) * 3
    with transaction(desk.engine) as connection:
        attaching.end(connection, link.uuid, by)
        attaching.end(connection, waiting.uuid, by)
    assert erasing.ask_document(desk, first.id, Ground.CONSENT, "Antrag").letters == (first.id,)


def test_what_became_true_after_the_request_forbids_too(desk):
    first = letters_of(desk, AKTE)[0]
    with acting("a.frager"):
        erasing.ask_document(desk, first.id, Ground.CONSENT, "Antrag")
    retention.hold(desk, AKTE, "Klage")
    with acting("b.zeuge"), pytest.raises(RefusedError, match="legal hold"):
        erasing.confirm_document(desk, first.id)
    assert len(letters_of(desk, AKTE)) == 2


def test_the_log_holds_no_reason(closed, tmp_path):
    office.offered(closed, tmp_path)
    retention.hold(closed, AKTE, "wegen Erika Muster")
    with closed.engine.connect() as connection:
        assert not [each for each in log.entries(connection) if "Muster" in each]
        (held,) = log.of_action(connection, Action.RETENTION_HELD)
        assert len(held.after["reason"]) == 64


def test_an_answer_by_message(closed, tmp_path):
    """Each document as it, its Vorgang or the Akte is decided on; nothing is left to guess."""
    process = retention.offer(closed, AKTE, tmp_path, Offer()).process
    with closed.engine.connect() as connection:
        akte = handed_akte(connection, AKTE, closed.definitions, EVERYTHING)
    (vorgang,) = akte.vorgaenge
    first, second = vorgang.documents

    def said(*decided, process=process):
        (tmp_path / "0502.xml").write_bytes(appraisal(process, *decided))
        return appraising.answer_by_message(closed, AKTE, tmp_path / "0502.xml")

    for wrong in (
        ((akte.uuid, "B"),),
        ((first.uuid, "A"),),
        ((akte.uuid, "A"), ("7" * 8 + akte.uuid[8:], "V")),
    ):
        with pytest.raises(RefusedError, match="decide"):
            said(*wrong)
    with pytest.raises(RefusedError, match="another process"):
        said((akte.uuid, "V"), process=akte.uuid)
    assert said((akte.uuid, "A")) is Decision.TAKE
    assert said((akte.uuid, "A"), (vorgang.uuid, "V")) is Decision.DESTROY
    assert said((vorgang.uuid, "V"), (second.uuid, "A")) is Decision.PART
    (due,) = retention.due(closed).akten
    assert due.course.wanted == (second.name,)
