"""The Aktenplan: what a unit takes from those above it, and what is wrong with one."""

from __future__ import annotations

from dataclasses import replace

from eakte.domain.aktenplan import Aktenplan, Disposal, Unit, merged, problems
from eakte.domain.confidentiality import Confidentiality
from eakte.domain.letters import Schutzbedarf

_TOP = Unit("0", "", "Verwaltung", "10", 10, Disposal.APPRAISE, Schutzbedarf.NORMAL)
_STAFF = Unit("03", "0", "Personal", "10.2", confidentiality=Confidentiality.NFD)
_LEAF = Unit("031.50", "03", "Bewerbungen", retention_years=0, disposal=Disposal.DESTROY)
_PLAN = Aktenplan((_TOP, _STAFF, _LEAF))


def test_what_is_empty_holds_as_above() -> None:
    found = _PLAN.effective("031.50")
    assert found == replace(
        _LEAF,
        office="10.2",
        schutzbedarf=Schutzbedarf.NORMAL,
        confidentiality=Confidentiality.NFD,
    )
    assert _PLAN.effective("nowhere") is None
    assert _PLAN.find("031.50") == _LEAF


def test_units_lie_below_their_parents() -> None:
    other = Unit("1", "", "Ordnung")
    plan = Aktenplan((_TOP, _STAFF, _LEAF, other))
    assert [(unit.key, depth) for unit, depth in plan.depths()] == [
        ("0", 0),
        ("03", 1),
        ("031.50", 2),
        ("1", 0),
    ]


def test_only_what_says_something_new_becomes_a_version() -> None:
    renamed = replace(_LEAF, title="Bewerbung")
    assert merged(_PLAN, (_TOP, _STAFF, renamed)) == (replace(renamed, version=2),)
    assert merged(_PLAN, _PLAN.units) == ()
    second = Aktenplan((replace(_LEAF, version=2),))
    assert merged(second, (_LEAF,)) == ()


def test_what_is_wrong_is_told_of_the_unit() -> None:
    wrong = (
        replace(_LEAF, key="a b"),
        replace(_LEAF, key="1", parent="9"),
        replace(_LEAF, key="2", title=" "),
        replace(_LEAF, key="3", retention_years=1000),
        replace(_TOP, parent="031.50"),
    )
    found = problems(_PLAN, wrong)
    assert set(found) == {"a b", "1", "2", "3", "0"}
    assert "below itself" in found["0"]
    assert problems(_PLAN, (Unit("9", "8", "x"), Unit("8", "", "y"))) == {}
