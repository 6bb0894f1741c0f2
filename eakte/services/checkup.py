"""`eakte doctor`: what is installed, which versions, what is wrong and how to mend it."""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import sqlite3
import stat
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from eakte.config import Home
from eakte.database import Engine, connect
from eakte.database.migrate import current, newest
from eakte.database.roles import server
from eakte.domain.clock import SystemClock
from eakte.domain.ids import Digest
from eakte.errors import EakteError
from eakte.i18n import _
from eakte.ocr.languages import installed_languages
from eakte.pdfa.verapdf import OFF, find_program, version
from eakte.pipeline.definition import Definitions, load_definitions
from eakte.pipeline.desk import Desk
from eakte.pipeline.live_model import LiveModel
from eakte.services import (
    anchor_places,
    anchoring,
    evidence_state,
    indexing,
    sealing_keys,
    trusting,
    verfahren,
)
from eakte.services.access import Permission, require
from eakte.services.classifying import is_void
from eakte.services.repair import look
from eakte.services.repair import repair as mend

_LIBRARIES = (
    "pyhanko",
    "pikepdf",
    "pytesseract",
    "tesserocr",
    "pillow",
    "dbos",
    "sqlalchemy",
    "scikit-learn",
)
_LANGUAGES = ("deu", "eng", "osd")
_RESERVE_BYTES = 1 << 30


@dataclass(frozen=True)
class Health:
    """One thing that was looked at: fine or not, what was found, how to mend it."""

    name: str
    fine: bool
    detail: str
    advice: str = ""


def examine(home: Home | None, *, repair: bool = False) -> tuple[Health, ...]:
    """Look at the machine, and at the home if there is one; `repair` sets right what can be.

    Raises AlreadyRunningError if it is to repair while a watcher runs.
    """
    if home is not None:
        require(Desk(home, SystemClock()), Permission.OPERATE if repair else Permission.AUDIT)
    found = [*_machine()]
    if home is not None:
        found.append(_persons(home))
        found += _home(home)
        found.append(_verapdf(home))
        found += _leftovers(Desk(home, SystemClock()), repair=repair)
    return tuple(found)


def _machine() -> Iterator[Health]:
    yield Health("Python", True, platform.python_version())
    for library in _LIBRARIES:
        yield Health(library, True, importlib.metadata.version(library))
    yield _tesseract()
    yield from _languages(_LANGUAGES)
    version = sqlite3.sqlite_version_info
    advice = _("Install SQLite 3.40 or newer.")
    yield Health("SQLite", version >= (3, 40), sqlite3.sqlite_version, advice)


def _tesseract() -> Health:
    program = shutil.which("tesseract")
    advice = _("Install it: apt-get install tesseract-ocr tesseract-ocr-deu (or `make setup`).")
    if program is None:
        return Health("tesseract", False, _("not found"), advice)
    version = _output([program, "--version"]).splitlines()
    return Health("tesseract", True, f"{version[0] if version else '?'} ({program})")


def _languages(names: Iterable[str]) -> Iterator[Health]:
    installed = installed_languages()
    for language in names:
        advice = _("Install it: apt-get install tesseract-ocr-{name}").format(name=language)
        found = language in installed
        detail = _("installed") if found else _("not found")
        yield Health(f"tesseract {language}", found, detail, advice)


def _output(command: list[str]) -> str:
    result = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)  # noqa: S603 - a program found on PATH, fixed arguments
    return result.stdout + result.stderr


def _home(home: Home) -> Iterator[Health]:
    yield _private(home.root, _("the home"))
    yield _private(home.trust, _("keys and trust anchors"))
    for inbox in home.settings.inboxes:
        folder = home.inbox_folder(inbox)
        name = _("inbox {station}").format(station=inbox.station)
        advice = _("Make the folder or correct eakte.toml.")
        yield Health(name, folder.is_dir(), str(folder), advice)
    yield _seal_key(home)
    yield from _anchors(Desk(home, SystemClock()))
    yield _verfahren(home)
    yield _space(home)
    definitions = load_definitions(home.pipelines)
    asked = {name for each in definitions.pipelines.values() for name in each.languages.split("+")}
    yield from _languages(sorted(asked.difference(_LANGUAGES)))
    classes = len(definitions.classes)
    yield Health(_("definitions"), classes > 0, _("{count} classes").format(count=classes))
    yield from _levels(definitions)
    yield from _lists(home)
    yield from _database(connect(home.database_url))
    yield _index(Desk(home, SystemClock()))
    yield _model(home)
    yield _evidence(Desk(home, SystemClock()))


