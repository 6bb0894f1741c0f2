"""The Aktenplan out of a message: all or nothing, and what it cannot tell stays as it is."""

from __future__ import annotations

import getpass

import pytest

from eakte.audit import log
from eakte.config import open_home
from eakte.domain.aktenplan import Disposal
from eakte.domain.clock import SystemClock
from eakte.domain.events import Action
from eakte.domain.letters import Schutzbedarf
from eakte.errors import AktenplanRefusedError, NotFoundError, NotPermittedError
from eakte.pipeline.desk import Desk
from eakte.services import aktenplan
from eakte.services.importing import import_xdomea
from tests.unit.deliveries.plans import message, unit
from tests.unit.deliveries.zips import zipped

_PLAN = unit("7", "Finanzen", unit("70", "Abgaben", years="6", disposal="V"))


@pytest.fixture
def desk(context) -> Desk:
    return Desk(context.home, SystemClock())


def _import(desk, tmp_path, data, name="plan.xml"):
    (tmp_path / name).write_bytes(data)
    return import_xdomea(desk, tmp_path / name)


def _units(desk):
    return {each.key: each for each in aktenplan.load(desk).units}


def _changes(desk):
    with desk.engine.connect() as connection:
        return log.of_action(connection, Action.AKTENPLAN_CHANGED)


def test_units_are_added_changed_and_left_as_they_were(desk, tmp_path):
    before = len(_changes(desk))
    first = _import(desk, tmp_path, message(_PLAN)).imported
    assert (first.added, first.changed, first.unchanged) == (2, 0, 0)
    assert _units(desk)["70"].disposal is Disposal.DESTROY
    assert aktenplan.load(desk).effective("70").retention_years == 6
    again = _import(desk, tmp_path, zipped([("plan.xml", message(_PLAN))]), "plan.zip").imported
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    changed = message(_PLAN.replace("Abgaben", "Abgaben und Steuern"))
    third = _import(desk, tmp_path, changed).imported
    assert (third.added, third.changed, third.unchanged) == (0, 1, 1)
    assert (_units(desk)["70"].title, _units(desk)["70"].version) == ("Abgaben und Steuern", 2)
    assert len(_changes(desk)) == before + 2


def test_what_xdomea_has_no_place_for_stays(desk, tmp_path):
    (tmp_path / "plan.csv").write_text(
        "Kennzeichen;Oberkennzeichen;Titel;Amt;Schutzbedarf;Vertraulichkeit\n"
        "7;;Finanzen;20;hoch;vs-nfd\n"
    )
    aktenplan.import_csv(desk, tmp_path / "plan.csv")
    _import(desk, tmp_path, message(_PLAN))
    kept = _units(desk)["7"]
    assert (kept.office, kept.schutzbedarf, kept.confidentiality) == (
        "20",
        Schutzbedarf.HOCH,
        "vs-nfd",
    )
    assert kept.retention_years == 10


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + message(_PLAN),
        message(_PLAN)[:-20],
        message(_PLAN + unit("70", "Noch einmal")),
        message(unit("7", "Finanzen", years="1000")),
        message(unit("7/../..", "Finanzen")),
        zipped([("../plan.xml", message(_PLAN))]),
        zipped([("plan.xml", message(_PLAN) + b" " * (70 << 20))]),
        b"",
    ],
)
def test_what_cannot_be_trusted_changes_nothing(desk, tmp_path, data):
    before = _units(desk)
    with pytest.raises(AktenplanRefusedError) as refused:
        _import(desk, tmp_path, data)
    assert refused.value.facts["detail"]
    assert _units(desk) == before


def test_a_file_that_is_not_there(desk, tmp_path):
    with pytest.raises(NotFoundError):
        import_xdomea(desk, tmp_path / "none.xml")


def test_only_who_runs_the_home_takes_an_aktenplan_in(desk, tmp_path):
    with (desk.home.root / "eakte.toml").open("a") as settings:
        settings.write(
            f'\n[[persons]]\naccount = "{getpass.getuser()}"\nname = "K. Lerk"\n'
            'roles = ["clerk"]\noffices = ["20"]\nclearance = "streng-geheim"\n'
        )
    clerk = Desk(open_home(desk.home.root), SystemClock())
    with pytest.raises(NotPermittedError):
        _import(clerk, tmp_path, message(_PLAN))
    with pytest.raises(NotPermittedError):
        import_xdomea(clerk, tmp_path / "none.xml")
    assert "70" not in {each.key for each in aktenplan.load(clerk).units}
