"""Evidence bundles of the demo's documents and Akten, judged by verify.py where eakte is not."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from eakte.audit import log
from eakte.config import open_home
from eakte.domain.clock import SystemClock
from eakte.domain.events import Action
from eakte.domain.preservation import SealLevel
from eakte.errors import SealDelayedError
from eakte.handover import verify
from eakte.pipeline.desk import Desk
from eakte.records import documents
from eakte.seal import outsiders
from eakte.seal.evidence.stamping import ArchiveStamper
from eakte.seal.opening import open_archive_stamper, open_sealer
from eakte.seal.signer import Sealer
from eakte.services import evidence_renewing, evidence_trees, records
from eakte.services.bundling import Bundled, bundle
from tests.acceptance.bundle_tampering import (
    OTHERS,
    UNSUMMED,
    WAYS,
    Scene,
    canonical,
    foreign_seal,
    sealed_by_another,
    sum_up,
    zipped,
)
from tests.tools import homes

_VERIFIER = Path(verify.__file__)
_PATH = "/usr/bin:/bin"
_EXIT = {"VALID": 0, "INVALID": 1, "INDETERMINATE": 2}
_OWNER = "Stadt Neuenfurt (DEMO) (DEMO, not qualified)"
_SHARED = "82686c4e5bfd021b-1"
"""Its scan holds a letter of another Akte."""


@dataclass
class Office:
    desk: Desk
    sealer: Sealer
    stamper: ArchiveStamper
    folder: Path

    @property
    def letters(self) -> list[str]:
        with self.desk.engine.connect() as connection:
            return sorted(each.id for each in documents.sealed(connection))

    @property
    def akten(self) -> list[str]:
        return [akte.aktenzeichen for akte, count in records.list_akten(self.desk).akten if count]

    def zip(self, name: str, *, whole: bool = False) -> tuple[Path, Bundled]:
        place = self.folder / f"{len(list(self.folder.iterdir()))}.zip"
        made = bundle(self.desk, name, place, lambda: self.sealer, whole_scans=whole)
        return place, made

    def unpacked(self, name: str) -> Path:
        place, _made = self.zip(name)
        with zipfile.ZipFile(place) as archive:
            archive.extractall(place.with_suffix(""))
        return place.with_suffix("")


def _office(home: Path, folder: Path) -> Office:
    desk = Desk(open_home(home), SystemClock())
    stamper = open_archive_stamper(desk.home, desk.clock)
    return Office(desk, open_sealer(desk.home, desk.clock), stamper, folder)


@pytest.fixture(scope="module")
def office(finished, tmp_path_factory):
    base = tmp_path_factory.mktemp("bundles")
    made = _office(homes.copy(finished, base / "home"), base / "out")
    made.folder.mkdir()
    evidence_trees.create(made.desk, made.stamper)
    made.zip(made.letters[0])  # seals the log, so that later bundles have two states of it
    return made


@pytest.fixture(scope="module")
def pair(office):
    """Two bundles, neither of whose evidence records speaks for the other's document, too.

    Two documents side by side in a hash tree have both hashes in the first list of their records.
    """
    first, *others = map(office.unpacked, office.letters[1:4])
    sealed = next(first.glob("documents/*/sealed.pdf")).read_bytes()
    own = hashlib.sha256(sealed).digest()
    records = ((each, next(each.glob("documents/*/*.ers")).read_bytes()) for each in others)
    return first, next(each for each, record in records if own not in record)


def judge(place, *options, where):
    """Run verify.py in an empty folder, where nobody can import eakte; gives its lines."""
    where.mkdir(exist_ok=True)
    program = where / "verify.py"
    shutil.copyfile(_VERIFIER, program)
    done = subprocess.run(
        [sys.executable, "-I", "-S", program, place, *options],
        cwd=where,
        env={"PATH": _PATH},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert not done.stderr, done.stderr
    assert done.returncode == _EXIT[lines[-1]]
    return lines


def _anchors(office):
    return office.desk.home.trust / "anchors" / "root.pem"


def test_eakte_cannot_be_imported_there(tmp_path):
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", "import eakte"],
        cwd=tmp_path,
        env={"PATH": _PATH},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "No module named 'eakte'" in done.stderr


def test_thirty_untouched_bundles(office, tmp_path):
    names = [*office.letters[:15], *office.akten[:15]]
    assert len(names) == 30
    verdicts = []
    for name in names:
        place, made = office.zip(name)
        lines = judge(place, "--trust", _anchors(office), where=tmp_path)
        wrong = [line for line in lines if line.startswith("FAILED")]
        assert not wrong, (name, wrong)
        assert lines[-1] == ("INDETERMINATE" if made.warnings else "VALID"), (name, lines)
        verdicts.append(lines[-1])
    assert verdicts.count("VALID") >= 27


def test_a_scan_with_letters_of_others_is_handed_over_on_demand_only(office, tmp_path):
    place, made = office.zip(_SHARED)
    assert any(_SHARED in each for each in made.warnings)
    with zipfile.ZipFile(place) as archive:
        assert not [name for name in archive.namelist() if name.startswith("received/")]
    lines = judge(place, where=tmp_path)
    assert lines[-1] == "INDETERMINATE"
    assert any(
        line.startswith("NOT CHECKED") and "holds letters of others" in line for line in lines
    )
    place, made = office.zip(_SHARED, whole=True)
    assert not made.warnings
    assert judge(place, where=tmp_path)[-1] == "VALID"


def test_the_anchors_are_those_of_the_expert_or_it_says_so_loudly(office, pair, tmp_path):
    loud = "THE TRUST ANCHORS ARE THOSE OF THE BUNDLE"
    assert any(loud in line for line in judge(pair[0], where=tmp_path))
    assert not any(
        loud in line for line in judge(pair[0], "--trust", _anchors(office), where=tmp_path)
    )


@pytest.mark.parametrize("name", sorted(WAYS))
def test_tampered_bundles(office, pair, tmp_path, name):
    scene = _scene(office, pair, tmp_path)
    WAYS[name](scene)
    if name not in UNSUMMED:
        sum_up(scene.folder)
    assert judge(scene.folder, where=tmp_path / "empty")[-1] == "INVALID"


def _scene(office, pair, place):
    folder = place / "bundle"
    shutil.copytree(pair[0], folder)
    return Scene(folder, pair[1], office.stamper, office.desk.home.trust)


def test_a_log_rebuilt_and_sealed_by_somebody_else(office, pair, tmp_path):
    """Whoever has the same name is found out by the expert's own anchors only: hence the note."""
    for name, options in (
        ("Stadt Anderswo", ()),
        (office.desk.home.settings.organisation, ("--trust", _anchors(office))),
    ):
        scene = _scene(office, pair, tmp_path / name)
        foreign_seal(scene, SystemClock(), name)
        sum_up(scene.folder)
        assert judge(scene.folder, *options, where=tmp_path / "empty")[-1] == "INVALID"


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_a_log_sealed_by_a_certificate_that_is_no_seal(office, pair, tmp_path, name):
    """Whoever pins it in the bundle gets it past nobody: an authority issues more than seals."""
    scene = _scene(office, pair, tmp_path)
    sealed_by_another(scene, name, _OWNER)
    sum_up(scene.folder)
    lines = judge(scene.folder, where=tmp_path / "empty")
    assert lines[-1] == "INVALID"
    assert any(line.startswith("FAILED      checkpoint") for line in lines), lines


