"""Sealing with real keys and real time-stamps: what the bytes are afterwards."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta

import pikepdf
import pikepdf.pdfa
import pytest
from asn1crypto import tsp
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import handle_tsp_response

from eakte.domain.clock import FixedClock
from eakte.domain.preservation import SealLevel
from eakte.domain.verification import Verdict
from eakte.errors import ConfigurationError, SealDelayedError, SealFailedError
from eakte.seal import keys
from eakte.seal.keys import Pkcs12SealKey
from eakte.seal.revocation import DemoRevocation, RevocationData
from eakte.seal.signer import Sealer
from eakte.seal.timestamp import DemoTimestampAuthority
from eakte.seal.trust import TrustAnchors
from eakte.seal.trust_folder import TrustFolder
from eakte.seal.verify import SealedAs, accept, verify, verify_own
from tests.unit.seal.making import CLOCK, NOW, YEAR, Bench, pdfa, seal_bytes, sealed, trust


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return trust(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def original(folder):
    return sealed(folder)


@pytest.fixture
def bench(tmp_path, folder):
    return Bench(tmp_path, folder)


def _xmp(data):
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return pdf.Root.Metadata.read_raw_bytes()


def _info(data):
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return {key: str(value) for key, value in pdf.docinfo.items()}


class TestTheSealedFile:
    def test_every_byte_of_the_original_stands_unchanged_at_its_start(self, original):
        assert original.startswith(pdfa())

    def test_it_has_three_revisions_and_the_last_is_an_archive_time_stamp(self, original):
        reader = PdfFileReader(io.BytesIO(original))
        assert reader.total_revisions == 3
        seal, stamp = reader.embedded_signatures
        assert seal.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
        assert stamp.sig_object["/SubFilter"] == "/ETSI.RFC3161"
        byte_range = [int(number) for number in stamp.byte_range]
        assert byte_range[2] + byte_range[3] == len(original)

    def test_the_seal_forbids_every_change_and_cannot_be_seen(self, original):
        reader = PdfFileReader(io.BytesIO(original))
        seal = reader.embedded_signatures[0]
        assert seal.docmdp_level == MDPPerm.NO_CHANGES
        for item in reader.embedded_signatures:
            assert [int(number) for number in item.sig_field["/Rect"]] == [0, 0, 0, 0]
            assert "/AP" not in item.sig_field

    def test_the_keys_are_elliptic_and_nothing_is_hashed_with_less_than_sha256(self, original):
        for item in PdfFileReader(io.BytesIO(original)).embedded_signatures:
            assert item.signer_info["signature_algorithm"]["algorithm"].native == "sha256_ecdsa"
            assert item.md_algorithm == "sha256"

    def test_xmp_and_info_are_the_same_bytes_as_before(self, original):
        """Trap 3: pyHanko would rewrite both."""
        assert _xmp(original) == _xmp(pdfa())
        assert _info(original) == _info(pdfa())
        assert original.count(b"<?xpacket begin") == pdfa().count(b"<?xpacket begin") == 1

    def test_pdfa_breaks_no_rule(self, original):
        """qpdf's checker knows no signatures: it may say 'unsupported', never 'violation'."""
        assert pikepdf.pdfa.validate_written(io.BytesIO(pdfa()), "2b").passed
        report = pikepdf.pdfa.validate_written(io.BytesIO(original), "2b")
        assert [found for found in report.findings if found.kind == "violation"] == []
        assert {found.rule for found in report.findings} == {"pikepdf:schema-Catalog"}

    def test_it_stays_pdf_1_7_or_older(self, original):
        with pikepdf.open(io.BytesIO(original)) as pdf:
            assert str(pdf.Root.get("/Version", "/1.7")) <= "/1.7"
            assert set(pdf.Root.Extensions.keys()) == {"/ESIC"}

    def test_the_reason_is_in_the_seal(self, original):
        assert PdfFileReader(io.BytesIO(original)).embedded_signatures[0].sig_object["/Reason"] == (
            "Posteingang"
        )

    def test_the_time_in_it_is_our_clocks(self, original):
        seal = PdfFileReader(io.BytesIO(original)).embedded_signatures[0]
        assert seal.self_reported_timestamp == NOW.replace(microsecond=0)

    def test_an_input_without_a_last_newline_gets_one(self, folder, bench):
        """Trap 9: else the object after %%EOF breaks PDF/A 6.1.9."""
        bare = pdfa().rstrip(b"\r\n")
        assert bare.endswith(b"%%EOF")
        data = sealed(folder, bare)
        assert data.startswith(bare + b"\n")
        assert b"%%EOF1" not in data
        assert bench(data).verdict is Verdict.VALID

    def test_hundred_pages_are_sealed_too(self, folder, bench):
        report = bench(sealed(folder, pdfa(100)))
        assert report.verdict is Verdict.VALID


