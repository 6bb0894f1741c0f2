"""Erasing: what goes, what remains, and that nobody takes a loss for an erasure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from eakte.audit import log
from eakte.audit.verify import verify as verify_log
from eakte.database import snapshot, transaction
from eakte.database.schema import erasure, scan
from eakte.domain.clock import SystemClock
from eakte.domain.erasures import Ground, Tombstone
from eakte.domain.events import Action, Event
from eakte.domain.history import RecordKind
from eakte.domain.ids import Digest
from eakte.domain.verification import Verdict
from eakte.errors import ErasedError, RefusedError
from eakte.pipeline import noted, transitions
from eakte.pipeline.desk import Desk
from eakte.records import documents, erasures, history
from eakte.seal.opening import open_archive_stamper
from eakte.services import (
    casework,
    erasing,
    evidence_checks,
    evidence_renewing,
    indexing,
    records,
    repair,
    verifying,
)
from eakte.store.local import LocalBlobStore
from tests.integration import erasing_office as office
from tests.integration.erasing_office import AKTE, OTHER, OVER, WORD, acting, close, letters_of
from tests.integration.waiting_letters import add_letters
from tests.tools import homes


@pytest.fixture
def desk(erasing_home, tmp_path) -> Iterator[Desk]:
    """A copy of that home after all retention."""
    copied = office.at(homes.copy(erasing_home, tmp_path / "home"), OVER)
    yield copied
    copied.engine.dispose()


@pytest.fixture
def closed(desk) -> Desk:
    """The Akte was closed long ago."""
    close(Desk(desk.home, SystemClock()))
    return desk


def _verdicts(desk) -> dict[str, Verdict]:
    found = verifying.verify_all(desk, desk.home.trust)
    return {each.name: each.report.verdict for each in found}


def test_what_goes_and_what_remains(closed, tmp_path):
    first, second = letters_of(closed, AKTE)
    (other,) = letters_of(closed, OTHER)
    before = set(closed.store.digests())
    assert homes.SERVER or _traces(closed)
    office.offered(closed, tmp_path)
    done = office.destroyed(closed)
    assert set(done.letters) == {first.id, second.id}
    left = set(closed.store.digests())
    assert len(before - left) == done.blobs
    for letter in (first, second):
        assert {letter.scan, letter.sealed, letter.report, letter.archive_copy} & left <= {
            other.archive_copy
        }
    assert {other.scan, other.sealed, other.text, other.alto, other.archive_copy} <= left
    _require_sound(closed)
    assert _traces(closed) == []
    assert _verdicts(closed) == dict.fromkeys(
        (AKTE, OTHER, first.id, second.id, other.id), Verdict.VALID
    )


def _require_sound(desk):
    """Nothing cries wolf."""
    with snapshot(desk.engine) as connection:
        assert verify_log(connection).intact
    assert indexing.check(desk).sound
    found = repair.look(desk, thorough=True)
    assert (found.missing, found.damaged, found.erased) == (frozenset(), frozenset(), frozenset())


def _traces(desk) -> list[str]:
    """Give the files of a home that hold the word in any form, also in what SQLite deleted."""
    stem = WORD[:-2].lower().encode()
    files = (path for path in desk.home.root.rglob("*") if path.is_file())
    return [str(path) for path in files if stem in path.read_bytes().lower()]


def test_evidence_of_others_outlives_it(closed, tmp_path):
    """A reduced hash tree holds only hashes of what was erased: the others' records verify."""
    office.offered(closed, tmp_path)
    office.destroyed(closed)
    (other,) = letters_of(closed, OTHER)
    living = [(OTHER, Verdict.VALID), (other.id, Verdict.VALID)]
    stamper = open_archive_stamper(closed.home, closed.clock)
    assert _evidence(closed, stamper) == living
    run = evidence_renewing.renew(closed, stamper, 4000, "sha512")
    assert [each.outcome.value for each in run.results] == ["renewed"]
    assert [each.objects for each in run.kept] == [3], "a letter, the manifests of both Akten"
    assert _evidence(closed, stamper) == living


def _evidence(desk, stamper):
    found = evidence_checks.verify(desk, stamper, ())
    return [(each.name, each.report.verdict) for each in found]


