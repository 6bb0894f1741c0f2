"""Concluding batches, each by itself: what fails is told, tried again later, and stops nobody."""

from __future__ import annotations

import logging
import math
import time
from pathlib import Path

from eakte.domain.quality import QaBatch
from eakte.errors import EakteError
from eakte.i18n import N_
from eakte.pipeline.desk import Desk
from eakte.pipeline.mending import batches_to_conclude, conclude_batch
from eakte.services.troubles import Troubles

_log = logging.getLogger(__name__)

_FAILS = N_("the batch cannot be concluded; its letters are held")
_RETRY_SECONDS = 60.0


class Concluding:
    """The batches of a home; those that failed stand among the troubles until they succeed."""

    def __init__(self, desk: Desk, troubles: Troubles) -> None:
        """Begin without failures."""
        self._desk = desk
        self._troubles = troubles
        self._retry_at: dict[str, float] = {}

    def round(self) -> None:
        """Conclude every batch that may be; write down which of them failed."""
        present = {batch.id: batch for batch in batches_to_conclude(self._desk)}
        for name in self._retry_at.keys() - present.keys():
            self._succeeded(name)
        for name, batch in present.items():
            if self._retry_at.get(name, 0.0) <= time.monotonic():
                self._conclude(batch)
        self._troubles.save()

    def has_work(self) -> bool:
        """Tell whether a batch could be concluded now, other than those that failed."""
        return any(each.id not in self._retry_at for each in batches_to_conclude(self._desk))

    def _conclude(self, batch: QaBatch) -> None:
        try:
            conclude_batch(self._desk, batch.id)
        except Exception as problem:  # noqa: BLE001 - one batch must not stop the others
            _log.debug("the batch %s failed", batch.id, exc_info=True)
            name = type(problem).__name__  # what other errors say may hold text of a letter
            detail = problem.message() if isinstance(problem, EakteError) else name
            self._troubles.tell(Path(batch.id), batch.station, _FAILS, detail, math.inf)
            self._retry_at[batch.id] = time.monotonic() + _RETRY_SECONDS
        else:
            self._succeeded(batch.id)

    def _succeeded(self, name: str) -> None:
        self._retry_at.pop(name, None)
        self._troubles.is_over(Path(name))