class TestTheVerdict:
    def test_a_fresh_seal_is_valid_in_every_check(self, original, bench):
        report = bench(original)
        assert (report.verdict, report.reason) == (Verdict.VALID, "")
        assert [check.number for check in report.checks] == list(range(1, 16))
        assert all(check.passed for check in report.checks)
        assert report.sha256 == hashlib.sha256(original).hexdigest()
        assert report.size == len(original)

    def test_it_says_who_sealed_when_and_at_which_level(self, original, bench):
        report = bench(original)
        (seal,) = report.signatures
        assert seal.level == "PAdES-B-LTA"
        assert (seal.indication, seal.sub_indication) == ("TOTAL-PASSED", "")
        assert seal.signed_at == NOW.replace(microsecond=0)
        assert "CN=DEMO Seal" in seal.chain[0].subject
        assert "CN=DEMO Root CA" in seal.chain[-1].subject
        assert [stamp.kind for stamp in report.timestamps] == ["signature", "document"]
        assert all(stamp.valid for stamp in report.timestamps)
        assert "DEMO Root CA" in report.trusted

    def test_it_never_says_qualified_without_not(self, original, bench):
        text = str(bench(original))
        assert "demo certificate, not qualified" in text
        assert text.count("qualified") == text.count("not qualified")

    def test_the_anchors_are_told_from_others_of_the_same_name(self, original, bench, folder):
        (root,) = TrustAnchors.load(folder).certificates
        assert root.sha256.hex() in bench(original).trusted.replace(" ", "")

    def test_acceptance_asks_whether_the_seal_can_be_preserved(self, original, folder, tmp_path):
        path = tmp_path / "sealed.pdf"
        path.write_bytes(original)
        digest = hashlib.sha256(original).hexdigest()
        report = accept(path, folder, NOW, digest, 2)
        assert report.verdict is Verdict.VALID
        assert report.checks[-1].name == "Preservable"
        assert accept(path, folder, NOW, digest, 3).verdict is Verdict.INVALID
        assert accept(path, folder, NOW, "0" * 64, 2).verdict is Verdict.INVALID
        lower = accept(path, folder, NOW, digest, 2, sealed=SealedAs(SealLevel.T))
        assert lower.verdict is Verdict.VALID
        assert lower.checks[-1].name == "Pages in the record"

    @pytest.mark.parametrize("years", [1, 4, 9])
    def test_it_stays_valid_offline_after_the_seal_certificate_expired(
        self, original, bench, years
    ):
        report = bench(original, NOW + years * YEAR)
        assert report.verdict is Verdict.VALID
        expired = report.signatures[0].signer.not_after < report.verified_at
        assert expired == (years > 3)

    def test_it_is_open_once_the_time_stamp_certificate_expired_unrenewed(self, original, bench):
        report = bench(original, NOW + 11 * YEAR)
        assert report.verdict is Verdict.INDETERMINATE
        assert report.checks[8].passed is False
        assert "OUT_OF_BOUNDS_NO_POE" in report.checks[8].detail

    def test_an_expired_time_stamp_certificate_that_is_itself_an_anchor_counts_too(
        self, original, tmp_path, folder
    ):
        """Trap 7: anchors are not checked for expiry by pyHanko."""
        anchors = tmp_path / "anchors.pem"
        parts = [folder / "anchors/root.pem", folder / "certificates/tsa.pem"]
        anchors.write_bytes(b"".join(part.read_bytes() for part in parts))
        path = tmp_path / "sealed.pdf"
        path.write_bytes(original)
        assert verify(path, anchors, NOW).verdict is Verdict.VALID
        late = verify(path, anchors, NOW + 11 * YEAR)
        assert late.verdict is not Verdict.VALID
        assert late.checks[8].passed is False

    def test_before_it_was_sealed_it_was_not_valid(self, original, bench):
        assert bench(original, NOW - timedelta(days=30)).verdict is not Verdict.VALID

    def test_the_record_decides_too(self, original, folder, tmp_path):
        path = tmp_path / "sealed.pdf"
        path.write_bytes(original)
        digest = hashlib.sha256(original).hexdigest()
        assert verify_own(path, folder, NOW, digest, 2).verdict is Verdict.VALID
        other = verify_own(path, folder, NOW, "0" * 64, 2)
        assert other.verdict is Verdict.INVALID
        assert other.reason.startswith("Digest in the record")
        assert {check.passed for check in other.checks[:14]} == {None}  # hostile: never parsed
        fewer = verify_own(path, folder, NOW, digest, 3)
        assert fewer.verdict is Verdict.INVALID
        assert "2 instead of 3" in fewer.reason


