"""A public key infrastructure for trying eakte out: everything in it says DEMO.

Root CA, issuing CA, and certificates to seal, to time-stamp and to answer OCSP requests, all EC
P-256. The keys of both CAs are thrown away: nobody can issue or revoke anything more. That is why
the root's revocation list holds for ten years, which a real CA must never do.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from eakte.domain.clock import Clock
from eakte.errors import HomeExistsError
from eakte.seal.trust_folder import TrustFolder

DEMO_MARK = "(DEMO, not qualified)"
"""What every organisation in a demo certificate ends with."""

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

_LONGEST_NAME = 64  # X.520 upper bound of O and CN
_DAY = timedelta(days=1)
_YEAR = timedelta(days=365)
_CA_LIFE = 20 * _YEAR
_CRL_LIFE = 10 * _YEAR
_SEAL_LIFE = 3 * _YEAR
_SERVICE_LIFE = 10 * _YEAR
_NOWHERE = "http://ocsp.demo.invalid/"
"""Resolves nowhere (RFC 2606): a demo home answers itself."""


@dataclass(frozen=True)
class _Party:
    """One holder of a key in this infrastructure."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def pem(self) -> bytes:
        return _pem(self.certificate)


@dataclass(frozen=True)
class _Wish:
    """What a certificate shall say."""

    name: str
    life: timedelta
    is_ca: bool = False
    path_length: int | None = None
    purpose: x509.ObjectIdentifier | None = None
    """Its only extended key usage; without one, a certificate that is no CA's is for sealing."""
    ocsp: str = _NOWHERE
    """Address of the service that tells whether it was revoked."""
    crl: str = ""
    """Address of its issuer's revocation list, if it is published."""


_ISSUING = _Wish("DEMO Issuing CA", _CA_LIFE, is_ca=True, path_length=0)
_SERVICES = {
    "seal": _Wish("DEMO Seal", _SEAL_LIFE),
    "tsa": _Wish("DEMO Time-stamp", _SERVICE_LIFE, purpose=ExtendedKeyUsageOID.TIME_STAMPING),
    "ocsp": _Wish("DEMO OCSP", _SERVICE_LIFE, purpose=ExtendedKeyUsageOID.OCSP_SIGNING),
}


def create_demo_trust(
    folder: Path, organisation: str, clock: Clock, seal_key: PublicKey | None = None
) -> None:
    """Make a trust folder whose seals are worth nothing outside a demonstration.

    `seal_key` gets the seal's certificate if its private key is elsewhere; else one is made. All
    files are 0600 and folders 0700; PINs are random. Raises HomeExistsError if something is
    there already: keys are never overwritten.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        start = clock.now() - _DAY
        _write_all(TrustFolder(draft), _demo_name(organisation), start, seal_key)
        draft.rename(folder)  # fails on anything but an empty folder
    except OSError as problem:
        if folder.exists():
            raise HomeExistsError(path=folder) from problem
        raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _demo_name(organisation: str) -> str:
    room = _LONGEST_NAME - len(DEMO_MARK) - 1
    return f"{organisation[:room].strip()} {DEMO_MARK}"


def _write_all(
    layout: TrustFolder, organisation: str, start: datetime, seal_key: PublicKey | None
) -> None:
    root = _issue(_Wish("DEMO Root CA", _CA_LIFE, is_ca=True), organisation, start, None)
    issuing = _issue(_ISSUING, organisation, start, root)
    _write(layout.anchors / "root.pem", root.pem())
    _write(layout.certificates / "issuing.pem", issuing.pem())
    _write(layout.crls / "root.crl", _empty_crl(root, start))
    for name, wish in _SERVICES.items():
        if name == "seal" and seal_key is not None:
            certificate = _certify(wish, organisation, start, issuing, seal_key)
            _write(layout.certificates / "seal.pem", _pem(certificate))
            continue
        party = _issue(wish, organisation, start, issuing)
        _write(layout.certificates / f"{name}.pem", party.pem())
        _write_key(layout, name, party, issuing)


def _issue(wish: _Wish, organisation: str, start: datetime, issuer: _Party | None) -> _Party:
    key = ec.generate_private_key(ec.SECP256R1())
    return _Party(_certify(wish, organisation, start, issuer or key, key.public_key()), key)


def _certify(
    wish: _Wish,
    organisation: str,
    start: datetime,
    issuer: _Party | ec.EllipticCurvePrivateKey,
    key: PublicKey,
) -> x509.Certificate:
    """Certify a public key; an issuer that is a mere key signs itself."""
    signing = issuer.key if isinstance(issuer, _Party) else issuer
    subject = _name(organisation, wish.name)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if isinstance(issuer, _Party) else subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + wish.life)
    )
    for value, critical in _extensions(wish, key, signing):
        builder = builder.add_extension(value, critical=critical)
    return builder.sign(signing, hashes.SHA256())


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _name(organisation: str, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _extensions(
    wish: _Wish, key: PublicKey, issuer: ec.EllipticCurvePrivateKey
) -> Iterable[tuple[x509.ExtensionType, bool]]:
    yield x509.BasicConstraints(ca=wish.is_ca, path_length=wish.path_length), True
    yield _key_usage(wish), True
    if wish.purpose is not None:
        yield x509.ExtendedKeyUsage([wish.purpose]), True
    if wish.purpose == ExtendedKeyUsageOID.OCSP_SIGNING:
        yield x509.OCSPNoCheck(), False
    elif not wish.is_ca:
        yield x509.AuthorityInformationAccess([_ocsp(wish.ocsp)]), False
    if wish.crl:
        yield x509.CRLDistributionPoints([_list(wish.crl)]), False
    yield x509.SubjectKeyIdentifier.from_public_key(key), False
    yield x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), False


def _ocsp(address: str) -> x509.AccessDescription:
    place = x509.UniformResourceIdentifier(address)
    return x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)


def _list(address: str) -> x509.DistributionPoint:
    return x509.DistributionPoint([x509.UniformResourceIdentifier(address)], None, None, None)


def _key_usage(wish: _Wish) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not wish.is_ca,
        content_commitment=not wish.is_ca and wish.purpose is None,
        key_cert_sign=wish.is_ca,
        crl_sign=wish.is_ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _empty_crl(authority: _Party, start: datetime) -> bytes:
    key_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(start)
        .next_update(start + _CRL_LIFE)
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(key_id, critical=False)
    )
    crl = builder.sign(authority.key, hashes.SHA256())
    return crl.public_bytes(serialization.Encoding.DER)


def _write_key(layout: TrustFolder, name: str, party: _Party, issuer: _Party) -> None:
    pin = secrets.token_urlsafe(24)
    bundle = pkcs12.serialize_key_and_certificates(
        name.encode(),
        party.key,
        party.certificate,
        [issuer.certificate],
        serialization.BestAvailableEncryption(pin.encode()),
    )
    _write(layout.key(name), bundle)
    _write(layout.pin(name), f"{pin}\n".encode())


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
