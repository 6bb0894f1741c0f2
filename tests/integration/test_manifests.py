"""Manifests of Akten: made when something changed, and what they find that was done behind us."""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlalchemy as sa

from eakte.audit import log, tree
from eakte.config import open_home
from eakte.database import snapshot, transaction
from eakte.database.schema import audit_event
from eakte.domain.clock import FixedClock
from eakte.domain.entries import Note
from eakte.domain.events import Action
from eakte.domain.manifest import decode
from eakte.domain.verification import Verdict
from eakte.errors import ExitCode, RefusedError
from eakte.pipeline import attaching, casework
from eakte.pipeline.desk import Desk
from eakte.records import documents
from eakte.records import manifests as records
from eakte.services import akte_evidence, evidence_checks, evidence_trees, manifests
from eakte.services import casework as clerks
from tests.integration.evidence_home import DAY, NOW, at, new_desk, stamper
from tests.integration.manifest_home import BY, ONE, OTHER, file_letters, open_akten
from tests.tools import homes


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Two Akten with two letters each, and a manifest of each; nobody opens it."""
    desk = new_desk(tmp_path_factory.mktemp("manifests") / "home")
    open_akten(desk, ONE, OTHER)
    file_letters(desk, ONE, b"Bescheid 1", b"Bescheid 2")
    file_letters(desk, OTHER, b"Bescheid 3", b"Bescheid 4")
    made = manifests.make(desk, "test")
    assert [(each.akte, each.number) for each in made.kept] == [(ONE, 1), (OTHER, 1)]
    assert made.flaws == ()
    desk.engine.dispose()
    return desk.home.root


@pytest.fixture
def desk(kept, tmp_path):
    copied = Desk(open_home(homes.copy(kept, tmp_path / "home")), FixedClock(NOW + DAY))
    yield copied
    copied.engine.dispose()


def report(desk, name=ONE):
    with snapshot(desk.engine) as connection:
        known = akte_evidence.logged(connection)
        return akte_evidence.report(desk.store, connection, name, known, desk.clock.now())


def failed(desk, name=ONE):
    return {each.name for each in report(desk, name).checks if not each.passed}


def letters_of(desk, name=ONE):
    with desk.engine.connect() as connection:
        return documents.of_akte(connection, name)


def rows(desk, name=ONE):
    with desk.engine.connect() as connection:
        return records.of_akte(connection, name)


def correct(desk, letter, subject):
    with transaction(desk.engine) as connection:
        casework.correct_document(connection, letter.id, BY, subject=subject)


def test_it_lists_everything_and_no_text_about_persons(desk):
    (row,) = rows(desk)
    data = desk.store.get(row.digest)
    plain = json.loads(data)
    canonical = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert data == canonical.encode() == data.decode().encode("ascii")
    for text in ("Erika", "Geheimer", "Bescheid", "m.brandt"):
        assert text.encode() not in data
    (vorgang,) = plain["content"]["vorgaenge"]
    first, second = letters_of(desk)
    assert [each["id"] for each in vorgang["documents"]] == [first.id, second.id]
    assert [each["sealed"] for each in vorgang["documents"]] == [first.sealed, second.sealed]
    assert vorgang["documents"][0]["scan"] == first.scan
    assert vorgang["documents"][0]["parent"] == f"{ONE}#1"
    with desk.engine.connect() as connection:
        (event, _other) = log.of_action(connection, Action.MANIFEST_MADE)
        assert (event.object, event.after["sha256"]) == (ONE, row.digest)
        root = log.root_at(connection, plain["log"]["size"])
    assert plain["log"]["root"] == root


def test_a_new_one_when_something_changed_names_the_one_before(desk):
    assert manifests.make(desk, "test").kept == ()
    letter = letters_of(desk)[0]
    correct(desk, letter, "Berichtigt")
    with transaction(desk.engine) as connection:
        attaching.attach(connection, letter.id, Note("Vertraulich"), BY)
    told = report(desk)
    assert told.verdict is Verdict.VALID
    assert told.checks[-1].detail.startswith("as in manifest 1 of 2026-03-02 09:30 UTC; 2 later")
    (made,) = manifests.make(desk, "test").kept
    assert (made.akte, made.number) == (ONE, 2)
    first, second = rows(desk)
    assert decode(desk.store.get(second.digest)).previous == first.digest
    assert report(desk).checks[-1].detail == "as in manifest 2 of 2026-03-03 09:30 UTC"


def test_what_clerks_do_is_no_fault(desk):
    """Moved there and back, with what hangs on it; renamed, closed, reopened."""
    letter = letters_of(desk)[0]
    with transaction(desk.engine) as connection:
        attaching.attach(connection, letter.id, Note("hängt daran"), BY)
    for target in (OTHER, ONE, OTHER):
        with transaction(desk.engine) as connection:
            casework.move(connection, letter.id, target, 0, BY)
        assert {report(desk, each).verdict for each in (ONE, OTHER)} == {Verdict.VALID}
        if target != OTHER or len(rows(desk)) > 1:
            assert manifests.make(desk, "test").flaws == ()
    clerks.close_akte(desk, ONE)
    assert len(rows(desk)) > 1, "a closed Akte has a manifest"
    clerks.reopen_akte(desk, ONE)
    clerks.new_vorgang(desk, ONE, "Zweiter")
    assert {report(desk, each).verdict for each in (ONE, OTHER)} == {Verdict.VALID}
    assert manifests.make(desk, "test").flaws == ()


_REMOVED = "DELETE FROM document WHERE id = :first"
_EXCHANGED = (
    "UPDATE document SET aktenzeichen = CASE id WHEN :first THEN :other ELSE :one END, vorgang_id ="
    " (SELECT id FROM vorgang WHERE aktenzeichen = CASE document.id WHEN :first THEN :other"
    " ELSE :one END) WHERE id IN (:first, :third)"
)
_HISTORY = "DELETE FROM history WHERE key = :first"
_TAMPERED = {
    "a document is removed": [_REMOVED],
    "a document is removed with its history": [_HISTORY, _REMOVED],
    "two documents change places": [_EXCHANGED],
    "a scan is exchanged": ["UPDATE document SET scan = :scan, part = 9 WHERE id = :first"],
    "a part is exchanged": ["UPDATE document SET part = 9 WHERE id = :first"],
    "a page is lost": ["UPDATE document SET pages = '[]' WHERE id = :first"],
    "a seal is exchanged": ["UPDATE document SET sealed = :nothing WHERE id = :first"],
    "a version is made anew": ["UPDATE history SET salt = :nothing WHERE key = :first"],
    "the order is another": ["UPDATE document SET received_at = 0 WHERE id = :second"],
    "a Vorgang is another": ["UPDATE vorgang SET uuid = 'x' WHERE aktenzeichen = :one"],
    "the Akte is another": ["UPDATE akte SET uuid = 'x' WHERE aktenzeichen = :one"],
}


def values(desk):
    (first, second), (third, _fourth) = letters_of(desk), letters_of(desk, OTHER)
    named = {"first": first.id, "second": second.id, "third": third.id, "nothing": "0" * 64}
    return named | {"one": ONE, "other": OTHER, "scan": third.scan}


def tamper(connection, statements, named):
    for statement in statements:
        used = {name: value for name, value in named.items() if f":{name}" in statement}
        connection.execute(sa.text(statement), used)


@contextmanager
def undone(kept):
    """Give a desk and a transaction that is rolled back: no copy of the home is needed."""
    desk = Desk(open_home(kept), FixedClock(NOW + DAY))
    with desk.engine.connect() as connection:
        yield desk, connection
        connection.rollback()
    desk.engine.dispose()


def failed_within(desk, connection, name=ONE):
    known = akte_evidence.logged(connection)
    told = akte_evidence.report(desk.store, connection, name, known, desk.clock.now())
    return {each.name for each in told.checks if not each.passed}


@pytest.mark.parametrize("name", list(_TAMPERED))
def test_what_was_changed_behind_us_contradicts_the_manifest(kept, name):
    with undone(kept) as (desk, connection):
        tamper(connection, _TAMPERED[name], values(desk))
        both = name == "two documents change places"
        assert "Completeness" in failed_within(desk, connection)
        assert ("Completeness" in failed_within(desk, connection, OTHER)) is both


def test_a_document_that_was_added_contradicts_the_manifest(kept):
    with undone(kept) as (desk, connection):
        letter = letters_of(desk)[0]
        columns = documents._columns(letter) | {"part": 7, "sealed": "7" * 64}
        added = documents.table.insert().values(id=f"{letter.scan[:16]}-7", **columns)
        connection.execute(added)
        assert "Completeness" in failed_within(desk, connection)


def test_no_new_manifest_makes_a_wrong_akte_look_right(desk):
    removed, letter = letters_of(desk)
    correct(desk, letter, "Berichtigt")
    with transaction(desk.engine) as connection:
        tamper(connection, [_REMOVED], {"first": removed.id})
    made = manifests.make(desk, "test")
    assert (made.kept, [each.name for each in made.flaws]) == ((), [ONE])
    with pytest.raises(RefusedError, match=removed.id):
        manifests.newest(desk, ONE, "test")
    done = evidence_trees.create(desk, stamper(desk))
    assert done.exit_code is ExitCode.INVALID
    assert done.kept is not None, "the others get theirs"


def _changed_blob(desk):
    path = desk.store.path(rows(desk)[0].digest)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b'"number":1', b'"number":7'))


def _removed_blob(desk):
    desk.store.path(rows(desk)[0].digest).unlink()


def _without_row(desk):
    homes.execute(desk.home.root, "DELETE FROM akte_manifest WHERE akte = :akte", akte=ONE)


def _added_row(desk):
    with transaction(desk.engine) as connection:
        records.add(connection, records.KeptManifest(ONE, 2, "7" * 64, records.Mark()))


def _older_back(desk):
    """The newest is removed, and what changed since is undone."""
    letter = letters_of(desk)[0]
    correct(desk, letter, "Berichtigt")
    manifests.make(desk, "test")
    statement = "DELETE FROM akte_manifest WHERE akte = :akte AND number = 2"
    homes.execute(desk.home.root, statement, akte=ONE)


def _older_in_its_place(desk):
    _older_back(desk)
    older = rows(desk)[0]
    homes.execute(desk.home.root, "UPDATE akte_manifest SET number = 2 WHERE akte = :a", a=ONE)
    with transaction(desk.engine) as connection:
        records.add(connection, records.KeptManifest(ONE, 1, "7" * 64, older.mark))


def _another_manifest(desk):
    """A manifest of other content takes its place, with a row that names it."""
    (row,) = rows(desk)
    forged = desk.store.get(row.digest).replace(b'"part":1', b'"part":2')
    values = {"digest": desk.store.put(forged), "akte": ONE}
    statement = "UPDATE akte_manifest SET digest = :digest WHERE akte = :akte"
    homes.execute(desk.home.root, statement, **values)


def _beside_the_chain(desk):
    """One that the log names, too, but that passes over the one before it."""
    correct(desk, letters_of(desk)[0], "Berichtigt")
    (draft,) = manifests._drafts(desk, {ONE}, set())
    forged = replace(draft.manifest, previous="7" * 64)
    assert manifests._keep(desk, "test", replace(draft, manifest=forged))


@pytest.mark.parametrize(
    "work",
    [
        _changed_blob, _removed_blob, _without_row, _added_row, _older_back, _older_in_its_place,
        _another_manifest, _beside_the_chain,
    ],
)  # fmt: skip
def test_what_is_done_to_manifests_is_found(desk, work):
    work(desk)
    assert "Manifests" in failed(desk)
    assert failed(desk, OTHER) == set()


def test_a_log_that_was_rebuilt_contradicts_the_manifest(desk):
    """Every hash is made anew: the log is consistent in itself."""
    homes.unguard(desk.home.root)
    frontier = ()
    with transaction(desk.engine) as connection:
        read = "SELECT position, entry FROM audit_event ORDER BY position"
        for position, entry in connection.execute(sa.text(read)).all():
            told = entry.replace('"station":""', '"station":"x"')
            leaf = tree.leaf_hash(told.encode())
            frontier = tree.append(frontier, position, leaf)
            row = {"entry": told, "leaf": leaf.hex(), "root": tree.root_of(frontier).hex()}
            connection.execute(
                sa.update(audit_event).where(audit_event.c.position == position).values(row)
            )
    assert failed(desk) == {"Manifests"}
    assert "the log does not begin as it did then" in report(desk).reason


def test_evidence_records_protect_manifests_too(desk):
    done = evidence_trees.create(desk, stamper(desk))
    assert (done.kept.objects, done.manifests, done.exit_code) == (6, 2, ExitCode.OK)
    found = evidence_checks.verify(desk, stamper(desk), (ONE,))
    assert [each.report.verdict for each in found] == [Verdict.VALID] * 3
    assert (found[0].name, found[0].title) == (ONE, "manifest 1")
    (row,) = rows(desk)
    path = desk.store.path(row.digest)
    assert found[0].report.sha256 == hashlib.sha256(path.read_bytes()).hexdigest() == row.digest
    everything = evidence_checks.verify(desk, stamper(desk), ())
    assert [each.report.verdict for each in everything] == [Verdict.VALID] * 6


def test_an_object_that_was_changed_gets_no_record(desk):
    """The tree is built over what is in the store, not over what the records call it."""
    letter, _second = letters_of(desk)
    path = desk.store.path(letter.sealed)
    content = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(b"Bescheid 9")
    done = evidence_trees.create(desk, stamper(desk))
    assert done.kept.objects == 5
    assert [each.name for each in done.flaws] == [letter.sealed]
    assert evidence_trees.create(desk, stamper(desk)).kept is None
    path.write_bytes(content)
    assert evidence_trees.create(at(desk, NOW + 2 * DAY), stamper(desk)).kept.objects == 1
