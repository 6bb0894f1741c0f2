"""Levels B-B to B-LTA: what each seal is and rests on, and files with less than their level."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from asn1crypto import cms, ocsp
from pyhanko.pdf_utils.reader import PdfFileReader

from eakte.domain.clock import FixedClock
from eakte.domain.preservation import SealLevel
from eakte.domain.verification import OutsideKind, Verdict
from eakte.errors import SealDelayedError, SealFailedError
from eakte.pdfa.sealed import verdict
from eakte.seal import demo_pki
from eakte.seal.lasting import end_of_copy, protection_of
from eakte.seal.outside import told
from eakte.seal.revocation import DemoRevocation
from eakte.seal.signer import Sealer
from eakte.seal.trust_folder import TrustFolder
from eakte.seal.verify import SealedAs, accept, verify, verify_own
from tests.integration.sealing_office import archive_copy
from tests.unit.seal.attacks import (
    annotation,
    new_content,
    new_xmp,
    no_fields,
    update,
)
from tests.unit.seal.making import CLOCK, NOW, YEAR, trust

_REVISIONS = {SealLevel.B: 2, SealLevel.T: 2, SealLevel.LT: 3, SealLevel.LTA: 3}
_HOUR = timedelta(hours=1)
_SIGNED = (
    *("version", "sid", "digest_algorithm", "signed_attrs"),
    *("signature_algorithm", "signature"),
)
_CHANGES = (annotation, new_content, new_xmp, no_fields)


class _Short(DemoRevocation):
    """Answers as CAs do: for an hour."""

    def _good(self, subject, now):
        answer = super()._good(subject, now)
        answer["next_update"] = now + _HOUR
        return answer


class _Revoking(DemoRevocation):
    """Answers that all were revoked an hour ago."""

    def _good(self, subject, now):
        answer = super()._good(subject, now)
        since = {"revocation_time": now - _HOUR, "revocation_reason": "key_compromise"}
        answer["cert_status"] = ocsp.CertStatus("revoked", ocsp.RevokedInfo(since))
        return answer


class _Down:
    networked = True

    def answer(self, _request):
        raise ConnectionError("no route to the time-stamp authority")


class _Forgetful:
    networked = True

    def collect(self, _ends):
        raise SealDelayedError(reason="it cannot be learned", detail="nobody answers")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A sealed file of each level, with what is known of its certificates beside it."""
    folder = tmp_path_factory.mktemp("levels")
    anchors = trust(folder)
    sealer = Sealer(anchors, CLOCK, revocation=_Short(TrustFolder(anchors), CLOCK))
    (folder / "archive.pdf").write_bytes(archive_copy())
    files, beside = {}, {}
    for level in SealLevel:
        files[level] = folder / f"{level}.pdf"
        sealer.seal(folder / "archive.pdf", "Posteingang", files[level], level)
        beside[level] = () if level.has_evidence else sealer.evidence_of(files[level])
    return folder, anchors, files, beside


def _judge(made, level, at=NOW, data=None, sealed=None):
    """Judge a file of one level, or other bytes, as if its record named their digest."""
    folder, anchors, files, beside = made
    path = files[level]
    if data is not None:
        path = folder / "other.pdf"
        path.write_bytes(data)
    digest = sha256(path.read_bytes()).hexdigest()
    expected = sealed or SealedAs(level, beside[level])
    return verify_own(path, anchors, at, digest, 1, sealed=expected)


@pytest.mark.parametrize("level", list(SealLevel))
def test_each_level_is_what_it_says_and_valid(made, level):
    folder, anchors, files, beside = made
    digest = sha256(files[level].read_bytes()).hexdigest()
    report = accept(files[level], anchors, NOW, digest, 1, sealed=SealedAs(level, beside[level]))
    assert (report.verdict, report.reason) == (Verdict.VALID, "")
    assert [one.level for one in report.signatures] == [level.pades]
    assert report.outside == beside[level]
    assert (report.signatures[0].signed_at is not None) is level.has_time
    assert [stamp.kind for stamp in report.timestamps] == {
        SealLevel.B: [],
        SealLevel.LTA: ["signature", "document"],
    }.get(level, ["signature"])
    data = files[level].read_bytes()
    assert PdfFileReader(io.BytesIO(data)).total_revisions == _REVISIONS[level]
    assert data.startswith(archive_copy())
    assert end_of_copy(files[level]) == len(archive_copy())
    assert verdict(folder / "archive.pdf", files[level]) == "pass"


def test_what_protects_it_is_its_last_time_stamp_or_the_bare_seal(made):
    _folder, _anchors, files, _beside = made
    found = {level: protection_of(files[level], level) for level in SealLevel}
    assert [one.level for one in found.values()] == list(SealLevel)
    ends = [round((one.until - NOW) / YEAR) for one in found.values()]
    assert ends == [3, 3, 10, 10]
    assert [one.stamped_at is None for one in found.values()] == [True, False, False, False]
    for level in (SealLevel.B, SealLevel.T, SealLevel.LT):
        with pytest.raises(SealFailedError, match="PAdES-B-LTA"):
            protection_of(files[level])
    with pytest.raises(SealFailedError, match="PAdES-B-T"):
        protection_of(files[SealLevel.B], SealLevel.T)


