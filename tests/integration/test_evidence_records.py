"""Evidence records of a home: made once, renewed both ways, verified, and killed on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from eakte.audit import log
from eakte.database import transaction
from eakte.database.mentions import needed_digests
from eakte.database.schema import evidence_leaf, evidence_tree
from eakte.domain.events import Action
from eakte.domain.verification import Verdict
from eakte.errors import ExitCode, NotFoundError, RefusedError
from eakte.records import evidence_records as records
from eakte.seal.evidence.syntax import read
from eakte.seal.evidence.verify import Case
from eakte.services import evidence_checks, evidence_renewing, evidence_trees
from tests.integration.evidence_home import DAY, NOW, YEAR, add_letters, at, new_desk, stamper
from tests.integration.test_renewal_in_time import change_authority

CONTENTS = tuple(f"Bescheid {number}".encode() for number in range(5))
FOREVER = 4000


@pytest.fixture
def desk(tmp_path):
    return new_desk(tmp_path / "home")


@pytest.fixture
def letters(desk):
    return add_letters(desk, *CONTENTS)


def create(desk):
    return evidence_trees.create(desk, stamper(desk))


def renew(desk, within=FOREVER, digest=""):
    return evidence_renewing.renew(desk, stamper(desk), within, digest)


def verdicts(desk, *names):
    found = evidence_checks.verify(desk, stamper(desk), tuple(name.id for name in names))
    return [each.report.verdict for each in found]


def events(desk, action):
    with desk.engine.connect() as connection:
        return log.of_action(connection, action)


def test_one_time_stamp_for_all_and_nothing_to_do_afterwards(desk, letters):
    kept = create(desk).kept
    assert (kept.objects, kept.kind.value) == (5, "initial")
    assert create(desk).kept is None
    (event,) = events(desk, Action.EVIDENCE_CREATED)
    assert (event.object, event.after["root"]) == (f"evidence-{kept.id}", kept.root)
    later = at(desk, NOW + timedelta(minutes=1))
    assert verdicts(later) == [Verdict.VALID] * 5
    new = add_letters(desk, b"one more")
    assert verdicts(later, *new) == [Verdict.INDETERMINATE]
    assert create(at(desk, NOW + DAY)).kept.objects == 1
    assert verdicts(at(desk, NOW + DAY), *new, letters[0]) == [Verdict.VALID] * 2
    with desk.engine.connect() as connection:
        tokens = {tree.token for tree in records.trees(connection).values()}
        assert len(tokens) == 2
        assert tokens <= needed_digests(connection)


def test_a_changed_or_lost_original_is_found(desk, letters):
    create(desk)
    changed, lost = (desk.store.path(each.sealed) for each in letters[:2])
    changed.chmod(0o600)
    changed.write_bytes(b"Bescheid 9")
    lost.unlink()
    assert verdicts(desk, *letters[:3]) == [Verdict.INVALID, Verdict.INVALID, Verdict.VALID]


def test_a_record_verifies_without_a_home(desk, letters, tmp_path):
    create(desk)
    out, content = tmp_path / "letter.ers", tmp_path / "letter.pdf"
    evidence_checks.export(desk, letters[2].id, out)
    content.write_bytes(CONTENTS[2])
    case = Case(out, (content,), (desk.home.trust,))
    report = evidence_checks.verify_file(case, NOW + DAY).report
    assert (report.verdict, report.reason) == (Verdict.VALID, "")
    content.write_bytes(CONTENTS[3])
    assert evidence_checks.verify_file(case, NOW + DAY).report.verdict is Verdict.INVALID
    with pytest.raises(FileExistsError):
        evidence_checks.export(desk, letters[2].id, out)
    with pytest.raises(NotFoundError):
        evidence_checks.record_of(desk, add_letters(desk, b"no record")[0].id)


def test_both_renewals(desk, letters):
    create(desk)
    add_letters(desk, b"one more")
    create(at(desk, NOW + DAY))
    assert renew(at(desk, NOW + YEAR), within=90).results == ()

    run = renew(at(desk, NOW + YEAR))
    assert [(each.kind.value, each.objects) for each in run.kept] == [("time-stamp", 2)]
    assert verdicts(at(desk, NOW + YEAR + DAY)) == [Verdict.VALID] * 6

    run = renew(at(desk, NOW + 2 * YEAR), within=90, digest="sha512")
    assert [(each.kind.value, each.objects) for each in run.kept] == [("hash-tree", 6)]
    assert renew(at(desk, NOW + 2 * YEAR), within=90, digest="sha512").results == ()
    run = renew(at(desk, NOW + 3 * YEAR))
    assert [(each.kind.value, each.objects) for each in run.kept] == [("time-stamp", 1)]

    late = at(desk, NOW + 3 * YEAR + DAY)
    assert verdicts(late) == [Verdict.VALID] * 6
    _letter, chains = evidence_checks.record_of(late, letters[0].id)
    assert [[each.digest for each in chain] for chain in chains] == [["sha256"] * 2, ["sha512"] * 2]
    assert len(events(desk, Action.EVIDENCE_RENEWED)) == 3


def test_later_renewals_leave_alone_what_was_hashed(desk, letters):
    """An object that could not be read again keeps its chain; the others' chains do not grow."""
    create(desk)
    path = desk.store.path(letters[4].sealed)
    content = path.read_bytes()
    path.rename(path.with_suffix(".away"))
    run = renew(at(desk, NOW + YEAR), within=90, digest="sha512")
    assert [(each.name, each.outcome.value) for each in run.results][1:] == [
        (letters[4].sealed, "not VALID, not renewed")
    ]
    assert run.exit_code is ExitCode.INVALID
    path.with_suffix(".away").rename(path)
    assert path.read_bytes() == content
    run = renew(at(desk, NOW + 2 * YEAR))
    assert {each.kind.value for each in run.kept} == {"time-stamp"}
    late = at(desk, NOW + 2 * YEAR + DAY)
    _letter, chains = evidence_checks.record_of(late, letters[0].id)
    assert [len(chain) for chain in chains] == [1, 2]
    _letter, chains = evidence_checks.record_of(late, letters[4].id)
    assert [len(chain) for chain in chains] == [2]
    assert verdicts(late) == [Verdict.VALID] * 5