def test_no_name_in_a_bundle_writes_lines_of_the_verdict(office, pair, tmp_path):
    """ESC [8m hides the rest on a terminal: the real verdict, too."""
    scene = _scene(office, pair, tmp_path)
    scene.write_index(documents={"x\nVALID\n\x1b[8m": ""})
    sum_up(scene.folder)
    lines = judge(scene.folder, where=tmp_path / "empty")
    assert lines[-1] == "INVALID"
    assert "VALID" not in lines
    assert all(line.isprintable() for line in lines)


def test_bundles_of_akten_that_are_not_complete(office, tmp_path):
    akte = next(each for each in office.akten if _count(office, each) > 1)
    whole = office.unpacked(akte)
    assert judge(whole, where=tmp_path / "empty")[-1] in {"VALID", "INDETERMINATE"}
    for step in (_take_out, _put_in, _reorder):
        folder = tmp_path / step.__name__
        shutil.copytree(whole, folder)
        step(office, folder)
        sum_up(folder)
        lines = judge(folder, where=tmp_path / "empty")
        assert lines[-1] == "INVALID"
        assert any(line.startswith("FAILED      manifest") for line in lines), lines


def _count(office, name):
    with office.desk.engine.connect() as connection:
        return len(documents.of_akte(connection, name))


def _take_out(_office, folder):
    index = json.loads((folder / "bundle.json").read_bytes())
    name, received = index["documents"].popitem()
    shutil.rmtree(folder / "documents" / name)
    if received:
        (folder / received).unlink()
    (folder / "bundle.json").write_text(canonical(index))


def _put_in(office, folder):
    index = json.loads((folder / "bundle.json").read_bytes())
    other = office.unpacked(next(each for each in office.letters if each not in index["documents"]))
    for kind in ("documents", "received", "events"):
        shutil.copytree(other / kind, folder / kind, dirs_exist_ok=True)
    more = json.loads((other / "bundle.json").read_bytes())
    index["documents"] |= more["documents"]
    (folder / "bundle.json").write_text(canonical(index))