def test_evidence_beside_a_file_raises_no_level(made):
    """It counts for the verdict, but the file has what it has."""
    beside = made[3]
    assert {one.kind for one in beside[SealLevel.T]} == set(OutsideKind)
    report = _judge(made, SealLevel.T, sealed=SealedAs(SealLevel.LT, beside[SealLevel.T]))
    assert (report.verdict, report.signatures[0].level) == (Verdict.INDETERMINATE, "PAdES-B-T")
    assert "NO_POE: it has not reached PAdES-B-LT" in report.reason


def test_alone_a_seal_without_evidence_is_not_decided(made):
    """On an auditor's machine, from the file and the anchors only."""
    _folder, anchors, files, _beside = made
    for level in SealLevel:
        report = verify(files[level], anchors, NOW)
        expected = Verdict.VALID if level.has_evidence else Verdict.INDETERMINATE
        assert report.verdict is expected, (level, report.reason)
        assert ("TRY_LATER" in report.reason) is not level.has_evidence


@pytest.mark.parametrize(
    ("level", "later", "expected"),
    [
        (SealLevel.B, _HOUR / 2, ""),
        (SealLevel.B, 2 * 24 * _HOUR, "TRY_LATER"),
        (SealLevel.B, 4 * YEAR, "OUT_OF_BOUNDS_NO_POE"),
        (SealLevel.T, 2 * YEAR, ""),
        (SealLevel.T, 4 * YEAR, ""),
        (SealLevel.T, 11 * YEAR, "OUT_OF_BOUNDS_NO_POE"),
        (SealLevel.LT, 4 * YEAR, ""),
        (SealLevel.LT, 11 * YEAR, "OUT_OF_BOUNDS_NO_POE"),
        (SealLevel.LTA, 4 * YEAR, ""),
        (SealLevel.LTA, 11 * YEAR, "NO_POE"),
    ],
)
def test_how_long_each_level_lasts_with_answers_for_an_hour(made, level, later, expected):
    report = _judge(made, level, NOW + later)
    assert report.verdict is (Verdict.INDETERMINATE if expected else Verdict.VALID), report.reason
    assert expected in report.reason


def test_a_responder_whose_certificate_ends_after_weeks_leaves_seals_valid(tmp_path, monkeypatch):
    """So live those of real CAs; it is held against the moment of its answer."""
    short = replace(demo_pki._SERVICES["ocsp"], life=30 * 24 * _HOUR)
    monkeypatch.setitem(demo_pki._SERVICES, "ocsp", short)
    anchors, raised = trust(tmp_path), tmp_path / "raised.pdf"
    sealer = Sealer(anchors, CLOCK, revocation=_Short(TrustFolder(anchors), CLOCK))
    (tmp_path / "archive.pdf").write_bytes(archive_copy())
    for level in (SealLevel.LT, SealLevel.LTA):
        out = tmp_path / f"{level}.pdf"
        sealer.seal(tmp_path / "archive.pdf", "Posteingang", out, level)
        for later in (20 * 24 * _HOUR, 5 * YEAR):
            report = verify(out, anchors, NOW + later)
            assert (report.verdict, report.reason) == (Verdict.VALID, ""), (level, later)
        late = FixedClock(NOW + 40 * 24 * _HOUR)
        fresh = _Short(TrustFolder(anchors), late)
        with pytest.raises(SealFailedError):
            Sealer(anchors, late, revocation=fresh).renew(out, raised)


def test_a_seal_whose_own_certificate_is_the_anchor_ends_with_it(made):
    """Nobody revokes an anchor, and pyHanko does not ask for its life."""
    _folder, anchors, files, _beside = made
    itself = TrustFolder(anchors).certificates / "seal.pem"
    for at, reason in (
        (NOW - YEAR, "NOT_YET_VALID"),
        (NOW + 2 * YEAR, ""),
        (NOW + 4 * YEAR, "OUT_OF_BOUNDS_NO_POE"),
    ):
        (found,) = verify(files[SealLevel.B], itself, at).signatures
        expected = "INDETERMINATE" if reason else "TOTAL-PASSED"
        assert (found.indication, found.sub_indication) == (expected, reason), at


def test_a_bare_seal_counts_while_somebody_answers_anew(made):
    _folder, anchors, files, beside = made
    at = NOW + YEAR
    fresh = Sealer(anchors, FixedClock(at)).evidence_of(files[SealLevel.B])
    sealed = SealedAs(SealLevel.B, (*beside[SealLevel.B], *fresh))
    assert _judge(made, SealLevel.B, at, sealed=sealed).verdict is Verdict.VALID


def _without_time(data):
    """Take the time-stamp out of the only signature, and write the rest over it."""
    item = PdfFileReader(io.BytesIO(data)).embedded_signatures[0]
    content = cms.ContentInfo.load(item.pkcs7_content)
    signed = content["content"]
    signer = signed["signer_infos"][0]
    kept = {key: signer[key] for key in _SIGNED}
    signed["signer_infos"] = [cms.SignerInfo(kept)]
    start, end = int(item.byte_range[1]) + 1, int(item.byte_range[2]) - 1
    plain = content.dump(force=True).hex().upper().encode()
    return data[:start] + plain.ljust(end - start, b"0") + data[end:]


