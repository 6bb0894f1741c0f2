"""Every figure of the yearly report, counted in logs written by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime

from eakte.audit import log
from eakte.audit.figures import Draw, Seal
from eakte.database import Engine, transaction
from eakte.domain.events import Action
from eakte.domain.figures import Batch, Period, Trees, Volume
from tests.tools import homes
from tests.unit.audit.making import MONDAY, YEAR, after, event, figures, tallied

SCAN, OTHER = "aa" * 32, "bb" * 32
LETTER = "aaaaaaaaaaaaaaaa-1"


def _received(scan: str = SCAN, station: str = "post", at: datetime = MONDAY):
    return event(Action.RECEIVED, scan, at, "eakte", station, size="1500", pipeline="eingang")


class TestVolumes:
    def test_what_arrives_and_what_becomes_of_it(self):
        found = figures(
            _received(),
            event(Action.RECEIVED_AGAIN, SCAN, station="bau", size="1500", pipeline="rat"),
            event(Action.SPLIT, SCAN, station="post", parts="1", pages="3"),
            event(Action.PROPOSED, LETTER, station="post", held="no_akte,no_class"),
            event(Action.PROPOSED, "aaaaaaaaaaaaaaaa-2", station="post", held="no_akte"),
            event(Action.REJECTED, LETTER, actor="amt"),
            event(Action.FILED, "aaaaaaaaaaaaaaaa-2", station="post"),
            _received(OTHER, "bau"),
            event(Action.QUARANTINED, OTHER, station="bau", reason="encrypted"),
        )
        first = Volume(1, 1500, 0, 3, 2, 0, 1, 1)
        assert found.stations == {
            "bau": Volume(1, 1500, 1, 0, 0, 1, 0, 0),
            "post": first,
        }
        assert found.pipelines == {
            "eingang": Volume(2, 3000, 0, 3, 2, 1, 1, 1),
            "rat": Volume(duplicates=1),
        }
        assert found.months["2026-06"] == Volume(2, 3000, 1, 3, 2, 1, 1, 1)
        assert list(found.months) == [f"2026-{month:02}" for month in range(1, 13)]
        assert found.held == {"no_akte": 2, "no_class": 1}
        assert found.quarantine == {"encrypted": 1}
        assert found.rejected_by == {"amt": 1}
        assert found.events == 9
        assert found.actions["proposed"] == 2

    def test_a_letter_of_a_scan_before_the_period_belongs_to_its_station(self):
        found = figures(_received(at=after(-300)), event(Action.REJECTED, LETTER))
        assert found.stations == {"post": Volume(rejected=1)}
        assert found.pipelines == {"eingang": Volume(rejected=1)}

    def test_a_number_that_is_none_counts_as_nothing(self):
        found = figures(event(Action.RECEIVED, SCAN, size="viel"), event(Action.SPLIT, SCAN))
        assert found.months["2026-06"] == Volume(files=1)


class TestEdges:
    def test_the_days_of_the_period_are_german_ones(self):
        moments = [
            datetime(2025, 12, 31, 22, 59, 59, 999999, tzinfo=UTC),
            datetime(2025, 12, 31, 23, 0, tzinfo=UTC),
            datetime(2026, 12, 31, 22, 59, 59, 999999, tzinfo=UTC),
            datetime(2026, 12, 31, 23, 0, tzinfo=UTC),
        ]
        found = figures(*(_received(f"{n:064x}", at=at) for n, at in enumerate(moments)))
        assert found.events == 2
        assert found.months["2026-01"].files == found.months["2026-12"].files == 1
        assert (found.size_before, found.size_after) == (1, 3)

    def test_summer_time_begins_and_ends_with_the_day(self):
        day = Period(date(2026, 7, 1), date(2026, 7, 1))
        edges = [
            datetime(2026, 6, 30, 21, 59, tzinfo=UTC),
            datetime(2026, 6, 30, 22, 0, tzinfo=UTC),
        ]
        assert figures(*(event(Action.VIEWED, at=at) for at in edges), period=day).events == 1

    def test_an_empty_period_has_all_figures_and_its_place_in_the_log(self):
        later = Period(date(2027, 1, 1), date(2027, 2, 28))
        found = figures(_received(), event(Action.SEALED, LETTER, level="B-T"), period=later)
        assert found.events == 0
        assert (found.size_before, found.size_after) == (2, 2)
        assert found.months == {"2027-01": Volume(), "2027-02": Volume()}
        assert found.seals == found.stations == {}
        assert found.reads == {"viewed": {}, "searched": {}, "exported": {}, "verified": {}}
        assert figures().size_after == 0
        before = Period(date(2020, 1, 1), date(2020, 1, 31))
        assert figures(_received(), period=before).size_after == 0

    def test_a_month_is_named_even_if_the_period_begins_in_the_middle(self):
        winter = Period(date(2025, 11, 15), date(2026, 1, 2))
        assert list(figures(period=winter).months) == ["2025-11", "2025-12", "2026-01"]


class TestReleases:
    def test_by_person_and_by_rule_and_by_two_persons(self):
        def released(actor: str, kind: str, check: str, rule: str = "", first: str = ""):
            more = {"kind": kind, "rule": rule, "check": check, "first": first}
            return event(Action.RELEASED, LETTER, actor=actor, **more)

        found = figures(
            released("amt", "person", "full"),
            released("amt", "person", "sample"),
            released("chef", "person", "full", first="Amt"),
            released("eakte", "rule", "rule", "standard 2"),
            event(Action.FIRST_LOOK, LETTER, actor="amt"),
            event(Action.CORRECTED, LETTER, actor="amt", changed="date,subject"),
            event(Action.CORRECTED, LETTER, actor="chef", changed="date"),
        )
        assert found.released_by_person == {"amt": 2, "chef": 1}
        assert found.released_by_rule == {"standard 2": 1}
        assert found.two_persons == 1
        assert found.checks == {"full": 2, "rule": 1, "sample": 1}
        assert found.first_looks == {"amt": 1}
        assert found.corrected_by == {"amt": 1, "chef": 1}
        assert found.corrected_fields == {"date": 2, "subject": 1}


class TestQuality:
    def _drawn(self, name: str, at: datetime = MONDAY, candidates: str = "a-1:0.5,a-2:0.5"):
        seeded = {"seed": "5eed", "origin": "log:7", "candidates": candidates}
        return (
            event(Action.BATCH_SEEDED, name, at, station="post", **seeded),
            event(Action.BATCH_DRAWN, name, at, station="post", drawn="a-2"),
        )

    def test_batches_with_seed_and_result(self):
        found = tallied(
            *self._drawn("1"),
            *self._drawn("2"),
            *self._drawn("3"),
            event(Action.BATCH_PASSED, "1"),
            event(Action.BATCH_FAILED, "2", document="a-2", reason="corrected"),
        )
        first, second, third = found.figures().batches
        assert first == Batch("1", "post", MONDAY, "5eed", "log:7", 2, 1, "passed")
        assert (second.result, second.reason) == ("failed", "corrected a-2")
        assert third.result == ""
        candidates = "a-1:0.5,a-2:0.5"
        assert found.draws[0] == Draw(1, "1", MONDAY, "5eed", "log:7", candidates, "a-2")
        assert len(found.draws) == 3

    def test_what_is_told_of_batches_at_the_edges_of_the_period(self):
        found = tallied(
            *self._drawn("concluded before", after(-300)),
            event(Action.BATCH_PASSED, "concluded before", after(-299)),
            *self._drawn("drawn before", after(-300)),
            event(Action.BATCH_PASSED, "drawn before"),
            *self._drawn("concluded later"),
            event(Action.BATCH_PASSED, "concluded later", after(300)),
            event(Action.BATCH_PASSED, "nothing drawn"),
        )
        told = {each.name: each.result for each in found.figures().batches}
        assert told == {"drawn before": "passed", "concluded later": ""}
        assert [each.batch for each in found.draws] == ["concluded later"]


class TestSeals:
    def test_levels_refusals_delays_renewals_and_reports(self):
        found = tallied(
            event(Action.SEALED, "a-1", after(-300), level="B-B", report="0"),
            event(Action.SEALED, "a-2", after(-299), level="B-B", report="1"),
            event(Action.SEALED, "b-1", level="B-LTA", report="2"),
            event(Action.SEALED, "b-2", level="B-T", report="3"),
            event(Action.SEAL_REFUSED, "b-3", reason="seal_failed"),
            event(Action.SEAL_DELAYED, "b-4", reason="no time-stamp"),
            event(Action.SEAL_DELAYED, "b-4", reason="no time-stamp"),
            event(Action.RENEWED, "b-1", level="B-LTA"),
        )
        figures = found.figures()
        assert figures.seals == {"B-LTA": 1, "B-T": 1}
        assert figures.refused_seals == {"seal_failed": 1}
        assert figures.delayed_seals == {"no time-stamp": 2}
        assert figures.renewals == {"B-LTA": 1}
        assert found.seals == [Seal(2, "b-1", MONDAY, "2"), Seal(3, "b-2", MONDAY, "3")]
        assert found.seal_before == Seal(1, "a-2", after(-299), "1")

    def test_evidence_records_by_tree_and_object(self):
        created, renewed = Action.EVIDENCE_CREATED, Action.EVIDENCE_RENEWED
        found = figures(
            event(created, "evidence-1", kind="initial", members="10"),
            event(created, "evidence-2", kind="initial", members="5"),
            event(renewed, "evidence-3", kind="time-stamp", members="2"),
        )
        assert found.evidence_created == {"initial": Trees(2, 15)}
        assert found.evidence_renewed == {"time-stamp": Trees(1, 2)}


class TestAccess:
    def test_reads_by_actor_and_refusals_by_permission(self):
        found = figures(
            event(Action.VIEWED, actor="amt"),
            event(Action.VIEWED, actor="amt"),
            event(Action.SEARCHED, actor="chef", hits="3"),
            event(Action.EXPORTED, actor="amt"),
            event(Action.VERIFIED, actor="prüf", verdict="VALID"),
            event(Action.ACCESS_REFUSED, "access", actor="amt", permission="audit"),
            event(Action.ACCESS_REFUSED, "access", actor="amt", permission="audit"),
        )
        assert found.reads == {
            "viewed": {"amt": 2},
            "searched": {"chef": 1},
            "exported": {"amt": 1},
            "verified": {"prüf": 1},
        }
        assert found.verdicts == {"VALID": 1}
        assert found.refused == {"amt": {"audit": 2}}


def test_the_log_is_read_with_what_is_no_event(engine: Engine) -> None:
    with transaction(engine) as connection:
        for number in range(3):
            log.append(connection, event(Action.VIEWED, str(number)))
    with engine.begin() as connection:
        for statement in homes.UNGUARD:
            connection.exec_driver_sql(statement)
        for position, entry in ((1, "[1]"), (2, '{"action":"viewed","at":"soon"}')):
            change = f"UPDATE audit_event SET entry = '{entry}' WHERE position = {position}"
            connection.exec_driver_sql(change)
        assert list(log.every(connection)) == [(0, event(Action.VIEWED, "0")), (1, None), (2, None)]


def test_the_period_knows_its_own_moments():
    assert YEAR.begin == datetime(2025, 12, 31, 23, 0, tzinfo=UTC)
    assert YEAR.covers(YEAR.begin)
    assert not YEAR.covers(YEAR.end)
