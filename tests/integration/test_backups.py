"""Backups of a home that is at work: what is restored is one state of it, whole and VALID."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from eakte.audit import log
from eakte.config import open_home
from eakte.database import snapshot, transaction
from eakte.domain import backups
from eakte.domain.clock import SystemClock
from eakte.domain.erasures import Ground
from eakte.domain.events import Action
from eakte.domain.ids import digest_of
from eakte.domain.verification import Verdict
from eakte.errors import BackupDamagedError, HomeExistsError, RefusedError
from eakte.pipeline.desk import Desk
from eakte.services import (
    anchor_keeping,
    anchoring,
    auditing,
    backing_up,
    erasing,
    indexing,
    keeping_backups,
    repair,
    restoring,
    verifying,
)
from eakte.services.desks import note
from eakte.services.homes import Database
from eakte.store.backups import BackupFolder
from tests.integration.erasing_office import AKTE, OTHER, acting, letters_of
from tests.integration.sealed_letters import file, seal
from tests.integration.waiting_letters import add_letters
from tests.tools import homes


@pytest.fixture
def desk(erasing_home: Path, tmp_path: Path) -> Iterator[Desk]:
    """A home with sealed letters."""
    copied = Desk(open_home(homes.copy(erasing_home, tmp_path / "home")), SystemClock())
    yield copied
    copied.engine.dispose()


@pytest.fixture
def dest(tmp_path: Path) -> Path:
    return tmp_path / "dest"


def _restore(dest: Path, name: str = "", root: str = "new") -> restoring.Restored:
    """Restore into a new home; on PostgreSQL into a database of its own."""
    where = Database(homes.database(empty=True))
    return restoring.restore(dest, dest.parent / root, SystemClock(), name, where)


def _restored(dest: Path, name: str = "") -> Desk:
    """Restore a backup and hold everything in it against everything else."""
    done = _restore(dest, name, f"restored-{time.monotonic_ns()}")
    desk = Desk(open_home(done.root), SystemClock())
    found = auditing.verify(desk)
    assert found.intact, found.defects
    assert not found.unproven
    assert not found.unreadable_checkpoints
    assert found.size == done.events + 1
    verdicts = verifying.verify_all(desk, desk.home.trust)
    assert {each.report.verdict for each in verdicts} == {Verdict.VALID}, verdicts
    assert indexing.check(desk).sound
    left = repair.look(desk, thorough=True)
    assert not left.missing | left.damaged | left.erased
    assert not left.temporary
    kept = set(desk.store.digests())
    assert {digest for _slot, digest in desk.store.slots()} <= kept
    return desk


def _file_letter(desk: Desk, mark: str, akte: str = OTHER) -> str:
    letter = seal(desk, akte, mark)
    with transaction(desk.engine) as connection:
        file(connection, desk, letter)
    from eakte.pipeline.indexing import index_document

    index_document(desk, letter.id)
    return letter.id


def _names(desk: Desk, akte: str) -> set[str]:
    return {each.id for each in letters_of(desk, akte)}


class _Office:
    """Threads that go on working in a home; what went wrong in one is raised at the end."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.over, self.filed = desk, threading.Event(), list[str]()
        self.troubles: list[BaseException] = []

    @contextmanager
    def at_work(self) -> Iterator[None]:
        work = (self._receive, self._complete, self._scan)
        threads = [threading.Thread(target=self._do, args=each) for each in enumerate(work)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.over.set()
            for thread in threads:
                thread.join()
        assert not self.troubles, self.troubles

    def _do(self, number: int, work: Callable[[Desk, str], None]) -> None:
        own, count = Desk(self.desk.home, SystemClock()), 0
        try:
            while not self.over.is_set():
                count += 1
                work(own, f"{number}.{count}")
        except BaseException as problem:  # noqa: BLE001 - raised at the end
            self.troubles.append(problem)
        finally:
            own.engine.dispose()

    def _receive(self, own: Desk, mark: str) -> None:
        add_letters(own, ((1,),), mark=mark)
        note(own, Action.VIEWED, "index")
        anchoring.write_checkpoint(own)

    def _complete(self, own: Desk, mark: str) -> None:
        self.filed.append(_file_letter(own, mark))

    def _scan(self, own: Desk, mark: str) -> None:
        part = own.home.root / "inbox" / "poststelle" / f"{mark}.part"
        part.write_bytes(mark.encode())
        part.rename(part.with_suffix(".pdf"))
        time.sleep(0.01)
        part.with_suffix(".pdf").unlink()


def test_while_others_write(desk: Desk, dest: Path) -> None:
    """Letters are received, sealed, filed, checkpoints written, scans come and go: all the time."""
    anchor_keeping.sign_now(_context(desk))
    office, made = _Office(desk), []
    with office.at_work():
        while (len(made) < 4 or not office.filed) and not office.troubles:
            made.append(backing_up.create(desk, dest))
    assert not any(each.lost for each in made)
    sizes = [BackupFolder(dest).manifest(each.name).events for each in made]
    assert sizes == sorted(set(sizes))
    assert sizes[-1] - sizes[0] > 20, "it was at work"
    for each in (made[0], made[-1]):
        restored = _restored(dest, each.name)
        assert _names(restored, AKTE) == _names(desk, AKTE)
        assert _names(restored, OTHER) <= _names(desk, OTHER)
        restored.engine.dispose()
    checked = keeping_backups.verify(dest)
    assert (checked.problems, checked.unnamed) == ((), 0)


def _context(desk: Desk):
    from eakte.pipeline.context import Context

    return Context(desk.home, desk.clock)


@contextmanager
def _around_snapshot(
    monkeypatch: pytest.MonkeyPatch,
    before: Callable[[], object] = lambda: None,
    after: Callable[[], object] = lambda: None,
) -> Iterator[list[int]]:
    """Let something happen right before, or right after, the first snapshot of the database."""
    real, count = backing_up.copied, [0]

    @contextmanager
    def copied(engine, target):
        count[0] += 1
        if count[0] == 1:
            before()
        with real(engine, target) as connection:
            if count[0] == 1:
                after()
            yield connection

    with monkeypatch.context() as patched:
        patched.setattr(backing_up, "copied", copied)
        yield count


def test_what_is_filed_before_the_snapshot_is_whole(
    desk: Desk, dest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def filed() -> None:
        _file_letter(desk, "late")
        anchoring.write_checkpoint(desk)

    with _around_snapshot(monkeypatch, before=filed) as count:
        backing_up.create(desk, dest)
    assert count == [1], "nothing to do again"
    restored = _restored(dest)
    assert _names(restored, OTHER) == _names(desk, OTHER)


def test_what_comes_after_the_snapshot_leaves_no_trace(
    desk: Desk, dest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkpoint of a log that the database does not have would tell that it was cut."""
    before = _names(desk, OTHER)

    def filed() -> None:
        _file_letter(desk, "later")
        anchor_keeping.sign_now(_context(desk))

    with _around_snapshot(monkeypatch, after=filed):
        backing_up.create(desk, dest)
    restored = _restored(dest)
    assert _names(restored, OTHER) == before
    sealed = {slot.split("/")[1] for slot, _digest in restored.store.slots()}
    assert sealed == before | _names(desk, AKTE), "another release would get that seal"


def _erase(desk: Desk, name: str) -> None:
    with acting("a.frager"):
        erasing.ask_document(desk, name, Ground.UNLAWFUL, "Antrag")
    with acting("b.zeuge"):
        erasing.confirm_document(desk, name)


def test_what_is_erased_before_the_snapshot_is_taken_out_again(
    desk: Desk, dest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (letter,) = letters_of(desk, OTHER)
    with _around_snapshot(monkeypatch, before=lambda: _erase(desk, letter.id)):
        made = backing_up.create(desk, dest)
    folder = BackupFolder(dest)
    assert not folder.path(letter.sealed).exists()
    assert set(folder.objects()) == folder.manifest(made.name).digests
    assert made.new_bytes == sum(folder.path(each).stat().st_size for each in folder.objects())
    assert _names(_restored(dest), OTHER) == set()


def test_an_erasure_after_the_snapshot_is_in_the_backup(
    desk: Desk, dest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it erases came after the long part: the snapshot names blobs that nobody has."""
    late: list[str] = []
    with _around_snapshot(
        monkeypatch,
        before=lambda: late.append(_file_letter(desk, "late")),
        after=lambda: _erase(desk, late[0]),
    ) as count:
        made = backing_up.create(desk, dest)
    assert count == [2], "another snapshot"
    assert made.lost == ()
    restored = _restored(dest)
    assert late[0] not in _names(restored, OTHER)
    assert set(BackupFolder(dest).objects()) == BackupFolder(dest).manifest(made.name).digests


def test_settings_are_those_of_one_moment(
    desk: Desk, dest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = desk.home.pipelines / "posteingang.toml"

    def edit() -> None:
        rule.write_text(rule.read_text() + "\n# edited\n")
        (desk.home.pipelines / "new.toml").write_text("x = 1\n")

    with _around_snapshot(monkeypatch, after=edit) as count:
        backing_up.create(desk, dest)
    assert count == [2]
    restored = _restore(dest).root
    assert "# edited" in (restored / "pipelines" / "posteingang.toml").read_text()
    assert (restored / "pipelines" / "new.toml").exists()


def test_the_whole_home_comes_back(desk: Desk, dest: Path) -> None:
    home = desk.home.root
    inbox = home / "inbox" / "poststelle"
    (inbox / "Bescheid für Größe.pdf").write_bytes(b"waiting")
    (inbox / ".taken" / "abc").mkdir(parents=True)
    (inbox / ".taken" / "abc" / "x.pdf").write_bytes(b"taken")
    (inbox / "link.pdf").symlink_to("/etc/hostname")
    (home / "trust" / "refused").mkdir()
    (home / "trust" / "refused" / "note").write_text("{}")
    (home / "work" / "steps").mkdir()
    (home / "eakte.toml").chmod(0o640)
    made = backing_up.create(desk, dest)
    assert made.left_out == ("inbox/poststelle/link.pdf",)
    restored = _restored(dest).home.root
    assert _tree(restored) == _tree(home) - {
        "inbox/poststelle/link.pdf", "trust/refused", "trust/refused/note", "work/steps",
    }  # fmt: skip
    for path in _tree(restored) - {"eakte.db", "eakte.toml" if homes.SERVER else ""}:
        one, other = home / path, restored / path
        assert one.is_dir() or one.read_bytes() == other.read_bytes(), path
        assert one.stat().st_mode == other.stat().st_mode, path


def _tree(home: Path) -> set[str]:
    found = {str(each.relative_to(home)) for each in home.rglob("*")}
    return {
        each
        for each in found
        if not each.startswith(("eakte.db-", "work/watch", "store/slots/s", "anchors/.lock"))
        or each == "eakte.db"
    }


def test_both_homes_tell_of_it(desk: Desk, dest: Path) -> None:
    made = backing_up.create(desk, dest)
    told = {"backup": made.name, "events": str(BackupFolder(dest).manifest(made.name).events)}
    with snapshot(desk.engine) as connection:
        (event,) = log.of_action(connection, Action.BACKED_UP)
    assert told.items() <= event.after.items()
    with acting("c.retter"):
        restored = _restored(dest)
    with snapshot(restored.engine) as connection:
        (event,) = log.of_action(connection, Action.RESTORED)
        assert not log.of_action(connection, Action.BACKED_UP)
    assert told.items() <= event.after.items()
    assert event.actor == "c.retter"


def test_a_second_backup_copies_what_is_new_only(desk: Desk, dest: Path) -> None:
    first = backing_up.create(desk, dest)
    before = set(BackupFolder(dest).objects())
    (letter,) = add_letters(desk, ((1,),), mark="new")
    second = backing_up.create(desk, dest)
    new = set(BackupFolder(dest).objects()) - before
    manifest = BackupFolder(dest).manifest(second.name)
    (database,) = (each for each in manifest.files if each.path in {"eakte.db", "eakte.dump"})
    blobs = {digest for digest, _size in manifest.blobs}
    earlier = {digest for digest, _size in BackupFolder(dest).manifest(first.name).blobs}
    assert new == (blobs - earlier) | (set(database.pieces) - before)
    assert letter.scan in new
    assert second.new_objects == len(new) < first.new_objects / 3
    assert second.new_bytes == sum(BackupFolder(dest).path(each).stat().st_size for each in new)
    names = [each.name for each in keeping_backups.every(dest)]
    assert names == [first.name, second.name]
    assert _names(_restored(dest, first.name), AKTE) == _names(desk, AKTE)


def _change(path: Path, _other: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _cut(path: Path, _other: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _lose(path: Path, _other: Path) -> None:
    path.unlink()


def _exchange(path: Path, other: Path) -> None:
    path.write_bytes(other.read_bytes())


def _link(path: Path, other: Path) -> None:
    path.unlink()
    path.symlink_to(other)


@pytest.mark.parametrize("damage", [_change, _cut, _lose, _exchange, _link])
@pytest.mark.parametrize("of", ["eakte.d", "eakte.toml", "store"])
def test_damage_is_refused_with_its_place(small: Path, of: str, damage) -> None:
    folder = BackupFolder(small)
    manifest = folder.manifest(folder.find(""))
    found = [digest for digest, place in manifest.objects() if place.startswith(of)]
    other = next(digest for digest, place in manifest.objects() if place.endswith("seal.p12"))
    path = folder.path(found[0])
    damage(path, folder.path(other))
    _require_refused(small, str(path))


@pytest.fixture
def small(context, tmp_path: Path) -> Path:
    """A backup of a home with little in it."""
    context.store.put(b"blob")
    (context.home.trust / "keys").mkdir(parents=True)
    (context.home.trust / "keys" / "seal.p12").write_bytes(b"key")
    backing_up.create(context, tmp_path / "dest")
    context.engine.dispose()
    return tmp_path / "dest"


def _require_refused(dest: Path, place: str) -> None:
    before = set(dest.parent.iterdir())
    with pytest.raises(BackupDamagedError) as refused:
        _restore(dest)
    assert place in str(refused.value)
    assert set(dest.parent.iterdir()) == before, "nothing is left"
    checked = keeping_backups.verify(dest)
    assert checked.exit_code == 20
    assert any(place in each for each in checked.problems), checked.problems


def test_an_edited_manifest_is_refused(small: Path) -> None:
    (file,) = (small / "backups").iterdir()
    file.write_bytes(file.read_bytes().replace(b"posteingang.toml", b"posteingong.toml"))
    _require_refused(small, str(file))
    assert "name" in keeping_backups.every(small)[0].problem
    with pytest.raises(BackupDamagedError):
        keeping_backups.prune(small, 1)
    checked = keeping_backups.verify(small)
    assert checked.problems
    assert checked.unnamed == 0  # nobody knows what it named: nothing of it may seem superfluous


def test_a_forged_manifest_cannot_leave_the_home(small: Path) -> None:
    folder = BackupFolder(small)
    (file,) = (small / "backups").iterdir()
    manifest = folder.manifest(folder.find(""))
    evil = replace(manifest.files[0], path="../evil")
    name, data = backups.write(replace(manifest, files=(evil, *manifest.files)))
    file.unlink()
    forged = small / "backups" / f"{name}.json"
    forged.write_bytes(data)
    _require_refused(small, str(forged))
    assert not (small.parent / "evil").exists()


def test_another_database_is_refused(small: Path) -> None:
    folder = BackupFolder(small)
    (file,) = (small / "backups").iterdir()
    manifest = folder.manifest(folder.find(""))
    name, data = backups.write(replace(manifest, root="0" * 64))
    file.unlink()
    (small / "backups" / f"{name}.json").write_bytes(data)
    with pytest.raises(BackupDamagedError, match="database"):
        _restore(small)
    assert not (small.parent / "new").exists()


@pytest.mark.parametrize(
    ("name", "count"), [("_settle", 1), ("_settle", 20), ("add_in_pieces", 1), ("publish", 1)]
)
def test_killed_on_the_way_there_is_no_backup(
    context, tmp_path: Path, name: str, count: int
) -> None:
    dest, home = tmp_path / "dest", str(context.home.root)
    command = [sys.executable, "-m", "tests.integration.killed_backup", home, str(dest)]
    killed = subprocess.run([*command, name, str(count)], check=False)
    assert killed.returncode == -9
    assert keeping_backups.every(dest) == ()
    made = backing_up.create(context, dest)
    assert not any((dest / "incoming").iterdir())
    assert subprocess.run([*command, name, "1"], check=False).returncode == -9
    assert [each.name for each in keeping_backups.every(dest)] == [made.name]
    assert keeping_backups.verify(dest).problems == ()
    keeping_backups.prune(dest, 1)
    assert keeping_backups.verify(dest).unnamed == 0
    assert _restore(dest).name == made.name


def test_pruned_is_what_was_erased(desk: Desk, dest: Path) -> None:
    (letter,) = letters_of(desk, OTHER)
    backing_up.create(desk, dest)
    _erase(desk, letter.id)
    newest = backing_up.create(desk, dest)
    folder = BackupFolder(dest)
    assert folder.path(letter.sealed).exists(), "the first backup holds what it holds"
    done = keeping_backups.prune(dest, 1)
    assert (len(done.removed), done.kept) == (1, (newest.name,))
    assert not folder.path(letter.sealed).exists()
    assert not folder.path(letter.scan).exists()
    assert set(folder.objects()) == folder.manifest(newest.name).digests
    assert done.bytes > 0
    assert letter.id not in _names(_restored(dest), OTHER)


def test_a_folder_takes_one_history_of_one_home(context, small: Path, tmp_path: Path) -> None:
    restored = Desk(open_home(_restore(small).root), SystemClock())
    backing_up.create(context, small)
    with pytest.raises(RefusedError, match="restored"):
        backing_up.create(restored, small)
    backing_up.create(restored, tmp_path / "other")
    homes.create(tmp_path / "third", SystemClock(), "Stadt", demo=False)
    with pytest.raises(RefusedError, match="another home"):
        backing_up.create(Desk(open_home(tmp_path / "third"), SystemClock()), small)
    with pytest.raises(RefusedError, match="one another"):
        backing_up.create(context, context.home.root / "backups")
    with pytest.raises(HomeExistsError):
        _restore(small)


def test_what_the_home_lost_is_told_or_healed(desk: Desk, dest: Path) -> None:
    (letter,) = letters_of(desk, OTHER)
    scan, sealed = desk.store.path(letter.scan), desk.store.path(letter.sealed)
    sealed.chmod(0o600)
    whole = (scan.read_bytes(), sealed.read_bytes())
    scan.unlink()
    sealed.write_bytes(b"damaged")
    made = backing_up.create(desk, dest)
    assert made.exit_code == 20
    assert set(made.lost) == {letter.scan, letter.sealed}
    scan.write_bytes(whole[0])
    sealed.write_bytes(whole[1])
    assert backing_up.create(desk, dest).exit_code == 0
    scan.unlink()
    sealed.write_bytes(b"damaged")
    assert backing_up.create(desk, dest).lost == (), "an earlier backup has them"
    restored = _restored(dest)
    assert restored.store.get(letter.scan) == whole[0]


def test_without_keys(desk: Desk, dest: Path) -> None:
    secret = (desk.home.trust / "keys" / "seal.p12").read_bytes()
    made = backing_up.create(desk, dest, keys=False)
    assert made.left_out == ("trust/keys",)
    assert digest_of(secret) not in set(BackupFolder(dest).objects())
    root = _restore(dest).root
    assert not (root / "trust" / "keys").exists()
    assert keeping_backups.every(dest)[0].keys is False


@pytest.mark.skipif(bool(homes.SERVER), reason="a file of SQLite")
def test_a_database_elsewhere_comes_home(context, tmp_path: Path) -> None:
    """The settings of the restored home must not lead to the database of the old one."""
    root = context.home.root
    context.engine.dispose()
    (root / "eakte.db").rename(tmp_path / "elsewhere.db")
    settings = root / "eakte.toml"
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    settings.write_text(settings.read_text().replace('database = ""', f'database = "{url}"'))
    desk = Desk(open_home(root), SystemClock())
    backing_up.create(desk, tmp_path / "dest")
    done = restoring.restore(tmp_path / "dest", tmp_path / "new", SystemClock())
    restored = open_home(done.root)
    assert restored.settings.database == ""
    assert auditing.verify(Desk(restored, SystemClock())).size == done.events + 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EAKTE_DATABASE", url)
        with pytest.raises(RefusedError, match="EAKTE_DATABASE"):
            restoring.restore(tmp_path / "dest", tmp_path / "newer", SystemClock())
    assert not (tmp_path / "newer").exists()


@pytest.mark.skipif(not homes.SERVER, reason="PostgreSQL")
def test_a_database_must_be_named_and_empty(small: Path) -> None:
    with pytest.raises(RefusedError, match="--database"):
        restoring.restore(small, small.parent / "new", SystemClock())
    where = Database(homes.database())
    with pytest.raises(RefusedError, match="not empty"):
        restoring.restore(small, small.parent / "new", SystemClock(), "", where)
    assert not (small.parent / "new").exists()


def test_a_clock_that_went_back_is_told(context, small: Path) -> None:
    from datetime import UTC, datetime

    from eakte.domain.clock import FixedClock

    early = Desk(context.home, FixedClock(datetime(2020, 1, 1, tzinfo=UTC)))
    with pytest.raises(RefusedError, match="clock"):
        backing_up.create(early, small)