def _reorder(_office, folder):
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for vorgang in manifest["content"]["vorgaenge"]:
        vorgang["documents"].reverse()
    (folder / "manifest.json").write_text(canonical(manifest))


def test_signatures_that_say_something_else_are_not_taken(office, tmp_path, monkeypatch):
    token = office.stamper.stamp(bytes(32), "sha256")
    (tmp_path / "anchors").write_bytes(outsiders.anchors(office.desk.home.trust))
    (tmp_path / "others").write_bytes(outsiders.others(office.desk.home.trust))
    found = verify.Bundle(tmp_path, tmp_path)
    made, name, imprint, plain = found.stamp(token)
    assert (name, imprint) == ("sha256", bytes(32))
    assert plain == outsiders.for_openssl(token) != token
    with pytest.raises(ValueError, match="another kind"):
        verify.cms(token, verify.DATA)
    weak = token.replace(*(bytes.fromhex(f"60864801650304020{n}") for n in (1, 4)))
    with pytest.raises(ValueError, match="weak"):
        verify.cms(weak, verify.TIME_STAMP)
    monkeypatch.setattr(verify.time, "time", lambda: made - 301)
    with pytest.raises(ValueError, match="future"):
        found.stamp(token)


def test_dates_that_contradict_each_other_are_found(pair, tmp_path):
    """Whoever has the seal key could write them; nobody else can."""
    found = verify.Bundle(pair[0], tmp_path)
    found.files("")
    for size in sorted(found.index["checkpoints"]):
        found.checkpoint(size)
    found.log()
    ((name, received),) = found.index["documents"].items()
    found.letter(name, received)
    found.told[name, "released"]["at"] += 10
    with pytest.raises(ValueError, match="other times"):
        found.letter(name, received)
    found.told[name, "released"]["at"] -= 10
    found.told[name, "sealed"]["at"] = 0
    with pytest.raises(ValueError, match="ascend"):
        found.letter(name, received)
    with pytest.raises(ValueError, match="another state"):
        found.checkpoint(found.states[-1][0])  # a third one: nothing links those between
    (size, root, at), found.states = found.states[-1], [(1, b"", 2**33)]
    with pytest.raises(ValueError, match="older than the one before"):
        found.checkpoint(size)
    found.states, found.index["growth"] = [(size, root, at - 864_000)], []
    with pytest.raises(ValueError, match="later date"):
        found.log()


@pytest.mark.parametrize("level", list(SealLevel))
def test_seals_of_every_level(office, tmp_path, level):
    folder = tmp_path / "documents" / "x"
    folder.mkdir(parents=True)
    with office.desk.engine.connect() as connection:
        copy = office.desk.store.path(documents.sealed(connection)[0].archive_copy)
    office.sealer.seal(copy, "Test", folder / "sealed.pdf", level)
    (tmp_path / "trust").mkdir()
    pins = outsiders.seal_certificates([folder / "sealed.pdf"], [])
    (tmp_path / "trust" / "seal.pem").write_bytes(pins)
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "anchors").write_bytes(outsiders.anchors(office.desk.home.trust))
    (tmp_path / "work" / "others").write_bytes(outsiders.others(office.desk.home.trust))
    found = verify.Bundle(tmp_path, tmp_path / "work")
    (folder / "transfervermerk.json").write_text(f'{{"seal_level":"{level.value}"}}')
    if level is SealLevel.LT:
        with pytest.raises(verify.OpenError, match="nothing covers"):
            found.seal("x")
    else:
        assert found.seal("x").startswith(level.value)
    if level.rank < SealLevel.LT.rank:
        (folder / "transfervermerk.json").write_text('{"seal_level":"B-LTA"}')
        with pytest.raises(ValueError, match="a time-stamp is missing"):
            found.seal("x")


def test_an_event_that_nothing_proves_is_not_passed_over(office, pair, tmp_path):
    scene = _scene(office, pair, tmp_path)
    events = scene.index["events"]
    later = json.loads(scene.event("filed").read_bytes()) | {"n": 999_999, "object": "else"}
    (scene.folder / "events/000000999999.json").write_text(canonical(later))
    scene.write_index(events=events | {"999999": []})
    sum_up(scene.folder)
    lines = judge(scene.folder, where=tmp_path / "empty")
    assert lines[-1] == "INDETERMINATE"
    assert any(line.startswith("NOT CHECKED log") for line in lines)


