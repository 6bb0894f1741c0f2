"""Time-stamps (RFC 3161): a port from request bytes to response bytes, and who answers it.

An authority is asked through a CheckedTimeStamper: it gives pyHanko only tokens that were checked
(eakte.seal.tokens), and remembers when the authority failed (eakte.seal.endpoints).
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes
from pyhanko.sign.general import as_signing_certificate_v2
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import RevokedError
from pyhanko_certvalidator.path import ValidationPath

from eakte.domain.clock import Clock
from eakte.errors import SealDelayedError
from eakte.i18n import N_
from eakte.seal import web
from eakte.seal.chains import Chains
from eakte.seal.endpoints import Endpoint
from eakte.seal.keys import Pkcs12SealKey, sign_with
from eakte.seal.tokens import Terms, Token, TokenRefusedError, check_token
from eakte.seal.trust_folder import TrustFolder

_DEMO_POLICY = "2.25.208190275938470271390148471659309871247"
"""Policy of the demo authority: an arc of our own below 2.25 (UUID), naming no real policy."""
_DIGEST = "sha256"
_LONG_QUEUE = 5.0
"""Seconds; an authority whose rate makes us wait longer is passed over if another has time."""
_NO_AUTHORITY = N_("no time-stamp authority gives a valid time-stamp")


class TimestampAuthority(Protocol):
    """Port: whoever answers RFC 3161 requests."""

    def answer(self, request: bytes) -> bytes:
        """Give the TimeStampResp (DER) to a TimeStampReq (DER).

        Raises OSError or pyHanko's TimestampRequestError if the authority cannot be had.
        """
        ...


class HttpTimestampAuthority:
    """An authority on the network (RFC 3161 §3.4)."""

    def __init__(self, url: str, seconds: float = 10.0, authorization: str = "") -> None:
        """Ask at `url`, no longer than `seconds`; `authorization` is the value of that header."""
        self._question = web.Question(
            url,
            "application/timestamp-reply",
            media_type="application/timestamp-query",
            authorization=authorization,
            seconds=seconds,
        )

    def answer(self, request: bytes) -> bytes:
        """Post the request; raises NoAnswerError."""
        return web.ask(replace(self._question, body=request))


class AuthorityFailedError(TimestampRequestError):
    """An authority that gave no valid token, or is left alone because it did not lately."""


class RelayTimeStamper(TimeStamper):
    """pyHanko's time-stamper over our port."""

    def __init__(self, authority: TimestampAuthority) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._authority = authority

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Ask the authority."""
        return tsp.TimeStampResp.load(await self._ask(req))

    async def _ask(self, request: tsp.TimeStampReq) -> bytes:
        return await asyncio.to_thread(self._authority.answer, request.dump())


class CheckedTimeStamper(RelayTimeStamper):
    """One whose tokens are checked before they are used, and whose failures are remembered."""

    def __init__(
        self,
        authority: TimestampAuthority,
        chains: Chains,
        clock: Clock,
        endpoint: Endpoint,
        terms: Terms = Terms(),  # noqa: B008 - frozen
    ) -> None:
        super().__init__(authority)
        self.endpoint = endpoint
        self._chains = chains
        self._clock = clock
        self._terms = terms
        self._largest = 0
        self._probing = asyncio.Lock()

    @property
    def authorities(self) -> tuple[x509.Certificate, ...]:
        """Give the certificates in force behind its tokens: there may be several in turn."""
        now = self._clock.now()
        return tuple(each for each in self._certs.values() if each.not_valid_after > now)

    async def ready(self) -> None:
        """Make sure that it works: unless it did so last time, by a token over nothing.

        Raises AuthorityFailedError if it does not, or is left alone after a failure.
        """
        async with self._probing:
            memory = self.endpoint.memory()
            if self.endpoint.paused_seconds() > 0:
                raise AuthorityFailedError(memory.why)
            if memory.failures or not self.authorities:
                self.forget_size()
                await self.async_dummy_response(_DIGEST)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Give a checked token, as soon as the authority's rate allows."""
        await asyncio.sleep(self.endpoint.take_turn())
        _nonce, request = self.request_cms(message_digest, md_algorithm)  # type: ignore[no-untyped-call]
        try:
            answer = await self._ask(request)
            token = await check_token(answer, request, self._terms, self._chains, self._clock)
        except (OSError, TokenRefusedError) as problem:
            raise self.failed(str(problem), getattr(problem, "retry_after", "")) from problem
        self.endpoint.worked()
        self._remember(md_algorithm, token)
        return token.content()

    def failed(self, why: str, retry_after: str = "") -> AuthorityFailedError:
        """Remember a failure and give it as an error."""
        self.endpoint.failed(why, retry_after)
        return AuthorityFailedError(why)

    async def validation_paths(
        self,
        validation_context: ValidationContext,  # noqa: ARG002 - pyHanko's signature
    ) -> AsyncIterator[ValidationPath]:
        """Give none: the sealer brings the chains, which it need not validate for every seal."""
        nothing: tuple[ValidationPath, ...] = ()
        for path in nothing:
            yield path

    async def chains_in(self, context: ValidationContext) -> list[ValidationPath]:
        """Give the chains of all its authorities, with the evidence that the context holds.

        Raises AuthorityFailedError if one was revoked, pyHanko's errors if it cannot be told.
        """
        return [await self._chain_in(context, each) for each in self.authorities]

    async def _chain_in(
        self, context: ValidationContext, certificate: x509.Certificate
    ) -> ValidationPath:
        chain = CertificateValidator(certificate, self.cert_registry, validation_context=context)
        try:
            return await chain.async_validate_usage(set(), {"time_stamping"})  # type: ignore[no-untyped-call, no-any-return]
        except RevokedError as problem:
            raise self.failed(str(problem)) from problem

    def forget_size(self) -> None:
        """Drop the sample token by which room is reserved, so that the next use asks anew."""
        self._dummy_response_cache.clear()

    def _remember(self, algorithm: str, token: Token) -> None:
        """Keep the largest token as the sample by which room is reserved (trap 11)."""
        if algorithm not in self._dummy_response_cache or len(token.encoded) > self._largest:
            self._dummy_response_cache[algorithm] = token.content()
            self._largest = len(token.encoded)
        if token.authority.issuer_serial not in self._certs:
            self._certs[token.authority.issuer_serial] = token.authority
            self.cert_registry.register_multiple(token.certificates)


