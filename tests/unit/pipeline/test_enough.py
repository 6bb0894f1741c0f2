"""Before a seal it is asked again whether the release suffices: its class may have been changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from eakte.domain.letters import Schutzbedarf
from eakte.domain.transfervermerk import Look, Release, ReleaseKind
from eakte.errors import SealFailedError
from eakte.pipeline.complete_steps import _require_enough
from tests.unit.review.letters import letter

_AT = datetime(2026, 10, 5, 8, tzinfo=UTC)
_FIRST = Look("B. Yilmaz", "yilmaz", _AT)


def _release(kind: ReleaseKind, first: Look | None = None) -> Release:
    return Release(kind, "A. Probst", "", _AT, "probst", first=first)


@pytest.mark.parametrize(
    ("need", "release", "enough"),
    [
        (Schutzbedarf.NORMAL, _release(ReleaseKind.RULE), True),
        (Schutzbedarf.HOCH, _release(ReleaseKind.RULE), False),
        (Schutzbedarf.HOCH, _release(ReleaseKind.PERSON), True),
        (Schutzbedarf.SEHR_HOCH, _release(ReleaseKind.PERSON), False),
        (Schutzbedarf.SEHR_HOCH, _release(ReleaseKind.PERSON, _FIRST), True),
        (
            Schutzbedarf.SEHR_HOCH,
            _release(ReleaseKind.PERSON, Look("A. Probst", "other", _AT)),
            False,
        ),
    ],
)
def test_what_does_not_suffice_today_is_not_sealed(
    need: Schutzbedarf, release: Release, *, enough: bool
) -> None:
    if enough:
        _require_enough(need, letter(release=release))
        return
    with pytest.raises(SealFailedError):
        _require_enough(need, letter(release=release))


def test_who_lowered_the_schutzbedarf_has_nothing_sealed_alone() -> None:
    alone = letter(release=_release(ReleaseKind.PERSON), lowered_by=("probst",))
    with pytest.raises(SealFailedError):
        _require_enough(Schutzbedarf.NORMAL, alone)
    together = replace(alone, release=_release(ReleaseKind.PERSON, _FIRST))
    _require_enough(Schutzbedarf.NORMAL, together)
