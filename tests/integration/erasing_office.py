"""A home with sealed letters in two Akten, and what leads to the destruction of one of them."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from eakte.config import open_home
from eakte.database import transaction
from eakte.domain.akten import Akte
from eakte.domain.clock import FixedClock, SystemClock
from eakte.domain.entries import Note, Party
from eakte.domain.retention import Decision
from eakte.pipeline import attaching, casework
from eakte.pipeline.desk import Desk
from eakte.pipeline.indexing import index_document
from eakte.pipeline.keeping import By
from eakte.records import documents
from eakte.seal.opening import open_archive_stamper
from eakte.services import erasing, evidence_trees, retention
from eakte.services.importing import import_xdomea
from eakte.services.retention import Offer
from tests.integration.sealed_letters import file, seal
from tests.integration.waiting_letters import new_desk
from tests.unit.deliveries.plans import message as plan_message
from tests.unit.deliveries.plans import unit

AKTE, OTHER = "20.1-702.11/2026-0003", "20.1-702.11/2026-0004"
OVER = datetime(SystemClock().now().year + 2, 1, 2, 9, tzinfo=UTC)
"""After the retention of both; their seals are VALID still."""
_PLAN = unit("702", "Abgaben", unit("702.11", "Abfallgebühren", years="1", disposal="B"))
WORD = "Zwetschgenlotte"
"""A word that stands in titles, notes and names, and nowhere after an erasure."""


def new_office(folder: Path) -> Path:
    """Make a home: two letters in the one Akte, one in the other, with evidence records."""
    desk = new_desk(folder / "home")
    by = By("m.brandt", desk.clock.now())
    with transaction(desk.engine) as connection:
        for name, title in ((AKTE, WORD), (OTHER, "Abfall")):
            casework.open_akte(connection, Akte(name, title, "20.1", by.at), by.actor)
    letters = [seal(desk, akte, mark) for akte, mark in ((AKTE, "1"), (AKTE, "2"), (OTHER, "3"))]
    (folder / "plan.xml").write_bytes(plan_message(_PLAN))
    import_xdomea(desk, folder / "plan.xml")
    with transaction(desk.engine) as connection:
        for letter in letters:
            file(connection, desk, letter)
        attaching.attach(connection, letters[0].id, Note(WORD), by)
        attaching.attach(connection, AKTE, Party("Schuldner", WORD, "Gasse 1"), by)
        casework.correct_document(connection, letters[0].id, by, subject=WORD, sender=WORD)
    for letter in letters:
        index_document(desk, letter.id)
    evidence_trees.create(desk, open_archive_stamper(desk.home, desk.clock))
    desk.engine.dispose()
    return desk.home.root


def at(root: Path, moment: datetime) -> Desk:
    """Open a home where time stands still."""
    return Desk(open_home(root), FixedClock(moment))


def acting(name: str):
    """Let somebody act."""
    return patch.dict(os.environ, EAKTE_USER=name)


def letters_of(desk: Desk, akte: str):
    with desk.engine.connect() as connection:
        return documents.of_akte(connection, akte)


def close(desk: Desk, akte: str = AKTE) -> None:
    with transaction(desk.engine) as connection:
        casework.close_akte(connection, akte, By("m.brandt", desk.clock.now()))


def offered(desk: Desk, folder: Path, decision: Decision = Decision.DESTROY) -> None:
    """Offer an Akte, and note the answer."""
    retention.offer(desk, AKTE, folder, Offer())
    retention.answer(desk, AKTE, decision, f"Schreiben des Archivs zu {WORD}")


def destroyed(desk: Desk):
    """Ask for the destruction, and confirm it in another name."""
    with acting("a.frager"):
        erasing.ask_akte(desk, AKTE, "Frist abgelaufen")
    with acting("b.zeuge"):
        return erasing.confirm_akte(desk, AKTE)
