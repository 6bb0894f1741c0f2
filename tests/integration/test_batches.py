"""Batches that cannot be concluded stop no others; what was defined no longer is for a person."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from eakte.config import open_home
from eakte.database import transaction
from eakte.domain.akten import Document, DocumentState
from eakte.domain.clock import SystemClock
from eakte.domain.findings import FindingCode
from eakte.domain.quality import BatchState, Candidate, QualitySettings
from eakte.pipeline import heritage, releasing
from eakte.pipeline.context import Context
from eakte.pipeline.desk import Desk
from eakte.records import batches, documents
from eakte.review import sampling
from eakte.services import overview, paper, regrouping, reviewing, verfahren
from eakte.services.concluding import Concluding
from eakte.services.deadlines import due
from eakte.services.reviewing import Corrections
from eakte.services.sources import Inboxes
from eakte.services.troubles import Troubles
from eakte.services.watching import Progress, Watcher
from tests.integration.regrouped import finish_by_hand
from tests.integration.waiting_letters import NoIntake, add_letters, new_desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return new_desk(tmp_path / "home")


def _batch(desk: Desk, station: str, letters: tuple[Document, ...], **more: object) -> str:
    """Put letters that wait into an open batch as held ones."""
    with transaction(desk.engine) as connection:
        batch = batches.open_for(connection, station, desk.clock.now())
        for letter in letters:
            present = documents.get(connection, letter.id)
            held = replace(present, state=DocumentState.HELD, batch=batch.id, findings=())
            held = replace(held, aktenzeichen="20.2-903.10/2026-0001")
            documents.update(connection, replace(held, **more))  # type: ignore[arg-type]
    return batch.id


def _letter(desk: Desk, name: str) -> Document:
    with desk.engine.connect() as connection:
        return documents.get(connection, documents.get_by_prefix(connection, name).id)


def _state(desk: Desk, batch: str) -> BatchState:
    with desk.engine.connect() as connection:
        return batches.get(connection, batch).state


def test_a_batch_that_fails_is_told_and_stops_no_other(desk: Desk) -> None:
    bad, good = add_letters(desk, ((1,), (2,)))
    failing = _batch(desk, "a", (bad,), aktenzeichen="")
    working = _batch(desk, "b", (good,))
    concluding = Concluding(desk, Troubles(desk))
    concluding.round()
    assert _state(desk, failing) is BatchState.OPEN
    assert _state(desk, working) is not BatchState.OPEN
    (trouble,) = overview.status(desk).troubles
    assert (trouble.path, trouble.station) == (failing, "a")
    assert "cannot be concluded" in trouble.sentence()
    assert "no Akte" in trouble.sentence()
    assert not concluding.has_work(), "the watcher may end: it was told"
    with transaction(desk.engine) as connection:
        letter = documents.get(connection, bad.id)
        documents.update(connection, replace(letter, state=DocumentState.REJECTED))
    concluding._retry_at[failing] = 0.0
    concluding.round()
    assert _state(desk, failing) is BatchState.PASSED
    assert not overview.status(desk).troubles


def test_the_fault_of_a_batch_leaves_new_letters_where_they_are(desk: Desk) -> None:
    """Letters of a scan are recorded although an older letter of their batch cannot go on."""
    (bad,) = add_letters(desk, ((1,),))
    batch = _batch(desk, "poststelle", (bad,), aktenzeichen="")
    (new,) = add_letters(desk, ((1,),), mark="new")
    assert _letter(desk, new.id).batch == batch
    assert _state(desk, batch) is BatchState.OPEN


def test_once_ends_only_when_every_batch_is_concluded(desk: Desk) -> None:
    """A letter is held while the watcher counts what is left: the last moment there is."""
    letters = add_letters(desk, ((1,),))
    made = list[str]()

    def report(_now: Progress) -> None:
        if not made:
            made.append(_batch(desk, "late", letters))

    context = Context(open_home(desk.home.root), SystemClock())
    Watcher(context, Inboxes(context.home), threading.Event()).run(report, once=True)
    assert _state(desk, made[0]) is not BatchState.OPEN


@pytest.mark.parametrize("gone", ["classes", "pipelines"])
def test_a_class_or_pipeline_that_is_gone_sends_held_letters_to_a_person(
    desk: Desk, gone: str
) -> None:
    """Before the draw, and between draw and release."""
    first, second = add_letters(desk, ((1,), (2,)))
    early, late = _batch(desk, "a", (first,)), _batch(desk, "b", (second,))
    nothing = replace(desk.definitions, **{gone: {}})  # type: ignore[arg-type]
    now, submitter = desk.clock.now(), NoIntake(desk.engine)
    with transaction(desk.engine) as connection:
        batch = batches.get(connection, late)
        written = sampling.written((Candidate(second.id, 0.03),))
        closed = replace(batch, state=BatchState.SAMPLING, seed="x", candidates=written)
        batches.store(connection, closed)
        for name in (early, late):
            releasing.conclude(connection, name, submitter, nothing, now)
    for letter in (first, second):
        present = _letter(desk, letter.id)
        assert present.state is DocumentState.REVIEW
        assert FindingCode.NO_CLASS in {each.code for each in present.findings}
    assert {_state(desk, early), _state(desk, late)} == {BatchState.PASSED}


def test_joining_a_sample_with_what_is_held_behind_it(desk: Desk) -> None:
    """The sample fails, which changes the held letter too: both are joined nevertheless."""
    for order in ((0, 1), (1, 0)):
        letters = add_letters(desk, ((1,), (2,)), mark=str(order))
        batch = _batch(desk, f"order-{order[0]}", letters)
        with transaction(desk.engine) as connection:
            closed = replace(batches.get(connection, batch), state=BatchState.SAMPLING)
            batches.store(connection, closed)
            sample = replace(documents.get(connection, letters[0].id), sampled=True)
            documents.update(connection, replace(sample, state=DocumentState.REVIEW))
        regrouping.join(desk, tuple(letters[n].id for n in order))
        states = {_letter(desk, each.id).state for each in letters}
        assert states == {DocumentState.REGROUPING}
        assert _state(desk, batch) is BatchState.FULL_CHECK


def test_parts_are_due_when_the_whole_was_and_stand_for_it(desk: Desk) -> None:
    """In `deadlines` and on the list of paper each page is there once."""
    (letter,) = add_letters(desk, ((1, 2),))
    reviewing.correct(desk, letter.id, Corrections(class_id="widerspruch"))
    with transaction(desk.engine) as connection:
        present = documents.get(connection, letter.id)
        early = replace(present, received_at=present.received_at - timedelta(days=40))
        whole = documents.update(connection, heritage.with_deadline(early, desk.definitions))
    assert [each.document for each in due(desk)] == [letter.id]
    new = regrouping.split(desk, letter.id, (1,))
    finish_by_hand(
        desk,
        (letter.id,),
        lambda made: replace(made, received_at=present.received_at, aktenzeichen=""),
    )
    found = due(desk)
    assert {each.document for each in found} == set(new)
    assert {each.deadline for each in found} == {whole.deadline}
    batch = _letter(desk, new[0]).batch
    judged = paper.look(desk, batch, desk.home.trust)
    listed = (*judged.may_go, *judged.later, *judged.forbidden)
    assert sorted(each.document for each in listed) == sorted(new)
    assert sorted(page for each in listed for page in each.pages) == [1, 2]


def test_the_verfahrensdokumentation_tells_the_operators_rate(desk: Desk) -> None:
    known = desk.definitions
    normal, ordered = (
        verfahren.draft(replace(known, quality=QualitySettings(sample_rate=rate)), "Stadt")
        for rate in (None, 0.25)
    )
    rows = len(known.classes) + len(known.pipelines)
    assert (normal.count("| 3,0 % |"), normal.count("25,0 %")) == (rows, 0)
    assert (ordered.count("3,0 %"), ordered.count("| 25,0 % |")) == (0, rows)
