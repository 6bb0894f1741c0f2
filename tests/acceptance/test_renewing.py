"""Renewing in a home: what is due, what is refused, what is recorded, and what kills leave."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from eakte.audit import log
from eakte.audit.verify import verify as verify_log
from eakte.config import open_home
from eakte.database import transaction
from eakte.database.schema import document as document_table
from eakte.domain.akten import DocumentState
from eakte.domain.clock import FixedClock, SystemClock
from eakte.domain.events import Action
from eakte.domain.verification import Verdict
from eakte.errors import ExitCode
from eakte.pipeline.context import Context
from eakte.records import documents, former_seals
from eakte.seal.signer import Sealer
from eakte.services import renewing, repair, verifying
from eakte.services.renewing import Outcome
from tests.integration.killed_renewal import POINTS
from tests.integration.test_renewal_in_time import change_authority
from tests.tools import homes

YEAR, MONTH = timedelta(days=365), timedelta(days=30)


@pytest.fixture(scope="module")
def later(demo):
    """A month before the time-stamps of the demo's letters end."""
    desk = Context(open_home(demo), SystemClock())
    with desk.engine.connect() as connection:
        ends = [protection.until for _name, protection in documents.protections(connection)]
    desk.engine.dispose()
    return min(ends) - MONTH


@pytest.fixture(scope="module")
def trust(finished, later, tmp_path_factory):
    """The trust folder of then: another authority has taken over."""
    folder = shutil.copytree(finished / "trust", tmp_path_factory.mktemp("spare") / "trust")
    change_authority(folder, folder.parent / "next", later)
    return folder


@pytest.fixture
def office(finished, later, trust, tmp_path):
    """The demo home ten years later."""
    home = homes.copy(finished, tmp_path / "home")
    shutil.rmtree(home / "trust")
    shutil.copytree(trust, home / "trust")
    return Context(open_home(home), FixedClock(later))


def _letters(desk):
    """Give two of the filed letters, always the same ones."""
    with desk.engine.connect() as connection:
        filed = documents.in_state(connection, DocumentState.FILED)
    return sorted(filed, key=lambda letter: (len(letter.pages), letter.id))[:2]


def _renew(desk):
    return tuple(renewing.renew(desk, 90, tuple(letter.id for letter in _letters(desk))))


def _at(desk, moment):
    return Context(desk.home, FixedClock(moment))


def test_what_ends_within_the_time_is_due(office, later):
    assert renewing.due(office, 29) == ()
    with office.engine.connect() as connection:
        filed = {letter.id for letter in documents.in_state(connection, DocumentState.FILED)}
    found = renewing.due(office, 31)
    assert {each.document for each in found} == filed
    assert {(each.because, each.overdue) for each in found} == {("certificate", False)}
    assert found[0].by == later + MONTH
    one = found[1].document
    assert [each.document for each in renewing.due(office, 31, (one,))] == [one]
    assert renewing.due(_at(office, later + 2 * MONTH), 0)[0].overdue


def test_renewed_letters_keep_both_versions_and_verify_as_before(office, later):
    before = _letters(office)
    done = _renew(office)
    assert [each.outcome for each in done] == [Outcome.RENEWED] * 2, done
    assert renewing.exit_code(done) is ExitCode.OK
    for old, new in zip(before, _letters(office), strict=True):
        assert new.sealed != old.sealed
        kept, renewed = (office.store.get(each.sealed) for each in (old, new))
        assert renewed.startswith(kept)
        assert new.protection.until.year == old.protection.until.year + 10
        with office.engine.connect() as connection:
            (former,) = former_seals.of_document(connection, old.id)
            (event,) = log.of_action(connection, Action.RENEWED, old.id)
            assert verify_log(connection).intact
        assert (former.sealed, former.report) == (old.sealed, old.report)
        assert (event.before["sha256"], event.after["sha256"]) == (old.sealed, new.sealed)
    for moment in (later, later + 9 * YEAR):
        desk = _at(office, moment)
        for letter in _letters(desk):
            verified = verifying.verify_document(desk, letter.id, desk.home.trust)
            assert verified.report.verdict is Verdict.VALID, verified.report.reason
    assert _renew(office) == ()
    found = repair.look(office)
    assert (found.missing, found.orphans & {each.sealed for each in before}) == (set(), set())


