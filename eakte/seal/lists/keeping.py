"""The last good list of each state, in the home: as it came, and as it was read."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from eakte.domain.codec import from_json, to_json
from eakte.errors import ConfigurationError, RefusedError
from eakte.i18n import _
from eakte.seal.lists.model import TrustedList

_TERRITORIES = 64
_TERRITORY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True)
class Kept:
    """A list, and where and when it was got."""

    source: str
    fetched_at: datetime
    list: TrustedList


def kept_lists(folder: Path) -> tuple[Kept, ...]:
    """Give the lists in a folder, by territory; none if there is no folder.

    Raises ConfigurationError for one that cannot be read: it is not left out silently.
    """
    found = []
    for file in sorted(folder.glob("*.json")):
        try:
            state = file.stat()
            found.append(_read(file, state.st_ino, state.st_size, state.st_mtime_ns))
        except (OSError, ValueError) as problem:
            detail = _("read it anew with `eakte trust update`: {problem}")
            raise ConfigurationError(path=file, detail=detail.format(problem=problem)) from problem
    return tuple(found)


@lru_cache(_TERRITORIES)
def _read(file: Path, *_state: int) -> Kept:
    """Read a list once, as long as its file is the same: each verification asks for all of them."""
    return from_json(Kept, file.read_bytes())


def keep(folder: Path, xml: bytes, new: Kept) -> bool:
    """Keep a list in place of an older one of its territory; tells whether it is another one.

    The XML comes first, the reading in one rename: killed at any time, the old or the new list is
    there. Raises RefusedError for a list that is older than the one at hand.
    """
    territory = new.list.territory
    if not _TERRITORY.fullmatch(territory):
        raise RefusedError(detail=_("a list of {name} is unknown").format(name=repr(territory)))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"{territory}.json"
    old = from_json(Kept, target.read_bytes()).list if target.is_file() else None
    if old is not None and (new.list.sequence, new.list.issued) < (old.sequence, old.issued):
        detail = _("list {new} of {territory} is older than list {old}, which is at hand")
        numbers = {"new": new.list.sequence, "old": old.sequence, "territory": territory}
        raise RefusedError(detail=detail.format(**numbers))
    _write(folder / f"{territory}.xml", xml)
    _write(target, to_json(new))
    return old is None or old.sha256 != new.list.sha256


def _write(target: Path, data: bytes) -> None:
    draft = target.with_suffix(f"{target.suffix}.new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(target)
