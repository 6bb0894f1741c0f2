"""Evidence records made by the watcher, once a day, beside its work: mail never waits for them."""

from __future__ import annotations

import threading
import time

from eakte.audit import log
from eakte.database import transaction
from eakte.domain.events import Action
from eakte.errors import EakteError
from eakte.pipeline.desk import Desk
from eakte.pipeline.noted import MACHINE, event
from eakte.seal.opening import open_archive_stamper
from eakte.services import evidence_state, evidence_trees

_PAUSE_SECONDS = 600.0
"""So long it is left alone after a look: no authority is asked more often than that."""
_LONGEST = 300


class DailyEvidence:
    """Makes manifests and evidence records as the machine, in a thread of its own."""

    def __init__(self, desk: Desk) -> None:
        """Begin without a run under way."""
        self._desk = desk
        self._work: threading.Thread | None = None
        self._not_before = 0.0

    def keep_up(self) -> None:
        """Begin a run if one is due; gives the hand back at once."""
        hours = self._desk.home.settings.evidence.every_hours
        if not hours or time.monotonic() < self._not_before or self.is_working():
            return
        self._not_before = time.monotonic() + _PAUSE_SECONDS
        with self._desk.engine.connect() as connection:
            state = evidence_state.look(connection)
        if state.is_due(self._desk.clock.now(), hours):
            self._work = threading.Thread(target=self._make, name="evidence", daemon=True)
            self._work.start()

    def is_working(self) -> bool:
        """Tell whether a run is under way."""
        return self._work is not None and self._work.is_alive()

    def _make(self) -> None:
        """Make what is due; what fails is noted, once until it works, and tried again."""
        desk = self._desk
        try:
            stamper = open_archive_stamper(desk.home, desk.clock)
            flaws = evidence_trees.make(desk, stamper, MACHINE).flaws
            reason = "; ".join(f"{each.name}: {each.reason}" for each in flaws)
        except EakteError as problem:
            reason = problem.message()
        if reason:
            self._note(reason[:_LONGEST])

    def _note(self, reason: str) -> None:
        desk, now = self._desk, self._desk.clock.now()
        with transaction(desk.engine) as connection:
            known = evidence_state.delay(connection)
            if known is None or known.reason != reason:
                name, after = evidence_state.OBJECT, {"reason": reason}
                told = event(Action.EVIDENCE_DELAYED, name, MACHINE, now, "", after)
                log.append(connection, told)
