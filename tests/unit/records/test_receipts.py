from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from eakte.database import Engine
from eakte.domain.clock import FixedClock
from eakte.domain.ids import digest_of
from eakte.domain.mail import Enclosure, EnclosureRole, Scan
from eakte.records import receipts, scans

_SCAN, _FILE = digest_of(b"scan"), digest_of(b"file")


def _scan(clock: FixedClock) -> Scan:
    return Scan(_SCAN, "a.pdf", "post", "posteingang", 4, clock.now())


def test_an_arrival_is_noted_under_its_name_and_station(engine: Engine, clock: FixedClock) -> None:
    """Demand 1: what tells after a crash whether the commit came."""
    now = clock.now()
    with engine.begin() as connection:
        scans.receive(connection, _scan(clock))
        assert receipts.is_noted(connection, _SCAN, "a.pdf", "post", now)
        assert not receipts.is_noted(connection, _SCAN, "b.pdf", "post", now)
        assert not receipts.is_noted(connection, _SCAN, "a.pdf", "other", now)
        assert not receipts.is_noted(connection, _FILE, "a.pdf", "post", now)
        later = now + timedelta(microseconds=1)
        assert not receipts.is_noted(connection, _SCAN, "a.pdf", "post", later)


def test_members_of_a_delivery_stand_for_themselves(engine: Engine, clock: FixedClock) -> None:
    """Demand 53: every file that entered has one line."""
    signature = Enclosure("a.p7s", digest_of(b"s"), EnclosureRole.SIGNATURE)
    technical = Enclosure("vhn.xml", digest_of(b"v"), EnclosureRole.TECHNICAL)
    letter = Enclosure("brief.pdf", _FILE, EnclosureRole.PIECE)
    member = Enclosure("brief.pdf", _FILE, EnclosureRole.MEMBER)
    view = Enclosure("view.pdf", digest_of(b"w"), EnclosureRole.VIEW)
    with engine.begin() as connection:
        scans.receive(connection, _scan(clock))
        scans.receive(connection, replace(_scan(clock), digest=_FILE, name="brief.pdf"))
        scans.enclose(connection, _SCAN, (signature, technical, letter, member, view))
        assert receipts.came_beside(connection) == ((_SCAN, signature), (_SCAN, technical))
