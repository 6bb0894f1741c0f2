"""The demo's seal key: in a file, in a token (SoftHSM2), or at a signing service (CSC dummy)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from eakte.seal.demo_pki import PublicKey
from sample_mail import csc_service, softhsm

_URL = "EAKTE_SEAL__KEY__URL"
_LABEL = "seal"

Certify = Callable[[Path, PublicKey | None], tuple[Path, Path]]
"""Makes a home's trust folder anew, around a public key or one of its own in a file; gives its
certificate and the issuer's."""


class KeyKind(StrEnum):
    """Where the demo's seal key is."""

    FILE = "file"
    HSM = "hsm"
    CSC = "csc"


@contextmanager
def place_of(home: Path, kind: KeyKind) -> Iterator[None]:
    """Let this process and its children reach the key, which `prepare` put there."""
    variable = os.environ.copy()
    try:
        with contextlib.ExitStack() as stack:
            if kind is KeyKind.HSM:
                os.environ[softhsm.CONFIGURATION] = str(home / "hsm" / softhsm.FILE)
            if kind is KeyKind.CSC:
                os.environ[_URL] = stack.enter_context(csc_service.running(home / "csc"))
            yield
    finally:
        for name in (softhsm.CONFIGURATION, _URL):
            os.environ.pop(name, None)
            if name in variable:
                os.environ[name] = variable[name]


def prepare(home: Path, kind: KeyKind, certify: Certify) -> None:
    """Give a new home, in which nothing is sealed yet, a key of that kind instead of its own."""
    if kind is KeyKind.FILE:
        certify(home, None)
    if kind is KeyKind.HSM:
        token = softhsm.make_token(home / "hsm")
        certificates = certify(home, softhsm.make_key(token, _LABEL))
        softhsm.put_certificates(token, _LABEL, certificates)
        _set(
            home,
            kind="pkcs11",
            module=str(token.module),
            token=token.label,
            key=_LABEL,
            pin_file=str(token.pin_file.relative_to(home)),
        )
    if kind is KeyKind.CSC:
        folder = home / "csc"
        csc_service.put_certificates(folder, *certify(home, csc_service.make_key(folder)))
        pin = folder / "csc.pin"
        pin.touch(mode=0o600)
        pin.write_text("4711-for-the-demo\n", encoding="utf-8")
        _set(
            home,
            kind="csc",
            url="http://127.0.0.1",
            credential=csc_service.CREDENTIAL,
            pin_file=str(pin.relative_to(home)),
        )


def _set(home: Path, **settings: str) -> None:
    lines = ["", "[seal.key]", *(f'{name} = "{value}"' for name, value in settings.items())]
    with (home / "eakte.toml").open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
