"""Archive time-stamps: asked for, and completed with what proves them later (TR-ESOR-ERS).

Certificates and revocation data stand in the token, where its signature does not reach: so they can
be put there, and renewed, until another time-stamp covers the whole token.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from asn1crypto import cms, ocsp, x509
from pyhanko.sign.general import extract_certificate_info

from eakte.errors import SealDelayedError, SealFailedError
from eakte.i18n import N_
from eakte.seal import loop
from eakte.seal.ber import BrokenError, Element, children, element, sequence, wrap
from eakte.seal.chains import Chains, UntrustedError
from eakte.seal.freshness import about
from eakte.seal.revocation import RevocationData, RevocationSource
from eakte.seal.timestamp import Authorities, AuthorityFailedError, CheckedTimeStamper

_CERTIFICATES, _REVOCATION, _EXPLICIT = 0xA0, 0xA1, 0xA0
_OTHER = 0xA1
_HEAD = 3
"""Parts of SignedData before its certificates: version, algorithms, content."""
_UNSTEADY = N_("the time-stamp authorities fail again and again")


class ArchiveStamper:
    """Gives archive time-stamps; no seal key is needed for that."""

    def __init__(
        self, authorities: Authorities, chains: Chains, revocation: RevocationSource
    ) -> None:
        """Ask these authorities; their chains and revocation data go into each token."""
        self._authorities = authorities
        self._chains = chains
        self._revocation = revocation

    def stamp(self, imprint: bytes, digest: str) -> bytes:
        """Give a token (DER) over an imprint, complete with chain and revocation data.

        Raises SealDelayedError if no authority or service can be had now, SealFailedError if a
        certificate was revoked. Call it outside of any event loop.
        """
        return loop.run(self._stamp(imprint, digest))

    def refresh(self, token: bytes) -> bytes:
        """Give a token of ours with what is said about its revocation now, before it is renewed.

        Raises as `stamp` does, and SealFailedError if its authority is not trusted any more.
        """
        return loop.run(self._complete(token))

    def revocation_of(self, token: bytes) -> RevocationData:
        """Give what is said now about the revocation of a token's authority.

        Nothing if that cannot be learned, or the authority is not one of ours: then the token must
        speak for itself.
        """
        return loop.run(self._said(token))

    async def _said(self, token: bytes) -> RevocationData:
        try:
            return (await self._evidence(token))[1]
        except (SealDelayedError, SealFailedError):
            return RevocationData([], [])

    async def _stamp(self, imprint: bytes, digest: str) -> bytes:
        problem: Exception | None = None
        for _attempt in range(len(self._authorities) + 1):
            stamper = await self._authorities.choose()
            try:
                return await self._complete(await _ask(stamper, imprint, digest))
            except AuthorityFailedError as failure:
                problem = failure
        raise SealDelayedError(reason=_UNSTEADY, detail=problem)

    async def _complete(self, token: bytes) -> bytes:
        chain, data = await self._evidence(token)
        return completed(token, chain, data)

    async def _evidence(self, token: bytes) -> tuple[list[x509.Certificate], RevocationData]:
        found = extract_certificate_info(cms.ContentInfo.load(token)["content"])
        authority = found.signer_cert
        try:
            path = await self._chains.of_authority(authority, found.other_certs)
        except UntrustedError as problem:
            raise SealFailedError(detail=problem) from problem
        data = await asyncio.to_thread(self._revocation.collect, (authority,))
        chain = list(path)[::-1]
        return chain, about(chain, data)


async def _ask(stamper: CheckedTimeStamper, imprint: bytes, digest: str) -> bytes:
    token: bytes = (await stamper.async_timestamp(imprint, digest)).dump()
    return token


def completed(
    token: bytes, chain: Sequence[x509.Certificate], revocation: RevocationData | None
) -> bytes:
    """Give a token with exactly these certificates, and revocation data: its own and this, or none.

    Its signed parts keep their bytes. Raises BrokenError if it is no token in DER.
    """
    content = _only(token, list(children(token, element(token, 0, len(token))))[1])
    parts = list(children(token, content))
    if len(parts) <= _HEAD:
        raise BrokenError("no SignedData")
    kept = [_bytes(token, part) for part in parts]
    old = [
        _bytes(token, each)
        for part in parts[_HEAD:-1]
        if part.tag == _REVOCATION
        for each in children(token, part)
    ]
    certificates = _set(_CERTIFICATES, (each.dump() for each in chain))
    crls = b""
    if revocation is not None:
        found = [*old, *revocation.lists, *map(_other, revocation.answers)]
        crls = _set(_REVOCATION, found)
    signed = sequence([*kept[:_HEAD], certificates, crls, kept[-1]])
    kind = _bytes(token, next(children(token, element(token, 0, len(token)))))
    return sequence([kind, wrap(_EXPLICIT, signed)])


def _set(tag: int, parts: Iterable[bytes]) -> bytes:
    """Give a SET OF in DER: sorted, each once; nothing if it is empty."""
    found = sorted(set(parts))
    return wrap(tag, b"".join(found)) if found else b""


def _other(answer: bytes) -> bytes:
    """Give an OCSP answer as TR-ESOR-ERS wants it: the basic one in OtherRevocationInfoFormat."""
    body = ocsp.OCSPResponse.load(answer)["response_bytes"]
    kind = body["response_type"].dump()
    return wrap(_OTHER, kind + bytes(body["response"]))


def _only(data: bytes, parent: Element) -> Element:
    found = list(children(data, parent))
    if len(found) != 1:
        raise BrokenError("one value expected")
    return found[0]


def _bytes(data: bytes, part: Element) -> bytes:
    return data[part.start : part.after]
