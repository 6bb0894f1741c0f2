"""A pipeline's level, from its file to the record: sealed, verified, waited for, raised."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from eakte.audit import log
from eakte.config import open_home
from eakte.database import transaction
from eakte.database.schema import scan as scan_table
from eakte.domain.akten import Delay, DocumentState
from eakte.domain.clock import SystemClock
from eakte.domain.events import Action
from eakte.domain.preservation import SealLevel
from eakte.domain.verification import Verdict
from eakte.errors import KeyUnavailableError
from eakte.pipeline.context import Context
from eakte.pipeline.definition import load_definitions
from eakte.pipeline.delaying import Delays, resume, waiting
from eakte.pipeline.submit import Submitter
from eakte.records import documents
from eakte.services import checkup, renewing, verifying
from eakte.services.renewing import Outcome
from tests.acceptance.conftest import run_eakte
from tests.integration.sealing_office import Office
from tests.integration.waiting_letters import add_letters, new_desk
from tests.tools.authorities import serving

_CENTURY = 36500


def set_level(root: Path, level: SealLevel, name: str = "posteingang") -> None:
    """Write a level into a pipeline's file, which may be a new one, as an operator does."""
    text = (root / "pipelines" / "posteingang.toml").read_text()
    text = text.replace('name = "posteingang"', f'name = "{name}"')
    made = text.replace("languages =", f'seal_level = "{level}"\nlanguages =', 1)
    (root / "pipelines" / f"{name}.toml").write_text(made)


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """An office with a pipeline for each level, and a letter sealed by each."""
    folder = tmp_path_factory.mktemp("office")
    with serving(folder / "pki") as services:
        made = Office(folder, services)
        letters = {}
        for level in SealLevel:
            name = f"pipeline-{level.value.lower()}"
            set_level(made.root, level, name)
            letters[level] = made.release()
            with transaction(made.desk.engine) as connection:
                of_it = scan_table.c.digest == made.letter(letters[level]).scan
                connection.execute(sa.update(scan_table).where(of_it).values(pipeline=name))
        assert run_eakte(made.root, "watch", "--once").returncode == 0
        yield SimpleNamespace(made=made, letters=letters, services=services)


def _verified(office, name):
    desk = office.made.desk
    return verifying.verify_document(desk, name, desk.home.trust).report


@pytest.mark.parametrize("level", list(SealLevel))
def test_a_letter_is_sealed_and_verified_at_the_level_of_its_pipeline(office, level):
    name = office.letters[level]
    letter = office.made.letter(name)
    assert letter.state is DocumentState.FILED
    assert letter.transfervermerk.seal_level is letter.protection.level is letter.seal_level
    assert letter.seal_level is level
    with office.made.desk.engine.connect() as connection:
        (event,) = log.of_action(connection, Action.SEALED, name)
    assert event.after["level"] == level.value
    report = _verified(office, name)
    assert (report.verdict, report.reason) == (Verdict.VALID, "")
    assert [one.level for one in report.signatures] == [level.pades]
    assert bool(report.outside) is not level.has_evidence
    if level is SealLevel.T:
        told = run_eakte(office.made.root, "verify", name).stdout
        assert "OCSP answer" in told.split("evidence beside the file")[1]


def test_a_record_that_says_less_than_the_log_is_found(office):
    """Whoever strips a file must lower its record, too; log and Transfervermerk say otherwise."""
    name, desk = office.letters[SealLevel.LTA], office.made.desk
    letter = office.made.letter(name)
    lower = replace(
        letter,
        transfervermerk=replace(letter.transfervermerk, seal_level=SealLevel.B),
        protection=replace(letter.protection, level=SealLevel.B),
    )
    try:
        with transaction(desk.engine) as connection:
            changed = documents.update(connection, lower)
        report = _verified(office, name)
    finally:
        with transaction(desk.engine) as connection:
            documents.update(connection, replace(letter, version=changed.version))
    assert report.verdict is Verdict.INVALID
    failed = {each.name for each in report.checks if not each.passed}
    assert {"Level in the log", "Transfervermerk of this letter"} <= failed


def test_a_lost_report_does_not_end_the_verification(office):
    """Others follow it; what the home knows of its certificates besides still counts."""
    desk, letter = office.made.desk, office.made.letter(office.letters[SealLevel.T])
    lost = desk.store.path(letter.report)
    aside = lost.rename(lost.with_name("aside"))
    try:
        report = _verified(office, letter.id)
    finally:
        aside.rename(lost)
    assert [one.level for one in report.signatures] == [SealLevel.T.pades]
    assert set(report.outside) < set(_verified(office, letter.id).outside)


