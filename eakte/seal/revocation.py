"""Revocation data that goes into a seal: a port, and the demo's own OCSP responder.

The lists and answers of a CA on the network are fetched; that plugs in at `RevocationSource`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from asn1crypto import ocsp, x509
from cryptography.x509 import load_pem_x509_certificate

from eakte.domain.clock import Clock
from eakte.errors import ConfigurationError
from eakte.seal.keys import Pkcs12SealKey, as_asn1, sign_with
from eakte.seal.trust_folder import TrustFolder

_ANSWER_LIFE = timedelta(days=3650)
_ANSWER_AGE = timedelta(seconds=30)


@dataclass(frozen=True)
class RevocationData:
    """What proves that no certificate of our chains was revoked; all DER."""

    lists: list[bytes]
    answers: list[bytes]
    """OCSP responses. pyHanko needs them, not lists, for seal and time-stamp certificates: it
    cannot use a CA's own list to validate a signature in the past."""

    def __add__(self, other: RevocationData) -> RevocationData:
        """Give both, each item once."""
        lists, answers = self.lists + other.lists, self.answers + other.answers
        return RevocationData(list(dict.fromkeys(lists)), list(dict.fromkeys(answers)))


class RevocationSource(Protocol):
    """Port: whoever tells which certificates were revoked."""

    networked: bool
    """Asked over the network."""

    def collect(self, ends: Sequence[x509.Certificate]) -> RevocationData:
        """Give the present state of all certificates in the chains of these.

        Raises SealDelayedError if it cannot be learned now, SealFailedError if one was revoked.
        """
        ...


class DemoRevocation:
    """Answers for the demo's seal and time-stamp certificates: never revoked.

    The answers hold for ten years, which a real CA must never do: so that seals of a demo home
    verify offline for as long as their time-stamp certificate lasts.
    """

    networked = False

    def __init__(self, folder: TrustFolder, clock: Clock) -> None:
        self._responder = Pkcs12SealKey.of(folder, "ocsp")
        self._issuer = _certificate(folder, "issuing")
        self._subjects = [_certificate(folder, name) for name in ("seal", "tsa")]
        self._lists = [path.read_bytes() for path in sorted(folder.crls.glob("*.crl"))]
        self._clock = clock
        self._latest: tuple[datetime, RevocationData] | None = None

    def collect(self, ends: Sequence[x509.Certificate] = ()) -> RevocationData:  # noqa: ARG002
        """Give the stored list of the root and an answer about seal and time-stamp.

        An answer serves all seals of half a minute: verification forgives a minute.
        """
        now = self._clock.now()
        if self._latest is None or not timedelta(0) <= now - self._latest[0] < _ANSWER_AGE:
            self._latest = now, RevocationData(self._lists, [self._answer()])
        return self._latest[1]

    def _answer(self) -> bytes:
        """Build the response by hand: `cryptography` would take the machine's time (RFC 6960)."""
        now = self._clock.now().replace(microsecond=0)
        data = ocsp.ResponseData(
            {
                "responder_id": ocsp.ResponderId(
                    "by_key", self._responder.certificate.public_key.sha1
                ),
                "produced_at": now,
                "responses": [self._good(subject, now) for subject in self._subjects],
            }
        )
        basic = ocsp.BasicOCSPResponse(
            {
                "tbs_response_data": data,
                "signature_algorithm": {"algorithm": "sha256_ecdsa"},
                "signature": sign_with(self._responder.key, data.dump(), "sha256"),
                "certs": [self._responder.certificate],
            }
        )
        body = {"response_type": "basic_ocsp_response", "response": basic}
        response = ocsp.OCSPResponse({"response_status": "successful", "response_bytes": body})
        encoded: bytes = response.dump()
        return encoded

    def _good(self, subject: x509.Certificate, now: datetime) -> ocsp.SingleResponse:
        identity = {
            "hash_algorithm": {"algorithm": "sha256"},
            "issuer_name_hash": subject.issuer.sha256,
            "issuer_key_hash": self._issuer.public_key.sha256,
            "serial_number": subject.serial_number,
        }
        return ocsp.SingleResponse(
            {
                "cert_id": ocsp.CertId(identity),
                "cert_status": ocsp.CertStatus("good"),
                "this_update": now,
                "next_update": now + _ANSWER_LIFE,
            }
        )


def _certificate(folder: TrustFolder, name: str) -> x509.Certificate:
    path = folder.certificates / f"{name}.pem"
    try:
        return as_asn1(load_pem_x509_certificate(path.read_bytes()))
    except (OSError, ValueError) as problem:
        raise ConfigurationError(path=path, detail=problem) from problem