def test_what_is_not_valid_is_not_renewed(office):
    first, second = _letters(office)
    path = office.store.path(first.sealed)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)
    done = _renew(office)
    outcomes = {each.document: each.outcome for each in done}
    assert outcomes == {first.id: Outcome.NOT_VALID, second.id: Outcome.RENEWED}
    assert renewing.exit_code(done) is ExitCode.INVALID
    assert {letter.id: letter.sealed for letter in _letters(office)}[first.id] == first.sealed


def test_too_late_nothing_is_renewed(office, later):
    late = _at(office, later + 2 * MONTH)
    done = _renew(late)
    assert {each.outcome for each in done} == {Outcome.NOT_VALID}
    assert renewing.exit_code(done) is ExitCode.INDETERMINATE


def test_an_algorithm_that_ends_is_a_reason_too(office):
    letter = _letters(office)[0]
    weak = replace(letter, protection=replace(letter.protection, algorithms=("rsa:3072",)))
    with transaction(office.engine) as connection:
        documents.update(connection, weak)
    (found,) = renewing.due(office, 0)
    assert (found.document, found.because, found.by.year) == (letter.id, "RSA 3072", 2029)
    (done,) = renewing.renew(office, 0)
    assert (done.document, done.outcome) == (letter.id, Outcome.RENEWED)
    assert renewing.due(office, 0) == ()


class _Untouching(Sealer):
    """A sealer that gives the file back as it was."""

    def renew(self, pdf: Path, out: Path) -> None:
        shutil.copyfile(pdf, out)


class _Rewriting(Sealer):
    """A sealer that changes the sealed bytes."""

    def renew(self, pdf: Path, out: Path) -> None:
        super().renew(pdf, out)
        data = bytearray(out.read_bytes())
        data[200] ^= 1
        out.write_bytes(data)


def test_a_renewal_that_is_none_is_not_recorded(office):
    before = _letters(office)
    for kind in (_Untouching, _Rewriting):
        office.__dict__["sealer"] = kind(office.home.trust, office.clock)
        done = _renew(office)
        assert {each.outcome for each in done} == {Outcome.FAILED}
        assert renewing.exit_code(done) is ExitCode.WAITING
        assert _letters(office) == before


def test_a_record_that_names_other_bytes_is_found(office):
    _renew(office)
    (first, _second) = _letters(office)
    with office.engine.begin() as connection:
        (former,) = former_seals.of_document(connection, first.id)
        values = {"sealed": former.sealed, "report": former.report}
        chosen = document_table.c.id == first.id
        connection.execute(sa.update(document_table).where(chosen).values(**values))
    verified = verifying.verify_document(office, first.id, office.home.trust)
    assert verified.report.verdict is Verdict.INVALID
    assert verified.report.reason.startswith("Digest in the log")


@pytest.mark.slow
def test_killed_between_any_two_steps_the_old_or_the_new_stands(office):
    """Each kill is followed by another run; the last one finishes."""
    before = {letter.id: letter.sealed for letter in _letters(office)}
    office.engine.dispose()
    for name in POINTS if os.environ.get("CRASH_FULL") else ("append", "_record"):
        assert _killed_after(office, name) == -signal.SIGKILL, name
        desk = _at(office, office.clock.now())
        for letter in _letters(desk):
            found = verifying.verify_document(desk, letter.id, desk.home.trust)
            assert found.report.verdict is Verdict.VALID, name
        renewed = sum(letter.sealed != before[letter.id] for letter in _letters(desk))
        assert renewed == (1 if name == "_record" else 0), name
        desk.engine.dispose()
    done = _renew(office)
    assert [each.outcome for each in done] == [Outcome.RENEWED]
    assert all(letter.sealed != before[letter.id] for letter in _letters(office))
    with office.engine.connect() as connection:
        assert verify_log(connection).intact
        assert len(log.of_action(connection, Action.RENEWED)) == 2


def _killed_after(office, name):
    """Renew in a process of its own that dies right after a function did its work."""
    script, now = "tests.integration.killed_renewal", office.clock.now().isoformat()
    letters = [letter.id for letter in _letters(office)]
    office.engine.dispose()
    arguments = [sys.executable, "-m", script, str(office.home.root), name, now, *letters]
    return subprocess.run(arguments, check=False, cwd=Path(__file__).parents[2]).returncode
