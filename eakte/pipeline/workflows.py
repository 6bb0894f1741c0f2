"""What the engine remembers of its workflows; asked and tidied without running it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from eakte.database import Engine, transaction
from eakte.database.roles import ENGINE_SCHEMA
from eakte.pipeline.submit import APPLICATION, READ_PAGE, intake_of, pages_prefix

if TYPE_CHECKING:
    from dbos import DBOSClient

_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_OPEN = ["PENDING", "ENQUEUED"]
_MEMORY = timedelta(days=30)
"""So long a workflow that ended can be looked at; no step of it is ever repeated."""
_BATCH = 500
_PREFIXES = 50


def ended(engine: Engine, workflows: Iterable[str] | None = None) -> frozenset[str]:
    """Give the ids of all workflows that ended, well or not; `workflows` limits the question."""
    asked = None if workflows is None else list(workflows)
    if asked == []:
        return frozenset()
    found = _client(engine).list_workflows(
        workflow_ids=asked, status=_ENDED, load_input=False, load_output=False
    )
    return frozenset(each.workflow_id for each in found)


def pages_read(engine: Engine) -> dict[str, tuple[int, int]]:
    """Give, for each intake with pages left to read, how many are done and how many there are."""
    client = _client(engine)
    unread = client.list_workflows(
        name=READ_PAGE, status=_OPEN, load_input=False, load_output=False
    )
    intakes = {intake_of(each.workflow_id) for each in unread}
    if not intakes:
        return {}
    pages = client.list_workflows(
        name=READ_PAGE,
        workflow_id_prefix=[pages_prefix(intake) for intake in intakes],
        load_input=False,
        load_output=False,
    )
    total = Counter(intake_of(each.workflow_id) for each in pages)
    left = Counter(intake_of(each.workflow_id) for each in pages if each.status in _OPEN)
    return {intake: (total[intake] - left[intake], total[intake]) for intake in intakes}


def forget_old(engine: Engine, now: datetime, kept: tuple[str, ...]) -> int:
    """Delete what ended more than 30 days ago, and tell how many; ids that begin as `kept` stay."""
    client = _client(engine)
    found = client.list_workflows(
        status=_ENDED,
        completed_before=(now - _MEMORY).isoformat(),
        load_input=False,
        load_output=False,
    )
    old = [each.workflow_id for each in found if not each.workflow_id.startswith(kept)]
    for start in range(0, len(old), _BATCH):
        batch = old[start : start + _BATCH]
        client.delete_workflows(batch)
        _delete_checkpoints(engine, batch)
    return len(old)


def forget(engine: Engine, beginnings: Iterable[str]) -> None:
    """Delete the ended workflows whose ids begin like that, with all that they read and made."""
    client, wanted = _client(engine), sorted(set(beginnings))
    for start in range(0, len(wanted), _PREFIXES):
        found = client.list_workflows(
            workflow_id_prefix=wanted[start : start + _PREFIXES],
            status=_ENDED,
            load_input=False,
            load_output=False,
        )
        gone = [each.workflow_id for each in found]
        for first in range(0, len(gone), _BATCH):
            client.delete_workflows(gone[first : first + _BATCH])
            _delete_checkpoints(engine, gone[first : first + _BATCH])


def _delete_checkpoints(engine: Engine, workflows: list[str]) -> None:
    """Delete the checkpoints of transactions: the engine keeps them in a table of their own."""
    column: sa.ColumnClause[str] = sa.column("workflow_id")
    schema = None if engine.dialect.name == "sqlite" else ENGINE_SCHEMA
    checkpoints = sa.table("datasource_outputs", column, schema=schema)
    with transaction(engine) as connection:
        connection.execute(sa.delete(checkpoints).where(column.in_(workflows)))


def _client(engine: Engine) -> DBOSClient:
    from dbos import DBOSClient, DBOSPortableJSONSerializer  # noqa: PLC0415 - who only reads need not wait for it

    return DBOSClient(
        system_database_engine=engine,
        serializer=DBOSPortableJSONSerializer(),
        application_name=APPLICATION,
    )
