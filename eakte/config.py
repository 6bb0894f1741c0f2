"""Settings of a home: eakte.toml, overridden by EAKTE_* variables; unknown keys are refused."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from eakte.domain.numbering import DEFAULT, Numbering
from eakte.domain.persons import Person, require_unique
from eakte.errors import ConfigurationError, HomeMissingError

SETTINGS_FILE = "eakte.toml"
_FROM_THE_FILE_ONLY = frozenset({"persons", "sudo"})
_PASSWORD = re.compile(r"^[^?]*://[^/?@]*:[^/?]*@|[?&]password=")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Inbox(_Section):
    """A watched folder: where scans of one station arrive, and which pipeline takes them."""

    folder: Path = Field(description="The folder, relative to the home unless absolute.")
    station: str = Field(description="Name of the scanning station; it stands in every record.")
    pipeline: str = Field(default="posteingang", description="Name of a file in pipelines/.")
    stations: bool = Field(
        default=False,
        description="Each sub-folder is a station of its own, named `station/sub-folder`.",
    )
    duplex: bool = Field(
        default=False,
        description="Its scanner gives the sides of a batch one by one: odd pages, then even ones.",
    )


class Watching(_Section):
    """How the inboxes are watched; all times in seconds."""

    settle_seconds: float = Field(
        default=2.0, ge=0, description="A file is whole when size and time stood still this long."
    )
    grace_seconds: float = Field(
        default=10.0, ge=0, description="A taken file stays this long, for writers that pause."
    )
    rescan_seconds: float = Field(
        default=5.0, gt=0, description="A full rescan happens at least this often."
    )
    reserve_mb: int = Field(
        default=1024, ge=0, description="With less free space (MB) nothing new is taken in."
    )
    duplex_hours: float = Field(
        default=24.0,
        gt=0,
        description="One half of a duplex batch waits this long for the other one.",
    )


class Reading(_Section):
    """Limits of OCR."""

    workers: int = Field(
        default=0,
        ge=0,
        description="So many steps read, convert, check or seal at once; 0: one per core.",
    )
    page_seconds: float = Field(default=120.0, gt=0, description="Time limit for one page.")
    page_memory_mb: int = Field(default=1500, ge=200, description="Memory limit for one page.")


class Archive(_Section):
    """How archive copies are made and judged."""

    verapdf: str = Field(
        default="auto",
        min_length=1,
        description="veraPDF confirms archive copies: auto (if on PATH), off, or its path.",
    )


class Quality(_Section):
    """How samples are drawn, and when a batch is complete."""

    sample_rate: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Share of letters drawn as samples in place of all other rates; 1: all.",
    )
    sample_seed: str = Field(
        default="",
        description="Seed of every sample, for demos; empty: the root of the audit log.",
    )
    batch_letters: int = Field(
        default=50, ge=1, description="A batch ends with so many letters at the latest."
    )
    batch_minutes: float = Field(
        default=60.0, gt=0, description="A batch ends after so many minutes at the latest."
    )


class Records(_Section):
    """How Akten are named."""

    aktenzeichen: str = Field(
        default=DEFAULT,
        description="How Aktenzeichen are built: {office}, {unit}, {year}, and {number} once.",
    )

    @field_validator("aktenzeichen")
    @classmethod
    def _usable(cls, pattern: str) -> str:
        """Refuse a pattern that would not give each Akte a name of its own."""
        return Numbering(pattern).pattern


class TrustedListSource(_Section):
    """An EU trusted list (ETSI TS 119 612), or the list of lists, and who may sign it."""

    source: str = Field(description="A file (relative to the home) or an http(s) address.")
    signers: tuple[Path, ...] = Field(
        min_length=1, description="PEM files of those who may sign it, relative to the home."
    )
    territories: tuple[str, ...] = Field(
        default=(), description="Of a list of lists: whose lists to follow, as in `DE`."
    )


class Tsa(_Section):
    """A time-stamp authority on the network (RFC 3161 over HTTP)."""

    url: str = Field(pattern=r"^https?://\S+$", description="Where it answers; http or https.")
    name: str = Field(default="", description="Its name in messages; empty: its address.")
    certificate: Path | None = Field(
        default=None,
        description="PEM file: one of its certificates must be in the chain of every time-stamp.",
    )
    policy: str = Field(
        default="",
        pattern=r"^(\d+(\.\d+)+)?$",
        description="Object identifier of the policy that every time-stamp must name.",
    )
    credentials: Path | None = Field(
        default=None, description="File of mode 0600 with one line `user:password`."
    )
    per_minute: int = Field(default=0, ge=0, description="So many requests a minute; 0: no limit.")
    timeout_seconds: float = Field(default=10.0, gt=0, description="Time limit for an answer.")
    retry_seconds: float = Field(
        default=2.0, gt=0, description="First pause after a failure; it doubles, up to 5 minutes."
    )


class _HeldKey(_Section):
    """Where the PIN of a key is; the PIN itself never stands in a settings file."""

    pin_file: Path | None = Field(
        default=None, description="File with the PIN (mode 0600), relative to the home."
    )
    pin_credential: str = Field(
        default="",
        description="Name of a credential of the systemd service that holds the PIN, instead.",
    )


class FileKey(_HeldKey):
    """A seal key in a PKCS#12 file, for trying out and for small offices."""

    kind: Literal["pkcs12"] = "pkcs12"
    file: Path = Field(
        default=Path("trust/keys/seal.p12"), description="The file, relative to the home."
    )
    pin_file: Path | None = Field(
        default=Path("trust/keys/seal.pin"),
        description="File with the PIN (mode 0600), relative to the home.",
    )


