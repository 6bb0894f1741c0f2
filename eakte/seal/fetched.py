"""Revocation data for our own seals, fetched from the services that our own certificates name.

What the ends of our chains (seal and time-stamp certificates) need is an answer (OCSP) that is not
older than the seal: one serves all seals of half a minute. The authorities above them publish
lists, which hold for days: these are kept, and fetched anew in the last fifth of their time. No
other certificate is ever asked about, and what is not signed by its issuer is not even kept. An
answer that one was revoked is kept beside the good ones, for the verification of earlier seals.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from eakte.domain.clock import Clock
from eakte.errors import SealDelayedError, SealFailedError
from eakte.i18n import N_, _
from eakte.seal import web
from eakte.seal.chains import Chains, Link
from eakte.seal.endpoints import Endpoint
from eakte.seal.freshness import Statement, statements
from eakte.seal.revocation import RevocationData

_AGE = timedelta(seconds=30)
"""So old may an answer be that speaks of a new seal; see CLOCKS_DIFFER in eakte.seal.tokens: both
together are the minute that a verification forgives."""
_CLOCKS_DIFFER = timedelta(minutes=1)
_LARGEST_LIST = 20_000_000
_RENEWED_AFTER = 0.8
_REVOKED = "-revoked"
"""Marks an answer that no seal is made with, but by which earlier ones are judged."""
_NO_EVIDENCE = N_("it cannot be learned whether a certificate of the seal was revoked")


@dataclass(frozen=True)
class _Kind:
    """A way to learn it: OCSP or a list."""

    suffix: str
    evidence: Callable[[bytes], RevocationData]
    expires: Callable[[bytes], datetime | None]
    question: Callable[[Link, str, float], web.Question]
    addresses: Callable[[asn1_x509.Certificate], list[str]]


class FetchedRevocation:
    """Asks the services of the CAs in our chains, and keeps what they say."""

    networked = True

    def __init__(self, chains: Chains, folder: Path, clock: Clock, seconds: float = 10.0) -> None:
        """Keep answers in `folder` (made if missing); wait `seconds` for one at most."""
        self._chains = chains
        self._folder = folder
        self._clock = clock
        self._seconds = seconds
        self._asking = threading.Lock()

    def collect(self, ends: Sequence[asn1_x509.Certificate]) -> RevocationData:
        """Give answers and lists for all certificates in the chains of these.

        Raises SealDelayedError if they cannot be had, SealFailedError if a certificate was revoked.
        """
        found = RevocationData([], [])
        with self._asking:
            for link in self._chains.links(ends):
                found += self._evidence(link)
        return found

    def _evidence(self, link: Link) -> RevocationData:
        problems = []
        for kind in (_ANSWERS,) if link.is_end else (_LISTS, _ANSWERS):
            addresses = [each for each in kind.addresses(link.subject) if each.startswith("http")]
            if not addresses:
                continue
            kept = self._kept(link, kind)
            if kept and not self._is_due(kept, link, kind):
                return kind.evidence(kept)
            for address in addresses:
                try:
                    return kind.evidence(self._fetch(link, kind, address))
                except OSError as problem:
                    problems.append(f"{address}: {problem}")
            if kept:
                return kind.evidence(kept)
        if not problems:
            detail = _("the certificate of {name} names no service that knows of revocation")
            raise SealFailedError(detail=detail.format(name=link.name))
        raise SealDelayedError(reason=_NO_EVIDENCE, detail=f"{link.name}: {'; '.join(problems)}")

    def _fetch(self, link: Link, kind: _Kind, address: str) -> bytes:
        endpoint = Endpoint(address, self._clock, self._folder)
        if endpoint.paused_seconds() > 0:
            raise web.NoAnswerError(endpoint.memory().why)
        try:
            data = web.ask(kind.question(link, address, self._seconds))
            self._require_usable(data, link, kind)
        except SealFailedError:
            _write(self._path(link, kind, _REVOKED), data)
            raise
        except OSError as problem:
            endpoint.failed(str(problem), getattr(problem, "retry_after", ""))
            raise
        endpoint.worked()
        _write(self._path(link, kind), data)
        return data

    def _kept(self, link: Link, kind: _Kind) -> bytes | None:
        try:
            data = self._path(link, kind).read_bytes()
            self._require_usable(data, link, kind)
        except OSError:
            return None
        return data

    def _require_usable(self, data: bytes, link: Link, kind: _Kind) -> None:
        """Raise NoAnswerError unless this is genuine, in force, and young enough.

        Raises SealFailedError if it says that the certificate was revoked.
        """
        now = self._clock.now()
        said, expires = _said(data, link, kind)
        if any(one.revoked is not None for one in said):
            detail = _("the certificate of {name} was revoked").format(name=link.name)
            raise SealFailedError(detail=detail)
        made = max((one.made for one in said), default=None)
        if made is None:
            raise web.NoAnswerError(_("its answer is not a genuine one about this certificate"))
        if made > now + _CLOCKS_DIFFER or (expires or made + _CLOCKS_DIFFER) < now:
            raise web.NoAnswerError(_("its answer is not in force now"))
        if link.is_end and made < now - _AGE:
            why = _("its answer is too old: from {at:%Y-%m-%d %H:%M} UTC")
            raise web.NoAnswerError(why.format(at=made))

    def _is_due(self, data: bytes, link: Link, kind: _Kind) -> bool:
        """Tell whether most of its time is over, so that another one is tried for."""
        said, expires = _said(data, link, kind)
        made = max(one.made for one in said)
        late = made + (expires - made) * _RENEWED_AFTER if expires else made
        return not link.is_end and self._clock.now() > late

    def _path(self, link: Link, kind: _Kind, mark: str = "") -> Path:
        return self._folder / f"{link.subject.sha256.hex()}{mark}{kind.suffix}"


def kept_revocation(folder: Path) -> RevocationData:
    """Give all that was fetched and kept, however old, revocations too; raises OSError."""
    answers = (each.read_bytes() for each in sorted(folder.glob(f"*{_ANSWERS.suffix}")))
    lists = (each.read_bytes() for each in sorted(folder.glob(f"*{_LISTS.suffix}")))
    return RevocationData(list(lists), list(answers))


def _said(data: bytes, link: Link, kind: _Kind) -> tuple[tuple[Statement, ...], datetime | None]:
    try:
        said = statements((link.subject, link.issuer), kind.evidence(data))
        return said or (), kind.expires(data)
    except (ValueError, TypeError) as problem:
        raise web.NoAnswerError(_("its answer cannot be read")) from problem


def _ocsp_question(link: Link, address: str, seconds: float) -> web.Question:
    subject = x509.load_der_x509_certificate(link.subject.dump())
    issuer = x509.load_der_x509_certificate(link.issuer.dump())
    builder = ocsp.OCSPRequestBuilder().add_certificate(subject, issuer, hashes.SHA256())
    request = builder.build()
    body = request.public_bytes(serialization.Encoding.DER)
    return web.Question(
        address,
        "application/ocsp-response",
        body=body,
        media_type="application/ocsp-request",
        seconds=seconds,
    )


def _list_question(_link: Link, address: str, seconds: float) -> web.Question:
    return web.Question(address, "", seconds=seconds, max_bytes=_LARGEST_LIST)


def _answer_expires(data: bytes) -> datetime | None:
    response = ocsp.load_der_ocsp_response(data)
    ends = [each.next_update_utc for each in response.responses if each.next_update_utc]
    return min(ends, default=None)


def _list_expires(data: bytes) -> datetime | None:
    return x509.load_der_x509_crl(data).next_update_utc


def _list_addresses(certificate: asn1_x509.Certificate) -> list[str]:
    return [each.url for each in certificate.crl_distribution_points if each.url]


_ANSWERS = _Kind(
    ".ocsp",
    lambda data: RevocationData([], [data]),
    _answer_expires,
    _ocsp_question,
    lambda certificate: list(certificate.ocsp_urls),
)
_LISTS = _Kind(
    ".crl",
    lambda data: RevocationData([data], []),
    _list_expires,
    _list_question,
    _list_addresses,
)


def _write(path: Path, data: bytes) -> None:
    """Replace a kept answer as a whole; it may be lost, since it can be fetched again."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    Path(file.name).replace(path)
