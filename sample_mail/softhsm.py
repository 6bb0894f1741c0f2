"""A SoftHSM2 token made on the fly: the key is made in it and never leaves it.

`softhsm2-util` takes PINs as arguments, where every process can read them: so the token is made
through its PKCS#11 module.
"""

from __future__ import annotations

import ctypes
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pkcs11
from asn1crypto import keys
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pkcs11 import Attribute, KeyType, ObjectClass
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters
from pkcs11.util.rsa import encode_rsa_public_key

MODULES = (Path("/usr/lib/softhsm/libsofthsm2.so"), Path("/usr/lib64/pkcs11/libsofthsm2.so"))
KEY_ID = b"\x01"
FILE = "softhsm2.conf"
CONFIGURATION = "SOFTHSM2_CONF"
"""SoftHSM2 finds its tokens through the file that this variable names."""

_LABEL_LENGTH = 32
_RSA_BITS = 3072


@dataclass(frozen=True)
class SoftToken:
    """A token that was just made."""

    module: Path
    configuration: Path
    label: str
    pin_file: Path


def module() -> Path:
    """Give SoftHSM2's module; raises FileNotFoundError (Debian: apt-get install softhsm2)."""
    found = next((path for path in MODULES if path.is_file()), None)
    if found is None:
        raise FileNotFoundError("SoftHSM2 is not installed: apt-get install softhsm2")
    return found


def make_token(folder: Path, label: str = "eakte") -> SoftToken:
    """Make a token in a private folder (0700) with a random PIN, in a file beside it.

    From then on this process and its children use that folder's tokens.
    """
    tokens = folder / "tokens"
    tokens.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    configuration = folder / FILE
    settings = f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n"
    configuration.write_text(settings, encoding="utf-8")
    os.environ[CONFIGURATION] = str(configuration)
    pin_file = folder / f"{label}.pin"
    pin_file.touch(mode=0o600)
    pin_file.write_text(secrets.token_urlsafe(12) + "\n", encoding="utf-8")
    so_pin = secrets.token_urlsafe(12)
    pkcs11.unload(str(module()))
    _initialise(label, so_pin)
    token = pkcs11.lib(str(module())).get_token(token_label=label)
    with token.open(rw=True, so_pin=so_pin) as session:
        session.init_pin(pin_file.read_text("utf-8").strip())
    return SoftToken(module(), configuration, label, pin_file)


def make_key(
    made: SoftToken, label: str, kind: KeyType = KeyType.EC, key_id: bytes = KEY_ID
) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
    """Make a key pair in the token, EC P-256 or RSA-3072, and give its public key."""
    with _session(made) as session:
        if kind is KeyType.EC:
            curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
            parameters = session.create_domain_parameters(KeyType.EC, curve, local=True)
            public, _private = parameters.generate_keypair(store=True, label=label, id=key_id)
            return _public(encode_ec_public_key(public))
        public, _private = session.generate_keypair(
            KeyType.RSA, _RSA_BITS, store=True, label=label, id=key_id
        )
        plain = keys.RSAPublicKey.load(encode_rsa_public_key(public))
        return _public(keys.PublicKeyInfo.wrap(plain, "rsa").dump())


def put_certificates(
    made: SoftToken, label: str, paths: Iterable[Path], key_id: bytes = KEY_ID
) -> None:
    """Put certificates (PEM) into the token: first the key's, then those of its issuers."""
    with _session(made) as session:
        for number, path in enumerate(paths):
            certificate = x509.load_pem_x509_certificate(path.read_bytes())
            session.create_object(
                {
                    Attribute.CLASS: ObjectClass.CERTIFICATE,
                    Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                    Attribute.TOKEN: True,
                    Attribute.LABEL: label if number == 0 else path.stem,
                    Attribute.ID: key_id if number == 0 else b"",
                    Attribute.SUBJECT: certificate.subject.public_bytes(),
                    Attribute.VALUE: certificate.public_bytes(serialization.Encoding.DER),
                }
            )


def _session(made: SoftToken) -> pkcs11.Session:
    library = pkcs11.lib(str(made.module))
    library.reinitialize()  # whoever is logged in within this process is not any more
    token = library.get_token(token_label=made.label)
    return token.open(rw=True, user_pin=made.pin_file.read_text("utf-8").strip())


def _public(encoded: bytes) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
    public = load_der_public_key(encoded)
    if not isinstance(public, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise TypeError(type(public))
    return public


def _initialise(label: str, so_pin: str) -> None:
    """Call C_InitToken on the free slot, the last one; python-pkcs11 does not have it."""
    library = ctypes.CDLL(str(module()))
    _require(library.C_Initialize(None))
    try:
        count = ctypes.c_ulong()
        _require(library.C_GetSlotList(0, None, ctypes.byref(count)))
        slots = (ctypes.c_ulong * count.value)()
        _require(library.C_GetSlotList(0, slots, ctypes.byref(count)))
        pin, name = so_pin.encode(), label.encode().ljust(_LABEL_LENGTH)
        slot = ctypes.c_ulong(slots[count.value - 1])
        _require(library.C_InitToken(slot, pin, ctypes.c_ulong(len(pin)), name))
    finally:
        _require(library.C_Finalize(None))


def _require(result: int) -> None:
    if result:
        raise OSError(f"SoftHSM2 refused: CKR {result:#x}")