def test_one_asks_and_another_one_confirms(closed, tmp_path):
    office.offered(closed, tmp_path)
    with acting("a.frager"), pytest.raises(RefusedError, match="nobody asked"):
        erasing.confirm_akte(closed, AKTE)
    with acting("a.frager"):
        erasing.ask_akte(closed, AKTE, "Frist")
        with pytest.raises(RefusedError, match="another person"):
            erasing.confirm_akte(closed, AKTE)
    assert len(letters_of(closed, AKTE)) == 2
    with closed.engine.connect() as connection:
        assert log.of_action(connection, Action.ERASED) == ()


def test_what_is_erased_is_said_so_and_never_comes_back_under_its_name(closed, tmp_path):
    first, _second = letters_of(closed, AKTE)
    office.offered(closed, tmp_path)
    office.destroyed(closed)
    for look in (records.show, evidence_checks.record_of):
        with pytest.raises(ErasedError):
            look(closed, first.id)
    with pytest.raises(ErasedError):
        records.show_akte(closed, AKTE)
    with pytest.raises(RefusedError, match="erased"):
        casework.new_akte(closed, AKTE, "Neu", "20.1")
    assert verifying.verify_document(closed, first.id, closed.home.trust).report.verdict.value == (
        "VALID"
    )
    found = verifying.verify_akte(closed, AKTE, closed.home.trust)
    assert [(each.report.verdict, "erased on" in each.report.reason) for each in found] == (
        [(Verdict.VALID, True)] * 3
    )
    proofs = erasing.proofs(closed)
    assert {(each.asked_by, each.confirmed_by, each.reason) for each in proofs} == {
        ("a.frager", "b.zeuge", "Frist abgelaufen")
    }


_LOSSES = {
    "no proof, no event": (),
    "a forged proof": ("erasure",),
    "a forged event of nobody asked": ("erasure", "event"),
    "a forged event, asked for afterwards": ("erasure", "event", "asked after"),
    "a forged event, asked for when it was erased before": ("asked before", "erasure", "event"),
}


@pytest.mark.parametrize("forged", _LOSSES)
def test_a_loss_is_no_erasure(desk, forged):
    """Somebody with the database removes a letter, its history and its bytes."""
    letter = letters_of(desk, AKTE)[1]
    tombstone = Tombstone(
        letter.id, AKTE, desk.clock.now(), "a", "b", Ground.UNLAWFUL, "0" * 64, letter.id
    )
    asked = Event(Action.ERASURE_ASKED, letter.id, "a", "", desk.clock.now(), after={"reason": ""})
    with transaction(desk.engine) as connection:
        gone = erasures.forget_letter(connection, letter.id)
        if "asked before" in _LOSSES[forged]:
            log.append(connection, asked)
            for action in (Action.ERASED, Action.PROPOSED):
                log.append(connection, Event(action, letter.id, "b", "", desk.clock.now()))
        if "erasure" in _LOSSES[forged]:
            erasures.add(connection, tombstone)
        if "event" in _LOSSES[forged]:
            after = {"akte": AKTE, "erased-records": ",".join(gone), "asked-for": letter.id}
            after |= {"asked-by": "a", "proof": tombstone.digest()}
            event = Event(Action.ERASED, letter.id, "b", "", desk.clock.now(), after=after)
            log.append(connection, event)
        if "asked after" in _LOSSES[forged]:
            log.append(connection, asked)
    desk.store.remove(letter.sealed)
    assert _verdicts(desk)[letter.id] is Verdict.INVALID
    found = verifying.verify_akte(desk, AKTE, desk.home.trust)
    assert verifying.overall(found) is Verdict.INVALID


def test_a_lost_proof_is_found(closed, tmp_path):
    office.offered(closed, tmp_path)
    office.destroyed(closed)
    with transaction(closed.engine) as connection:
        connection.execute(sa.delete(erasure).where(erasure.c.name == AKTE))
    assert _verdicts(closed)[AKTE] is Verdict.INVALID


def test_a_changed_proof_is_found(closed, tmp_path):
    office.offered(closed, tmp_path)
    office.destroyed(closed)
    with transaction(closed.engine) as connection:
        proof = connection.execute(sa.select(erasure.c.proof).limit(1)).scalar_one()
        changed = proof.replace("a.frager", "c.andere")
        connection.execute(sa.update(erasure).values(proof=changed).where(erasure.c.id == 1))
    assert verifying.overall(verifying.verify_all(closed, closed.home.trust)) is Verdict.INVALID


