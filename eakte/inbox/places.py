"""Places in `.taken`: where files are while they are taken, so that nothing gets their names.

What is taken at once is moved to `.taken/<token>/` of its inbox; another file that arrives under
its name is another file. When it is recorded, its place is named `<mark>.<token>`, the mark being
the digest that it was recorded under. There it stays until a grace period has passed and nobody
has it open for writing: a scanner that was not done yet writes into a file that is still looked at.
"""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from eakte.errors import StoreError
from eakte.inbox.listing import TAKEN
from eakte.inbox.receive import require_plain
from eakte.inbox.units import Unit, group
from eakte.store.local import sync_folder


@dataclass(frozen=True)
class Place:
    """Files that were set aside: their folder in `.taken`, and since when (seconds, its clock)."""

    folder: Path
    since: float

    @property
    def mark(self) -> str:
        """Give what the files were recorded as, empty if they are not (or nobody knows)."""
        return self.folder.name.rpartition(".")[0]


def set_aside(inbox: Path, unit: Unit) -> Place:
    """Move a unit of an inbox where nothing else can get its names; `sync_taken` makes it last.

    Raises StoreError if it is no plain file or folder, OSError if the inbox does not let it go.
    """
    for name in unit.names:
        require_plain(inbox / name, folder=unit.is_folder)
    taken = inbox / TAKEN
    taken.mkdir(mode=0o700, exist_ok=True)
    require_plain(taken, folder=True)
    folder = taken / secrets.token_hex(8)
    folder.mkdir(mode=0o700)
    for name in unit.names:
        (inbox / name).rename(folder / name)
    sync_folder(folder)
    return Place(folder, folder.stat().st_mtime)


def sync_taken(inbox: Path) -> None:
    """Make durable which files were set aside, and as what they are recorded."""
    sync_folder(inbox)
    sync_folder(inbox / TAKEN)


def places(inbox: Path) -> list[Place]:
    """Give what was set aside and is not let go yet, oldest first."""
    taken = inbox / TAKEN
    if not os.path.lexists(taken):
        return []
    require_plain(taken, folder=True)
    with os.scandir(taken) as entries:
        found = [Place(Path(entry.path), entry.stat().st_mtime) for entry in entries]
    return sorted(found, key=lambda place: (place.since, place.folder.name))


def unit_at(place: Place) -> Unit | None:
    """Tell what lies at a place; None (and the place is gone) if nothing does."""
    names = [path.name for path in place.folder.iterdir()]
    if not names:
        place.folder.rmdir()
        return None
    if len(names) == 1 and (place.folder / names[0]).is_dir():
        return Unit(names[0], is_folder=True)
    units = group(names)
    if len(units) != 1:
        detail = "it holds files that do not belong together"
        raise StoreError(path=place.folder, detail=detail)
    return units[0]


def complete(place: Place, inbox: Path, unit: Unit) -> Unit:
    """Fetch signatures that are still in the inbox, because a crash came between two moves.

    Not if another file of the same name arrived meanwhile: they may be that one's.
    """
    present = {path.name for path in inbox.iterdir() if path.is_file() and not path.is_symlink()}
    if unit.is_folder or unit.main in present:
        return unit
    whole = next((each for each in group({*present, *unit.names}) if each.main == unit.main), unit)
    for name in whole.signatures:
        if name not in unit.signatures:
            (inbox / name).rename(place.folder / name)
    sync_folder(place.folder)
    return whole


def mark_recorded(place: Place, mark: str) -> Place:
    """Note what a place is recorded as; `sync_taken` makes it last."""
    token = place.folder.name.rpartition(".")[2]
    marked = place.folder.with_name(f"{mark}.{token}")
    place.folder.rename(marked)
    return Place(marked, place.since)


def let_go(place: Place) -> None:
    """Remove the files of a place, and the place; after a crash they are let go again."""
    for path in place.folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    place.folder.rmdir()


def empty_places(inbox: Path) -> tuple[Path, ...]:
    """Give the places of files that are gone: a crash came before they could be removed."""
    return tuple(each.folder for each in places(inbox) if not any(each.folder.iterdir()))
