"""Issue 8, point 1: no false alarm in 1,000 random honest histories, with erasures and renewals.

A history is a stretch of work in a home (`honest_office`); some stretches follow each other in one
home, so that what comes later is held against what was anchored before. After each one everything
that verifies is asked, with the home's own anchors and with the copies that went out of the house.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from eakte.domain.clock import SystemClock
from eakte.domain.verification import Verdict
from eakte.errors import ExitCode
from eakte.records import evidence_records
from eakte.seal.opening import open_archive_stamper
from eakte.services import auditing, evidence_checks, repair, verifying
from tests.property.honest_office import AKTEN, Office, Template, template
from tests.tools import homes

SEED = os.environ.get("PROPERTY_SEED", "20261123")
_HOMES, _STRETCHES = (200, 5) if os.environ.get("PROPERTY_FULL") else (3, 2)
_HOMES = int(os.environ.get("PROPERTY_HOMES", _HOMES))
_STEPS = 24
_MANY = 100
"""In so many homes everything happens some time."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return template(tmp_path_factory.mktemp("honest"))


def test_no_false_alarm(made: Template, tmp_path: Path) -> None:
    done, start = Counter[str](), SystemClock().now() + timedelta(days=1)
    for number in range(_HOMES):
        before, folder = homes.made(), tmp_path / str(number)
        folder.mkdir()
        root = homes.copy(made.root, folder / "home")
        office = Office(root, made.sealed, start, f"{SEED}-{number}")
        try:
            for _stretch in range(_STRETCHES):
                office.work(_STEPS)
                _judge(office)
            _require_nothing_missing(office)
        except BaseException:
            print(f"seed {SEED}-{number}:", *office.trace)
            raise
        finally:
            office.desk.engine.dispose()
            homes.drop_since(before)
        shutil.rmtree(folder)
        done += office.done
    print(f"{number + 1} homes, {_STRETCHES} histories each:", sorted(done.items()))
    if _HOMES >= _MANY:
        rare = {"destroyed", "erased", "renew_seals", "renew_time_stamps", "renew_trees"}
        assert rare <= done.keys()


def _judge(office: Office) -> None:
    """Ask everything that verifies."""
    desk = office.desk
    office.sign()
    for anchors in ((), (office.outside,)):
        verdict = auditing.verify(desk, anchors)
        assert auditing.exit_code(verdict) is ExitCode.OK, (verdict.defects, verdict.unproven)
        assert verdict.signed == verdict.size
    found = list(verifying.verify_all(desk, desk.home.trust))
    one = office.chance.choice([name for name in AKTEN if name in {each.name for each in found}])
    found += verifying.verify_akte(desk, one, desk.home.trust)
    alarms = [each for each in found if each.report.verdict is not Verdict.VALID]
    assert not alarms, [(each.name, each.report.reason) for each in alarms]
    with desk.engine.connect() as connection:
        unprotected = len(evidence_records.unprotected(connection))
    records = evidence_checks.verify(desk, open_archive_stamper(desk.home, office.clock), ())
    alarms = [each for each in records if each.report.verdict is not Verdict.VALID]
    assert len(alarms) <= unprotected, [(each.name, each.report.reason) for each in alarms]
    assert {each.report.verdict for each in alarms} <= {Verdict.INDETERMINATE}


def _require_nothing_missing(office: Office) -> None:
    left = repair.look(office.desk, thorough=True)
    assert (left.missing, left.damaged, left.erased) == (frozenset(),) * 3
