"""Time-stamps (RFC 3161): a port from request bytes to response bytes, and a demo authority.

An authority on the network is one POST of the same bytes; it plugs in at `TimestampAuthority`.
"""

from __future__ import annotations

import secrets
from typing import Any, Protocol

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes
from pyhanko.sign.general import as_signing_certificate_v2
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from eakte.domain.clock import Clock
from eakte.seal.keys import Pkcs12SealKey, sign_with

_DEMO_POLICY = "2.25.208190275938470271390148471659309871247"
"""Policy of the demo authority: an arc of our own below 2.25 (UUID), naming no real policy."""


class TimestampAuthority(Protocol):
    """Port: whoever answers RFC 3161 requests."""

    def answer(self, request: bytes) -> bytes:
        """Give the TimeStampResp (DER) to a TimeStampReq (DER).

        Raises OSError or pyHanko's TimestampRequestError if the authority cannot be had.
        """
        ...


class RelayTimeStamper(TimeStamper):
    """pyHanko's time-stamper over our port."""

    def __init__(self, authority: TimestampAuthority) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._authority = authority

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Ask the authority."""
        return tsp.TimeStampResp.load(self._authority.answer(req.dump()))

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Give a token; raises TimestampRequestError for an answer that is none, too."""
        try:
            return await super().async_timestamp(message_digest, md_algorithm)
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise TimestampRequestError("the answer is no time-stamp") from problem

    def forget_size(self) -> None:
        """Drop the sample token by which room is reserved, so that the next use asks anew."""
        self._dummy_response_cache.clear()


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
