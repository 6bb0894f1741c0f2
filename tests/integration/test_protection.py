"""Nobody lowers the Schutzbedarf of a letter and then releases it alone, whatever the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from eakte.database import transaction
from eakte.domain.akten import Document, DocumentState
from eakte.domain.findings import FindingCode
from eakte.domain.letters import Classification
from eakte.errors import RefusedError
from eakte.pipeline.desk import Desk
from eakte.records import documents
from eakte.services import regrouping, rescanning, reviewing
from eakte.services.reviewing import Corrections
from tests.integration.regrouped import finish_by_hand
from tests.integration.waiting_letters import add_letters, new_desk

_STRICT, _PLAIN = Corrections(class_id="vergabe_glasfaser"), Corrections(class_id="rechnung")
As = Callable[[str], None]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return new_desk(tmp_path_factory.mktemp("protection") / "home")


@pytest.fixture
def as_(monkeypatch: pytest.MonkeyPatch) -> As:
    """Go on as another account."""
    return lambda account: monkeypatch.setenv("EAKTE_USER", account)


def _strict(desk: Desk, as_: As, pages: int = 1, mark: str = "") -> Document:
    """Give a letter of Schutzbedarf "sehr hoch"."""
    (letter,) = add_letters(desk, (tuple(range(1, pages + 1)),), mark=mark)
    as_("yilmaz")
    return reviewing.correct(desk, letter.id, _STRICT)


def _get(desk: Desk, name: str) -> Document:
    return reviewing.look(desk, name).document


def test_who_lowered_it_is_only_the_first_of_two(desk: Desk, as_: As) -> None:
    letter = _strict(desk, as_, mark="first of two")
    as_("probst")
    assert reviewing.correct(desk, letter.id, _PLAIN).lowered_by == ("probst",)
    noted = reviewing.release(desk, letter.id, Corrections(), "A. Probst", remark="Kopie")
    assert (noted.state, noted.release) == (DocumentState.REVIEW, None)
    assert FindingCode.SECOND_PERSON in {each.code for each in noted.findings}
    with pytest.raises(RefusedError, match="two different persons"):
        reviewing.release(desk, letter.id, Corrections(), "A. Probst")
    as_("ohlsen")
    done = reviewing.release(desk, letter.id, Corrections(), "T. Ohlsen", remark="geknickt")
    assert done.state is DocumentState.RELEASED
    assert done.release is not None
    assert done.release.remarks == (("A. Probst", "Kopie"), ("T. Ohlsen", "geknickt"))


def test_another_person_releases_it_at_once(desk: Desk, as_: As) -> None:
    letter = _strict(desk, as_, mark="another")
    as_("probst")
    reviewing.correct(desk, letter.id, _PLAIN)
    as_("ohlsen")
    assert reviewing.release(desk, letter.id, Corrections(), "T. Ohlsen").release


def test_lowering_by_way_of_a_third_class_counts(desk: Desk, as_: As) -> None:
    letter = _strict(desk, as_, mark="steps")
    as_("probst")
    reviewing.correct(desk, letter.id, Corrections(class_id="kuendigung"))
    as_("ohlsen")
    lowered = reviewing.correct(desk, letter.id, _PLAIN)
    assert lowered.lowered_by == ("ohlsen", "probst")
    assert reviewing.release(desk, letter.id, Corrections(), "T. Ohlsen").release is None


def test_one_command_does_not_lower_and_release(desk: Desk, as_: As) -> None:
    letter = _strict(desk, as_, mark="one command")
    as_("probst")
    with pytest.raises(RefusedError, match="this class needs less"):
        reviewing.release(desk, letter.id, _PLAIN, "A. Probst")
    assert _get(desk, letter.id) == letter, "nothing of it was done"


def test_who_divides_it_does_not_release_a_lesser_part_alone(desk: Desk, as_: As) -> None:
    letter = _strict(desk, as_, pages=2, mark="divided")
    as_("probst")
    new = regrouping.split(desk, letter.id, (1,))
    lesser = Classification("rechnung", 0.9)
    finish_by_hand(desk, (letter.id,), change=lambda each: replace(each, classification=lesser))
    assert _get(desk, new[0]).lowered_by == ("probst",)
    assert reviewing.release(desk, new[0], Corrections(), "A. Probst").release is None
    as_("ohlsen")
    assert reviewing.release(desk, new[1], Corrections(), "T. Ohlsen").release


def test_who_names_its_new_scan_does_not_release_that_alone(desk: Desk, as_: As) -> None:
    old = _strict(desk, as_, mark="old scan")
    (new,) = add_letters(desk, ((1,),), mark="new scan")
    as_("probst")
    rescanning.ask(desk, old.id, "schief")
    rescanning.replace(desk, old.id, new.id)
    assert reviewing.release(desk, new.id, Corrections(), "A. Probst").release is None


def test_what_was_released_for_less_is_not_called_its_new_scan(desk: Desk, as_: As) -> None:
    old = _strict(desk, as_, mark="old scan once more")
    (new,) = add_letters(desk, ((1,),), mark="new scan once more")
    as_("probst")
    rescanning.ask(desk, old.id, "schief")
    released = reviewing.release(desk, new.id, Corrections(), "A. Probst")
    with transaction(desk.engine) as connection:
        documents.update(connection, replace(released, state=DocumentState.FILED))
    with pytest.raises(RefusedError, match="less than"):
        rescanning.replace(desk, old.id, new.id)
    assert _get(desk, old.id).state is DocumentState.RESCAN


def test_a_new_scan_that_was_asked_for_is_withdrawn(tmp_path: Path, as_: As) -> None:
    """The letter waits again with its deadline, and what was asked for is not forgotten."""
    desk = new_desk(tmp_path / "home")
    (letter,) = add_letters(desk, ((1,),))
    as_("probst")
    reviewing.correct(desk, letter.id, Corrections(class_id="widerspruch"))
    asked = rescanning.ask(desk, letter.id, "Rückseite fehlt")
    with pytest.raises(RefusedError, match="changed"):
        rescanning.withdraw(desk, letter.id, asked.version - 1)
    back = rescanning.withdraw(desk, letter.id, asked.version)
    assert (back.state, back.deadline) == (DocumentState.REVIEW, asked.deadline)
    assert {each.code for each in back.findings} >= {FindingCode.RESCAN_WITHDRAWN}
    assert FindingCode.RESCAN_WANTED not in {each.code for each in back.findings}
    with pytest.raises(RefusedError, match="not rescan"):
        rescanning.withdraw(desk, letter.id)
