"""What the steps work with: a desk, the classifier, the sealer, limits and workspaces."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from eakte import __version__
from eakte.classify.classifier import Classifier
from eakte.domain.mail import Scan
from eakte.errors import SealFailedError
from eakte.i18n import N_
from eakte.pdfa.verapdf import find_program
from eakte.pipeline.crashes import CrashNotes
from eakte.pipeline.desk import Desk
from eakte.pipeline.live_model import LiveModel
from eakte.records import verfahren
from eakte.review.transfervermerk import Environment
from eakte.sandbox import Limits
from eakte.seal.opening import open_sealer
from eakte.seal.signer import Sealer

NOTES = "steps"
"""Folder in the workspace for the notes of running steps; it outlives the process."""

_FILE_SECONDS, _SECONDS_PER_MB, _SECONDS_PER_PAGE = 600, 2, 1
"""CPU seconds for work on a whole file; measured for large scans: a third of it at most."""
_WALL_PER_CPU = 2


class Context(Desk):
    """A desk with the heavy tools of the workflows, made when first needed."""

    @cached_property
    def classifier(self) -> Classifier:
        """Give the classifier with the home's live model."""
        model = LiveModel(self)
        model.current()  # says itself what is wrong with it
        return Classifier(tuple(self.definitions.classes.values()), model)

    @cached_property
    def sealer(self) -> Sealer:
        """Give the seal key and the services that seals need, loaded once."""
        return open_sealer(self.home, self.clock)

    @cached_property
    def crash_notes(self) -> CrashNotes:
        """Give the notes of the steps that are running."""
        return CrashNotes(self.home.work / NOTES)

    @property
    def verapdf(self) -> str:
        """Give the program that confirms archive copies, "" if there is none or it is off."""
        return find_program(self.home.settings.archive.verapdf, self.home.root)

    @property
    def workers(self) -> int:
        """Tell how many pages are read at once."""
        return self.home.settings.reading.workers or len(os.sched_getaffinity(0))

    def page_limits(self) -> Limits:
        """Give the limits for reading one page."""
        reading = self.home.settings.reading
        seconds = reading.page_seconds
        return Limits(seconds + 30, int(seconds) + 30, reading.page_memory_mb)

    def file_limits(self, *sources: Path, pages: int = 0) -> Limits:
        """Give the limits for work on whole files; their size, and pages if known, add time."""
        size = sum(source.stat().st_size for source in sources)
        seconds = _FILE_SECONDS + _SECONDS_PER_MB * size // 1_000_000 + _SECONDS_PER_PAGE * pages
        memory = max(2000, self.home.settings.reading.page_memory_mb)
        return Limits(_WALL_PER_CPU * seconds, seconds, memory)

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """Give a private folder that is gone afterwards."""
        with tempfile.TemporaryDirectory(dir=self.home.work) as folder:
            yield Path(folder)

    def environment(self, scan: Scan) -> Environment:
        """Describe where and with what a scan is processed, and by which Verfahrensdokumentation.

        Raises SealFailedError if none is in force, ConfigurationError without its pipeline.
        """
        with self.engine.connect() as connection:
            adopted = verfahren.in_force(connection)
        if adopted is None:
            raise SealFailedError(detail=N_("no Verfahrensdokumentation is in force"))
        return Environment(
            organisation=self.home.settings.organisation,
            station=scan.station,
            software=f"eakte {__version__}, Python {platform.python_version()}",
            verfahrensdokumentation=adopted.verfahren,
            reach=self.sealer.reach,
            seal_level=self.definitions.pipeline(scan.pipeline).seal_level,
            at=self.clock.now(),
        )
