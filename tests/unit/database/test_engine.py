"""Views and locks: what a connection sees, and what it may do."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from eakte.audit import log
from eakte.audit.verify import head
from eakte.database import Engine, isolation, lock, snapshot, transaction
from eakte.domain.events import Action, Event
from tests.conftest import NOW


def _append(engine: Engine) -> None:
    with transaction(engine) as connection:
        log.append(connection, Event(Action.RECEIVED, "scan", "clerk", "station", NOW, {}, {}))


def _somebody_writes(engine: Engine) -> bool:
    """Tell whether a connection holds the write lock, by trying to take it without waiting."""
    haste = "PRAGMA busy_timeout=0" if engine.dialect.name == "sqlite" else "SET lock_timeout=1"
    with engine.connect() as connection:
        connection.exec_driver_sql(haste)
        try:
            lock(connection)
        except sa.exc.OperationalError:
            return True
        finally:
            connection.invalidate()
    return False


def test_a_snapshot_sees_one_state_and_holds_nobody_up(engine: Engine) -> None:
    _append(engine)
    with snapshot(engine) as connection:
        assert head(connection)[0] == 1
        _append(engine)
        assert head(connection)[0] == 1
    with snapshot(engine) as connection:
        assert head(connection)[0] == 2


def test_a_snapshot_refuses_to_write_and_leaves_a_connection_that_can(engine: Engine) -> None:
    refused = pytest.raises(sa.exc.DatabaseError, match=r"read-?only")
    with snapshot(engine) as connection, refused:
        connection.exec_driver_sql("DELETE FROM audit_head")
    for _each in range(engine.pool.checkedin() + 1):  # type: ignore[attr-defined]
        _append(engine)


def test_a_snapshot_works_where_dbos_took_the_isolation_level_away(engine: Engine) -> None:
    """DBOS' datasource does this to the pool; `snapshot` and `lock` begin by themselves."""
    with engine.connect() as connection:
        connection.execution_options(isolation_level="SERIALIZABLE").exec_driver_sql("SELECT 1")
    with engine.connect() as connection:
        lock(connection)
        assert _somebody_writes(engine)
    with snapshot(engine) as connection:
        assert head(connection)[0] == 0
        _append(engine)
        assert head(connection)[0] == 0


def test_one_transaction_writes_at_a_time_and_then_sees_what_the_other_wrote(
    engine: Engine,
) -> None:
    """Also at the isolation that the workflows' transactions ask for."""
    assert not _somebody_writes(engine)
    with transaction(engine):
        assert _somebody_writes(engine)
    waiting = threading.Event()

    def second() -> int:
        with engine.connect() as connection:
            own = connection.execution_options(isolation_level=isolation(engine))
            waiting.set()
            lock(own)
            return log.size(own)

    with ThreadPoolExecutor() as pool, transaction(engine) as connection:
        answer = pool.submit(second)
        waiting.wait(10)
        time.sleep(0.2)
        log.append(connection, Event(Action.RECEIVED, "scan", "clerk", "", NOW, {}, {}))
        connection.commit()
        assert answer.result(10) == 1
