"""Opens the seal key that the settings name."""

from __future__ import annotations

from pathlib import Path

from eakte.config import FileKey, Home, RemoteKey, TokenKey
from eakte.seal.keys import Pkcs12SealKey, SealKey
from eakte.seal.pins import RefusedPins, SecretPlace
from eakte.seal.trust import load_certificates
from eakte.seal.trust_folder import TrustFolder


def open_key(home: Home) -> SealKey:
    """Open the key of a home, without a signature.

    Raises ConfigurationError, KeyUnavailableError, or PinRefusedError.
    """
    key = home.settings.seal.key
    pin = _place(home.root, key.pin_file, key.pin_credential)
    if isinstance(key, FileKey):
        return Pkcs12SealKey(home.root / key.file, pin.read().get_secret_value())
    if isinstance(key, TokenKey):
        return _token_key(home, key, pin)
    return _remote_key(home, key, pin)


def refused_pins(home: Home) -> RefusedPins:
    """Give the home's memory of refused PINs."""
    return RefusedPins(home.trust / "refused")


def _token_key(home: Home, key: TokenKey, pin: SecretPlace) -> SealKey:
    from eakte.seal.token_key import TokenPlace, TokenSealKey  # noqa: PLC0415 - only who has one

    folder = TrustFolder(home.trust).certificates
    known = list(load_certificates(folder)) if folder.is_dir() else []
    place = TokenPlace(
        module=key.module,
        token=key.token,
        serial=key.serial,
        key=key.key,
        key_id=bytes.fromhex(key.key_id),
        prefer_pss=key.rsa_padding == "pss",
    )
    given = None
    if key.certificate is not None:
        given, *others = load_certificates(home.root / key.certificate)
        known = [*others, *known]
    return TokenSealKey(place, pin, refused_pins(home), known, given)


def _remote_key(home: Home, key: RemoteKey, pin: SecretPlace) -> SealKey:
    from eakte.seal.remote_key import RemotePlace, RemoteSealKey  # noqa: PLC0415 - as above

    place = RemotePlace(
        url=key.url,
        credential=key.credential,
        batch_letters=key.batch_letters,
        batch_seconds=key.batch_seconds,
        timeout_seconds=key.timeout_seconds,
    )
    token = _place(home.root, key.token_file, key.token_credential)
    return RemoteSealKey(place, pin, token, refused_pins(home))


def _place(root: Path, file: Path | None, credential: str) -> SecretPlace:
    return SecretPlace(None if file is None else root / file, credential)
