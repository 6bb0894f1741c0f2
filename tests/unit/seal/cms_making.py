"""What the tests about CMS signatures are made of: a small PKI that can revoke, and signatures."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace

from asn1crypto import algos, cms, core, tsp
from asn1crypto.crl import CertificateList
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.general import as_signing_certificate_v2

from eakte.domain.clock import FixedClock
from eakte.seal.keys import as_asn1
from eakte.seal.timestamp import DemoTimestampAuthority

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
CONTENT = b"Hiermit erheben wir Klage.\r\n" * 20
_HASHES = {"sha256": hashes.SHA256(), "sha1": hashes.SHA1(), "md5": hashes.MD5()}  # noqa: S303


@dataclass(frozen=True)
class Party:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

    @property
    def asn1(self):
        return as_asn1(self.certificate)


@cache
def key(kind: str = "ec"):
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1())


def issue(name, issuer=None, *, kind="ec", life=(NOW - 400 * DAY, NOW + 400 * DAY), tsa=False):
    """A certificate: of a CA without an issuer, else of a signer or a time-stamp authority."""
    own = key("rsa") if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    authority = issuer is None
    usage = x509.KeyUsage(
        digital_signature=not authority, content_commitment=not authority,
        key_cert_sign=authority, crl_sign=authority, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    parent = issuer.key if issuer else own
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(life[0])
        .not_valid_after(life[1])
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(parent.public_key()), critical=False
        )
    )
    if not authority:
        point = x509.DistributionPoint(
            [x509.UniformResourceIdentifier("http://crl.invalid/")], None, None, None
        )
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    if tsa:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(purpose, critical=True)
    return Party(builder.sign(parent, hashes.SHA256()), own)


def crl(authority, made=NOW - timedelta(minutes=5), *, revoked=(), life=7 * DAY):
    """A revocation list (DER); `revoked` holds pairs of party and moment."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(made)
        .next_update(made + life)
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()),
            critical=False,
        )
    )
    for party, since in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(party.certificate.serial_number)
        builder = builder.add_revoked_certificate(entry.revocation_date(since).build())
    return builder.sign(authority.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def anchors(folder: Path, *parties: Party) -> Path:
    """A folder of PEM anchors."""
    target = folder / "anchors"
    target.mkdir(parents=True, exist_ok=True)
    for number, party in enumerate(parties):
        pem = party.certificate.public_bytes(serialization.Encoding.PEM)
        (target / f"{number}.pem").write_bytes(pem)
    return target


@dataclass(frozen=True)
class Wish:
    """What a signature shall be like."""

    signer: Party
    digest: str = "sha256"
    named: Party | None = field(default=None)
    """Whom the signing-certificate attribute names; None: the signer."""
    attribute: bool = True
    stamp: tuple[Party, datetime] | None = None
    kind: str = "data"
    claimed: datetime = NOW
    reverse: bool = False
    """The attributes stand in another order than was signed."""


def sign(wish: Wish, content: bytes = CONTENT) -> cms.SignerInfo:
    """One signature over content."""
    attributes = _attributes(wish, content)
    signed = cms.CMSAttributes(attributes).dump()
    info = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number",
                cms.IssuerAndSerialNumber(
                    {
                        "issuer": wish.signer.asn1.issuer,
                        "serial_number": wish.signer.asn1.serial_number,
                    }
                ),
            ),
            "digest_algorithm": {"algorithm": wish.digest},
            "signed_attrs": cms.CMSAttributes(attributes[::-1] if wish.reverse else attributes),
            **value_of(wish.signer, wish.digest, signed),
        }
    )
    if wish.stamp:
        info["unsigned_attrs"] = [_stamp(info, *wish.stamp)]
    return info


def value_of(signer: Party, digest: str, signed: bytes) -> dict:
    """Signature algorithm and value over bytes."""
    if isinstance(signer.key, rsa.RSAPrivateKey):
        value = signer.key.sign(signed, padding.PKCS1v15(), _HASHES[digest])
        return {"signature_algorithm": {"algorithm": f"{digest}_rsa"}, "signature": value}
    value = signer.key.sign(signed, ec.ECDSA(_HASHES[digest]))
    return {"signature_algorithm": {"algorithm": f"{digest}_ecdsa"}, "signature": value}


def _attributes(wish, content):
    found = [
        attribute("content_type", wish.kind),
        attribute("message_digest", hashlib.new(wish.digest, content).digest()),
        attribute("signing_time", cms.Time({"utc_time": core.UTCTime(wish.claimed)})),
    ]
    if wish.attribute:
        named = (wish.named or wish.signer).asn1
        found.append(attribute("signing_certificate_v2", as_signing_certificate_v2(named)))
    return sorted(found, key=lambda item: item.dump())


def attribute(kind, value):
    return cms.CMSAttribute({"type": cms.CMSAttributeType(kind), "values": (value,)})


def _stamp(info, authority, moment):
    tsa = DemoTimestampAuthority(
        SimpleNamespace(certificate=authority.asn1, key=authority.key), FixedClock(moment)
    )
    imprint = {
        "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
        "hashed_message": hashlib.sha256(info["signature"].native).digest(),
    }
    request = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "cert_req": True})
    token = tsp.TimeStampResp.load(tsa.answer(request.dump()))["time_stamp_token"]
    return attribute("signature_time_stamp_token", token)


def signature(infos, certificates, lists=(), content=None, kind="data") -> bytes:
    """A CMS file (DER) of signatures, certificates and revocation lists."""
    names = {info["digest_algorithm"]["algorithm"].native for info in infos}
    encapsulated = {"content_type": kind}
    if content is not None:
        encapsulated["content"] = content
    signed = {
        "version": "v1" if kind == "data" else "v3",
        "digest_algorithms": [{"algorithm": name} for name in sorted(names)],
        "encap_content_info": encapsulated,
        "certificates": [party.asn1 for party in certificates],
        "signer_infos": infos,
    }
    if lists:
        signed["crls"] = [
            cms.RevocationInfoChoice("crl", CertificateList.load(one)) for one in lists
        ]
    return cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()
