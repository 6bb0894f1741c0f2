"""`eakte backup create`: one state of a home in a folder of backups, while work goes on.

**One moment.** What a restored home must not have is a record without its bytes, or something
outside the database that tells of what the database does not know yet. Hence the order:

1. All blobs of the store that are not in the backup yet: the long part. Blobs never change.
2. Settings, pipelines, keys; what is in the inboxes; anchors; slots. All before the database: a
   checkpoint of the audit log must not tell of more events than the log has, and a slot must not
   belong to a release that the database does not know (another release would get its seal). What
   of these came later than that is done again by the restored home: a seal is made once more.
3. A snapshot of the database.
4. The blobs that came meanwhile: whatever the snapshot names was in the store before.

If settings changed meanwhile, or an erasure took blobs that the snapshot names still, it is done
again from 2. What is named and cannot be had then either was lost before: the backup is made all
the same, and tells it. If an earlier backup has it, this one has it, too.

**What is erased** before the snapshot is in no manifest made after it, and objects that were taken
for nothing are removed again. Earlier backups hold what they hold, until they are pruned.

**One history.** A folder takes backups of one home only, as long as its audit log continues the
one of the last backup: not of a home that was restored from an earlier one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from eakte import __version__
from eakte.audit import log
from eakte.database import Connection
from eakte.database.copying import copied, is_server
from eakte.database.mentions import needed_digests
from eakte.database.migrate import revision_of
from eakte.domain.backups import DATABASE, DUMP, File, Folder, Manifest
from eakte.domain.events import Action
from eakte.domain.ids import Digest
from eakte.errors import ExitCode, RefusedError, StoreError, SystemRefusedError
from eakte.i18n import _
from eakte.pipeline.desk import Desk
from eakte.services import anchoring
from eakte.services.access import require_to_run
from eakte.services.desks import note
from eakte.services.home_files import Entry, HomeFiles
from eakte.store.backups import BackupFolder

OBJECT = "backup"
"""What its audit events are about."""
_TRIES = 5
_VERSION = 1


@dataclass(frozen=True)
class BackedUp:
    """A backup that was made: its name, what it holds, and what of that was new (bytes)."""

    name: str
    files: int
    blobs: int
    size: int
    new_objects: int
    new_bytes: int
    left_out: tuple[str, ...]
    lost: tuple[Digest, ...]
    """Blobs that the home needs and has no more as they were; nor has an earlier backup."""

    @property
    def exit_code(self) -> ExitCode:
        """Give INVALID if the home had lost something already."""
        return ExitCode.INVALID if self.lost else ExitCode.OK


def create(desk: Desk, destination: Path, *, keys: bool = True) -> BackedUp:
    """Make a backup; only what the folder has not is copied. Killed at any time, there is none.

    Raises NotPermittedError, SystemRefusedError; RefusedError if the folder holds something else or
    backups of another home, if somebody writes there, if the settings do not stand still, or if the
    clock is behind the last backup: the newest one must be the last by name.
    """
    require_to_run(desk)
    folder = BackupFolder(destination.absolute())
    _require_apart(desk.home.root, folder.root)
    folder.prepare()
    with folder.alone():
        _require_continued(desk, folder)
        try:
            made = _Run(desk, folder, keys=keys).manifest()
            name = folder.publish(made)
        except OSError as problem:
            raise SystemRefusedError(detail=str(problem)) from problem
        written, named = folder.written, made.digests
        _count, freed = folder.remove_objects(written.objects - named)
    told = {"backup": name, "events": str(made.events), "blobs": str(len(made.blobs))}
    note(desk, Action.BACKED_UP, OBJECT, **told)
    return BackedUp(
        name, len(made.files), len(made.blobs), made.size,
        len(written.objects & named), written.bytes - freed, made.left_out, made.lost,
    )  # fmt: skip


@dataclass
class _Taken:
    """What was taken of the files of a home."""

    folders: dict[str, Folder] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)


class _Run:
    """One backup while it is made."""

    def __init__(self, desk: Desk, folder: BackupFolder, *, keys: bool) -> None:
        self._desk, self._folder, self._keys = desk, folder, keys
        self._database = DUMP if is_server(desk.engine) else DATABASE
        named = Path(str(desk.engine.url.database)).absolute()
        file = None if is_server(desk.engine) else named
        self._files = HomeFiles(desk.home, file, keys=keys)
        self._damaged: set[Digest] = set()

    def manifest(self) -> Manifest:
        """Take everything, in the order that the module tells."""
        self._blobs()
        lost: frozenset[Digest] | None = None
        for _try in range(_TRIES):
            steady = self._files.steady()
            taken = self._taken(steady)
            slots = self._slots()
            target = self._folder.incoming / self._database
            target.unlink(missing_ok=True)
            with copied(self._desk.engine, target) as connection:
                if not _same(steady, self._files.steady()):
                    continue
                blobs = self._blobs()
                missing = self._found_before(needed_digests(connection), blobs)
                if missing and missing != lost:
                    lost = missing
                    continue
                copy = self._folder.add_in_pieces(target, self._database)
                taken.files[copy.path] = copy
                made = self._made(connection, taken, blobs, slots, missing)
            target.unlink()
            return made
        detail = _("files of the home change all the time; try again")
        raise RefusedError(detail=detail)

    def _made(
        self,
        connection: Connection,
        taken: _Taken,
        blobs: dict[Digest, int],
        slots: dict[str, Digest],
        missing: frozenset[Digest],
    ) -> Manifest:
        events, root = log.head(connection)
        outside = {*self._files.outside(), *self._files.secrets()}
        return Manifest(
            version=_VERSION,
            made_at=self._desk.clock.now(),
            eakte=__version__,
            organisation=self._desk.home.settings.organisation,
            revision=revision_of(connection) or "",
            first=log.root_at(connection, 1),
            events=events,
            root=root,
            keys=self._keys,
            folders=tuple(taken.folders[path] for path in sorted(taken.folders)),
            files=tuple(taken.files[path] for path in sorted(taken.files)),
            blobs=tuple(sorted(blobs.items())),
            slots=tuple(each for each in sorted(slots.items()) if each[1] in blobs),
            left_out=tuple(sorted(taken.left_out | outside)),
            lost=tuple(sorted((self._damaged | missing) - blobs.keys())),
        )

    def _slots(self) -> dict[str, Digest]:
        """Give the slots; one that is given back in this moment is no more."""
        try:
            return dict(self._desk.store.slots())
        except StoreError:
            return dict(self._desk.store.slots())

    def _blobs(self) -> dict[Digest, int]:
        """Take what the store has and the backup has not; gives all that is in both, with sizes."""
        found = {}
        for digest in self._desk.store.digests():
            size = self._blob(digest)
            if size is not None:
                found[digest] = size
        return found

    def _blob(self, digest: Digest) -> int | None:
        path = self._desk.store.path(digest)
        try:
            size = path.stat().st_size
            if self._folder.has(digest, size):
                return size
            kept, size = self._folder.add(path)
        except FileNotFoundError:
            return None
        if kept == digest:
            return size
        self._damaged.add(digest)
        return None

    def _found_before(
        self, needed: frozenset[Digest], blobs: dict[Digest, int]
    ) -> frozenset[Digest]:
        """Add what is needed and only the backup has (still); gives what neither has."""
        for digest in needed - blobs.keys():
            size = self._folder.size(digest)
            if size is not None:
                blobs[digest] = size
        return needed - blobs.keys() - self._damaged

    def _taken(self, steady: dict[str, Entry]) -> _Taken:
        taken = _Taken()
        for entry in steady.values():
            self._take(taken, entry)
        with anchoring.alone(self._desk.home.anchors):
            for entry in self._files.moving():
                try:
                    self._take(taken, entry)
                except FileNotFoundError:
                    continue  # taken in, and recorded, by now
                except OSError:
                    taken.left_out.add(entry.path)
        return taken

    def _take(self, taken: _Taken, entry: Entry) -> None:
        named = entry.path.isprintable() and (entry.is_folder or entry.is_file)
        if not named:
            taken.left_out.add(entry.path.encode(errors="replace").decode())
        elif entry.is_folder:
            taken.folders[entry.path] = Folder(entry.path, entry.mode)
        elif not self._files.is_arriving(entry, self._desk.clock.now().timestamp()):
            digest, size = self._folder.add(self._desk.home.root / entry.path)
            taken.files[entry.path] = File(entry.path, entry.mode, size, digest)


def _same(before: dict[str, Entry], after: dict[str, Entry]) -> bool:
    """Tell whether nothing was changed between two looks."""
    return [(path, each.signature) for path, each in before.items()] == [
        (path, each.signature) for path, each in after.items()
    ]


def _require_apart(home: Path, destination: Path) -> None:
    """Refuse a folder in the home, and one that the home is in."""
    home, destination = home.resolve(), destination.resolve()
    if home == destination or home in destination.parents or destination in home.parents:
        detail = _("{path} and the home lie in one another").format(path=destination)
        raise RefusedError(detail=detail)


def _require_continued(desk: Desk, folder: BackupFolder) -> None:
    """Refuse a folder with backups of another home, or of another history of this one."""
    names = folder.names()
    if not names:
        return
    last = folder.manifest(names[-1])
    if desk.clock.now() <= last.made_at:
        detail = _("the clock shows an earlier time than the last backup has: {at}")
        raise RefusedError(detail=detail.format(at=last.made_at.isoformat()))
    with desk.engine.connect() as connection:
        same = log.root_at(connection, 1) == last.first
        continued = log.root_at(connection, last.events) == last.root
    if not same:
        detail = _("{path} holds backups of another home").format(path=folder.root)
        raise RefusedError(detail=detail)
    if not continued:
        detail = _(
            "the audit log does not continue the one of backup {name}: this home was restored from "
            "an earlier backup, or its log was changed. Use another folder for its backups"
        )
        raise RefusedError(detail=detail.format(name=names[-1]))
