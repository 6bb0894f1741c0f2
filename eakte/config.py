"""Settings of a home: eakte.toml, overridden by EAKTE_* variables; unknown keys are refused."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from eakte.domain.persons import Person, require_unique
from eakte.errors import ConfigurationError, HomeMissingError
from eakte.sections import (
    Anchoring,
    Archive,
    Evidence,
    FileKey,
    Inbox,
    Quality,
    Reading,
    Records,
    RemoteKey,
    Seal,
    SealKeySettings,
    TokenKey,
    TrustedListSource,
    Tsa,
    Watching,
)

__all__ = [
    "SETTINGS_FILE",
    "Anchoring",
    "Archive",
    "Evidence",
    "FileKey",
    "Home",
    "Inbox",
    "Quality",
    "Reading",
    "Records",
    "RemoteKey",
    "Seal",
    "SealKeySettings",
    "Settings",
    "TokenKey",
    "TrustedListSource",
    "Tsa",
    "Watching",
    "home_path",
    "open_home",
    "read_settings",
]

SETTINGS_FILE = "eakte.toml"
_PREFIX = "eakte_"
_FROM_THE_FILE_ONLY = frozenset({"persons", "sudo"})
_PASSWORD = re.compile(r"^[^?]*://[^/?@]*:[^/?]*@|[?&]password=")


class Settings(BaseModel):
    """Everything an operator may set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    organisation: str = Field(description="The authority; it stands in seals and Transfervermerke.")
    database: str = Field(
        default="",
        pattern=r"^$|^sqlite:|^postgresql(\+psycopg)?:",
        description="SQLAlchemy URL without a password; empty: SQLite in the home (eakte.db).",
    )
    verfahrensdokumentation: Path = Field(
        default=Path("verfahrensdokumentation.md"),
        description="The text of the Verfahrensdokumentation; `verfahren adopt` puts it in force.",
    )
    inboxes: tuple[Inbox, ...] = Field(default=(), description="The watched folders.")
    watching: Watching = Field(default=Watching(), description="How the inboxes are watched.")
    reading: Reading = Field(default=Reading(), description="Limits of OCR.")
    archive: Archive = Field(
        default=Archive(), description="How archive copies are made and judged."
    )
    quality: Quality = Field(
        default=Quality(), description="How samples for quality assurance are drawn."
    )

    evidence: Evidence = Field(default=Evidence(), description="How evidence records are made.")

    records: Records = Field(default=Records(), description="How Akten are named.")

    trusted_lists: tuple[TrustedListSource, ...] = Field(
        default=(), description="Trusted lists, which say what is qualified."
    )

    tsa: tuple[Tsa, ...] = Field(
        default=(),
        description="Time-stamp authorities, the preferred one first; none: the demo's own.",
    )

    seal: Seal = Field(default=Seal(), description="The seal key and where its PIN is.")

    anchors: Anchoring = Field(
        default=Anchoring(),
        description="Signed checkpoints of the audit log, and where else they are kept.",
    )

    persons: tuple[Person, ...] = Field(
        default=(),
        description="Who may do what; with any, nobody else may do anything. Read from the file "
        "only, never from a variable.",
    )
    sudo: bool = Field(
        default=False,
        description="Persons come through sudo to the account that owns this file, which is not "
        "theirs; sudo says who they are. Read from the file only, never from a variable.",
    )

    @field_validator("persons")
    @classmethod
    def _one_account_per_person(cls, persons: tuple[Person, ...]) -> tuple[Person, ...]:
        require_unique(persons)
        return persons

    @field_validator("database")
    @classmethod
    def _no_password(cls, url: str) -> str:
        """Refuse a password: what is in a URL gets into messages and lists of processes."""
        if _PASSWORD.search(url):
            raise ValueError("the password belongs in a file of its own (passfile=…, ~/.pgpass)")
        return url

    @field_validator("inboxes")
    @classmethod
    def _one_inbox_per_folder(cls, inboxes: tuple[Inbox, ...]) -> tuple[Inbox, ...]:
        """Refuse a folder that is named twice: two stations would take from each other."""
        folders = [inbox.folder for inbox in inboxes]
        for folder in folders:
            if folders.count(folder) > 1:
                raise ValueError(f"two inboxes have the folder {folder}")
        return inboxes

    def inbox_of(self, station: str) -> Inbox | None:
        """Give the inbox of a station, also of one that is a sub-folder; None if there is none."""
        for inbox in self.inboxes:
            if inbox.station == station:
                return inbox
        for inbox in self.inboxes:
            if inbox.stations and station.startswith(f"{inbox.station}/"):
                return inbox.model_copy(update={"station": station})
        return None


