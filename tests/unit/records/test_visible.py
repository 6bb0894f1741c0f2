"""The conditions for SQL against the rule written out in Python, over every kind of record."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from eakte.database import Engine, transaction
from eakte.database.schema import akte, document, enclosure, scan
from eakte.domain.access import EVERYTHING, NOTHING, Scope
from eakte.domain.akten import Akte, DocumentState
from eakte.domain.confidentiality import Confidentiality, highest
from eakte.domain.ids import Digest
from eakte.records import akten as akten_table
from eakte.records import visible

OFFEN, NFD, SECRET = Confidentiality.OFFEN, Confidentiality.NFD, Confidentiality.GEHEIM
LEVELS = (OFFEN, NFD, SECRET)
OFFICES = ("32", "32.1", "320", "50.2", "AB", "ab.1", "")
STATES = (DocumentState.REVIEW, DocumentState.FILED, DocumentState.SUPERSEDED)
SCOPES = (
    EVERYTHING,
    NOTHING,
    Scope(offices=("32",)),
    Scope(offices=("32",), clearance=NFD, unfiled=True),
    Scope(offices=("AB", "50"), clearance=SECRET),
    Scope(offices=("50",), unfiled=True),
    Scope(every_office=True, unfiled=True),
    Scope(every_office=True, unfiled=True, clearance=SECRET),
    Scope(stations=()),
)
TO_BE_OPENED = "50.2-123.45/2026-0001"
"""There is no Akte of that name (yet)."""
RECORDS = tuple(itertools.product(OFFICES, LEVELS, LEVELS, STATES))
"""Office of the Akte ("": none), its level, the letter's level and state."""


def _each_scope(records: Engine) -> Iterator[tuple[Scope, sa.Connection]]:
    with records.connect() as connection:
        for scope in SCOPES:
            yield scope, connection


def _name(office: str, level: Confidentiality) -> str:
    return f"{office}-{level.value}"


@pytest.fixture
def records(engine: Engine) -> Engine:
    with transaction(engine) as connection:
        for office, level in itertools.product(OFFICES[:-1], LEVELS):
            number = OFFICES.index(office) * 10 + LEVELS.index(level)
            az = f"32.1-112.05/2026-{number:04}"
            made = Akte(az, "t", office, datetime(2026, 1, 1, tzinfo=UTC), confidentiality=level)
            akten_table.add(connection, made)
            renamed = sa.update(akte).where(akte.c.aktenzeichen == az)
            connection.execute(renamed.values(aktenzeichen=_name(office, level)))
        for number, (office, level, own, state) in enumerate(RECORDS):
            digest = f"{number:064x}"
            _add_scan(connection, digest)
            filed_in = _name(office, level) if office else TO_BE_OPENED
            _add_letter(connection, str(number), digest, filed_in, own, state)
    return engine


def _add_scan(connection: sa.Connection, digest: str) -> None:
    values = {"digest": digest, "name": "n", "station": "post/a", "pipeline": "p", "size": 1}
    connection.execute(sa.insert(scan).values(**values, received_at=1, state="x", updated_at=1))


def _add_letter(
    connection: sa.Connection,
    name: str,
    digest: str,
    filed_in: str,
    level: Confidentiality,
    state: DocumentState,
) -> None:
    values = {
        column.name: 1 if isinstance(column.type, sa.Integer | sa.Float | sa.Boolean) else ""
        for column in document.columns
        if not column.nullable
    }
    values |= {"id": name, "scan": digest, "state": state.value, "confidentiality": level.value}
    connection.execute(sa.insert(document).values(**values | {"aktenzeichen": filed_in}))


def _may_see(scope: Scope, record: tuple[str, Confidentiality, Confidentiality, str]) -> bool:
    """The rule, as records/visible.py tells it."""
    office, level, own, state = record
    if scope.everything:
        return True
    if state != DocumentState.FILED and not scope.unfiled:
        return False
    if office:
        return scope.covers(office, highest(level, own))
    to_open = any(TO_BE_OPENED.startswith((f"{each}-", f"{each}.")) for each in scope.offices)
    may = scope.unfiled and (scope.every_office or to_open)
    return may and own.rank <= scope.clearance.rank