def test_renewed_by_another_authority(desk, letters, tmp_path):
    """What its services say of their own certificates is not put into the tokens of the old one."""
    create(desk)
    change_authority(desk.home.trust, tmp_path / "spare", NOW + YEAR)
    run = renew(at(desk, NOW + YEAR + DAY))
    assert [each.outcome.value for each in run.results] == ["renewed"]
    assert verdicts(at(desk, NOW + YEAR + 2 * DAY), *letters) == [Verdict.VALID] * 5


@pytest.mark.usefixtures("letters")
def test_what_is_not_valid_is_not_renewed(desk):
    create(desk)
    with transaction(desk.engine) as connection:
        connection.execute(sa.update(evidence_leaf).values(path=""))
    run = renew(at(desk, NOW + YEAR))
    assert (run.kept, run.exit_code) == ((), ExitCode.INVALID)
    assert [each.outcome.value for each in run.results] == ["not VALID, not renewed"]


@pytest.mark.usefixtures("letters")
def test_an_algorithm_that_ends_lets_objects_be_read_again(desk):
    create(desk)
    (due,) = evidence_renewing.due(desk, FOREVER)
    assert (due.anew, due.because) == (False, "certificate")
    with transaction(desk.engine) as connection:
        connection.execute(sa.update(evidence_tree).values(digest="sha224"))
    assert evidence_renewing.due(desk, 90) == ()
    (due,) = evidence_renewing.due(at(desk, NOW + 3 * YEAR), 0)
    assert (due.anew, due.because, due.by.year) == (True, "sha224", 2029)


@pytest.mark.usefixtures("letters")
def test_two_runs_at_once_make_one_tree(desk, monkeypatch):
    """Another run is faster while this one waits for its time-stamp."""
    mine = stamper(desk)
    ask = mine.stamp

    def slowly(*args):
        create(desk)
        return ask(*args)

    monkeypatch.setattr(mine, "stamp", slowly)
    with pytest.raises(RefusedError):
        evidence_trees.create(desk, mine)
    with desk.engine.connect() as connection:
        assert len(records.trees(connection)) == 1


@pytest.mark.parametrize("renewal", ["", "yes", "sha512"])
@pytest.mark.usefixtures("letters")
def test_killed_on_the_way_nothing_is_half(desk, renewal):
    """Whatever was done before, the next run completes it, with one tree and one event."""
    if renewal:
        create(desk)
    later = at(desk, NOW + YEAR)
    points = {"": ("put", "append"), "yes": ("add", "follow"), "sha512": ("append",)}
    for point in points[renewal]:
        _killed_after(desk, point, later.clock.now().isoformat(), renewal)
        with desk.engine.connect() as connection:
            assert len(records.trees(connection)) == (1 if renewal else 0)
        assert len(events(desk, Action.EVIDENCE_RENEWED)) == 0
    if renewal:
        renew(later, digest="" if renewal == "yes" else renewal)
    else:
        create(later)
    assert verdicts(at(desk, NOW + YEAR + DAY)) == [Verdict.VALID] * 5


def _killed_after(desk, name, moment, renewal):
    script = Path(__file__).with_name("killed_evidence.py")
    arguments = [sys.executable, str(script), str(desk.home.root), name, moment, renewal]
    done = subprocess.run(arguments, env=dict(os.environ), capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def test_every_letter_has_a_record_of_its_own(desk, letters, tmp_path):
    create(desk)
    for number, letter in enumerate(letters):
        out = tmp_path / f"{number}.ers"
        evidence_checks.export(desk, letter.id, out)
        record = read(out.read_bytes())
        assert bytes.fromhex(letter.sealed) in record.chains[0][0].lists[0]
        assert record.version == 1
