"""Running numbers of Aktenzeichen: drawn one by one, also by many writers at once."""

from __future__ import annotations

import sqlalchemy as sa

from eakte.database import Connection, lock

_DRAW = sa.text(
    "INSERT INTO drawn_number (series, last) VALUES (:series, 1) "
    "ON CONFLICT (series) DO UPDATE SET last = drawn_number.last + 1 RETURNING last"
)
"""A number that was drawn is never drawn again."""


def draw(connection: Connection, series: str) -> int:
    """Draw the next number of a series, from 1; if the transaction is undone so is the draw."""
    lock(connection)
    return int(connection.execute(_DRAW, {"series": series}).scalar_one())
