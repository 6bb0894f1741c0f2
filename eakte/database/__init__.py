"""The database: one engine for the records, the audit log, the index and the workflow engine."""

from __future__ import annotations

from eakte.database.engine import (
    Connection,
    Engine,
    connect,
    isolation,
    let_go_of_deleted,
    lock,
    snapshot,
    transaction,
    unavailable,
)

__all__ = [
    "Connection",
    "Engine",
    "connect",
    "isolation",
    "let_go_of_deleted",
    "lock",
    "snapshot",
    "transaction",
    "unavailable",
]
