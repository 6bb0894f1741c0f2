"""A seal key at a remote signing service: CSC API v1 (Cloud Signature Consortium, 1.0.4.0).

Seals that are made at the same time go together: the first one waits a moment for others, then
authorises and signs all of them with one `credentials/authorize` and one `signatures/signHash`.
What was sent is never sent again, for nobody knows whether it was done; only a connection that
could not be made is tried once more, and what merely asks.
"""

from __future__ import annotations

import asyncio
import base64
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from asn1crypto import x509
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import Signer
from pyhanko.sign.signers.csc_signer import (
    CSCAuthorizationInfo,
    CSCAuthorizationManager,
    CSCCredentialInfo,
    CSCServiceSessionInfo,
    CSCSigner,
    base64_digest,
    fetch_certs_in_csc_credential,
)

from eakte.errors import ConfigurationError, KeyUnavailableError, PinRefusedError
from eakte.i18n import N_, _
from eakte.seal.keys import mechanism_of
from eakte.seal.links import chain_of
from eakte.seal.pins import RefusedPins, SecretPlace

_TRIES, _PAUSE = 3, 0.5
_TOO_MANY = 429
_SERVER_ERROR = 500
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_LONGEST_SIGNATURE = 512
_LONGEST_ANSWER = 200


@dataclass(frozen=True)
class RemotePlace:
    """Which credential of which service, and how many seals are signed at once."""

    url: str
    credential: str
    batch_letters: int = 10
    batch_seconds: float = 0.2
    timeout_seconds: float = 30.0

    @property
    def reference(self) -> str:
        """Name the key for people, logs and the memory of refused PINs."""
        return f"csc:{self.url};credential={self.credential}"


class RemoteSealKey:
    """A key that a service holds; asked for its certificate when made."""

    networked = True

    def __init__(
        self, place: RemotePlace, pin: SecretPlace, token: SecretPlace, refused: RefusedPins
    ) -> None:
        """Ask the service for the credential; nothing is authorised yet.

        `pin` and `token` may name no place: then none is sent. Raises KeyUnavailableError, or
        ConfigurationError for an address that is not encrypted and not this machine.
        """
        _require_safe(place.url)
        self.reference = place.reference
        access = token.read().get_secret_value() if token.named else None
        session = CSCServiceSessionInfo(place.url.rstrip("/"), place.credential, access)
        service = _Service(place, session)
        info = asyncio.run(service.credential())
        self.certificate: x509.Certificate = info.signing_cert
        self.chain = chain_of(self.certificate, info.chain)
        self._signer = RemoteSigner(service, info, _Authorisation(service, info, pin, refused))

    def signer(self) -> Signer:
        """Give the signer that asks the service."""
        return self._signer


@dataclass
class _Batch:
    """Hashes that are signed together; `full` and `signed` travel between threads."""

    hashes: list[str] = field(default_factory=list)
    full: Future[None] = field(default_factory=Future)
    signed: Future[list[bytes]] = field(default_factory=Future)


class RemoteSigner(CSCSigner):
    """pyHanko's CSC signer, whose batches come from any thread or event loop."""

    def __init__(
        self, service: _Service, info: CSCCredentialInfo, authorisation: _Authorisation
    ) -> None:
        size = min(service.place.batch_letters, max(1, info.max_batch_size))
        super().__init__(None, authorisation, batch_size=size)  # type: ignore[arg-type]
        self._signature_mechanism = mechanism_of(info.signing_cert)
        self._service = service
        self._lock = threading.Lock()
        self._open: _Batch | None = None

    async def async_sign_raw(
        self,
        data: bytes,
        digest_algorithm: str,
        dry_run: bool = False,  # noqa: FBT001, FBT002 - pyHanko's signature
    ) -> bytes:
        """Give the signature value over data; in a dry run, zeros of the greatest length."""
        if dry_run:
            return bytes(_LONGEST_SIGNATURE)
        batch, number = self._join(base64_digest(data, digest_algorithm))
        if number == 0:
            await self._lead(batch, digest_algorithm)
        signatures = await asyncio.wrap_future(batch.signed)
        return signatures[number]

    def _join(self, hashed: str) -> tuple[_Batch, int]:
        """Enter the batch that is open; who is the first leads it, who fills it closes it."""
        with self._lock:
            batch = self._open = self._open or _Batch()
            batch.hashes.append(hashed)
            if len(batch.hashes) == self.batch_size:
                self._open = None
                batch.full.set_result(None)
            return batch, len(batch.hashes) - 1

    async def _lead(self, batch: _Batch, digest_algorithm: str) -> None:
        """Wait for others, close the batch, have it signed, and tell the result to all.

        It is signed in a thread and a loop of its own: who shows a PIN waits for its turn.
        """
        await asyncio.wait(
            [asyncio.wrap_future(batch.full)], timeout=self._service.place.batch_seconds
        )
        with self._lock:
            if self._open is batch:
                self._open = None
        try:
            work = asyncio.to_thread(asyncio.run, self._sign(batch.hashes, digest_algorithm))
            batch.signed.set_result(await work)
        except BaseException as problem:
            batch.signed.set_exception(problem)
            if not isinstance(problem, Exception):
                raise

    async def _sign(self, hashes: list[str], digest_algorithm: str) -> list[bytes]:
        request = await self.format_csc_signing_req(hashes, digest_algorithm)
        answer = await self._service.post("signatures/signHash", request)
        try:
            signatures = [base64.b64decode(each, validate=True) for each in answer["signatures"]]
        except (KeyError, TypeError, ValueError):
            raise self._service.unavailable(_("the answer holds no signatures")) from None
        if len(signatures) != len(hashes):
            raise self._service.unavailable(_("the answer holds another number of signatures"))
        return signatures


