"""AdES validation (ETSI EN 319 102-1 §5) by pyHanko, each level with its own function."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, ParamSpec, TypeAlias

from asn1crypto import cms, x509
from asn1crypto.crl import CertificateList
from asn1crypto.ocsp import OCSPResponse
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESFailure, AdESStatus
from pyhanko.sign.validation.ades import (
    AdESBasicValidationResult,
    ades_basic_validation,
    ades_lta_validation,
    ades_timestamp_validation,
    ades_with_time_validation,
    simulate_future_ades_lta_validation,
)
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.generic_cms import get_signing_cert_attr
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

from eakte.domain.preservation import SealLevel
from eakte.i18n import _
from eakte.seal.judgement import Indication, Judgement
from eakte.seal.links import are_linked
from eakte.seal.revocation import RevocationData
from eakte.seal.trust import STRICT_POLICY

P = ParamSpec("P")
_Judging: TypeAlias = Callable[P, Coroutine[Any, Any, Judgement]]
_LONGEST_PROBLEM = 200
_INDICATIONS = {
    AdESStatus.PASSED: Indication.PASSED,
    AdESStatus.FAILED: Indication.FAILED,
    AdESStatus.INDETERMINATE: Indication.INDETERMINATE,
}
_NOT_INTACT = {AdESFailure.HASH_FAILURE, AdESFailure.SIG_CRYPTO_FAILURE}


def evidence_in(reader: PdfFileReader) -> LocalKnowledge:
    """Give the certificates and revocation data that the file itself carries (DSS)."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return LocalKnowledge()
    lists = [item.get_object().read_data(DecodePurpose.CRL) for item in store.crls]
    answers = [item.get_object().read_data(DecodePurpose.OCSP_RESPONSE) for item in store.ocsps]
    return knowledge(store.load_certs(), lists, answers)


def knowledge(
    certificates: Iterable[x509.Certificate], lists: Iterable[bytes], answers: Iterable[bytes]
) -> LocalKnowledge:
    """Give evidence as pyHanko wants it, from encoded lists and answers."""
    return LocalKnowledge(
        known_certs=list(certificates),
        known_crls=[CRLContainer(crl_data=CertificateList.load(item)) for item in lists],
        known_ocsps=[
            container
            for item in answers
            for container in OCSPContainer.load_multi(OCSPResponse.load(item))
        ],
    )


def revocation_in(evidence: LocalKnowledge) -> RevocationData:
    """Give the encoded lists and answers among the evidence."""
    answers = {item.ocsp_response_data.dump(): None for item in evidence.known_ocsps}
    return RevocationData([item.crl_data.dump() for item in evidence.known_crls], list(answers))


def _bordered(judge: _Judging[P]) -> _Judging[P]:
    """Let nothing escape from a validation (trap 8): what does is told, and decides nothing."""

    @functools.wraps(judge)
    async def judged(*args: P.args, **kwargs: P.kwargs) -> Judgement:
        try:
            return await judge(*args, **kwargs)
        except Exception as problem:  # noqa: BLE001 - hostile bytes make the libraries raise anything
            detail = f"{type(problem).__name__}: {problem}"[:_LONGEST_PROBLEM]
            return Judgement(Indication.INDETERMINATE, "FORMAT_FAILURE", detail, None, ())

    return judged


@_bordered
async def judge_signature(
    item: EmbeddedPdfSignature, level: SealLevel, spec: SignatureValidationSpec, at: datetime
) -> Judgement:
    """Validate a signature at `at` with the function of its level (trap 1: content is apart)."""
    if level is SealLevel.LTA:
        archival = PdfSignatureValidationSpec(spec, diff_policy=STRICT_POLICY)
        result = await ades_lta_validation(item, archival, timing_info=_moment(at))
        return _naming(_judgement(result, result.best_signature_time), item.signed_data)
    digest = item.compute_digest()
    if level is SealLevel.B:
        basic = await ades_basic_validation(
            item.signed_data, spec, timing_info=_moment(at), raw_digest=digest
        )
        return _naming(_judgement(basic, None), item.signed_data)
    timed = await ades_with_time_validation(
        item.signed_data, spec, timing_info=_moment(at), raw_digest=digest
    )
    return _naming(_judgement(timed, timed.best_signature_time), item.signed_data)