def test_zips_that_two_programs_would_read_differently(pair, tmp_path):
    good = zipped(pair[0], tmp_path / "good.zip")
    assert judge(good, where=tmp_path / "empty")[-1] == "VALID"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile sees that a name is there twice
        twice = zipped(pair[0], tmp_path / "twice.zip", ("README.txt", b"other"))
    case = zipped(pair[0], tmp_path / "case.zip", ("readme.TXT", b"other"))
    above = zipped(pair[0], tmp_path / "above.zip", ("../outside", b"x"))
    link = zipped(pair[0], tmp_path / "link.zip", link="documents/passwd")
    for each in (twice, case, above, link):
        assert judge(each, where=tmp_path / "empty")[-1] == "INVALID", each
    bomb = bytearray(good.read_bytes())
    for found in list(re.finditer(b"PK\x01\x02", bomb))[:2]:  # sizes, as the directory tells them
        bomb[found.start() + 24 : found.start() + 28] = bytes.fromhex("feffffff")
    (tmp_path / "bomb.zip").write_bytes(bomb)
    lines = judge(tmp_path / "bomb.zip", where=tmp_path / "empty")
    assert ("too large" in lines[0], lines[-1]) == (True, "INVALID")
    assert not (tmp_path / "outside").exists()


def test_what_a_home_without_key_and_records_cannot_prove(finished, tmp_path):
    office = _office(homes.copy(finished, tmp_path / "home"), tmp_path)
    for each in office.desk.home.anchors.glob("checkpoint-*"):
        each.unlink()

    def out_of_order():
        raise SealDelayedError(reason="the seal key cannot be used", detail="")

    name = office.letters[0]
    made = bundle(office.desk, name, tmp_path / "a.zip", out_of_order)
    assert len(made.warnings) == 3
    lines = judge(tmp_path / "a.zip", where=tmp_path / "empty")
    assert lines[-1] == "INDETERMINATE"
    assert {
        line.split(":")[0].partition(" in the")[0]
        for line in lines
        if line.startswith("NOT CHECKED")
    } == {
        "NOT CHECKED log",
        f"NOT CHECKED {name}",
        f"NOT CHECKED {name} evidence record",
    }


def test_renewed_evidence_records_are_followed_to_the_end(office, tmp_path):
    run = evidence_renewing.renew(office.desk, office.stamper, 0, "sha512")
    assert run.kept
    evidence_renewing.renew(office.desk, office.stamper, 9000, "")
    folder = office.unpacked(office.letters[3])
    lines = judge(folder, where=tmp_path / "empty")
    assert lines[-1] == "VALID"
    assert any("evidence record: 3 time-stamps" in line for line in lines)
    stamp = next(folder.glob("documents/*/evidence-2.tst"))
    stamp.write_bytes(next(folder.glob("documents/*/evidence-1.tst")).read_bytes())
    sum_up(folder)
    assert judge(folder, where=tmp_path / "empty")[-1] == "INVALID"


@pytest.mark.parametrize("kind", ["letters", "akten"])
def test_the_steps_by_hand_in_the_readme_work(office, kind, tmp_path):
    folder = office.unpacked(getattr(office, kind)[1])
    text = (folder / "README.txt").read_text("utf-8")
    commands = [line[2:] for line in text.splitlines() if line.startswith("$ ")]
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", "\n".join(commands)],
        cwd=folder,
        env={"PATH": _PATH, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = done.stdout + done.stderr
    assert told.count("Verification: OK") == 3
    assert told.count("CMS Verification successful") == 3
    assert done.stdout.splitlines().count("1") == 2
    assert judge(folder, where=tmp_path / "empty")[-1] == "VALID", "the steps change nothing"


def test_the_command_says_what_it_wrote(home, eakte, tmp_path):
    done = eakte("export", "evidence", _SHARED, str(tmp_path / "a.zip"), EAKTE_LANG="de")
    assert done.returncode == 0, done.stderr
    for told in ("a.zip", "SHA-256", "Demo", "enthält Schreiben anderer"):
        assert told in done.stdout
    desk = Desk(open_home(home), SystemClock())
    with desk.engine.connect() as connection:
        event = log.of_action(connection, Action.EXPORTED, _SHARED)[-1]
    assert event.after["what"] == "evidence"
    assert event.after["sha256"] in done.stdout
    assert eakte("export", "evidence", _SHARED, str(tmp_path / "a.zip")).returncode == 6
    assert (
        eakte("export", "evidence", "0000000000000000-1", str(tmp_path / "b.zip")).returncode == 5
    )
    assert eakte("export", "evidence", _SHARED, str(tmp_path / "no" / "b.zip")).returncode == 5
    assert not (tmp_path / "b.zip").exists()
