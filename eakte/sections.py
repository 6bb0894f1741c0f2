"""The tables of eakte.toml, each with what may stand in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from eakte.domain.numbering import DEFAULT, Numbering


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


class Evidence(_Section):
    """How evidence records are made."""

    every_hours: float = Field(
        default=24.0,
        ge=0,
        description="`watch` makes evidence records so often; 0: only the command does.",
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