def _persons(home: Home) -> Health:
    """Tell who may do anything here; that nobody is listed is a warning, for it is a choice."""
    count = len(home.settings.persons)
    everybody = _("warning: none is listed; whoever can read this home may do everything in it")
    listed = _("{count} listed").format(count=count)
    return Health(_("persons"), True, listed if count else everybody)


def _levels(definitions: Definitions) -> Iterator[Health]:
    """Tell at which level each pipeline seals, and which classes need a higher one."""
    low = {pipeline.name: classes for pipeline, classes in definitions.too_low()}
    advice = _("Raise its `seal_level`; until then paper is kept, and records say what is missing.")
    for pipeline in definitions.pipelines.values():
        name, level = _("seals of {pipeline}").format(pipeline=pipeline.name), pipeline.seal_level
        needy = ", ".join(f"{each.id} ({each.schutzbedarf})" for each in low.get(pipeline.name, ()))
        told = _("{level}: too low for {classes}").format(level=level, classes=needy)
        yield Health(name, not needy, told if needy else level.value, advice)


def _lists(home: Home) -> Iterator[Health]:
    """Tell of each trusted list whether it still answers for the present."""
    if not home.settings.trusted_lists:
        return
    advice = _("Get them anew: eakte trust update.")
    try:
        found = trusting.show(Desk(home, SystemClock()))
    except EakteError as problem:
        yield Health(_("trusted lists"), False, problem.message(), advice)
        return
    if not found:
        yield Health(_("trusted lists"), False, _("none is at hand"), advice)
    for each in found:
        name = _("trusted list {territory}").format(territory=each.territory)
        state = _("in force") if each.in_force else _("out of date")
        age = _("{state}, {days} days old").format(state=state, days=each.age_days)
        yield Health(name, each.in_force, age, advice)


def _model(home: Home) -> Health:
    """Tell which model is live, and whether its thresholds were measured with the present rules."""
    desk = Desk(home, SystemClock())
    try:
        live = LiveModel(desk).current()
    except EakteError as problem:
        return Health(_("classifier"), False, str(problem), "")
    void = is_void(desk, live)
    changed = _("; class rules were changed since: what it proved counts no more") if void else ""
    advice = _("Measure it anew: eakte classify train.")
    return Health(_("classifier"), not void, f"{live.label}{changed}", advice)


def _evidence(desk: Desk) -> Health:
    """Tell when evidence records were made last, what waits for them, and why."""
    hours = desk.home.settings.evidence.every_hours
    with desk.engine.connect() as connection:
        state = evidence_state.look(connection)
    last = f"{state.last:%Y-%m-%d %H:%M} UTC" if state.last else _("never")
    told = _("last made: {last}; {objects} objects without one, {akten} Akten changed since")
    detail = told.format(last=last, objects=state.objects, akten=state.akten)
    if state.delay is not None:
        detail = f"{detail}; {state.delay.reason}"
    overdue = state.last is not None and state.is_due(desk.clock.now(), 2 * hours)
    fine = state.delay is None and not (hours and overdue)
    advice = _("Let `eakte watch` run, or run `eakte evidence create` once a day.")
    return Health(_("evidence records"), fine, detail, advice)


def _seal_key(home: Home) -> Health:
    """Open the key as sealing would, without a signature."""
    try:
        found = sealing_keys.show(Desk(home, SystemClock()))
    except EakteError as problem:
        return Health(_("seal key"), False, problem.message(), problem.hint())
    detail = f"{found.reference}: {found.certificate.subject}; " + "; ".join(found.warnings)
    expired = found.not_after < SystemClock().now()
    advice = _("Get a new certificate and name it in eakte.toml; see `eakte seal key show`.")
    return Health(_("seal key"), not expired, detail, advice)


def _anchors(desk: Desk) -> Iterator[Health]:
    """Tell of the last signed checkpoint of the audit log, and of each place that keeps them."""
    last = anchoring.last_signed(desk.home.anchors)
    failed = anchor_places.read(desk.home.anchors)
    problem = failed.get(anchor_places.SIGNING, anchor_places.PlaceState()).problem
    made = _("none yet")
    if last is not None:
        told = _("{size} events, {at}")
        made = told.format(size=last.checkpoint.size, at=last.checkpoint.at)
    advice = _("Look at seal key and time-stamp authorities, then: eakte audit checkpoint.")
    yield Health(_("signed checkpoint"), not problem, problem or made, advice)
    for place in anchor_places.places(desk):
        state = failed.get(place.name, anchor_places.PlaceState())
        advice = _("Make it reachable and writable; what it lacks is written then.")
        name = _("checkpoints in {path}").format(path=place.path)
        told = state.problem or _("up to {size} events").format(size=state.size)
        yield Health(name, not state.problem, told, advice)


