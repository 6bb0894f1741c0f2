"""Who may release what, and who counts as a second person."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from eakte.domain.letters import Schutzbedarf
from eakte.domain.transfervermerk import Look, Release, ReleaseKind
from eakte.review.persons import is_same, needs_another, refusal

_NOW = datetime(2026, 10, 5, 8, tzinfo=UTC)
_FIRST = Look("Ayşe Müller", "mueller", _NOW)


def _by(person: str, account: str, kind: ReleaseKind = ReleaseKind.PERSON) -> Release:
    return Release(kind, person, "", _NOW, account)


@pytest.mark.parametrize("need", Schutzbedarf)
def test_a_rule_releases_only_what_is_normal(need: Schutzbedarf) -> None:
    said = refusal(need, _by("M. Brandt", "eakte", ReleaseKind.RULE), None)
    assert bool(said) == (need is not Schutzbedarf.NORMAL)
    assert not refusal(need, _by("A. Probst", "probst"), None)


@pytest.mark.parametrize(("person", "account"), [("", "probst"), (" . ", "probst"), ("A", " ")])
def test_nobody_is_no_person(person: str, account: str) -> None:
    assert refusal(Schutzbedarf.NORMAL, _by(person, account), None)


@pytest.mark.parametrize(
    ("person", "account", "same"),
    [
        ("B. Yilmaz", "yilmaz", False),
        ("B. Yilmaz", "mueller", True),
        ("B. Yilmaz", " Mueller ", True),
        ("Ayşe Müller", "yilmaz", True),
        ("  AYŞE   MÜLLER", "yilmaz", True),
        ("Ayşe Mu\u0308ller", "yilmaz", True),
        ("Ayse.Muller", "yilmaz", True),
    ],
)
def test_the_second_person_is_another_one(person: str, account: str, same: bool) -> None:
    decision = _by(person, account)
    assert is_same(_FIRST, decision) == same
    assert bool(refusal(Schutzbedarf.SEHR_HOCH, decision, _FIRST)) == same
    assert not refusal(Schutzbedarf.HOCH, decision, _FIRST)


def test_only_sehr_hoch_needs_two() -> None:
    one = _by("B. Yilmaz", "yilmaz")
    assert [needs_another(need, one, None) for need in Schutzbedarf] == [False, False, True]
    assert not needs_another(Schutzbedarf.SEHR_HOCH, one, _FIRST)


@pytest.mark.parametrize("need", [Schutzbedarf.NORMAL, Schutzbedarf.HOCH])
def test_who_lowered_the_schutzbedarf_is_one_of_two(need: Schutzbedarf) -> None:
    lowered_by = ("mueller",)
    same, other = _by("X", " Mueller"), _by("B. Yilmaz", "yilmaz")
    assert needs_another(need, same, None, lowered_by)
    assert not needs_another(need, other, None, lowered_by)
    assert refusal(need, same, _FIRST, lowered_by), "twice the same person"
    assert not refusal(need, other, _FIRST, lowered_by)
    by_another = Look("B. Yilmaz", "yilmaz", _NOW)
    assert not refusal(need, same, by_another, lowered_by)
    assert not needs_another(need, same, by_another, lowered_by)
