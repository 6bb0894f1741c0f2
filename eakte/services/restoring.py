"""`eakte restore`: a backup becomes a home, whole or not at all.

Everything is written into a folder without a name that anybody knows, and every byte is held
against the digest that the manifest tells, the manifest against its own name. Then the database is
opened, its audit log is held against the manifest, and one event is added: who restored which
backup. Only then does the folder get its name.

The restored home goes on where the backup ended: work that was under way is done again by the next
`eakte watch`. What the old home did since then, it does not know. Two homes that both go on are
two histories; nothing here can stop the old one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from eakte.audit import log
from eakte.config import SETTINGS_FILE, Home, open_home
from eakte.database import connect, transaction
from eakte.database.copying import put_back
from eakte.database.migrate import current, newest, upgrade
from eakte.database.roles import grant, role_of
from eakte.domain.backups import DUMP, Manifest, place_of
from eakte.domain.clock import Clock
from eakte.domain.events import Action, Event
from eakte.domain.ids import Digest
from eakte.errors import BackupDamagedError, HomeExistsError, RefusedError, SystemRefusedError
from eakte.i18n import _
from eakte.pipeline.desk import Desk
from eakte.services import actor
from eakte.services.backing_up import OBJECT
from eakte.services.homes import Database
from eakte.store.backups import BackupFolder
from eakte.store.local import LocalBlobStore, sync_folder

_NONE = Database()
_DATABASE = re.compile(r"(?m)^database\s*=.*$")


@dataclass(frozen=True)
class Restored:
    """A home that was restored, and the backup that it was restored from."""

    root: Path
    name: str
    made_at: datetime
    events: int
    """Size of the audit log in the backup."""
    left_out: tuple[str, ...]
    lost: tuple[Digest, ...]


def restore(
    source: Path,
    root: Path,
    clock: Clock,
    name: str = "",
    database: Database = _NONE,
) -> Restored:
    """Make a home at `root` of a backup: the newest one, or that whose name begins so.

    A backup of a home on PostgreSQL goes into an empty `database`; one on SQLite takes none.
    Raises HomeExistsError if something is there, NotFoundError, RefusedError, SystemRefusedError;
    BackupDamagedError names the place where a backup is not what was written. Then nothing is left,
    but for what pg_restore may have put into the database.
    """
    root = root.absolute()
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise HomeExistsError(path=root)
    folder = BackupFolder(source.absolute())
    try:
        with folder.reading():
            found = folder.find(name)
            manifest = folder.manifest(found)
            _require_fitting(manifest, database)
            with _appearing(root) as draft:
                _write_files(folder, manifest, draft)
                _write_store(folder, manifest, draft)
                home = _with_database(draft, database.url)
                if manifest.on_server:
                    _fill(home, database.owner)
                _begin(home, clock, found, manifest)
                for each in manifest.folders:  # last: some may not be written to then
                    (draft / each.path).chmod(each.mode)
                os.sync()
    except OSError as problem:
        raise SystemRefusedError(detail=str(problem)) from problem
    return Restored(
        root, found, manifest.made_at, manifest.events, manifest.left_out, manifest.lost
    )


@contextmanager
def _appearing(root: Path) -> Iterator[Path]:
    """Give a folder that gets its name at the end, and is gone if anything fails."""
    root.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{root.name}-", dir=root.parent))
    try:
        yield draft
        draft.rename(root)
        sync_folder(root.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _write_files(folder: BackupFolder, manifest: Manifest, draft: Path) -> None:
    for place in sorted(manifest.folders, key=lambda each: each.path):
        (draft / place.path).mkdir(mode=0o700)
    for file in manifest.files:
        descriptor = os.open(draft / file.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            for chunk in folder.chunks(file):
                out.write(chunk)
        (draft / file.path).chmod(file.mode)


def _write_store(folder: BackupFolder, manifest: Manifest, draft: Path) -> None:
    (draft / "work").mkdir(mode=0o700)
    store = LocalBlobStore(draft / "store")
    for digest, _size in manifest.blobs:
        for _chunk in folder.object(digest, place_of(digest)):
            pass
        store.put_file(folder.path(digest))
    for slot, digest in manifest.slots:
        store.claim(slot, digest)


def _require_fitting(manifest: Manifest, database: Database) -> None:
    if manifest.on_server and not database.url:
        detail = _("this backup needs an empty database of PostgreSQL: --database")
        raise RefusedError(detail=detail)
    if not manifest.on_server and (database.url or database.owner):
        raise RefusedError(detail=_("this backup brings its database along: SQLite"))


def _with_database(draft: Path, url: str) -> Home:
    """Give the home with its own database ("": SQLite in it), wherever the old one has its own.

    Raises RefusedError if a variable insists on another one.
    """
    home = open_home(draft)
    if home.settings.database != url:
        file = draft / SETTINGS_FILE
        said = f"database = {json.dumps(url)}"
        text = _DATABASE.sub(lambda _found: said, file.read_text("utf-8"), count=1)
        file.write_text(text, "utf-8")
        home = open_home(draft)
    if home.settings.database != url:
        raise RefusedError(detail=_("EAKTE_DATABASE names another database"))
    return home


def _fill(home: Home, owner: str) -> None:
    """Put the database back, as the role that owns the tables, and say what eakte's role may do."""
    archive = home.root / DUMP
    owning = connect(owner or home.database_url)
    try:
        put_back(owning, archive)
        if owner:
            own = connect(home.database_url)
            with owning.begin() as connection:
                grant(connection, role_of(own))
            own.dispose()
    finally:
        owning.dispose()
    archive.unlink()


def _begin(home: Home, clock: Clock, name: str, manifest: Manifest) -> None:
    """Hold the database against the manifest, and note in it that it was restored."""
    desk = Desk(home, clock)
    try:
        with desk.engine.connect() as connection:
            if log.head(connection) != (manifest.events, manifest.root):
                detail = _("its database is not the one that the manifest tells of")
                raise BackupDamagedError(path=name, detail=detail)
        if current(desk.engine) != newest() and not manifest.on_server:
            upgrade(desk.engine)
        told = {"backup": name, "events": str(manifest.events), "root": manifest.root}
        event = Event(
            Action.RESTORED, OBJECT, actor.current(desk), "", desk.clock.now(), after=told
        )
        with transaction(desk.engine) as connection:
            log.append(connection, event)
    finally:
        desk.engine.dispose()
