"""The engine under the workflows: DBOS on the home's own database, one process per home."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SQLAlchemyDatasource

from eakte.errors import AlreadyRunningError
from eakte.pipeline.context import NOTES, Context
from eakte.pipeline.desk import Desk
from eakte.pipeline.flow import Flow
from eakte.pipeline.places import SEALS_AT_ONCE
from eakte.pipeline.submit import APPLICATION, APPLICATION_VERSION, COMPLETE, INTAKE, OCR

_POLLING_SECONDS = {INTAKE: 1.0, OCR: 0.5, COMPLETE: 1.0}
"""How often a queue is asked for work; each time takes some 5 ms of CPU."""
_WAITING_IN_LINE = 3
"""So many of each queue stand ready for a free worker, which then need not wait for the polling."""
_EXECUTOR = "watch"


@contextmanager
def running(context: Context) -> Iterator[None]:
    """Run the workflows while the block runs; work left from a crash goes on by itself.

    Raises AlreadyRunningError if another process runs them on this home.
    """
    with alone(context):
        context.crash_notes.take_stock()
        context.store.sweep(context.clock.now())
        _launch(context)
        try:
            yield
        finally:
            DBOS.destroy(destroy_registry=True)
            context.crash_notes.close()


@contextmanager
def alone(desk: Desk) -> Iterator[int]:
    """Hold the home's slot while the block runs, so that no workflow does.

    Gives how many leftovers of crashed workers were removed from the workspace. Raises
    AlreadyRunningError if another process holds the slot.
    """
    with _slot(desk.home.lock_file):
        yield _sweep(desk.home.work, (desk.home.lock_file.name, NOTES))


def prepare(context: Context) -> None:
    """Make the engine's own tables, so that work can be queued before the first run."""
    DBOS(config=_config(context))
    _source(context)
    DBOS.launch()
    DBOS.destroy(destroy_registry=True)


def busy() -> bool:
    """Tell whether any workflow is queued or running."""
    pending = DBOS.list_workflows(
        status=["PENDING", "ENQUEUED"], limit=1, load_input=False, load_output=False
    )
    return bool(pending)


def _launch(context: Context) -> None:
    DBOS(config=_config(context))
    Flow(context, _source(context))
    DBOS.launch()
    more = context.workers + _WAITING_IN_LINE
    seals = max(more, SEALS_AT_ONCE)
    for name, concurrency in ((INTAKE, more), (OCR, more), (COMPLETE, seals)):
        DBOS.register_queue(
            name, worker_concurrency=concurrency, polling_interval_sec=_POLLING_SECONDS[name]
        )


def _config(context: Context) -> DBOSConfig:
    logging.getLogger("dbos").setLevel(logging.ERROR)
    return DBOSConfig(
        name=APPLICATION,
        system_database_engine=context.engine,
        application_version=APPLICATION_VERSION,
        executor_id=_EXECUTOR,
        serializer=DBOSPortableJSONSerializer(),
        log_level="ERROR",
        enable_otlp=False,
        use_listen_notify=False,
    )


def _source(context: Context) -> SQLAlchemyDatasource:
    return SQLAlchemyDatasource.create(
        context.home.database_url,
        engine=context.engine,
        serializer=DBOSPortableJSONSerializer(),
    )


def _sweep(work: Path, kept: tuple[str, ...]) -> int:
    """Remove what a crash left in the workspace; the slot is ours, so nobody uses it."""
    leftovers = [each for each in work.iterdir() if each.name not in kept]
    for leftover in leftovers:
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink()
    return len(leftovers)


@contextmanager
def _slot(lock_file: Path) -> Iterator[None]:
    """Hold the home's slot; the kernel frees it when the process ends, however it ends."""
    descriptor = os.open(lock_file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(path=lock_file) from None
        yield
    finally:
        os.close(descriptor)
