"""PINs of seal keys: read from private files only, and never tried twice if they were refused.

Tokens lock after a few wrong PINs. So a try is written down before it is made, and struck out when
it went well: what stays was refused, or broken off, and is not tried again by any process until
the PIN is another one or somebody clears it. Only a salted scrypt digest of such a PIN is kept.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import hmac
import json
import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from eakte.errors import ConfigurationError, PinRefusedError
from eakte.i18n import N_, _

_CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Where systemd puts the credentials of a service (systemd.exec(5), LoadCredential=)."""
_SCRYPT = {"n": 1 << 14, "r": 8, "p": 1, "dklen": 32}


@dataclass(frozen=True)
class SecretPlace:
    """Where a PIN or an access token is: a file, or a credential of the service; else nowhere."""

    file: Path | None
    credential: str = ""

    @property
    def named(self) -> bool:
        """Tell whether there is such a place at all."""
        return bool(self.credential) or self.file is not None

    def read(self) -> SecretStr:
        """Give what is there, without its line end; raises ConfigurationError."""
        path = self._path()
        try:
            with path.open("rb") as file:
                _require_private(path, os.fstat(file.fileno()), by_system=bool(self.credential))
                secret = file.read().decode().rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as problem:
            detail = getattr(problem, "strerror", None) or _("it is no text")
            raise ConfigurationError(path=path, detail=detail) from None
        if not secret:
            raise ConfigurationError(path=path, detail=_("it is empty"))
        return SecretStr(secret)

    def _path(self) -> Path:
        if not self.credential:
            if self.file is None:
                raise ConfigurationError(path="eakte.toml", detail=_("no PIN file is named"))
            return self.file
        folder = os.environ.get(_CREDENTIALS)
        if folder is None:
            detail = _("{variable} is not set: only a systemd service has credentials")
            raise ConfigurationError(
                path=self.credential, detail=detail.format(variable=_CREDENTIALS)
            )
        return Path(folder) / Path(self.credential).name


def _require_private(path: Path, found: os.stat_result, *, by_system: bool) -> None:
    """Refuse a file that others can read; systemd grants access by ACL, which looks like a group's.

    Raises ConfigurationError.
    """
    forbidden = 0o007 if by_system else 0o077
    if stat.S_IMODE(found.st_mode) & forbidden:
        detail = _("others may read it ({mode}); run: chmod 600 {path}")
        mode = f"{stat.S_IMODE(found.st_mode):04o}"
        raise ConfigurationError(path=path, detail=detail.format(mode=mode, path=path))
    if found.st_uid not in {os.geteuid(), 0}:
        raise ConfigurationError(path=path, detail=_("it belongs to another user"))


class RefusedPins:
    """The memory of refused PINs, in a private folder: one file for each key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._proven: set[bytes] = set()
        self._salt = secrets.token_bytes(32)

    @contextlib.contextmanager
    def attempt(self, reference: str, pin: SecretStr) -> Iterator[None]:
        """Log in within the block, alone on this machine; `reference` names the token.

        Raises PinRefusedError without a try if this PIN was refused before. If the block raises
        PinRefusedError, or the process ends in it, it will be; any other end clears the memory.
        """
        with self._alone():
            note = self._note(reference)
            if _tells_of(note, pin):
                detail = N_("its PIN was refused before")
                raise PinRefusedError(reference=reference, detail=detail)
            name = hmac.digest(
                self._salt, f"{reference}\n{pin.get_secret_value()}".encode(), "sha256"
            )
            if name not in self._proven:
                _write(note, _digest(pin, secrets.token_bytes(16)))
            try:
                yield
            except PinRefusedError:
                self._proven.discard(name)
                _write(note, _digest(pin, secrets.token_bytes(16)))
                raise
            except BaseException:
                note.unlink(missing_ok=True)
                raise
            self._proven.add(name)
            note.unlink(missing_ok=True)

    def clear(self) -> bool:
        """Allow one more try of every refused PIN; tells whether any was forbidden."""
        with self._alone():
            notes = list(self._folder.glob("*.json"))
            for note in notes:
                note.unlink()
            return bool(notes)

    def _note(self, reference: str) -> Path:
        return self._folder / f"{hashlib.sha256(reference.encode()).hexdigest()[:24]}.json"

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _digest(pin: SecretStr, salt: bytes) -> dict[str, str]:
    value = hashlib.scrypt(pin.get_secret_value().encode(), salt=salt, **_SCRYPT)
    return {"salt": salt.hex(), "scrypt": value.hex()}


def _tells_of(note: Path, pin: SecretStr) -> bool:
    """Tell whether the note is about this PIN; one that cannot be read is about every PIN."""
    try:
        kept = json.loads(note.read_text("utf-8"))
        again = _digest(pin, bytes.fromhex(kept["salt"]))
        return hmac.compare_digest(again["scrypt"], str(kept["scrypt"]))
    except FileNotFoundError:
        return False
    except (ValueError, KeyError, TypeError):
        return True


def _write(note: Path, digest: dict[str, str]) -> None:
    """Write it down for good before the try: raises OSError if that cannot be, and none is made."""
    handle = os.open(note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(digest, file)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(note.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