def test_a_record_that_is_back_is_found(closed, tmp_path):
    """Rows out of a backup put into the present database."""
    office.offered(closed, tmp_path)
    first = letters_of(closed, AKTE)[0]
    office.destroyed(closed)
    with transaction(closed.engine) as connection:
        row = {"digest": first.scan, "name": "x", "station": "x", "pipeline": "x", "size": 1}
        row |= {"received_at": 0, "state": "processed", "updated_at": 0}
        connection.execute(sa.insert(scan).values(row))
        documents.add(connection, replace(first, vorgang_id=None))
    assert _verdicts(closed)[first.id] is Verdict.INVALID


def test_a_history_that_is_back_is_found(closed, tmp_path):
    office.offered(closed, tmp_path)
    first = letters_of(closed, AKTE)[0]
    with closed.engine.connect() as connection:
        change = history.of_record(connection, RecordKind.DOCUMENT, first.id)[0]
    office.destroyed(closed)
    with transaction(closed.engine) as connection:
        history.add(connection, change)
    assert _verdicts(closed)[first.id] is Verdict.INVALID


def test_one_document_goes_and_its_akte_stays_valid(desk):
    first, second = letters_of(desk, AKTE)
    with acting("a.frager"):
        asked = erasing.ask_document(desk, first.id, Ground.UNLAWFUL, "Antrag vom 3. März")
    assert asked.letters == (first.id,)
    with acting("b.zeuge"):
        erasing.confirm_document(desk, first.id)
    assert not desk.store.path(first.sealed).exists()
    _require_sound(desk)
    found = verifying.verify_akte(desk, AKTE, desk.home.trust)
    assert [(each.name, each.report.verdict) for each in found] == [
        (AKTE, Verdict.VALID), (first.id, Verdict.VALID), (second.id, Verdict.VALID),
    ]  # fmt: skip
    with acting("b.zeuge"):
        assert erasing.confirm_document(desk, first.id).blobs == 0, "again changes nothing"


def test_the_same_file_may_come_again(desk):
    """It is received as new: nothing that was erased swallows it."""
    first, _second = letters_of(desk, AKTE)
    data = desk.store.get(first.scan)
    with acting("a.frager"):
        erasing.ask_document(desk, first.id, Ground.UNLAWFUL, "Antrag")
    with acting("b.zeuge"):
        erasing.confirm_document(desk, first.id)
    with acting("a.frager"), pytest.raises(ErasedError):
        erasing.ask_document(desk, first.id, Ground.UNLAWFUL, "Antrag")
    (again,) = add_letters(desk, ((1,),), mark="1")
    assert (again.scan, desk.store.get(again.scan)) == (first.scan, data)
    with desk.engine.connect() as connection:
        assert documents.get(connection, first.id).state.value == "review"
    assert verifying.overall(verifying.verify_all(desk, desk.home.trust)) is Verdict.VALID
    with transaction(desk.engine) as connection:
        letter = documents.get(connection, first.id)
        why = noted.stated(desk.store, letter.id, "Werbung")
        transitions.reject(connection, letter, why, "m", desk.clock.now())
    with acting("b.zeuge"), pytest.raises(RefusedError, match="nobody asked"):
        erasing.confirm_document(desk, first.id)
    assert desk.store.path(first.scan).is_file()


class _Killed(BaseException):
    """The process dies here."""


class _Dying(LocalBlobStore):
    """A store whose process is killed when it removes its second blob."""

    def remove(self, digest: Digest) -> None:
        if getattr(self, "removed", 0):
            raise _Killed
        self.removed = 1
        super().remove(digest)


@pytest.mark.parametrize("how", ["the command again", "a repair"])
def test_killed_on_the_way(closed, tmp_path, how):
    """The rows are gone with their events; the bytes follow when it is said again, or repaired."""
    office.offered(closed, tmp_path)
    first, _second = letters_of(closed, AKTE)
    store = closed.store
    closed.store = _Dying(closed.home.store)
    with pytest.raises(_Killed):
        office.destroyed(closed)
    closed.store = store
    assert letters_of(closed, AKTE) == ()
    left = repair.look(closed).erased
    assert len(left) > 3
    assert repair.look(closed).missing == frozenset()
    if how == "a repair":
        repair.repair(closed)
    else:
        with acting("b.zeuge"):
            assert erasing.confirm_akte(closed, AKTE).blobs == len(left)
    assert not left & set(store.digests())
    assert not store.path(first.scan).exists()
    _require_sound(closed)
    assert _traces(closed) == []
    assert verifying.overall(verifying.verify_all(closed, closed.home.trust)) is Verdict.VALID
