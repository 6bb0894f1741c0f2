"""The validation report of ETSI TS 119 102-2 V1.2.1 as XML, from our own report.

Each signature is one report. Our checks of the whole file and the steps of EN 319 102-1 are
constraints in it, with their results. Who reads nothing but the status of a signature must not be
misled: where the file as a whole is not VALID, no signature in it is total-passed here.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias

from lxml import etree

from eakte.domain.verification import (
    CertificateSummary,
    Check,
    SignatureSummary,
    Step,
    TimestampSummary,
    Verdict,
    VerificationReport,
)
from eakte.services.verifying import Verified

_VR = "http://uri.etsi.org/19102/v1.2.1#"
_XADES = "http://uri.etsi.org/01903/v1.3.2#"
_DS = "http://www.w3.org/2000/09/xmldsig#"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_URN = "urn:etsi:019102"
_STEP = "urn:x-eakte:en-319102-1"
_CHECK = "urn:x-eakte:check"
_QUALIFICATION = "urn:x-eakte:qualification"
_PASSED, _FAILED, _OPEN = "total-passed", "total-failed", "indeterminate"
_INDICATIONS = {
    "TOTAL-PASSED": _PASSED,
    "PASSED": _PASSED,
    "TOTAL-FAILED": _FAILED,
    "FAILED": _FAILED,
}
_CHECKED = {True: _PASSED, False: _FAILED, None: _OPEN}
_PROCESSES = {"B-LTA": "LTA", "B-LT": "LTVM", "B-T": "LTVM"}
_STAMPS = {"document": "DocTimeStamp", "archive": "ArchiveTimeStamp"}
_WHOLE_FILE = {Verdict.INVALID: (_FAILED, "FORMAT_FAILURE")}
"""What a signature that is fine by itself becomes in a file that is not."""

_ILLEGAL = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")

_Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no public name for it


@dataclass
class _Report:
    """The document being written, and the objects that it names."""

    root: _Element = field(
        default_factory=lambda: etree.Element(
            etree.QName(_VR, "ValidationReport"),
            nsmap={"vr": _VR, "xades": _XADES, "ds": _DS},
        )
    )
    certificates: dict[str, CertificateSummary] = field(default_factory=dict)
    stamps: dict[str, tuple[TimestampSummary, VerificationReport]] = field(default_factory=dict)

    def name(self, certificate: CertificateSummary) -> str:
        """Give the id of a certificate, which is listed once however often it is named."""
        identity = f"c-{certificate.sha256[:32]}"
        self.certificates[identity] = certificate
        return identity

    def stamp(self, stamp: TimestampSummary, report: VerificationReport) -> str:
        """Give the id of a time-stamp."""
        identity = f"t-{len(self.stamps) + 1}"
        self.stamps[identity] = (stamp, report)
        return identity


def etsi_report(verified: Sequence[Verified]) -> bytes:
    """Give the report on these files as XML, encoded as UTF-8."""
    out = _Report()
    for each in verified:
        report = each.report
        for signature in report.signatures:
            _signature(out, report, signature)
        if not report.signatures:
            _without_signature(out, report)
    _objects(out)
    encoded: bytes = etree.tostring(
        out.root, xml_declaration=True, encoding="UTF-8", pretty_print=True
    )
    return encoded


def _signature(out: _Report, report: VerificationReport, signature: SignatureSummary) -> None:
    one = _add(out.root, "SignatureValidationReport")
    _identifier(one, signature.field)
    _constraints(one, signature.steps, report)
    _times(one, report.verified_at, signature.signed_at)
    _digest(_add(one, "SignersDocument"), report.sha256)
    stamps = [stamp for stamp in report.timestamps if _is_about(stamp, signature)]
    if stamps:
        _attributes(out, one, report, stamps)
    if signature.signer is not None:
        holder = _add(one, "SignerInformation")
        _add(holder, "SignerCertificate", VOReference=out.name(signature.signer))
        _add(holder, "Signer", _legal(signature.signer.subject))
    _quality(one, signature)
    process = _PROCESSES.get(signature.level.partition("-")[2], "Basic")
    _add(
        _add(one, "SignatureValidationProcess"),
        "SignatureValidationProcessID",
        f"{_URN}:validationprocess:{process}",
    )
    status = _status(one, "SignatureValidationStatus", *_result(report, signature))
    _associated(out, status, signature)


def _result(report: VerificationReport, signature: SignatureSummary) -> tuple[str, str]:
    """Give indication and sub-indication, which a flaw of the file takes a pass from."""
    indication = _INDICATIONS.get(signature.indication, _OPEN)
    if indication == _PASSED and report.verdict is not Verdict.VALID:
        return _WHOLE_FILE.get(report.verdict, (_OPEN, "SIG_CONSTRAINTS_FAILURE"))
    return indication, signature.sub_indication


def _without_signature(out: _Report, report: VerificationReport) -> None:
    """Report on a file in which there is none, or none that could be read; on other proofs, too.

    An evidence record is reported by the object that it is about, its time-stamps as those of an
    archive; an Akte by its checks alone.
    """
    one = _add(out.root, "SignatureValidationReport")
    _constraints(one, (), report)
    first = min((stamp.time for stamp in report.timestamps), default=None)
    _times(one, report.verified_at, first if report.verdict is Verdict.VALID else None)
    if report.sha256:
        _digest(_add(one, "SignersDocument"), report.sha256)
    if report.timestamps:
        _attributes(out, one, report, report.timestamps)
    _status(one, "SignatureValidationStatus", *_result_without(report))


def _result_without(report: VerificationReport) -> tuple[str, str]:
    """Give indication and sub-indication where the checks decide."""
    if report.verdict is Verdict.VALID:
        return _PASSED, ""
    reason = "SIGNED_DATA_NOT_FOUND"
    reason = reason if reason in report.reason else "FORMAT_FAILURE"
    return (_FAILED if report.verdict is Verdict.INVALID else _OPEN), reason


def _identifier(one: _Element, name: str) -> None:
    identifier = _add(one, "SignatureIdentifier")
    _add(identifier, "HashOnly", "false")
    _add(identifier, "DocHashOnly", "false")
    _add(identifier, "DAIdentifier", _legal(name))


def _constraints(one: _Element, steps: Sequence[Step], report: VerificationReport) -> None:
    found = _add(one, "ValidationConstraintsEvaluationReport")
    policy = _add(found, "SignatureValidationPolicy")
    which = _add(policy, "SignaturePolicyIdentifier")
    etree.SubElement(which, etree.QName(_XADES, "SignaturePolicyImplied"))
    _add(policy, "PolicyName", "eakte")
    for step in steps:
        if step.result in _INDICATIONS or step.result == "INDETERMINATE":
            indication = _INDICATIONS.get(step.result, _OPEN)
            told = f"{step.name}: {step.detail}" if step.detail else step.name
            _constraint(found, f"{_STEP}:{step.clause}", indication, told)
    for check in report.checks:
        _check(found, check)


def _check(found: _Element, check: Check) -> None:
    told = f"{check.name}: {check.detail}" if check.detail else check.name
    _constraint(found, f"{_CHECK}:{check.number}", _CHECKED[check.passed], told)


def _constraint(found: _Element, name: str, indication: str, told: str) -> None:
    one = _add(found, "ValidationConstraint")
    _add(one, "ValidationConstraintIdentifier", name)
    _add(_add(one, "ConstraintStatus"), "Status", f"{_URN}:constraintStatus:applied")
    _status(one, "ValidationStatus", indication, "")
    _add(one, "Indications", _legal(told))


def _times(one: _Element, verified: datetime, proven: datetime | None) -> None:
    times = _add(one, "ValidationTimeInfo")
    _add(times, "ValidationTime", _moment(verified))
    best = _add(times, "BestSignatureTime")
    _add(best, "POETime", _moment(proven or verified))
    _add(best, "TypeOfProof", f"{_URN}:poetype:validation")


def _attributes(
    out: _Report, one: _Element, report: VerificationReport, stamps: Sequence[TimestampSummary]
) -> None:
    attributes = _add(one, "SignatureAttributes")
    for stamp in stamps:
        name = _STAMPS.get(stamp.kind, "SignatureTimeStamp")
        attribute = _add(attributes, name, Signed="false")
        _add(attribute, "AttributeObject", VOReference=out.stamp(stamp, report))
        _add(attribute, "TimeStampValue", _moment(stamp.time))


def _is_about(stamp: TimestampSummary, signature: SignatureSummary) -> bool:
    return stamp.kind == "document" or stamp.field == signature.field


def _quality(one: _Element, item: SignatureSummary | TimestampSummary) -> None:
    rank = item.qualification.name.lower().replace("_", "-")
    _add(_add(one, "SignatureQuality"), "SignatureQualityInformation", f"{_QUALIFICATION}:{rank}")


def _associated(out: _Report, status: _Element, item: SignatureSummary | TimestampSummary) -> None:
    """Tell the chain, and on what the qualification rests."""
    if not (item.chain or item.basis):
        return
    data = _add(status, "AssociatedValidationReportData")
    if item.chain:
        names = [out.name(each) for each in item.chain]
        listed = _add(data, "CertificateChain")
        _add(listed, "SigningCertificate", VOReference=names[0])
        for name in names[1:-1]:
            _add(listed, "IntermediateCertificate", VOReference=name)
        _add(listed, "TrustAnchor", VOReference=names[-1])
    if item.basis:
        told = _add(_add(data, "AdditionalValidationReportData"), "ReportData")
        _add(told, "Type", _QUALIFICATION)
        _add(told, "Value", _legal(item.basis))


def _objects(out: _Report) -> None:
    """List what was named: time-stamps with their own reports first, for they name more."""
    if not (out.stamps or out.certificates):
        return
    objects = _add(out.root, "SignatureValidationObjects")
    for identity, (stamp, report) in out.stamps.items():
        one = _object(objects, identity, "timestamp")
        described = f"{_moment(stamp.time)} {stamp.authority.subject}"
        direct = _add(_add(one, "ValidationObjectRepresentation"), "direct")
        direct.text = _legal(described)
        inner = _add(one, "ValidationReport")
        _times(inner, report.verified_at, None)
        _quality(inner, stamp)
        indication = _INDICATIONS.get(stamp.indication, _OPEN)
        status = _status(inner, "SignatureValidationStatus", indication, stamp.sub_indication)
        _associated(out, status, stamp)
    for identity, certificate in out.certificates.items():
        one = _object(objects, identity, "certificate")
        _digest(_add(one, "ValidationObjectRepresentation"), certificate.sha256)


def _object(objects: _Element, identity: str, kind: str) -> _Element:
    one = _add(objects, "ValidationObject", id=identity)
    _add(one, "ObjectType", f"{_URN}:validationObject:{kind}")
    return one


def _status(parent: _Element, name: str, indication: str, reason: str) -> _Element:
    status = _add(parent, name)
    _add(status, "MainIndication", f"{_URN}:mainindication:{indication}")
    if reason:
        _add(status, "SubIndication", f"{_URN}:subindication:{reason}")
    return status


def _digest(parent: _Element, sha256: str) -> None:
    both = _add(parent, "DigestAlgAndValue")
    etree.SubElement(both, etree.QName(_DS, "DigestMethod"), Algorithm=_SHA256)
    value = etree.SubElement(both, etree.QName(_DS, "DigestValue"))
    value.text = base64.b64encode(bytes.fromhex(sha256)).decode()


def _add(parent: _Element, name: str, text: str | None = None, **attributes: str) -> _Element:
    child = etree.SubElement(parent, etree.QName(_VR, name), attributes)
    child.text = text
    return child


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _legal(text: str) -> str:
    """Replace what XML cannot hold: control characters in the names of hostile files."""
    return _ILLEGAL.sub("\ufffd", text)
