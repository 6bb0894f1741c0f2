"""What every use case works with: one home's settings, store, database, definitions and clock."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from eakte.config import Home
from eakte.database import Engine, connect
from eakte.domain.clock import Clock
from eakte.domain.quality import QualitySettings
from eakte.pipeline.definition import Definitions, load_definitions
from eakte.store.local import LocalBlobStore


class Desk:
    """The light part: nothing here imports OCR, PDF or signature libraries."""

    def __init__(self, home: Home, clock: Clock) -> None:
        """Open a home's store; the database is opened when first needed."""
        self.home = home
        self.clock = clock
        self.store = LocalBlobStore(home.store)

    @cached_property
    def engine(self) -> Engine:
        """Give the one engine for records, audit log, index and workflows."""
        return connect(self.home.database_url)

    @cached_property
    def definitions(self) -> Definitions:
        """Give the home's pipelines and classes, with what its operator set for samples."""
        quality = QualitySettings(**self.home.settings.quality.model_dump())
        return replace(load_definitions(self.home.pipelines), quality=quality)
