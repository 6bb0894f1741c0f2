"""Views and locks: what a connection sees, and what it may do."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from eakte.audit import log
from eakte.audit.verify import head
from eakte.database import Engine, lock, snapshot, transaction
from eakte.domain.events import Action, Event
from tests.conftest import NOW


def _append(engine: Engine) -> None:
    with transaction(engine) as connection:
        log.append(connection, Event(Action.RECEIVED, "scan", "clerk", "station", NOW, {}, {}))


def test_a_snapshot_sees_one_state_and_holds_nobody_up(engine: Engine) -> None:
    _append(engine)
    with snapshot(engine) as connection:
        assert head(connection)[0] == 1
        _append(engine)
        assert head(connection)[0] == 1
    with snapshot(engine) as connection:
        assert head(connection)[0] == 2


def test_a_snapshot_refuses_to_write_and_leaves_a_connection_that_can(engine: Engine) -> None:
    with snapshot(engine) as connection, pytest.raises(sa.exc.OperationalError, match="readonly"):
        connection.exec_driver_sql("DELETE FROM audit_head")
    for _each in range(engine.pool.checkedin() + 1):  # type: ignore[attr-defined]
        _append(engine)


def test_a_snapshot_works_where_dbos_took_the_isolation_level_away(engine: Engine) -> None:
    """DBOS' datasource does this to the pool; `snapshot` and `lock` begin by themselves."""
    with engine.connect() as connection:
        connection.execution_options(isolation_level="SERIALIZABLE").exec_driver_sql("SELECT 1")
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        assert raw.isolation_level != "IMMEDIATE"
        lock(connection)
        assert raw.in_transaction
    with snapshot(engine) as connection:
        assert head(connection)[0] == 0
        _append(engine)
        assert head(connection)[0] == 0
