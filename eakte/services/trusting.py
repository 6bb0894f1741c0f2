"""Trusted lists of a home: getting them, keeping the last good ones, showing them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from eakte import sandbox
from eakte.config import SETTINGS_FILE, TrustedListSource
from eakte.domain.events import Action
from eakte.errors import ConfigurationError, EakteError, UnusableInputError
from eakte.i18n import _
from eakte.pipeline.desk import Desk
from eakte.seal.keys import as_text
from eakte.seal.lists.fetching import fetch
from eakte.seal.lists.keeping import Kept, keep, kept_lists
from eakte.seal.lists.model import TrustedList
from eakte.seal.lists.reading import read_list
from eakte.seal.trust import load_certificates
from eakte.seal.trust_folder import TrustFolder
from eakte.services.access import Permission, require
from eakte.services.desks import note

_LIMITS = sandbox.Limits(wall_seconds=120, cpu_seconds=120, memory_mb=3000)


@dataclass(frozen=True)
class ListState:
    """A list at hand, or one that could not be had (`problem`); times are UTC."""

    source: str
    territory: str = ""
    sequence: int = 0
    issued: datetime | None = None
    next_update: datetime | None = None
    fetched_at: datetime | None = None
    age_days: int = 0
    services: int = 0
    signer: str = ""
    sha256: str = ""
    in_force: bool = False
    """Its NextUpdate has not passed: it answers for the present."""
    changed: bool = False
    """An update brought another list than was at hand."""
    problem: str = ""


@dataclass(frozen=True)
class _Wanted:
    """One list to get: where, signed by whom (DER in Base64), of which territory ("": any)."""

    source: str
    signers: tuple[str, ...]
    territory: str = ""


def show(desk: Desk) -> tuple[ListState, ...]:
    """Give the lists at hand."""
    require(desk, Permission.STATUS)
    return tuple(_state(kept, desk.clock.now()) for kept in kept_lists(_folder(desk)))


def update(desk: Desk, source: str = "") -> tuple[ListState, ...]:
    """Get all configured lists, and those that they point to; or one from `source`.

    A list that cannot be had, or is not signed by whom the settings name, changes nothing: the last
    good one stays. Raises ConfigurationError if the settings name no list.
    """
    require(desk, Permission.OPERATE)
    configured = desk.home.settings.trusted_lists
    if not configured:
        detail = _("no [[trusted_lists]] says who signs trusted lists")
        raise ConfigurationError(path=desk.home.root / SETTINGS_FILE, detail=detail)
    if source:
        return (_from_anywhere(desk, source, list(_signers(desk, configured, source))),)
    found = []
    for entry in configured:
        state = _from_anywhere(desk, entry.source, [_configured(desk, entry, entry.source)])
        found.append(state)
        if not state.problem:
            pointed = _pointed(desk, state.territory, entry.territories)
            found += [_from_anywhere(desk, one.source, [one]) for one in pointed]
    return tuple(found)


def _configured(desk: Desk, entry: TrustedListSource, source: str) -> _Wanted:
    files = [desk.home.root / file for file in entry.signers]
    signers = (as_text(one) for file in files for one in load_certificates(file))
    return _Wanted(source, tuple(signers))


def _signers(
    desk: Desk, configured: tuple[TrustedListSource, ...], source: str
) -> Iterator[_Wanted]:
    """Give who may have signed a list from anywhere: whom the settings or lists at hand name."""
    for entry in configured:
        yield _configured(desk, entry, source)
    for kept in kept_lists(_folder(desk)):
        for one in kept.list.pointers:
            if kept.list.holds_until >= desk.clock.now():
                yield _Wanted(source, one.signers, one.territory)


def _pointed(desk: Desk, territory: str, wanted: tuple[str, ...]) -> Iterator[_Wanted]:
    """Give the lists of these territories that the list of a territory points to."""
    for kept in kept_lists(_folder(desk)):
        if kept.list.territory == territory:
            for one in kept.list.pointers:
                if one.territory in wanted and one.territory != territory:
                    yield _Wanted(one.location, one.signers, one.territory)


def _from_anywhere(desk: Desk, source: str, ways: list[_Wanted]) -> ListState:
    """Get a list once, and keep it if it is good in one of these ways."""
    try:
        data = fetch(_place(desk, source))
        found = _read(desk, data, ways)
        now = desk.clock.now()
        kept = Kept(source, now, found)
        changed = keep(_folder(desk), data, kept)
    except EakteError as problem:
        return ListState(source, problem=problem.message())
    if changed:
        facts = {"sequence": str(found.sequence), "sha256": found.sha256}
        note(desk, Action.TRUST_UPDATED, f"list-{found.territory}", **facts)
    return _state(kept, now, changed=changed)


def _place(desk: Desk, source: str) -> str:
    """Give a file's place: one named in the settings is relative to the home."""
    beside = desk.home.root / source
    return str(beside) if "://" not in source and beside.is_file() else source


def _read(desk: Desk, data: bytes, ways: list[_Wanted]) -> TrustedList:
    """Read a list in a limited child process; raises UnusableInputError if no way is good."""
    refusal = UnusableInputError(reason="trusted-list", detail=_("nobody may sign it"))
    with tempfile.TemporaryDirectory(dir=desk.home.work) as folder:
        file = Path(folder) / "list.xml"
        file.write_bytes(data)
        for way in ways:
            try:
                found = sandbox.call(_LIMITS, read_list, file, way.signers, desk.clock.now())
            except UnusableInputError as problem:
                refusal = problem
                continue
            if way.territory in {"", found.territory}:
                return found
    raise refusal


def _state(kept: Kept, now: datetime, *, changed: bool = False) -> ListState:
    found = kept.list
    return ListState(
        source=kept.source,
        territory=found.territory,
        sequence=found.sequence,
        issued=found.issued,
        next_update=found.next_update,
        fetched_at=kept.fetched_at,
        age_days=(now - found.issued).days,
        services=len(found.services),
        signer=found.signer,
        sha256=found.sha256,
        in_force=now <= found.holds_until,
        changed=changed,
    )


def _folder(desk: Desk) -> Path:
    return TrustFolder(desk.home.trust).lists
