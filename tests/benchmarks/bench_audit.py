"""The audit log: events appended a second by 1 and 8 writers, and verifying a million of them.

On SQLite and on PostgreSQL (Debian's package, started for it), both as durable as in a city.
EAKTE_BENCH_EVENTS and EAKTE_BENCH_APPENDS shorten it. CPU seconds are those of all processes, the
database server's included.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from eakte.audit import log, tree, verify
from eakte.database import Engine, connect, snapshot, transaction
from eakte.database.migrate import upgrade
from eakte.domain.events import Action, Event
from tests.tools.postgres import server

_EVENTS = int(os.environ.get("EAKTE_BENCH_EVENTS", "1000000"))
_APPENDS = int(os.environ.get("EAKTE_BENCH_APPENDS", "2000"))
_AT_ONCE = 10_000
_START = datetime(2026, 1, 1, tzinfo=UTC)
_TICKS = os.sysconf("SC_CLK_TCK")
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


def main() -> None:
    """Print the figures."""
    folder, data = (Path(tempfile.mkdtemp(prefix=f"eakte-{name}-")) for name in ("bench", "server"))
    found: dict[str, object] = {"events": _EVENTS, "appended": _APPENDS}
    try:
        found["SQLite"] = _measure(f"sqlite:///{folder / 'bench.db'}", lambda: 0.0)
        with server(data, **_DURABLE) as url:
            pid = int((data / "data/postmaster.pid").read_text().split()[0])
            found["PostgreSQL"] = _measure(url, lambda: _cpu_of(pid))
    finally:
        for each in (folder, data):
            shutil.rmtree(each, ignore_errors=True)
    json.dump(found, sys.stdout, indent=1)
    sys.stdout.write("\n")


def _measure(url: str, server_cpu: Callable[[], float]) -> dict[str, dict[str, float]]:
    engine = connect(url)
    upgrade(engine)
    found = {}
    for writers in (1, 8):
        with _timed(server_cpu) as cost:
            _append(url, writers)
        cost["events_per_second"] = round(_APPENDS / cost["wall_seconds"])
        found[f"append, {writers} writer(s)"] = cost
    _fill(engine)
    with _timed(server_cpu) as cost, snapshot(engine) as connection:
        verdict = verify.verify(connection)
    assert verdict.intact
    assert verdict.size == _EVENTS
    found["verify"] = cost
    engine.dispose()
    return found


@contextmanager
def _timed(server_cpu: Callable[[], float]) -> Iterator[dict[str, float]]:
    cost: dict[str, float] = {}
    began, used = time.monotonic(), _cpu() + server_cpu()
    yield cost
    cost["wall_seconds"] = round(time.monotonic() - began, 2)
    cost["cpu_seconds"] = round(_cpu() + server_cpu() - used, 2)


def _cpu() -> float:
    parts = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in parts)


def _cpu_of(pid: int) -> float:
    """Give what a server used, with its ended children: utime, stime, cutime, cstime (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS


def _event(number: int) -> Event:
    after = {"sha256": f"{number:064x}", "verdict": "VALID", "level": "B-LTA"}
    at = _START + timedelta(seconds=number)
    return Event(Action.SEALED, f"doc-{number:012x}", "eakte", "poststelle", at, {}, after)


def _append(url: str, writers: int) -> None:
    """Append events one a transaction, as the pipeline does, from so many processes."""
    context = multiprocessing.get_context("fork")
    each = _APPENDS // writers
    work = [context.Process(target=_write, args=(url, each)) for _number in range(writers)]
    for process in work:
        process.start()
    for process in work:
        process.join()
    assert not any(process.exitcode for process in work)


def _write(url: str, count: int) -> None:
    engine = connect(url)
    for number in range(count):
        with transaction(engine) as connection:
            log.append(connection, _event(number))
    engine.dispose()


def _fill(engine: Engine) -> None:
    """Fill the log up with the real encoding and hashes, but many rows to a transaction."""
    with engine.connect() as connection:
        size = log.size(connection)
        query = sa.select(log.audit_event.c.leaf).order_by(log.audit_event.c.position)
        leaves = [bytes.fromhex(leaf) for leaf in connection.execute(query).scalars()]
    frontier: tuple[bytes, ...] = ()
    for position, leaf in enumerate(leaves):
        frontier = tree.append(frontier, position, leaf)
    for first in range(size, _EVENTS, _AT_ONCE):
        rows = []
        for position in range(first, min(first + _AT_ONCE, _EVENTS)):
            entry = log.encode(_event(position), position)
            leaf = tree.leaf_hash(entry.encode())
            frontier = tree.append(frontier, position, leaf)
            root = tree.root_of(frontier).hex()
            rows.append({"position": position, "entry": entry, "leaf": leaf.hex(), "root": root})
        with transaction(engine) as connection:
            connection.execute(sa.insert(log.audit_event), rows)
    parts = json.dumps([part.hex() for part in frontier])
    values = {"size": _EVENTS, "root": tree.root_of(frontier).hex(), "frontier": parts}
    with transaction(engine) as connection:
        connection.execute(sa.update(log.audit_head).values(values))


if __name__ == "__main__":
    main()
