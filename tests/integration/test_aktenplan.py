"""An Aktenplan is taken from a CSV file whole or not at all, and nothing of it is overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from eakte.audit import log
from eakte.domain.confidentiality import Confidentiality
from eakte.domain.events import Action
from eakte.errors import AktenplanRefusedError, NotFoundError, RefusedError
from eakte.pipeline.desk import Desk
from eakte.services import aktenplan, casework
from eakte.services.aktenplan import Imported
from tests.integration.waiting_letters import new_desk

_HEAD = "Kennzeichen;Oberkennzeichen;Titel;Amt;Aufbewahrung;Aussonderung;Schutzbedarf"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return new_desk(tmp_path_factory.mktemp("plan") / "home")


def _file(folder: Path, *lines: str, head: str = _HEAD) -> Path:
    file = folder / "plan.csv"
    file.write_text("\n".join((head, *lines)), encoding="utf-8-sig")
    return file


def _events(desk: Desk) -> int:
    with desk.engine.connect() as connection:
        return len(log.of_action(connection, Action.AKTENPLAN_CHANGED))


def test_the_demo_has_a_unit_for_each_of_its_akten(desk: Desk) -> None:
    plan = aktenplan.load(desk)
    for definition in desk.definitions.classes.values():
        if definition.routing:
            unit = definition.routing.akte.partition("-")[2].partition("/")[0]
            found = plan.effective(unit)
            assert found is not None, unit
            assert None not in {found.retention_years, found.disposal, found.schutzbedarf}


def test_a_change_is_a_new_version_and_a_repetition_is_none(desk: Desk, tmp_path: Path) -> None:
    before = _events(desk)
    file = _file(tmp_path, "x;;Oben;99;5;V;hoch", "", "x.1;x;Unten;;;;")
    assert aktenplan.import_csv(desk, file) == Imported(2, 0, 0)
    assert aktenplan.import_csv(desk, file) == Imported(0, 0, 2)
    assert _events(desk) == before + 1
    changed = _file(tmp_path, "x.1,x,Tiefer", head="Kennzeichen,Oberkennzeichen,Titel")
    assert aktenplan.import_csv(desk, changed) == Imported(0, 1, 0)
    assert [(each.version, each.title) for each in aktenplan.versions(desk, "x.1")] == [
        (1, "Unten"),
        (2, "Tiefer"),
    ]
    found = aktenplan.load(desk).effective("x.1")
    assert found is not None
    assert (found.office, found.retention_years, found.disposal) == ("99", 5, "V")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("y;;Gut;;;;", "y.1;z;Verwaist;;;;"), "line 3: 'z', the unit above y.1"),
        (("y;;Gut;;fünf;;",), "line 2: Aufbewahrung is 'fünf'"),
        (("y;;Gut;;5;X;",), "line 2: Aussonderung is 'X', not one of: A, B, V"),
        (("y;;Gut;;5;V",), "line 2: 6 cells instead of 7"),
        (("y;;Gut;;;;", "", "y;;Nochmals;;;;"), "line 4: y stands in line 2 already"),
        (("y;;;;;;",), "line 2: y has no title"),
        (("y;;Gut;;;;sehr",), "line 2: Schutzbedarf is 'sehr'"),
        (('y;;"Gut;;;;',), "line 2"),
    ],
)
def test_one_fault_and_nothing_is_taken(
    desk: Desk, tmp_path: Path, lines: tuple[str, ...], told: str
) -> None:
    with pytest.raises(AktenplanRefusedError) as caught:
        aktenplan.import_csv(desk, _file(tmp_path, *lines))
    assert told in caught.value.message()
    assert aktenplan.load(desk).find("y") is None


def test_a_header_that_is_none(desk: Desk, tmp_path: Path) -> None:
    for head, told in (
        ("Nummer;Titel", "Kennzeichen, Oberkennzeichen are missing"),
        (f"{_HEAD};Farbe", "unknown or repeated columns: Farbe"),
        (f"{_HEAD};Titel", "unknown or repeated"),
    ):
        with pytest.raises(AktenplanRefusedError, match="line 1") as caught:
            aktenplan.import_csv(desk, _file(tmp_path, head=head))
        assert told in caught.value.message()
    (tmp_path / "latin.csv").write_bytes(f"{_HEAD}\ny;;Öl;;;;".encode("latin-1"))
    with pytest.raises(AktenplanRefusedError, match="line 2: it is not UTF-8"):
        aktenplan.import_csv(desk, tmp_path / "latin.csv")
    with pytest.raises(NotFoundError):
        aktenplan.import_csv(desk, tmp_path / "missing.csv")


def test_an_akte_takes_office_and_confidentiality_from_its_unit(desk: Desk) -> None:
    drawn = casework.draw_akte(desk, "031.50", "Bewerbungen Bauhof")
    assert (drawn.office, drawn.unit) == ("10.2", "031.50")
    assert drawn.confidentiality is Confidentiality.NFD
    named = casework.new_akte(desk, "10.2-031.60/2026-0777", "Vertrag", "")
    assert (named.unit, named.confidentiality) == ("031.60", Confidentiality.NFD)
    with pytest.raises(NotFoundError):
        casework.draw_akte(desk, "999.99", "Nirgends")
    with pytest.raises(RefusedError, match="one line of text"):
        casework.draw_akte(desk, "031.50", "  ")
