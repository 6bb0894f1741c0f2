"""Files that must not be taken as they are: encrypted, cut off, or signed by their sender.

Encrypting and signing use fresh random numbers: these two files differ in bytes from run to run,
their pages do not.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.keys.internal import (
    translate_pyca_cryptography_cert_to_asn1,
    translate_pyca_cryptography_key_to_asn1,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko_certvalidator.registry import SimpleCertificateStore

PASSWORD = "geheim-2026"  # noqa: S105 - the sample's, written in its expected.toml
_CUT_AT = 0.6
_ISSUED = datetime(2026, 1, 2, tzinfo=UTC)


def encrypted(pdf: bytes) -> bytes:
    """The PDF under AES-256, to be opened only with `PASSWORD`."""
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        guard = pikepdf.Encryption(user=PASSWORD, owner=PASSWORD, R=6)
        document.save(buffer, encryption=guard)
    return buffer.getvalue()


def truncated(pdf: bytes) -> bytes:
    """The first 60 % of the bytes, as a broken transfer leaves them."""
    return pdf[: int(len(pdf) * _CUT_AT)]


def _throw_away_signer(name: str) -> SimpleSigner:
    """A signer whose key is forgotten afterwards; its certificate is its own issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(2026_0037)
        .not_valid_before(_ISSUED)
        .not_valid_after(_ISSUED + timedelta(days=730))
        .sign(key, hashes.SHA256())
    )
    return SimpleSigner(
        signing_cert=translate_pyca_cryptography_cert_to_asn1(certificate),
        signing_key=translate_pyca_cryptography_key_to_asn1(key),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )


def signed(pdf: bytes, name: str) -> bytes:
    """The PDF with an invisible signature in the sender's name."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    meta = PdfSignatureMetadata(field_name="Signatur1", md_algorithm="sha256")
    signer = _throw_away_signer(name)
    return bytes(sign_pdf(writer, meta, signer=signer).getvalue())
