from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from eakte.database import Engine
from eakte.domain.clock import SystemClock
from eakte.records import troubles as table
from eakte.services.troubles import Troubles


def test_no_name_of_a_file_keeps_the_troubles_from_being_told(engine: Engine) -> None:
    """Demand 53: one name in Latin-1 must not hide what is wrong with all other files."""
    desk: Any = SimpleNamespace(engine=engine, clock=SystemClock())
    path = Path("/in") / b"M\xfcller.pdf".decode("utf-8", "surrogateescape")
    troubles = Troubles(desk)
    troubles.tell(path, "post", "it could not be taken", f"the store at {path} failed", 10)
    troubles.tell(Path("/in/b.pdf"), "post", "it could not be taken", "", 10)
    troubles.save()
    with engine.connect() as connection:
        told = table.every(connection)
    assert {each.path for each in told} == {"/in/M\ufffdller.pdf", "/in/b.pdf"}