async def judge_lower(
    item: EmbeddedPdfSignature, spec: SignatureValidationSpec, at: datetime, *, timed: bool
) -> Judgement:
    """Validate a signature as if it had not been preserved: what the higher processes improve."""
    return await judge_signature(item, SealLevel.T if timed else SealLevel.B, spec, at)


@_bordered
async def judge_cms(
    signed: cms.SignedData, digest: bytes, spec: SignatureValidationSpec, at: datetime
) -> Judgement:
    """Validate a CMS signature over content with this digest at `at` (EN 319 102-1 §5.3)."""
    result = await ades_basic_validation(signed, spec, timing_info=_moment(at), raw_digest=digest)
    return _naming(_judgement(result, None), signed)


@_bordered
async def judge_token(
    token: cms.SignedData,
    imprint: Callable[[str], bytes],
    spec: SignatureValidationSpec,
    at: datetime,
) -> Judgement:
    """Validate one time-stamp token at `at` (EN 319 102-1 §5.4)."""
    result = await ades_timestamp_validation(token, spec, imprint, timing_info=_moment(at))
    return _naming(_judgement(result, None), token)


async def judge_in_future(
    item: EmbeddedPdfSignature, spec: SignatureValidationSpec, at: datetime, then: datetime
) -> Judgement:
    """Simulate the validation `then`, had every archive time-stamp been renewed in time."""
    archival = PdfSignatureValidationSpec(spec, diff_policy=STRICT_POLICY)
    result = await simulate_future_ades_lta_validation(item, archival, then, at)
    return _judgement(result, result.best_signature_time)


def _moment(at: datetime) -> ValidationTimingInfo:
    return ValidationTimingInfo(
        validation_time=at, best_signature_time=at, point_in_time_validation=True
    )


def _judgement(result: AdESBasicValidationResult[Any], best_time: datetime | None) -> Judgement:
    reason = result.ades_subindic
    status = result.api_status
    path = status.validation_path if status is not None else None
    indication = _INDICATIONS[reason.status] if reason is not None else Indication.INDETERMINATE
    chain = tuple(reversed(list(path.iter_certs(include_root=True)))) if path else ()
    passed = indication is Indication.PASSED
    return Judgement(
        indication=indication,
        sub_indication="" if passed else _name(reason),
        detail="" if passed else _plain(result.failure_msg),
        intact=_intact(result),
        chain=chain if passed or are_linked(chain) else (),
        best_time=best_time,
    )


def _naming(judgement: Judgement, signed: cms.SignedData) -> Judgement:
    """Take back a PASSED of what does not say by which certificate it was made (§5.2.3).

    pyHanko does without that attribute: another certificate for the same key could stand there.
    """
    attributes = signed["signer_infos"][0]["signed_attrs"]
    named = bool(attributes) and get_signing_cert_attr(attributes.untag()) is not None
    if judgement.indication is not Indication.PASSED or named:
        return judgement
    return replace(
        judgement,
        indication=Indication.INDETERMINATE,
        sub_indication="SIG_CONSTRAINTS_FAILURE",
        detail=_("it does not say by which certificate it was made"),
    )


def _plain(message: object) -> str:
    """Give pyHanko's words without those that only repeat the sub-indication."""
    text = str(message[0] if isinstance(message, tuple) else message or "")
    return "" if text.startswith("Validation of signature at") else text.partition(" [AdES")[0]


def _name(reason: object) -> str:
    return str(getattr(reason, "standard_name", "GENERIC"))


def _intact(result: AdESBasicValidationResult[Any]) -> bool | None:
    if result.ades_subindic in _NOT_INTACT:
        return False
    status = result.api_status
    return bool(status.intact and status.valid) if status is not None else None
