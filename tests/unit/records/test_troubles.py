from __future__ import annotations

from datetime import UTC, datetime

from eakte.database import Engine
from eakte.records import troubles
from eakte.records.troubles import Trouble

_FIRST, _SECOND = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)


def _trouble(path: str, reason: str, detail: str, since: datetime) -> Trouble:
    return Trouble(path, "post", reason, detail, since)


def test_a_trouble_that_goes_on_keeps_when_it_began(engine: Engine) -> None:
    """Demand 53: other processes see what holds intake up, and since when."""
    with engine.begin() as connection:
        began = _trouble("/in/a\nb", "no", "1 MB\nleft", _FIRST)
        troubles.replace(connection, (began,))
        assert troubles.every(connection) == (began,)
        goes_on = _trouble("/in/a\nb", "no", "2 MB", _SECOND)
        other = _trouble("/in/c", "no", "", _SECOND)
        troubles.replace(connection, (goes_on, other))
        assert troubles.every(connection) == (
            _trouble("/in/a\nb", "no", "2 MB", _FIRST),
            other,
        )
        troubles.replace(connection, ())
        assert troubles.every(connection) == ()


def test_it_says_why() -> None:
    assert _trouble("/in/a", "no room", "5 MB", _FIRST).sentence() == "no room: 5 MB"
    assert _trouble("/in/a", "no room", "", _FIRST).sentence() == "no room"
