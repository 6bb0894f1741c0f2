"""What clerks change and hear of, where some of the records are none of theirs."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from eakte.config import Home
from eakte.database import transaction
from eakte.domain.access import Role
from eakte.domain.akten import Document, DocumentState
from eakte.domain.aktenplan import Unit
from eakte.domain.confidentiality import Confidentiality
from eakte.domain.entries import Link, Wiedervorlage
from eakte.domain.ids import new_uuid
from eakte.domain.letters import FieldName
from eakte.domain.persons import Person
from eakte.domain.verification import Verdict
from eakte.errors import NotFoundError, NotPermittedError, RefusedError
from eakte.pipeline import casework as changing
from eakte.pipeline.desk import Desk
from eakte.pipeline.keeping import By
from eakte.records import akten, documents
from eakte.services import aktenplan, attaching, casework, records, regrouping, reviewing, verifying
from eakte.services.access import Permission, require
from eakte.services.handed_akte import handed_akte
from eakte.services.reviewing import Corrections
from tests.integration.regrouped import finish_by_hand
from tests.integration.waiting_letters import add_letters, new_desk

_OPEN, _SECRET = Confidentiality.OFFEN, Confidentiality.GEHEIM


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return new_desk(tmp_path_factory.mktemp("scoped") / "home")


def _acting(
    desk: Desk,
    role: Role = Role.CLERK,
    clearance: Confidentiality = _OPEN,
    offices: tuple[str, ...] = ("20.1",),
) -> Desk:
    """Give the home as a person of some offices uses it; a reviewer of none sees all."""
    person = Person(
        account=pwd.getpwuid(os.getuid()).pw_name,
        name="Ida Faber",
        roles=(role,),
        offices=offices,
        clearance=clearance,
    )
    settings = desk.home.settings.model_copy(update={"persons": (person,)})
    return Desk(Home(desk.home.root, settings), desk.clock)


def _akte(desk: Desk, level: Confidentiality = _OPEN, office: str = "20.1") -> str:
    return casework.draw_akte(desk, "702.11", "Abgaben", office, level).aktenzeichen


def _filed(desk: Desk, name: str, mark: str = "") -> Document:
    """File a letter without a seal."""
    (letter,) = add_letters(desk, ((1,),), mark=f"{name}{mark}")
    by = By("eakte", desk.clock.now())
    with transaction(desk.engine) as connection:
        vorgang = changing.place(connection, akten.get(connection, name), by)
        found = documents.get(connection, letter.id)
        place = {"aktenzeichen": name, "vorgang_id": vorgang.id}
        stored = documents.update(connection, replace(found, state=DocumentState.FILED, **place))
        changing.note_filed(connection, stored, vorgang, by, "poststelle")
    return stored


def _refusal(call: Callable[[], object]) -> str:
    with pytest.raises(RefusedError) as caught:
        call()
    return caught.value.message()


def test_a_file_is_not_read_for_somebody_who_may_not_import_it(desk: Desk, tmp_path: Path) -> None:
    """Else the answer would tell which files there are."""
    with pytest.raises(NotPermittedError):
        aktenplan.import_csv(_acting(desk), tmp_path / "not-there.csv")


def test_nobody_makes_an_akte_one_that_they_do_not_see(desk: Desk) -> None:
    name, clerk = _akte(desk), _acting(desk)
    assert "51.1" in _refusal(lambda: casework.change_akte(clerk, name, {"office": "51.1"}))
    assert "geheim" in _refusal(lambda: casework.change_akte(clerk, name, {}, _SECRET))
    assert casework.change_akte(clerk, name, {"office": "20.1.2"}).version == 2
    assert records.show_akte(desk, name).akte.confidentiality is _OPEN


def test_closing_counts_no_wiedervorlage_that_one_does_not_see(desk: Desk) -> None:
    name, clerk = _akte(desk), _acting(desk)
    hidden = _filed(desk, name)
    casework.correct(desk, hidden.id, {}, _SECRET)
    secret = attaching.attach(desk, hidden.id, Wiedervorlage("2027-01-01", "x"))
    seen = attaching.attach(desk, name, Wiedervorlage("2027-01-01", "y"))
    assert "1 Wiedervorlage" in _refusal(lambda: casework.close_akte(clerk, name))
    attaching.end(clerk, seen.uuid)
    told = _refusal(lambda: casework.close_akte(clerk, name)).replace(name, "")
    assert not any(map(str.isdigit, told))
    attaching.end(desk, secret.uuid)
    assert casework.close_akte(clerk, name).akte.closed_at is not None


def test_a_moved_document_stays_as_confidential_as_it_was(desk: Desk) -> None:
    secret, plain = _akte(desk, _SECRET), _akte(desk)
    letter = _filed(desk, secret)
    moved = casework.move(_acting(desk, clearance=_SECRET), letter.id, plain)
    assert moved.confidentiality is _SECRET
    with pytest.raises(NotFoundError):
        records.show(_acting(desk), letter.id)
    change = casework.changes(desk, plain)[-1]
    assert change.action.value == "moved"
    assert (change.before["confidentiality"], change.after["confidentiality"]) == (
        "offen",
        "geheim",
    )
    told, *_letters = verifying.verify_akte(desk, plain, desk.home.trust)
    assert (told.report.verdict, told.report.reason) == (Verdict.VALID, "")


def test_a_document_moved_to_what_is_as_confidential_bears_no_level_itself(desk: Desk) -> None:
    letter = _filed(desk, _akte(desk))
    assert casework.move(desk, letter.id, _akte(desk, _SECRET)).confidentiality is _OPEN


def test_what_is_handed_over_names_no_akte_and_no_document_of_others(desk: Desk) -> None:
    """Wherever a document lay before, and whatever it is linked with."""
    foreign, second, here = _akte(desk, office="51.1"), _akte(desk, office="51.1"), _akte(desk)
    letter, stays, beside = _filed(desk, foreign), _filed(desk, foreign, "2"), _filed(desk, here)
    casework.new_vorgang(desk, foreign, "Zwei")
    casework.move(desk, letter.id, foreign, 2)
    casework.move(desk, letter.id, second)
    casework.move(desk, letter.id, here)
    attaching.attach(desk, letter.id, Link(stays.id, "Streit mit Muster"))
    attaching.attach(desk, letter.id, Link(beside.id, "Anlage"))
    told = _handed(desk, _acting(desk, clearance=Confidentiality.STRENG_GEHEIM), here)
    for hidden in (foreign, second, stays.id, "Streit mit Muster"):
        assert hidden not in told, hidden
    assert told.count("umgehängt") == 3
    assert "Anlage" in told
    everything = _handed(desk, desk, here)
    for known in (foreign, second, stays.id, "Streit mit Muster"):
        assert known in everything, known


def _handed(desk: Desk, reader: Desk, name: str) -> str:
    """Give all that is handed over to that reader, as text."""
    scope = require(reader, Permission.CHANGE_AKTEN)
    with desk.engine.connect() as connection:
        return repr(handed_akte(connection, name, desk.definitions, scope))


def test_no_field_leads_a_letter_to_an_akte_that_the_reviewer_does_not_see(desk: Desk) -> None:
    """Nor does the answer tell whether there is one."""
    here, foreign = _akte(desk), _akte(desk, office="51.1")
    missing = f"{foreign[:-4]}9999"
    assert _led(desk, here, foreign) == _led(desk, here, missing) == ""
    assert _led(desk, here, _akte(desk)) != ""
    for target in (foreign, missing):
        with pytest.raises(NotFoundError):
            _led(desk, here, target, akte=target)
    letter = _waiting_for(desk, here)
    reviewer = _acting(desk, Role.REVIEWER)
    filed = Corrections(akte=here, fields=((FieldName.AKTENZEICHEN, foreign),))
    assert reviewing.correct(reviewer, letter.id, filed).aktenzeichen == here
    with pytest.raises(NotFoundError):
        reviewing.correct(reviewer, letter.id, Corrections(akte=foreign))


def _waiting_for(desk: Desk, akte: str) -> Document:
    """Put a letter in review that names that Akte."""
    (letter,) = add_letters(desk, ((1,),), mark=new_uuid())
    named = Corrections(fields=((FieldName.AKTENZEICHEN, akte),))
    return reviewing.correct(desk, letter.id, named)


def _led(desk: Desk, here: str, target: str, akte: str = "") -> str:
    """Say where a letter goes in which a reviewer of one office names that Akte."""
    letter = _waiting_for(desk, here)
    named = Corrections(akte=akte, fields=((FieldName.AKTENZEICHEN, target),))
    return reviewing.correct(_acting(desk, Role.REVIEWER), letter.id, named).aktenzeichen


def test_a_letter_on_its_way_is_as_confidential_as_the_unit_that_it_leads_to(
    tmp_path: Path,
) -> None:
    """Its Sammelakte is not there yet, and so guards nothing."""
    desk = new_desk(tmp_path / "home")
    secret = Unit("903.10", "", "Rechnungen", "20.1", confidentiality=_SECRET)
    aktenplan.import_units(desk, (secret, Unit("702.11", "", "Abgaben", "20.1")))
    (letter,) = add_letters(desk, ((1,),))
    everywhere = _acting(desk, Role.REVIEWER, offices=())
    cleared = _acting(desk, Role.REVIEWER, _SECRET, offices=())
    assert reviewing.waiting(everywhere) == ()
    (waits,) = reviewing.waiting(cleared)
    assert waits.document.confidentiality is _SECRET
    open_akte = Corrections(akte=_akte(desk))
    assert reviewing.correct(cleared, letter.id, open_akte).confidentiality is _OPEN
    assert len(reviewing.waiting(everywhere)) == 1
    back = Corrections(akte=waits.document.aktenzeichen)
    assert reviewing.correct(everywhere, letter.id, back).confidentiality is _SECRET
    (whole,) = add_letters(desk, ((1, 2),), mark="two")
    regrouping.split(cleared, whole.id, (1,))
    finish_by_hand(desk, (whole.id,), lambda made: replace(made, confidentiality=_OPEN))
    assert reviewing.waiting(everywhere) == ()
    assert len(reviewing.waiting(cleared)) == 3
    desk.engine.dispose()
