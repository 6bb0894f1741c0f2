"""Making a home: folders, settings, database, definitions, and for a demo keys and Akten."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from eakte import __version__
from eakte.audit import log
from eakte.classify.model import load
from eakte.config import Home, open_home
from eakte.database import transaction
from eakte.database.migrate import upgrade
from eakte.database.roles import grant, role_of
from eakte.domain.clock import Clock
from eakte.domain.events import Action, Event
from eakte.errors import HomeExistsError, RefusedError
from eakte.i18n import _
from eakte.pipeline import engine
from eakte.pipeline.context import Context
from eakte.pipeline.desk import Desk
from eakte.pipeline.live_model import SHIPPED
from eakte.resources import data_dir
from eakte.seal.demo_pki import create_demo_trust
from eakte.services import actor, aktenplan, configuring, verfahren
from eakte.services.access import require_to_run

_DEMO = " (DEMO)"
_DEMO_PERSON = "M. Brandt, Leitung Poststelle"


@dataclass(frozen=True)
class NewHome:
    """A home that was just made."""

    root: Path
    inboxes: tuple[Path, ...]
    demo: bool


@dataclass(frozen=True)
class Database:
    """Where a new home keeps its records: SQLAlchemy URLs without passwords."""

    url: str = ""
    """Empty: as the variable EAKTE_DATABASE says, else SQLite in the home."""
    owner: str = ""
    """The same database as the role that owns the tables; empty: eakte's own role does."""


def create(
    root: Path,
    clock: Clock,
    organisation: str,
    *,
    demo: bool,
    database: Database = Database(),
) -> NewHome:
    """Make a home at `root`, whole or not at all.

    Raises HomeExistsError if something is there, RefusedError if the database has a home already.
    """
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise HomeExistsError(path=root)
    root.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{root.name}-", dir=root.parent))
    try:
        _furnish(draft, clock, organisation + (_DEMO if demo else ""), database, demo=demo)
        draft.rename(root)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    home = open_home(root)
    folders = tuple(home.inbox_folder(inbox) for inbox in home.settings.inboxes)
    return NewHome(root, folders, demo)


def migrate(home: Home, clock: Clock, owner: str = "") -> None:
    """Bring a home's database to this version of eakte, once more if need be.

    Raises NotPermittedError or NotListedError if the current user neither runs this home nor is an
    admin; AlreadyRunningError while a watcher runs, RefusedError if a newer version was at it.
    """
    require_to_run(Desk(home, clock))
    with engine.alone(Desk(home, clock)):
        bring_up(home, clock, owner)


def bring_up(home: Home, clock: Clock, owner: str = "") -> None:
    """Give a database all tables, and eakte's role what it needs; `owner` as in `Database`."""
    context = Context(home, clock)
    owning = Context(home.with_database(owner), clock) if owner else context
    upgrade(owning.engine)
    engine.prepare(owning)
    if owner:
        with owning.engine.begin() as connection:
            grant(connection, role_of(context.engine))
    for each in (owning, context):
        each.engine.dispose()


def _furnish(
    root: Path, clock: Clock, organisation: str, database: Database, *, demo: bool
) -> None:
    url = database.url or os.environ.get("EAKTE_DATABASE", "")
    _write_files(root, organisation, url)
    home = open_home(root)
    if home.settings.database != url:
        raise RefusedError(detail=_("EAKTE_DATABASE names another database"))
    _make_folders(home)
    if demo:
        _release_unmeasured(home)
        create_demo_trust(home.trust, organisation, clock)
    bring_up(home, clock, database.owner)
    context = Context(home, clock)
    _note_creation(context)
    draft = verfahren.write_draft(home, context.definitions, organisation)
    if demo:
        text = draft.read_text(encoding="utf-8")
        verfahren.put_in_force(context, text, "0.1 (Entwurf)", _DEMO_PERSON)
        aktenplan.import_csv(context, data_dir("schemas") / "demo" / "aktenplan.csv")
    context.engine.dispose()
    for file in root.glob("eakte.db*"):
        file.chmod(0o600)


def _write_files(root: Path, organisation: str, database: str) -> None:
    quoted = json.dumps(organisation, ensure_ascii=False)
    names = {"organisation": organisation, "quoted": quoted, "version": __version__}
    names["database"] = json.dumps(database)
    for template in sorted((data_dir("schemas") / "home").iterdir()):
        target = root / template.name
        target.write_text(template.read_text(encoding="utf-8").format(**names), encoding="utf-8")
        target.chmod(0o600)
    shutil.copytree(data_dir("pipelines"), root / "pipelines")
    for path in (root / "pipelines", *(root / "pipelines").rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)


def _release_unmeasured(home: Home) -> None:
    """Let the rules of a demo release without proof: a new home has no confirmed letters."""
    for file in home.pipelines.glob("*.toml"):
        text = file.read_text(encoding="utf-8")
        changed = text.replace("\nmeasured = true\n", "\nmeasured = false # DEMO\n")
        file.write_text(changed, encoding="utf-8")


def _make_folders(home: Home) -> None:
    folders = [home.store, home.work, home.anchors]
    folders += [home.inbox_folder(inbox) for inbox in home.settings.inboxes]
    for folder in folders:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _note_creation(desk: Desk) -> None:
    model = load(desk.home.pipelines / SHIPPED)
    after = configuring.state_of(desk) | {"model": model.version}
    with transaction(desk.engine) as connection:
        if log.size(connection):
            raise RefusedError(detail=_("this database belongs to a home already"))
        event = Event(
            Action.HOME_CREATED, "home", actor.current(desk), "", desk.clock.now(), after=after
        )
        log.append(connection, event)
