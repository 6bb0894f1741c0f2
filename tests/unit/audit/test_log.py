"""Entries come back from the database byte for byte, and writers at once make one tree."""

from __future__ import annotations

import multiprocessing
import unicodedata
from datetime import UTC, datetime

import pytest
import rfc8785
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from eakte.audit import log, tree, verify
from eakte.database import Engine, connect, snapshot, transaction
from eakte.domain.events import Action, Event
from eakte.domain.moments import to_micros
from eakte.errors import RefusedError

_AT = datetime(2026, 10, 5, tzinfo=UTC)
_WRITERS, _EACH = 8, 12
_TEXTS = st.text(max_size=12)
_NASTY = '\U0001f4ee\ufb33\x00\x1f\x7f\u2028o\u0308\\"\n\u0303'
_EVENTS = st.builds(
    Event,
    action=st.sampled_from(Action),
    object=_TEXTS,
    actor=_TEXTS,
    station=_TEXTS,
    at=st.datetimes(datetime(1970, 1, 1), datetime(2255, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    before=st.dictionaries(_TEXTS, _TEXTS, max_size=3),
    after=st.dictionaries(_TEXTS, _TEXTS, max_size=3),
)


def _composed(event: Event, position: int) -> dict[str, object]:
    """What an entry holds, in the words of its format."""

    def text(value: str) -> str:
        return unicodedata.normalize("NFC", value)

    before, after = (
        {text(name): text(value) for name, value in each.items()}
        for each in (event.before, event.after)
    )
    return {
        "action": event.action.value, "actor": text(event.actor), "after": after,
        "at": to_micros(event.at), "before": before, "n": position,
        "object": text(event.object), "station": text(event.station), "v": 1,
    }  # fmt: skip


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(_EVENTS)
@example(Event(Action.RECEIVED, _NASTY, _NASTY, _NASTY, _AT, {_NASTY: _NASTY}, {"\ue000": "x"}))
def test_an_entry_survives_the_database_byte_for_byte(engine: Engine, event: Event) -> None:
    """On SQLite, and on PostgreSQL where EAKTE_TEST_POSTGRES names a server; demand 43."""
    names = [unicodedata.normalize("NFC", name) for name in event.after]
    others = [unicodedata.normalize("NFC", name) for name in event.before]
    if len(set(names)) < len(names) or len(set(others)) < len(others):
        return
    with transaction(engine) as connection:
        position = log.append(connection, event)
    with engine.connect() as connection:
        query = log.audit_event.select().where(log.audit_event.c.position == position)
        row = connection.execute(query).one()
        found = log.at(connection, position)
    assert row.entry.encode() == rfc8785.dumps(_composed(event, position))
    assert row.leaf == tree.leaf_hash(row.entry.encode()).hex()
    assert found is not None
    assert log.encode(found, position) == row.entry


@pytest.mark.parametrize("field", ["object", "actor", "station"])
def test_text_that_is_no_unicode_is_refused(engine: Engine, field: str) -> None:
    texts = {"object": "x", "actor": "x", "station": "x"} | {field: "M\udcfcller"}
    event = Event(Action.RECEIVED, at=_AT, **texts)
    with pytest.raises(RefusedError, match="no Unicode"), transaction(engine) as connection:
        log.append(connection, event)
    with engine.connect() as connection:
        assert log.size(connection) == 0


def _write(url: str, writer: int, start: multiprocessing.synchronize.Event) -> None:
    engine = connect(url)
    start.wait()
    for number in range(_EACH):
        event = Event(Action.SEARCHED, f"{writer}-{number}", "clerk", "", _AT)
        with transaction(engine) as connection:
            log.append(connection, event)
    engine.dispose()


def test_eight_processes_make_one_tree(engine: Engine) -> None:
    """None forks it: every event is there once, in its writer's order, and the whole verifies."""
    url = engine.url.render_as_string(hide_password=False)
    context = multiprocessing.get_context("fork")
    start = context.Event()
    writers = [
        context.Process(target=_write, args=(url, number, start)) for number in range(_WRITERS)
    ]
    for each in writers:
        each.start()
    start.set()
    for each in writers:
        each.join(120)
    assert [each.exitcode for each in writers] == [0] * _WRITERS
    with snapshot(engine) as connection:
        verdict = verify.verify(connection)
        events = [event.object for _n, event in log.latest(connection, 1000)][::-1]
    assert (verdict.intact, verdict.size) == (True, _WRITERS * _EACH)
    for writer in range(_WRITERS):
        own = [each for each in events if each.startswith(f"{writer}-")]
        assert own == [f"{writer}-{number}" for number in range(_EACH)]
    order = [each.partition("-")[0] for each in events]
    assert order != sorted(order), "they wrote at once"
