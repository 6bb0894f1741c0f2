"""Before a seal it is asked again whether the release suffices: its class may have been changed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from eakte.domain.letters import Schutzbedarf
from eakte.domain.transfervermerk import Look, Release, ReleaseKind
from eakte.errors import SealFailedError
from eakte.pipeline.complete_steps import _require_enough

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
        _require_enough(need, release)
        return
    with pytest.raises(SealFailedError):
        _require_enough(need, release)
