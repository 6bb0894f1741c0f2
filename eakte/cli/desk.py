"""The home that a command is about; the database library is imported only when it is opened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eakte.pipeline.desk import Desk


def open_desk(home: Path | None) -> Desk:
    """Open the home that is meant; raises HomeMissingError or ConfigurationError."""
    from eakte.services import desks

    return desks.open_desk(home)
