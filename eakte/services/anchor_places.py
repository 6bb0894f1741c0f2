"""Places outside the home that get every signed checkpoint: a folder, e-mails, lines for paper.

Each place gets them in order, and what it has is remembered, so that one that cannot be reached now
gets all of them later. A place that is new gets the last one and what follows.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from eakte.domain.codec import from_json, to_json
from eakte.i18n import N_
from eakte.pipeline.desk import Desk
from eakte.records.troubles import Trouble
from eakte.services.anchoring import SignedCheckpoint, last_signed, signed_checkpoints
from eakte.store.local import sync_folder
from eakte.store.once import write_once

FOLDER, MAIL, PRINTER = "folder", "mail", "printer"
SIGNING = "signing"
_STATE = "places.json"
_NOT_MADE = N_("no signed checkpoint of the audit log can be made")
_NOT_WRITTEN = N_("a signed checkpoint of the audit log cannot be written there")
_OCTETS = "application", "octet-stream"
_TEXT = """Signed checkpoint of an audit log. Keep this e-mail: it shows if the log is changed.

{line}

Attached are the statement (.json), its signature (.p7s) and the time-stamp over that (.tst).
Check the log against it, on the machine that has the log:

    eakte audit verify --anchor THIS-E-MAIL.eml
"""


@dataclass(frozen=True)
class PlaceState:
    """What a place has, and what went wrong at the last try."""

    size: int = 0
    """It has the checkpoints up to the one over so many events."""
    problem: str = ""
    since: datetime | None = None
    """Since when that is so."""


_States = dict[str, PlaceState]
_Put = Callable[[SignedCheckpoint], None]


@dataclass(frozen=True)
class Place:
    """A place that the settings name."""

    kind: str
    path: Path
    put: _Put

    @property
    def name(self) -> str:
        """Name it in the memory: another path is another place."""
        return f"{self.kind}:{self.path}"


def places(desk: Desk) -> Iterator[Place]:
    """Give the places that the settings name, paths relative to the home."""
    settings, root = desk.home.settings.anchors, desk.home.root
    if settings.folder is not None:
        folder = root / settings.folder
        yield Place(FOLDER, folder, lambda made: _copy(made, folder))
    if settings.mail_folder is not None:
        drop, named = root / settings.mail_folder, (settings.mail_from, settings.mail_to)
        yield Place(MAIL, drop, lambda made: _mail(made, drop, named))
    if settings.print_file is not None:
        paper = root / settings.print_file
        yield Place(PRINTER, paper, lambda made: _print(made, paper))


def deliver(desk: Desk) -> bool:
    """Give every place what it lacks; tells whether all have all. One that fails stops no other."""
    states = read(desk.home.anchors)
    made = signed_checkpoints(desk.home.anchors)
    for place in places(desk):
        states[place.name] = _delivered(place, states.get(place.name), made, desk.clock.now())
    wanted = {SIGNING, *(place.name for place in places(desk))}
    kept = {name: state for name, state in states.items() if name in wanted}
    _write(desk.home.anchors, kept)
    return not any(state.problem for name, state in kept.items() if name != SIGNING)


def note_signing(desk: Desk, problem: str) -> None:
    """Remember why no signed checkpoint could be made, "" if one could."""
    states = read(desk.home.anchors)
    before = states.get(SIGNING, PlaceState())
    states[SIGNING] = _with_problem(before, problem, desk.clock.now())
    if states[SIGNING] != before:
        _write(desk.home.anchors, states)


def lacking(desk: Desk) -> tuple[Place, ...]:
    """Give the places that lack the last signed checkpoint."""
    made, states = last_signed(desk.home.anchors), read(desk.home.anchors)
    last = made.checkpoint.size if made else 0
    return tuple(
        place for place in places(desk) if states.get(place.name, PlaceState()).size < last
    )


def troubles(desk: Desk) -> tuple[Trouble, ...]:
    """Tell what could not be done at the last try, as the other troubles of a home."""
    found = []
    for name, state in sorted(read(desk.home.anchors).items()):
        if state.problem and state.since:
            reason = _NOT_MADE if name == SIGNING else _NOT_WRITTEN
            path = str(desk.home.anchors) if name == SIGNING else name.partition(":")[2]
            found.append(Trouble(path, "", reason, state.problem, state.since))
    return tuple(found)


def read(folder: Path) -> _States:
    """Give what is remembered of the places; a torn memory counts as none."""
    try:
        return from_json(_States, (folder / _STATE).read_bytes())
    except (OSError, ValueError):
        return {}


def _delivered(
    place: Place, before: PlaceState | None, made: tuple[SignedCheckpoint, ...], now: datetime
) -> PlaceState:
    if before is None:
        wanted, state = made[-1:], PlaceState()
    else:
        wanted = tuple(each for each in made if each.checkpoint.size > before.size)
        state = before
    for each in wanted:
        try:
            place.put(each)
        except OSError as problem:
            return _with_problem(state, problem.strerror or str(problem), now)
        state = replace(state, size=each.checkpoint.size)
    return _with_problem(state, "", now)


def _with_problem(state: PlaceState, problem: str, now: datetime) -> PlaceState:
    if not problem:
        return replace(state, problem="", since=None)
    return replace(state, problem=problem, since=state.since or now)


def _copy(made: SignedCheckpoint, folder: Path) -> None:
    for file in made.files:
        write_once(folder / file.name, file.read_bytes())


def _mail(made: SignedCheckpoint, drop: Path, named: tuple[str, str]) -> None:
    """Write a whole e-mail: under its own name, or as Maildir wants it (first tmp, then new)."""
    name = f"{made.statement.stem}.eml"
    data = _message(made, named)
    if not (drop / "new").is_dir():
        if not (drop / name).exists():
            write_once(drop / name, data)
        return
    temporary = drop / "tmp" / f"{name}.{secrets.token_hex(8)}"
    write_once(temporary, data)
    with contextlib.suppress(FileExistsError):
        os.link(temporary, drop / "new" / name)
    temporary.unlink()
    sync_folder(drop / "new")


def _message(made: SignedCheckpoint, named: tuple[str, str]) -> bytes:
    message = EmailMessage(policy=SMTP)
    for header, address in zip(("From", "To"), named, strict=True):
        if address:
            message[header] = address
    message["Subject"] = f"eakte: {made.statement.stem}"
    at = datetime.fromisoformat(made.checkpoint.at).astimezone(UTC)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{made.checkpoint.root[:32]}@eakte.invalid>"
    message.set_content(_TEXT.format(line=made.printed))
    for file in made.files:
        kind, subkind = _OCTETS
        data = file.read_bytes()
        message.add_attachment(data, maintype=kind, subtype=subkind, filename=file.name)
    return message.as_bytes()


def _print(made: SignedCheckpoint, paper: Path) -> None:
    descriptor = os.open(paper, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "wb", buffering=0) as out:
        out.write(f"{made.printed}\n".encode())
        with contextlib.suppress(OSError):  # a printer cannot be synced
            os.fsync(out.fileno())


def _write(folder: Path, states: _States) -> None:
    temporary = folder / f".{_STATE}.{secrets.token_hex(8)}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(to_json(states, _States))
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(folder / _STATE)