def test_renewing_raises_what_has_a_time_stamp(office):
    """The last test of these letters: they are renewed."""
    context = Context(open_home(office.made.root), SystemClock())
    names = tuple(office.letters[level] for level in (SealLevel.B, SealLevel.T, SealLevel.LT))
    planned = {each.document: each.level for each in renewing.due(context, _CENTURY, names)}
    assert planned == {office.letters[level]: level for level in list(SealLevel)[:3]}
    done = {each.document: each for each in renewing.renew(context, _CENTURY, names)}
    bare = done.pop(names[0])
    assert (bare.outcome, "no time-stamp" in bare.reason) == (Outcome.FAILED, True)
    assert {each.outcome for each in done.values()} == {Outcome.RENEWED}, done
    for name in done:
        letter = office.made.letter(name)
        assert letter.seal_level is letter.protection.level is SealLevel.LTA
        report = _verified(office, name)
        assert (report.verdict, report.outside) == (Verdict.VALID, ()), report.reason
        assert (
            "Sealed originals before renewals" in run_eakte(office.made.root, "show", name).stdout
        )


def test_what_can_be_sealed_goes_on_while_others_wait(tmp_path):
    """No authority works: letters of a pipeline that needs none wait for nothing."""
    desk = new_desk(tmp_path / "home")
    pair = add_letters(desk, ((1,),)) + add_letters(desk, ((1,),), mark="bare")
    with transaction(desk.engine) as connection:
        for letter in pair:
            stored = documents.get(connection, letter.id)
            delay = Delay(desk.clock.now(), "no time-stamp", "")
            delayed = replace(stored, state=DocumentState.DELAYED, delay=delay)
            documents.update(connection, delayed)
        bare = scan_table.c.digest == pair[1].scan
        connection.execute(sa.update(scan_table).where(bare).values(pipeline="gemeinderat"))
    pipelines = dict(desk.definitions.pipelines)
    pipelines["gemeinderat"] = replace(pipelines["gemeinderat"], seal_level=SealLevel.B)
    definitions = replace(desk.definitions, pipelines=pipelines)
    with transaction(desk.engine) as connection:
        found = {letter.id: level for letter, level in waiting(connection, definitions)}
        assert found == {pair[0].id: SealLevel.LTA, pair[1].id: SealLevel.B}
        submitter, now = Submitter(desk.engine), desk.clock.now()
        bare_ones = frozenset({SealLevel.B})
        assert resume(connection, submitter, now, definitions, bare_ones) == 1
        states = [documents.get(connection, letter.id).state for letter in pair]
    assert states == [DocumentState.DELAYED, DocumentState.RELEASED]


class _Locked(Context):
    """A home whose key cannot be opened."""

    tries = 0

    @property
    def sealer(self):
        type(self).tries += 1
        raise KeyUnavailableError(reference="csc:", detail="nobody answers")


def test_a_key_that_cannot_be_opened_is_left_alone_for_a_while(tmp_path):
    desk = new_desk(tmp_path / "home")
    (letter,) = add_letters(desk, ((1,),))
    with transaction(desk.engine) as connection:
        delay = Delay(desk.clock.now(), "the seal key cannot be used", "")
        stored = documents.get(connection, letter.id)
        documents.update(connection, replace(stored, state=DocumentState.DELAYED, delay=delay))
    context = _Locked(desk.home, desk.clock)
    delays, end = Delays(context), time.monotonic() + 0.7
    while time.monotonic() < end:
        delays.keep_up()
        time.sleep(0.01)
    assert _Locked.tries == 1
    while _Locked.tries < 2:
        assert time.monotonic() < end + 10
        delays.keep_up()
        time.sleep(0.05)


def test_a_pipeline_that_seals_too_low_for_a_class_is_named(tmp_path):
    root = new_desk(tmp_path / "home").home.root
    assert load_definitions(root / "pipelines").too_low() == ()
    set_level(root, SealLevel.T)
    ((pipeline, classes),) = load_definitions(root / "pipelines").too_low()
    named = {each.id for each in classes}
    assert (pipeline.name, "kuendigung" in named, "rechnung" in named) == (
        "posteingang",
        True,
        False,
    )
    found = {each.name: each for each in checkup.examine(open_home(root))}
    told = found["seals of posteingang"]
    assert (told.fine, "B-T: too low for" in told.detail) == (False, True)
    assert "kuendigung (hoch)" in told.detail
    assert found["seals of gemeinderat"].fine
