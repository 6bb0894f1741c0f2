"""Seal keys: a port, and an EC key in a PKCS#12 file.

A smart card or a signing service plugs in at `SealKey`. RSA is left out on purpose: PKCS#1 v1.5
ends with 2028 (ETSI TS 119 312) while ECDSA P-256 has no end date.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Protocol

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from eakte.errors import ConfigurationError
from eakte.i18n import _
from eakte.seal.trust_folder import TrustFolder


class SealKey(Protocol):
    """Port: a private key with its certificate, wherever it lives."""

    def signer(self) -> Signer:
        """Give pyHanko's view of the key; asked once, used for every seal."""
        ...


class Pkcs12SealKey:
    """A key in a PKCS#12 file, opened once and held."""

    def __init__(self, path: Path, pin: str) -> None:
        """Open the file; raises ConfigurationError if file or PIN are wrong."""
        self.key, self.certificate, chain = _open(path, pin)
        self._signer = LoadedKeySigner(self.key, self.certificate, chain)

    @classmethod
    def of(cls, folder: TrustFolder, name: str) -> Pkcs12SealKey:
        """Open a key of a trust folder with the PIN beside it; raises ConfigurationError."""
        try:
            pin = folder.pin(name).read_text(encoding="utf-8").strip()
        except OSError as problem:
            raise ConfigurationError(path=folder.pin(name), detail=problem) from problem
        return cls(folder.key(name), pin)

    def signer(self) -> Signer:
        """Give the signer that holds the key."""
        return self._signer


class LoadedKeySigner(Signer):
    """Sign with a key object in memory; pyHanko's SimpleSigner parses its key for every seal."""

    def __init__(
        self,
        key: ec.EllipticCurvePrivateKey,
        certificate: asn1_x509.Certificate,
        chain: list[asn1_x509.Certificate],
    ) -> None:
        self._key = key
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple([certificate, *chain])
        super().__init__(signing_cert=certificate, cert_registry=store)

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002 - pyHanko's signature
    ) -> bytes:
        """Give the signature value over data; in a dry run, zeros of the greatest length."""
        if dry_run:
            return bytes((self._key.key_size + 7) // 8 * 2 + 16)
        return sign_with(self._key, data, digest_algorithm)


def sign_with(key: ec.EllipticCurvePrivateKey, data: bytes, digest_algorithm: str) -> bytes:
    """Sign data with ECDSA."""
    return key.sign(data, ec.ECDSA(get_pyca_cryptography_hash(digest_algorithm)))


_Opened = tuple[ec.EllipticCurvePrivateKey, asn1_x509.Certificate, list[asn1_x509.Certificate]]


def _open(path: Path, pin: str) -> _Opened:
    try:
        key, certificate, chain = pkcs12.load_key_and_certificates(path.read_bytes(), pin.encode())
    except (OSError, ValueError) as problem:
        raise ConfigurationError(path=path, detail=problem) from problem
    if certificate is None or not isinstance(key, ec.EllipticCurvePrivateKey):
        detail = _("it holds no EC key with its certificate")
        raise ConfigurationError(path=path, detail=detail)
    return key, as_asn1(certificate), [as_asn1(link) for link in chain]


def as_text(certificate: asn1_x509.Certificate) -> str:
    """Give a certificate (DER) in Base64, to be kept in JSON."""
    return base64.b64encode(certificate.dump()).decode()


def as_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """Give a certificate of `cryptography` in the type that pyHanko works with."""
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
