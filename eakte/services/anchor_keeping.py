"""Keeping the anchors of the audit log up to date, beside whatever else is done.

Neither key nor time-stamp authority nor a place that cannot be had stops anything: it is told
(`eakte status`, `eakte doctor`) and tried again.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from eakte.errors import EakteError
from eakte.pipeline.context import Context
from eakte.records.troubles import Trouble
from eakte.services import anchor_places, anchoring
from eakte.services.access import require_to_run

_FIRST_PAUSE, _LONGEST_PAUSE = 60.0, 3600.0
_LAST_SECONDS = 5.0
_log = logging.getLogger(__name__)


class AnchorKeeping:
    """Lines at once; signed checkpoints and their places in a thread, since these may wait."""

    def __init__(self, context: Context) -> None:
        """Begin without anything under way."""
        self._context = context
        self._working: threading.Thread | None = None
        self._pause = self._not_before = 0.0

    def keep_up(self) -> None:
        """Write a line if something happened; begin to look what else is due."""
        anchoring.write_checkpoint(self._context)
        busy = self._working is not None and self._working.is_alive()
        if not busy and time.monotonic() >= self._not_before:
            self._working = threading.Thread(target=self._work, name="anchors", daemon=True)
            self._working.start()

    def finish(self) -> None:
        """Do so once more, and wait a little for what is under way."""
        self.keep_up()
        if self._working is not None:
            self._working.join(_LAST_SECONDS)

    def _work(self) -> None:
        try:
            if bring_up(self._context):
                self._pause = 0.0
                return
        except Exception as problem:  # noqa: BLE001 - whatever it is, mail goes on
            _log.warning("the anchors of the audit log: %s", problem)
        self._pause = min(2 * self._pause or _FIRST_PAUSE, _LONGEST_PAUSE)
        self._not_before = time.monotonic() + self._pause


def bring_up(context: Context) -> bool:
    """Make a signed checkpoint if one is due, and give the places theirs; tells if all is done."""
    made = True
    if anchoring.is_due(context):
        try:
            anchoring.sign_checkpoint(context, context.sealer)
            anchor_places.note_signing(context, "")
        except (EakteError, OSError) as problem:
            made = False
            _log.warning("no signed checkpoint: %s", problem)
            anchor_places.note_signing(context, str(problem))
    if anchor_places.lacking(context):
        return anchor_places.deliver(context) and made
    return made


@dataclass(frozen=True)
class Done:
    """A signed checkpoint that was made, or was there for the same events."""

    statement: Path
    """The .json file; signature (.p7s) and time-stamp (.tst) stand beside it."""
    size: int
    root: str
    printed: str
    """The line for paper."""
    troubles: tuple[Trouble, ...] = ()
    """Places that do not have it (yet)."""


def sign_now(context: Context) -> Done:
    """Make a signed checkpoint now, due or not, and give the places what they lack.

    Raises NotPermittedError or NotListedError unless the current user runs this home or is an
    admin, and as `anchoring.sign_checkpoint` does.
    """
    require_to_run(context)
    anchoring.write_checkpoint(context)
    made = anchoring.sign_checkpoint(context, context.sealer)
    anchor_places.note_signing(context, "")
    anchor_places.deliver(context)
    told = made.checkpoint
    troubles = anchor_places.troubles(context)
    return Done(made.statement, told.size, told.root, made.printed, troubles)