class _Authorisation(CSCAuthorizationManager):
    """Authorises exactly the hashes of one batch."""

    def __init__(
        self, service: _Service, info: CSCCredentialInfo, pin: SecretPlace, refused: RefusedPins
    ) -> None:
        super().__init__(service.session, info)
        self._service, self._pin, self._refused = service, pin, refused

    async def authorize_signature(self, hash_b64s: list[str]) -> CSCAuthorizationInfo:
        """Ask for the signature activation data; raises PinRefusedError, KeyUnavailableError."""
        if not self._pin.named:
            return await self._ask(self.format_csc_auth_request(hash_b64s=hash_b64s))
        pin = self._pin.read()
        with self._refused.attempt(self._service.place.reference, pin):
            request = self.format_csc_auth_request(hash_b64s=hash_b64s, pin=pin.get_secret_value())
            return await self._ask(request)

    async def _ask(self, request: dict[str, Any]) -> CSCAuthorizationInfo:
        answer = await self._service.post("credentials/authorize", request)
        try:
            return self.parse_csc_auth_response(answer)
        except SigningError as problem:
            raise self._service.unavailable(str(problem)) from None


class _Service:
    """The service's HTTP side."""

    def __init__(self, place: RemotePlace, session: CSCServiceSessionInfo) -> None:
        self.place, self.session = place, session

    async def credential(self) -> CSCCredentialInfo:
        """Ask for certificate, chain and abilities; this may be asked again and again."""
        for number in range(1, _TRIES + 1):
            try:
                async with aiohttp.ClientSession() as http:
                    return await fetch_certs_in_csc_credential(
                        http, self.session, timeout=int(self.place.timeout_seconds)
                    )
            except (SigningError, TimeoutError, ValueError) as problem:
                cause = problem.__cause__ or problem
                status = getattr(cause, "status", _SERVER_ERROR)  # else there was no answer
                if number == _TRIES or status < _SERVER_ERROR:
                    raise self.unavailable(_words(cause)) from None
            await asyncio.sleep(_PAUSE)
        raise AssertionError

    async def post(self, endpoint: str, request: dict[str, Any]) -> dict[str, Any]:
        """Send a request, once unless no connection could be made; gives the answer's JSON.

        Raises KeyUnavailableError, or PinRefusedError if an authorisation was refused.
        """
        url = self.session.endpoint_url(endpoint)  # type: ignore[no-untyped-call]
        timeout = aiohttp.ClientTimeout(total=self.place.timeout_seconds)
        for last in (False, True):
            try:
                async with (
                    aiohttp.ClientSession(timeout=timeout) as http,
                    http.post(
                        url, json=request, headers=self.session.auth_headers, allow_redirects=False
                    ) as response,
                ):
                    return await self._answer(response, endpoint, request.get("PIN"))
            except aiohttp.ClientConnectorError as problem:
                if last:
                    raise self.unavailable(_words(problem)) from None
            except (aiohttp.ClientError, TimeoutError, ValueError) as problem:
                raise self.unavailable(_words(problem)) from None
            await asyncio.sleep(_PAUSE)
        raise AssertionError

    async def _answer(
        self, response: aiohttp.ClientResponse, endpoint: str, pin: str | None
    ) -> dict[str, Any]:
        if response.status == 200:  # noqa: PLR2004 - OK
            answer = await response.json()
            if isinstance(answer, dict):
                return answer
            raise ValueError(_("the answer is no JSON object"))
        told = await response.text(errors="replace")
        for secret in (pin, self.session.oauth_token):
            told = told.replace(secret, "***") if secret else told  # some services echo
        detail = f"HTTP {response.status} {told[:_LONGEST_ANSWER]}".strip()
        if pin and response.status < _SERVER_ERROR and response.status != _TOO_MANY:
            # any refusal may be one of the PIN: services word it differently
            raise PinRefusedError(reference=self.place.reference, detail=detail)
        raise self.unavailable(f"{endpoint}: {detail}")

    def unavailable(self, detail: str) -> KeyUnavailableError:
        """Give the error that names this key."""
        return KeyUnavailableError(reference=self.place.reference, detail=detail)


def _words(problem: BaseException) -> str:
    if isinstance(problem, TimeoutError):
        return N_("no answer in time")
    return f"{type(problem).__name__}: {problem}"


def _require_safe(url: str) -> None:
    """Refuse to send PINs and tokens unencrypted to another machine."""
    parts = urlsplit(url)
    local = parts.hostname in _LOOPBACK
    if not parts.hostname or parts.scheme not in ({"http", "https"} if local else {"https"}):
        detail = _("the address of the signing service must begin with https://")
        raise ConfigurationError(path=url, detail=detail)
