"""Seal keys: a port, and a key in a PKCS#12 file.

Other keys plug in at `SealKey`: `token_key` (HSM, smart card), `remote_key` (a signing service).
RSA signs with PSS: PKCS#1 v1.5 ends with 2028 (ETSI TS 119 312). ECDSA P-256 is the better choice.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Protocol

from asn1crypto import algos
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from eakte.errors import ConfigurationError
from eakte.i18n import _
from eakte.seal.links import chain_of, registry_of
from eakte.seal.pins import SecretPlace
from eakte.seal.trust_folder import TrustFolder

_DIGEST = "sha256"
_SALT = 32
"""Length of a PSS salt: that of the digest (RFC 4055 §3.1), which every token can do."""


class SealKey(Protocol):
    """Port: a private key with its certificate, wherever it lives."""

    networked: bool
    """Signing waits for a service on the network."""

    @property
    def reference(self) -> str:
        """Name the key: a path, or a token or credential; never with a secret."""
        ...

    @property
    def certificate(self) -> asn1_x509.Certificate:
        """Give the certificate whose key signs."""
        ...

    @property
    def chain(self) -> tuple[asn1_x509.Certificate, ...]:
        """Give the issuers, from the nearest on, as far as they are known."""
        ...

    def signer(self) -> Signer:
        """Give pyHanko's view of the key; asked once, used for every seal, from many threads."""
        ...


class Pkcs12SealKey:
    """A key in a PKCS#12 file, opened once and held."""

    networked = False

    def __init__(self, path: Path, pin: str) -> None:
        """Open the file; raises ConfigurationError if file or PIN are wrong."""
        self.key, self.certificate, known = _open(path, pin)
        self.reference = f"pkcs12:{path}"
        self.chain = chain_of(self.certificate, known)
        self._signer = LoadedKeySigner(self.key, self.certificate, self.chain)

    @classmethod
    def of(cls, folder: TrustFolder, name: str) -> Pkcs12SealKey:
        """Open a key of a trust folder with the PIN beside it; raises ConfigurationError."""
        pin = SecretPlace(folder.pin(name)).read()
        return cls(folder.key(name), pin.get_secret_value())

    def signer(self) -> Signer:
        """Give the signer that holds the key."""
        return self._signer


PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class LoadedKeySigner(Signer):
    """Sign with a key object in memory; pyHanko's SimpleSigner parses its key for every seal."""

    def __init__(
        self,
        key: PrivateKey,
        certificate: asn1_x509.Certificate,
        chain: tuple[asn1_x509.Certificate, ...],
    ) -> None:
        self._key = key
        super().__init__(
            signing_cert=certificate,
            cert_registry=registry_of(certificate, chain),
            signature_mechanism=mechanism_of(certificate),
        )

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


def mechanism_of(
    certificate: asn1_x509.Certificate, *, prefer_pss: bool = True
) -> algos.SignedDigestAlgorithm:
    """Give how a certificate's key signs SHA-256 digests: ECDSA, or RSA with PSS unless unwanted.

    Raises ConfigurationError for another kind of key.
    """
    kind = certificate.public_key.algorithm
    if kind == "ec":
        return algos.SignedDigestAlgorithm({"algorithm": f"{_DIGEST}_ecdsa"})
    if kind != "rsa":
        detail = _("keys of kind {kind} are not supported, only EC and RSA").format(kind=kind)
        raise ConfigurationError(path=certificate.subject.human_friendly, detail=detail)
    if not prefer_pss:
        return algos.SignedDigestAlgorithm({"algorithm": f"{_DIGEST}_rsa"})
    digest = {"algorithm": _DIGEST}
    masked = {"algorithm": "mgf1", "parameters": algos.DigestAlgorithm(digest)}
    parameters = {
        "hash_algorithm": algos.DigestAlgorithm(digest),
        "mask_gen_algorithm": algos.MaskGenAlgorithm(masked),
        "salt_length": _SALT,
    }
    return algos.SignedDigestAlgorithm(
        {"algorithm": "rsassa_pss", "parameters": algos.RSASSAPSSParams(parameters)}
    )


def sign_with(key: PrivateKey, data: bytes, digest_algorithm: str) -> bytes:
    """Sign data with ECDSA, or with RSA and PSS."""
    digest = get_pyca_cryptography_hash(digest_algorithm)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(digest))
    return key.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), _SALT), digest)


_Opened = tuple[PrivateKey, asn1_x509.Certificate, list[asn1_x509.Certificate]]


def _open(path: Path, pin: str) -> _Opened:
    try:
        key, certificate, chain = pkcs12.load_key_and_certificates(path.read_bytes(), pin.encode())
    except (OSError, ValueError) as problem:
        raise ConfigurationError(path=path, detail=problem) from problem
    if certificate is None or not isinstance(key, PrivateKey):
        detail = _("it holds no EC or RSA key with its certificate")
        raise ConfigurationError(path=path, detail=detail)
    return key, as_asn1(certificate), [as_asn1(link) for link in chain]


def as_text(certificate: asn1_x509.Certificate) -> str:
    """Give a certificate (DER) in Base64, to be kept in JSON."""
    return base64.b64encode(certificate.dump()).decode()


def as_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """Give a certificate of `cryptography` in the type that pyHanko works with."""
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