def _verfahren(home: Home) -> Health:
    """Tell what is in force; that the file was edited since is no fault."""
    name, advice = "Verfahrensdokumentation", _("Put it in force: eakte verfahren adopt.")
    shown = verfahren.show(Desk(home, SystemClock()))
    if shown.adopted is None:
        return Health(name, False, _("none is in force"), advice)
    changed = "" if shown.is_current else _("; its file was changed since")
    return Health(name, True, f"{shown.adopted.verfahren}{changed}", advice)


def _verapdf(home: Home) -> Health:
    """Tell whether veraPDF confirms archive copies; without it all is fine, but nobody does."""
    setting = home.settings.archive.verapdf
    program = find_program(setting, home.root)
    if not program:
        said = _("off") if setting == OFF else _("not found; nobody confirms archive copies")
        return Health("veraPDF", True, said)
    with tempfile.TemporaryDirectory() as folder:
        found = version(program, Path(folder))
    advice = _("Correct `verapdf` in eakte.toml, or install veraPDF and Java.")
    detail = f"{found} ({program})" if found else _("no answer from {program}")
    return Health("veraPDF", bool(found), detail.format(program=program), advice)


def _private(folder: Path, name: str) -> Health:
    if not folder.is_dir():
        return Health(name, False, str(folder), _("Make it with `eakte init`."))
    mode = stat.S_IMODE(folder.stat().st_mode)
    advice = _("Run: chmod 700 {folder}").format(folder=folder)
    return Health(name, mode & 0o077 == 0, f"{folder} ({mode:04o})", advice)


def _space(home: Home) -> Health:
    free = shutil.disk_usage(home.root).free
    advice = _("Make room on this disk, or move the home.")
    return Health(_("free space"), free > _RESERVE_BYTES, f"{free / 1e9:.1f} GB", advice)


def _database(engine: Engine) -> Iterator[Health]:
    yield from _server(engine)
    revision, wanted = current(engine), newest()
    advice = _("Run `eakte migrate`; if it refuses, use the version of eakte that was here before.")
    yield Health(_("database"), revision == wanted, f"{revision} ({wanted})", advice)


def _index(desk: Desk) -> Health:
    found = indexing.examine(desk)
    counts = _("{missing} missing, {surplus} too many, {outdated} outdated of {filed}").format(
        missing=found.missing,
        surplus=found.surplus,
        outdated=found.outdated,
        filed=found.filed,
    )
    detail = _("sound") if found.sound else "; ".join((*found.problems, counts))
    advice = _("Filing goes on without it. Make it anew: eakte index rebuild.")
    return Health(_("search index"), found.sound, detail, advice)


def _server(engine: Engine) -> Iterator[Health]:
    """Tell of a database server what matters: its encoding, and what our role could do."""
    found = server(engine)
    if found is None:
        return
    advice = _("Make a database with the encoding UTF8 and restore a backup into it.")
    detail = f"{found.version}, {found.encoding}, {found.collation}"
    yield Health("PostgreSQL", found.encoding == "UTF8", detail, advice)
    power = _("; it owns the tables: it could switch off what guards the audit log")
    yield Health(_("database role"), True, found.role + (power if found.owns else ""))
    needed = _("not found; `eakte backup` needs it (package postgresql-client)")
    yield Health("pg_dump", True, shutil.which("pg_dump") or needed)


def _leftovers(desk: Desk, *, repair: bool) -> Iterator[Health]:
    """Tell what was left behind or, after a repair, what was removed; and what is missing."""
    done = mend(desk) if repair else None
    found = done.found if done else look(desk)
    amount = _("{count} removed") if done else _("{count} found; --repair removes them")
    counts = {
        _("intermediate results"): len(found.orphans),
        _("seals not used"): len(found.slots),
        _("bytes of what was erased"): len(found.erased),
        _("temporary files"): found.temporary + (done.workspace if done else 0),
        _("empty places in inboxes"): len(found.places),
    }
    if done:
        counts[_("old workflows")] = done.old_workflows
    for name, count in counts.items():
        yield Health(name, True, amount.format(count=count))
    stuck = _("{count} put aside").format(count=done.stuck if done else 0)
    yield Health(_("work that was given up"), True, stuck)
    yield _intact(_("missing from the store"), found.missing)
    yield _intact(_("damaged in the store"), found.damaged)


def _intact(name: str, digests: frozenset[Digest]) -> Health:
    advice = _("Bring these back from a backup: records name them. Nothing was removed.")
    named = ", ".join(sorted(digests)[:3])
    return Health(name, not digests, f"{len(digests)} {named}".strip(), advice)