def _first_revision(data):
    """Give a file as it was when its seal was put on, without what came later."""
    item = PdfFileReader(io.BytesIO(data)).embedded_signatures[0]
    return data[: int(item.byte_range[2]) + int(item.byte_range[3])]


@pytest.mark.parametrize(
    ("level", "strip", "left"),
    [
        (SealLevel.T, _without_time, SealLevel.B),
        (SealLevel.LT, _first_revision, SealLevel.T),
        (SealLevel.LTA, _first_revision, SealLevel.T),
        (SealLevel.LTA, lambda data: _without_time(_first_revision(data)), SealLevel.B),
    ],
)
def test_a_file_stripped_of_its_level_is_not_what_was_sealed(made, level, strip, left):
    """Good evidence beside it, and a digest that fits: the record's level decides."""
    folder, anchors, files, _beside = made
    data = strip(files[level].read_bytes())
    (folder / "stripped.pdf").write_bytes(data)
    outside = Sealer(anchors, CLOCK).evidence_of(folder / "stripped.pdf")
    lower = _judge(made, level, data=data, sealed=SealedAs(left, outside))
    assert (lower.verdict, lower.reason) == (Verdict.VALID, ""), "else it proves nothing"
    report = _judge(made, level, data=data, sealed=SealedAs(level, outside))
    assert report.verdict is Verdict.INDETERMINATE
    assert "NO_POE" in report.reason
    assert report.signatures[0].level == left.pades


def test_no_change_after_the_seal_is_valid_at_any_level(made):
    changes = [*map(_updating, _CHANGES), lambda data: data + b"\n% appended\n"]
    for level in SealLevel:
        data = made[2][level].read_bytes()
        for change in changes:
            report = _judge(made, level, data=change(data))
            assert report.verdict is not Verdict.VALID, (level, change)


def _updating(change):
    return lambda data: update(data, change)


def test_a_revoked_certificate_is_told_at_every_level(made):
    """The answer that says so is at hand; it was revoked before the seal."""
    folder, anchors, _files, beside = made
    revoking = _Revoking(TrustFolder(anchors), CLOCK)
    for level in SealLevel:
        more = told((), revoking.collect())
        report = _judge(made, level, sealed=SealedAs(level, (*beside[level], *more)))
        assert report.verdict is not Verdict.VALID, level
        assert "REVOKED" in report.reason, report.reason
        sealer = Sealer(anchors, CLOCK, revocation=revoking)
        with pytest.raises(SealFailedError):
            sealer.seal(folder / "archive.pdf", "x", folder / "never.pdf", level)
        assert not (folder / "never.pdf").exists()


def test_only_what_a_level_needs_is_asked_for(made, tmp_path):
    """A bare seal waits for no time-stamp; all wait for an answer about revocation."""
    folder, anchors, _files, _beside = made
    out = tmp_path / "out.pdf"
    without_time = Sealer(anchors, CLOCK, authority=_Down())
    without_time.probe(SealLevel.B)
    without_time.seal(folder / "archive.pdf", "x", out, SealLevel.B)
    out.unlink()
    for level in (SealLevel.T, SealLevel.LT, SealLevel.LTA):
        with pytest.raises(SealDelayedError):
            Sealer(anchors, CLOCK, authority=_Down()).probe(level)
        with pytest.raises(SealDelayedError):
            Sealer(anchors, CLOCK, authority=_Down()).seal(folder / "archive.pdf", "x", out, level)
        assert not out.exists()
    for level in SealLevel:
        with pytest.raises(SealDelayedError):
            Sealer(anchors, CLOCK, revocation=_Forgetful()).probe(level)


def test_a_bare_seal_cannot_be_raised(made, tmp_path):
    """A time-stamp of today does not prove when it was made."""
    _folder, anchors, files, _beside = made
    with pytest.raises(SealFailedError, match="no time-stamp"):
        Sealer(anchors, CLOCK).renew(files[SealLevel.B], tmp_path / "raised.pdf")
    assert not (tmp_path / "raised.pdf").exists()


@pytest.mark.parametrize("level", [SealLevel.T, SealLevel.LT])
def test_a_renewal_raises_it(made, tmp_path, level):
    folder, anchors, files, _beside = made
    at, raised = NOW + YEAR, tmp_path / "raised.pdf"
    Sealer(anchors, FixedClock(at)).renew(files[level], raised)
    assert raised.read_bytes().startswith(files[level].read_bytes())
    found = protection_of(raised)
    assert (found.level, found.stamped_at) == (SealLevel.LTA, at.replace(microsecond=0))
    assert verdict(folder / "archive.pdf", raised) == "pass"
    data = raised.read_bytes()
    for later in (timedelta(), 5 * YEAR):
        report = _judge(made, SealLevel.LTA, at + later, data, SealedAs())
        assert (report.verdict, report.reason) == (Verdict.VALID, ""), later
