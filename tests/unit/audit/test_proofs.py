"""Proofs out of the database are those of the tree, and a log that was changed gives none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from attestroot import merkle

from eakte.audit import log, proofs, tree
from eakte.database import Engine, transaction
from eakte.domain.events import Action, Event
from eakte.errors import NotFoundError, RecordDamagedError
from tests.tools import homes

_AT = datetime(2026, 10, 5, tzinfo=UTC)
_SIZE = 21


@pytest.fixture
def logged(engine: Engine) -> Engine:
    with transaction(engine) as connection:
        for number in range(_SIZE):
            log.append(connection, Event(Action.RECEIVED, f"scan-{number}", "clerk", "", _AT))
    return engine


def test_every_proof_is_the_one_of_another_implementation(logged: Engine) -> None:
    with logged.connect() as connection:
        rows = connection.execute(log.audit_event.select().order_by("position")).all()
        leaves = [bytes.fromhex(row.leaf) for row in rows]
        for size in (1, 2, 7, 16, _SIZE):
            root = merkle.root_from_leaf_hashes(leaves[:size])
            for position in range(size):
                found = proofs.inclusion(connection, position, size)
                path = [bytes.fromhex(each) for each in found.proof]
                assert path == merkle.inclusion_proof(leaves[:size], position)
                assert (found.root, found.entry) == (root.hex(), rows[position].entry)
                assert merkle.verify_inclusion(leaves[position], position, size, path, root)


def test_every_consistency_proof_holds(logged: Engine) -> None:
    with logged.connect() as connection:
        for size in range(1, _SIZE + 1):
            for old in range(1, size + 1):
                found = proofs.consistency(connection, old, size)
                roots = bytes.fromhex(found.old_root), bytes.fromhex(found.root)
                path = [bytes.fromhex(each) for each in found.proof]
                assert tree.proves_consistency((old, size), roots, path)
                assert found.old_root == log.root_at(connection, old)
        assert proofs.consistency(connection, 3).size == _SIZE
        assert proofs.inclusion(connection, 3).size == _SIZE


def test_what_is_not_there_cannot_be_proven(logged: Engine) -> None:
    with logged.connect() as connection:
        for position, size in ((_SIZE, 0), (-1, 0), (3, 3), (3, _SIZE + 1)):
            with pytest.raises(NotFoundError):
                proofs.inclusion(connection, position, size)
        for old, size in ((0, 0), (_SIZE + 1, 0), (5, 4), (5, _SIZE + 1)):
            with pytest.raises(NotFoundError):
                proofs.consistency(connection, old, size)


@pytest.mark.parametrize("column", ["entry = replace(entry, 'clerk', 'forger')", "leaf = root"])
def test_a_changed_row_proves_nothing(logged: Engine, column: str) -> None:
    with logged.begin() as connection:
        for statement in (*homes.UNGUARD, f"UPDATE audit_event SET {column} WHERE position = 9"):
            connection.exec_driver_sql(statement)
    with logged.connect() as connection:
        broken = 9 if column.startswith("entry") else 8
        with pytest.raises(RecordDamagedError, match="do not prove"):
            proofs.inclusion(connection, broken)
        if column.startswith("leaf"):
            with pytest.raises(RecordDamagedError, match="do not prove"):
                proofs.consistency(connection, 9)