class Home:
    """A home: the folder with everything that belongs to one installation."""

    def __init__(self, root: Path, settings: Settings) -> None:
        """Know the folders of a home; use `open_home` to read its settings."""
        self.root = root
        self.settings = settings
        self.store = root / "store"
        self.pipelines = root / "pipelines"
        self.trust = root / "trust"
        self.trust_incoming = self.trust / "incoming"
        self.work = root / "work"
        self.services = root / "services"
        self.anchors = root / "anchors"
        self.lock_file = root / "work" / "watch.lock"

    @property
    def database_url(self) -> str:
        """Give the database's SQLAlchemy URL."""
        return self.settings.database or f"sqlite:///{self.root / 'eakte.db'}"

    def with_database(self, url: str) -> Home:
        """Give this home as whoever may use another database, or this one in another role."""
        return Home(self.root, self.settings.model_copy(update={"database": url}))

    def inbox_folder(self, inbox: Inbox) -> Path:
        """Give the absolute folder of an inbox."""
        return self.root / inbox.folder

    def scans_halves(self, station: str) -> bool:
        """Tell whether a station scans one side of the sheets at a time (setting `duplex`)."""
        inbox = self.settings.inbox_of(station)
        return inbox is not None and inbox.duplex

    def verfahrensdokumentation(self) -> Path:
        """Give the file of the Verfahrensdokumentation."""
        return self.root / self.settings.verfahrensdokumentation


def home_path(given: Path | None) -> Path:
    """Tell which folder is meant: the option, else EAKTE_HOME, else ./eakte-home."""
    return (given or Path(os.environ.get("EAKTE_HOME", "eakte-home"))).absolute()


def open_home(given: Path | None) -> Home:
    """Read a home's settings; raises HomeMissingError or ConfigurationError."""
    root = home_path(given)
    file = root / SETTINGS_FILE
    if not file.is_file():
        raise HomeMissingError(path=root)
    _require_own(file)
    return Home(root, read_settings(file))


def _require_own(file: Path) -> None:
    """Refuse settings of somebody else where sudo lent another account: they would rule it."""
    if "SUDO_UID" in os.environ and file.stat().st_uid != os.getuid():
        detail = "through sudo, only a home of the account that sudo gives can be used"
        raise ConfigurationError(path=file, detail=detail)


def read_settings(file: Path) -> Settings:
    """Read and check a settings file; variables of the environment come before it."""
    try:
        with file.open("rb") as source:
            said = tomllib.load(source)
        return Settings.model_validate(_over(said, _variables(os.environ)))
    except ValidationError as problem:
        raise ConfigurationError(path=file, detail=_first_problem(problem)) from None
    except ValueError as problem:
        raise ConfigurationError(path=file, detail=str(problem)) from None


def _variables(environment: Mapping[str, str]) -> dict[str, Any]:
    """Give what variables set: EAKTE_<KEY>, parts joined by two underscores; lists are JSON.

    They say nothing about who may do what: anybody can set a variable.
    """
    found: dict[str, Any] = {}
    for name in sorted(environment):
        first, *rest = name.lower().removeprefix(_PREFIX).split("__")
        mine = name.lower().startswith(_PREFIX) and first in Settings.model_fields
        if mine and first not in _FROM_THE_FILE_ONLY:
            value = _value(environment[name])
            for part in reversed(rest):
                value = {part: value}
            found = _over(found, {first: value})
    return found


def _value(text: str) -> Any:
    """Read lists and tables as JSON; everything else pydantic reads."""
    try:
        return json.loads(text) if text.lstrip()[:1] in {"[", "{"} else text
    except ValueError:
        return text


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Lay tables over tables: what both set, the upper one says."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        if isinstance(under, dict) and isinstance(value, dict):
            merged[key] = _over(under, value)
        else:
            merged[key] = value
    return merged


def _first_problem(problem: ValidationError) -> str:
    first = problem.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}"