class _Clumsy(DemoTimestampAuthority):
    """Its tokens grow after the first one, as when an authority changes its chain (trap 11)."""

    asked = 0

    def answer(self, request):
        self.asked += 1
        if self.asked == 1:
            return super().answer(request)
        response = tsp.TimeStampResp.load(super().answer(request))
        signed = response["time_stamp_token"]["content"]
        extra = [self.padding] * 12
        signed["certificates"] = [item.chosen for item in signed["certificates"]] + extra
        return response.dump(force=True)


class _Generous(DemoTimestampAuthority):
    """Puts a certificate into its tokens that has nothing to do with them."""

    def answer(self, request):
        response = tsp.TimeStampResp.load(super().answer(request))
        signed = response["time_stamp_token"]["content"]
        signed["certificates"] = [*(item.chosen for item in signed["certificates"]), self.stray]
        return response.dump(force=True)


def test_a_certificate_that_the_time_stamp_does_not_cover_leaves_a_doubt(folder, bench, tmp_path):
    """It could be exchanged for another one without anybody noticing."""
    tsa = Pkcs12SealKey.of(TrustFolder(folder), "tsa")
    authority = _Generous(tsa, CLOCK)
    authority.stray = Pkcs12SealKey.of(TrustFolder(trust(tmp_path / "x")), "tsa").certificate
    report = bench(seal_bytes(Sealer(folder, CLOCK, authority=authority), pdfa(), "x"))
    assert report.verdict is Verdict.INDETERMINATE
    assert "carries a certificate" in report.reason


class _Down:
    def answer(self, _request):
        raise ConnectionError("no route to the time-stamp authority")


class _Broken:
    def answer(self, _request):
        return bytes.fromhex("30053003020102")  # status: rejection


class _Silent:
    def collect(self, _ends):
        return RevocationData([], [])


