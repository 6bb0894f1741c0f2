"""What could not be taken: remembered until the next try, and written where others see it."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from eakte.database import transaction
from eakte.inbox.listing import readable
from eakte.pipeline.desk import Desk
from eakte.records import troubles as table
from eakte.records.troubles import Trouble

_log = logging.getLogger(__name__)


class Troubles:
    """The troubles of the inboxes; each is gone when its next try is due, and told again then."""

    def __init__(self, desk: Desk) -> None:
        """Begin with none; those of an earlier process are replaced at the first `save`."""
        self._desk = desk
        self._present: dict[Path, Trouble] = {}
        self._retry_at: dict[Path, float] = {}
        self._saved: set[tuple[str, str]] | None = None

    def __contains__(self, path: Path) -> bool:
        """Tell whether something is to be left alone until its next try."""
        return path in self._present

    def __len__(self) -> int:
        """Count them."""
        return len(self._present)

    def all(self) -> tuple[Trouble, ...]:
        """Give all troubles."""
        return tuple(self._present.values())

    def forget_due(self) -> None:
        """Drop those whose next try is due."""
        now = time.monotonic()
        self._present = {
            path: each for path, each in self._present.items() if self._retry_at[path] > now
        }

    def tell(
        self, path: Path, station: str, reason: str, detail: str, retry_seconds: float
    ) -> None:
        """Note a trouble; `reason` is an English sentence that can be translated."""
        name, detail = readable(str(path)), readable(detail)
        now = self._desk.clock.now()
        self._present[path] = Trouble(name, station, reason, detail, now)
        self._retry_at[path] = time.monotonic() + retry_seconds
        if (name, reason) not in (self._saved or ()):
            _log.warning("%r (%s): %s %s", name, station, reason, detail)

    def is_over(self, path: Path) -> None:
        """Drop a trouble, if there is one."""
        self._present.pop(path, None)

    def save(self) -> None:
        """Write down what began or is over; a database that refuses is asked again next time."""
        unique = {each.path: each for each in self._present.values()}
        present = {(each.path, each.reason) for each in unique.values()}
        if present == self._saved:
            return
        try:
            with transaction(self._desk.engine) as connection:
                table.replace(connection, tuple(unique.values()))
        except Exception as problem:  # noqa: BLE001 - a full disk must not stop the watcher
            _log.warning("the troubles of the inboxes could not be written down: %s", problem)
            return
        self._saved = present