class TokenKey(_HeldKey):
    """A seal key in a PKCS#11 token: an HSM or a smart card."""

    kind: Literal["pkcs11"]
    module: Path = Field(description="The vendor's PKCS#11 module (a shared library).")
    token: str = Field(default="", description="Label of the token.")
    serial: str = Field(default="", description="Serial number of the token.")
    key: str = Field(default="", description="Label of the private key.")
    key_id: str = Field(
        default="", pattern="^([0-9a-fA-F]{2})*$", description="CKA_ID of the key, hexadecimal."
    )
    certificate: Path | None = Field(
        default=None,
        description="The certificate (PEM), if it is not on the token; relative to the home.",
    )
    rsa_padding: Literal["pss", "pkcs1"] = Field(
        default="pss", description="For RSA keys: PSS, or PKCS#1 v1.5 where a token lacks PSS."
    )


class RemoteKey(_HeldKey):
    """A seal key at a remote signing service (CSC API v1)."""

    kind: Literal["csc"]
    url: str = Field(description="Address of the service, up to before /csc/v1.")
    credential: str = Field(description="The credentialID of the key.")
    token_file: Path | None = Field(
        default=None, description="File with the bearer token (mode 0600), relative to the home."
    )
    token_credential: str = Field(
        default="", description="Name of a systemd credential that holds the token, instead."
    )
    batch_letters: int = Field(
        default=10, ge=1, description="So many seals share one authorisation at most."
    )
    batch_seconds: float = Field(
        default=0.2, ge=0, description="A seal waits this long for others to share it with."
    )
    timeout_seconds: float = Field(
        default=30.0, gt=0, description="Time limit for one request to the service."
    )


SealKeySettings = Annotated[FileKey | TokenKey | RemoteKey, Field(discriminator="kind")]


class Seal(_Section):
    """With what is sealed."""

    key: SealKeySettings = Field(
        default=FileKey(), description="The seal key: kind pkcs12, pkcs11 or csc, and its place."
    )


class Settings(BaseSettings):
    """Everything an operator may set."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="EAKTE_", env_nested_delimiter="__"
    )

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

    records: Records = Field(default=Records(), description="How Akten are named.")

    trusted_lists: tuple[TrustedListSource, ...] = Field(
        default=(), description="Trusted lists, which say what is qualified."
    )

    tsa: tuple[Tsa, ...] = Field(
        default=(),
        description="Time-stamp authorities, the preferred one first; none: the demo's own.",
    )

    seal: Seal = Field(default=Seal(), description="The seal key and where its PIN is.")

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

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take environment variables before the file, and nothing else."""
        del env_settings, dotenv_settings, file_secret_settings
        toml_file = settings_cls.model_config.get("toml_file")
        variables = _Variables(settings_cls)
        return init_settings, variables, TomlConfigSettingsSource(settings_cls, toml_file)


class _Variables(EnvSettingsSource):
    """The environment, which says nothing about who may do what: anybody can set a variable."""

    def __call__(self) -> dict[str, Any]:
        """Give what variables set; whatever they say of persons is passed over."""
        found = super().__call__()
        return {name: each for name, each in found.items() if name not in _FROM_THE_FILE_ONLY}


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
    """Read and check a settings file with the environment's overrides."""

    class _FileSettings(Settings):
        model_config = SettingsConfigDict(toml_file=file)

    try:
        return _FileSettings()  # type: ignore[call-arg]  # its values come from the file
    except ValidationError as problem:
        raise ConfigurationError(path=file, detail=_first_problem(problem)) from None
    except ValueError as problem:
        raise ConfigurationError(path=file, detail=str(problem)) from None


def _first_problem(problem: ValidationError) -> str:
    first = problem.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}"