class TestWhenItCannotBeDone:
    @pytest.mark.parametrize("authority", [_Down(), _Broken()])
    def test_a_time_stamp_authority_that_fails_never_lowers_the_level(self, folder, authority):
        with pytest.raises(SealDelayedError, match="no time-stamp authority gives a valid"):
            seal_bytes(Sealer(folder, CLOCK, authority=authority), pdfa(), "x")

    def test_nor_do_missing_revocation_data(self, folder):
        with pytest.raises(SealFailedError):
            seal_bytes(Sealer(folder, CLOCK, revocation=_Silent()), pdfa(), "x")

    def test_an_expired_seal_certificate_seals_nothing(self, folder):
        late = FixedClock(NOW + 5 * YEAR)
        with pytest.raises(SealFailedError):
            seal_bytes(Sealer(folder, late), pdfa(), "x")

    def test_a_time_stamp_larger_than_its_room_is_asked_for_again(self, folder):
        layout = TrustFolder(folder)
        tsa = Pkcs12SealKey.of(layout, "tsa")
        authority = _Clumsy(tsa, CLOCK)
        authority.padding = tsa.certificate
        data = seal_bytes(Sealer(folder, CLOCK, authority=authority), pdfa(), "x")
        assert PdfFileReader(io.BytesIO(data)).total_revisions == 3
        assert authority.asked > 3

    def test_a_signed_file_is_never_sealed_again(self, folder, original):
        with pytest.raises(SealFailedError, match="signed already"):
            seal_bytes(Sealer(folder, CLOCK), original, "x")

    def test_an_encrypted_file_is_not_sealed(self, folder):
        target = io.BytesIO()
        with pikepdf.open(io.BytesIO(pdfa())) as pdf:
            pdf.save(target, encryption=pikepdf.Encryption(owner="a", user=""))
        with pytest.raises(SealFailedError):
            seal_bytes(Sealer(folder, CLOCK), target.getvalue(), "x")

    @pytest.mark.parametrize("junk", [b"", b"\n", b"%PDF-1.7\n", b"no pdf at all", b"\x00" * 4096])
    def test_what_is_no_pdf_is_not_sealed(self, folder, junk):
        with pytest.raises(SealFailedError):
            seal_bytes(Sealer(folder, CLOCK), junk, "x")

    def test_a_trust_folder_without_keys_is_a_matter_of_configuration(self, tmp_path):
        with pytest.raises(ConfigurationError):
            Sealer(tmp_path, CLOCK)


class TestTheDemoAuthorities:
    def test_tokens_are_rfc_3161_with_our_time_accuracy_and_a_serial_of_their_own(self, folder):
        tsa = DemoTimestampAuthority(Pkcs12SealKey.of(TrustFolder(folder), "tsa"), CLOCK)
        serials = set()
        for _attempt in range(3):
            nonce, request = TimeStamper().request_cms(b"\x01" * 32, "sha256")
            answer = tsp.TimeStampResp.load(tsa.answer(request.dump()))
            token = handle_tsp_response(answer, nonce)
            info = token["content"]["encap_content_info"]["content"].parsed
            assert info["gen_time"].native == NOW.replace(microsecond=0)
            assert info["accuracy"]["seconds"].native == 1
            serials.add(info["serial_number"].native)
        assert len(serials) == 3

    def test_the_answer_about_revocation_is_as_old_as_the_clock_says(self, folder):
        data = DemoRevocation(TrustFolder(folder), CLOCK).collect()
        assert len(data.lists) == 1
        assert NOW.strftime("%Y%m%d%H%M%SZ").encode() in data.answers[0]


def test_keys_are_opened_once_however_much_is_sealed(folder, monkeypatch):
    """Trap 4: opening the key anew for every seal costs ten times the CPU."""
    opened = []
    real = keys.pkcs12.load_key_and_certificates

    def spy(data, password):
        opened.append(len(data))
        return real(data, password)

    monkeypatch.setattr(keys.pkcs12, "load_key_and_certificates", spy)
    sealer = Sealer(folder, CLOCK)
    at_start = len(opened)
    for _document in range(3):
        seal_bytes(sealer, pdfa(), "Posteingang")
    assert 1 <= at_start == len(opened)