def _ids(connection: sa.Connection, query: sa.Select[Any]) -> set[str]:
    return set(connection.execute(query).scalars())


def test_letters_and_akten(records: Engine) -> None:
    for scope, connection in _each_scope(records):
        letters = {str(n) for n, each in enumerate(RECORDS) if _may_see(scope, each)}
        query = sa.select(document.c.id).where(visible.documents(scope))
        assert _ids(connection, query) == letters, scope
        every = itertools.product(OFFICES[:-1], LEVELS)
        akten = {_name(*each) for each in every if scope.covers(*each)}
        query = sa.select(akte.c.aktenzeichen).where(visible.akten(scope))
        assert _ids(connection, query) == akten, scope


def test_a_condition_holds_where_letter_and_akte_are_joined(records: Engine) -> None:
    """The inner question must not mix up its Akte with that of the query around it."""
    joined = sa.select(document.c.id).join(akte, akte.c.aktenzeichen == document.c.aktenzeichen)
    alone = sa.select(document.c.id).where(document.c.aktenzeichen != TO_BE_OPENED)
    for scope, connection in _each_scope(records):
        seen = visible.documents(scope)
        assert _ids(connection, joined.where(seen)) == _ids(connection, alone.where(seen)), scope


def test_files_are_seen_with_their_letters(records: Engine) -> None:
    empty = "f" * 64
    with records.begin() as connection:
        _add_scan(connection, empty)
    for scope, connection in _each_scope(records):
        expected = {f"{n:064x}" for n, each in enumerate(RECORDS) if _may_see(scope, each)}
        if scope.everything or (scope.unfiled and scope.every_office):
            expected.add(empty)
        query = sa.select(scan.c.digest).where(visible.scans(scope))
        assert _ids(connection, query) == expected, scope


def test_a_file_is_whole_only_with_all_that_is_packed_in_it(records: Engine) -> None:
    """A mail with an archive with a letter: who may not see the letter gets none of the bytes."""
    scope = Scope(offices=("32",))
    mail, archive, mine, theirs = ("a" * 64, "b" * 64, "c" * 64, "d" * 64)
    with records.begin() as connection:
        for digest in (mail, archive, mine, theirs):
            _add_scan(connection, digest)
        _add_letter(connection, "mail", mail, "32-offen", OFFEN, DocumentState.FILED)
        _add_letter(connection, "mine", mine, "32.1-offen", OFFEN, DocumentState.FILED)
        _add_letter(connection, "theirs", theirs, "50.2-offen", OFFEN, DocumentState.FILED)
        for outer, inner in ((mail, archive), (archive, mine)):
            packed = {"scan": outer, "digest": inner, "name": "n", "role": "member"}
            connection.execute(sa.insert(enclosure).values(**packed))
        assert visible.is_whole(connection, Digest(mail), scope)
        packed = {"scan": archive, "digest": theirs, "name": "n", "role": "member"}
        connection.execute(sa.insert(enclosure).values(**packed))
        assert not visible.is_whole(connection, Digest(mail), scope)
        assert visible.is_whole(connection, Digest(mine), scope)
        assert visible.is_whole(connection, Digest(mail), EVERYTHING)


def test_files_of_a_station() -> None:
    assert Scope(stations=()).covers_station("any")
    assert Scope(stations=("post",)).covers_station("post/a")
    assert not Scope(stations=("post",)).covers_station("postal")
    assert not Scope(offices=("32",)).covers_station("post")


def test_files_of_a_station_in_sql(records: Engine) -> None:
    query = sa.select(sa.func.count()).select_from(scan)
    expected = {(): True, ("post",): True, ("po",): False, None: False}
    with records.connect() as connection:
        for stations, seen in expected.items():
            condition = visible.files(Scope(stations=stations))
            assert bool(connection.execute(query.where(condition)).scalar_one()) is seen
