"""PINs come from private files, and one that was refused is not shown again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from eakte.errors import ConfigurationError, PinRefusedError
from eakte.seal.pins import RefusedPins, SecretPlace

_PIN = SecretStr("4711")


def _private(path: Path, content: bytes = b"4711\n") -> Path:
    path.write_bytes(content)
    path.chmod(0o600)
    return path


def test_a_pin_comes_from_a_private_file_only(tmp_path: Path) -> None:
    file = _private(tmp_path / "pin")
    assert SecretPlace(file).read().get_secret_value() == "4711"
    assert "4711" not in repr(SecretPlace(file).read())
    file.chmod(0o640)
    with pytest.raises(ConfigurationError, match=r"others may read it \(0640\); run: chmod 600"):
        SecretPlace(file).read()
    for content, told in ((b"\n", "it is empty"), (b"\xff", "it is no text")):
        with pytest.raises(ConfigurationError, match=told):
            SecretPlace(_private(tmp_path / "other", content)).read()
    with pytest.raises(ConfigurationError, match="No such file"):
        SecretPlace(tmp_path / "missing").read()
    with pytest.raises(ConfigurationError, match="no PIN file is named"):
        SecretPlace(None).read()


def test_a_pin_of_another_user_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = _private(tmp_path / "pin")
    if os.geteuid() == 0:
        os.chown(file, 65534, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 65534)
    with pytest.raises(ConfigurationError, match="it belongs to another user"):
        SecretPlace(file).read()


def test_a_pin_comes_from_the_credentials_of_a_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """systemd.exec(5): the folder that CREDENTIALS_DIRECTORY names, readable by ACL (0440)."""
    place = SecretPlace(None, "seal-pin")
    with pytest.raises(ConfigurationError, match="CREDENTIALS_DIRECTORY is not set"):
        place.read()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    _private(tmp_path / "seal-pin").chmod(0o440)
    assert place.read().get_secret_value() == "4711"
    assert SecretPlace(None, "../seal-pin").read() == place.read()
    (tmp_path / "seal-pin").chmod(0o444)
    with pytest.raises(ConfigurationError, match="others may read it"):
        place.read()


def _try(pins: RefusedPins, problem: Exception | None = None, pin: SecretStr = _PIN) -> None:
    with pins.attempt("token", pin):
        if problem:
            raise problem


def test_only_a_refusal_is_remembered(tmp_path: Path) -> None:
    """By process and by disk; a broken connection says nothing about the PIN."""
    pins, refusal = RefusedPins(tmp_path / "refused"), PinRefusedError(reference="t", detail="no")
    _try(pins)
    with pytest.raises(OSError, match="gone"):
        _try(pins, OSError("gone"))
    _try(pins)
    for where in (pins, RefusedPins(tmp_path / "new")):
        with pytest.raises(PinRefusedError, match="no"):
            _try(where, refusal)
    for again in (pins, RefusedPins(tmp_path / "refused"), RefusedPins(tmp_path / "new")):
        with pytest.raises(PinRefusedError, match="refused before"):
            _try(again)
    _try(pins, pin=SecretStr("0815"))
    _try(pins)


def test_a_try_that_killed_the_process_is_not_repeated(tmp_path: Path) -> None:
    """Written down before it is made: a crash in the module must not become a loop of tries."""
    pins = RefusedPins(tmp_path)
    child = os.fork()
    if child == 0:
        with pins.attempt("token", _PIN):
            os._exit(9)
    os.waitpid(child, 0)
    with pytest.raises(PinRefusedError):
        _try(pins)
    assert pins.clear()
    _try(pins)


def test_without_a_place_to_remember_nothing_is_tried(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    tried = []
    with (
        pytest.raises(OSError, match=r"Not a directory|File exists"),
        RefusedPins(tmp_path / "file").attempt("token", _PIN),
    ):
        tried.append(1)
    assert tried == []


def test_a_note_that_cannot_be_read_forbids(tmp_path: Path) -> None:
    pins = RefusedPins(tmp_path)
    with pytest.raises(PinRefusedError):
        _try(pins, PinRefusedError(reference="t", detail="no"))
    for note in tmp_path.glob("*.json"):
        note.write_text("{")
    with pytest.raises(PinRefusedError, match="refused before"):
        _try(pins, pin=SecretStr("0815"))