class Authorities:
    """The time-stamp authorities in the order in which they are preferred."""

    def __init__(self, members: Sequence[CheckedTimeStamper], *, networked: bool = False) -> None:
        """Take at least one; `networked`: they are asked over the network."""
        self.networked = networked
        self._members = tuple(members)

    @classmethod
    def only(cls, authority: TimestampAuthority, chains: Chains, clock: Clock) -> Authorities:
        """Give one authority, without memory of its failures beyond this process."""
        endpoint = Endpoint("authority", clock)
        return cls([CheckedTimeStamper(authority, chains, clock, endpoint)])

    def __len__(self) -> int:
        """Count them."""
        return len(self._members)

    async def certificates(self) -> tuple[x509.Certificate, ...]:
        """Give those in force of all authorities; none if one of them cannot be had now."""
        found: list[x509.Certificate] = []
        for member in self._members:
            try:
                await member.ready()
            except AuthorityFailedError:
                return ()
            found += member.authorities
        return tuple(found)

    async def choose(self) -> CheckedTimeStamper:
        """Give the first that works; raises SealDelayedError if none does."""
        problems = []
        for member in sorted(self._members, key=_is_busy):
            try:
                await member.ready()
            except AuthorityFailedError as problem:
                problems.append(f"{member.endpoint.name}: {problem}")
            else:
                return member
        raise SealDelayedError(reason=_NO_AUTHORITY, detail="; ".join(problems))


def _is_busy(member: CheckedTimeStamper) -> bool:
    return member.endpoint.queue_seconds() > _LONG_QUEUE


class DemoTimestampAuthority:
    """A time-stamp authority inside this process: real tokens, worthless evidence."""

    def __init__(self, key: Pkcs12SealKey, clock: Clock) -> None:
        self._key = key
        self._clock = clock
        certificate = key.certificate
        identity = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
        named = cms.IssuerAndSerialNumber(identity)
        self._signer = cms.SignerIdentifier("issuer_and_serial_number", named).dump()
        self._signed_with = _attribute(
            "signing_certificate_v2", as_signing_certificate_v2(certificate)
        ).dump()

    @classmethod
    def of(cls, folder: TrustFolder, clock: Clock) -> DemoTimestampAuthority:
        """Give the one whose key a demo trust folder holds; raises ConfigurationError."""
        return cls(Pkcs12SealKey.of(folder, "tsa"), clock)

    def answer(self, request: bytes) -> bytes:
        """Time-stamp whatever comes."""
        info = self._token_info(tsp.TimeStampReq.load(request)).dump()
        token = cms.ContentInfo(
            {"content_type": "signed_data", "content": self._signed_data(info)},
        )
        answer = tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})
        encoded: bytes = answer.dump()
        return encoded

    def _token_info(self, request: tsp.TimeStampReq) -> tsp.TSTInfo:
        fields: dict[str, Any] = {
            "version": "v1",
            "policy": _DEMO_POLICY,
            "message_imprint": request["message_imprint"],
            "serial_number": secrets.randbits(120) | 1 << 120,
            "gen_time": self._clock.now().replace(microsecond=0),
            "accuracy": {"seconds": 1},
            "tsa": x509.GeneralName(name="directory_name", value=self._key.certificate.subject),
        }
        if request["nonce"].native is not None:
            fields["nonce"] = request["nonce"]
        return tsp.TSTInfo(fields)

    def _signed_data(self, info: bytes) -> cms.SignedData:
        digest = algos.DigestAlgorithm({"algorithm": "sha256"})
        return cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [digest],
                "encap_content_info": {
                    "content_type": "tst_info",
                    "content": core.ParsableOctetString(info),
                },
                "certificates": [self._key.certificate],
                "signer_infos": [self._signer_info(info, digest)],
            }
        )

    def _signer_info(self, info: bytes, digest: algos.DigestAlgorithm) -> cms.SignerInfo:
        attributes = cms.CMSAttributes(
            [
                _attribute("content_type", "tst_info"),
                _attribute("message_digest", _sha256(info)),
                cms.CMSAttribute.load(self._signed_with),
            ]
        )
        signed_attributes = attributes.dump()
        return cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier.load(self._signer),
                "digest_algorithm": digest,
                "signed_attrs": cms.CMSAttributes.load(signed_attributes),
                "signature_algorithm": {"algorithm": "sha256_ecdsa"},
                "signature": sign_with(self._key.key, signed_attributes, "sha256"),
            }
        )


def _attribute(kind: str, value: object) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": cms.CMSAttributeType(kind), "values": (value,)})


def _sha256(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(data)
    return digest.finalize()
