"""Whatever is done to a sealed file, the answer is never VALID and always says why."""

from __future__ import annotations

import io
import random
import re
import string

import pikepdf
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from eakte.domain.clock import FixedClock
from eakte.domain.verification import Verdict
from eakte.seal.demo_pki import create_demo_trust
from eakte.seal.signer import Sealer
from tests.unit.seal.making import CLOCK, NOW, Bench, pdfa, sealed, trust

SEED = 20260302


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return trust(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def original(folder):
    return sealed(folder)


@pytest.fixture(scope="module")
def bench(tmp_path_factory, folder, original):
    bench = Bench(tmp_path_factory.mktemp("bench"), folder)
    assert bench(original).verdict is Verdict.VALID
    return bench


def _refuted(report, verdict=None):
    assert report.verdict is not Verdict.VALID
    assert report.reason
    assert len(report.checks) == 12
    if verdict is not None:
        assert report.verdict is verdict, report.reason
    return report


def _replaced(data, position, value):
    return data[:position] + bytes([value]) + data[position + 1 :]


def _container(data):
    """Where the last time-stamp stands: the only bytes that no time-stamp hashes."""
    *_others, last = re.finditer(rb"<([0-9A-Fa-f]{2000,})>", data)
    return last.span()


class TestSingleBytes:
    @pytest.mark.slow
    def test_two_hundred_random_changes(self, original, bench):
        chance = random.Random(SEED)
        verdicts = []
        for _attempt in range(200):
            position = chance.randrange(len(original))
            other = original[position] ^ chance.randrange(1, 256)
            verdicts.append(_refuted(bench(_replaced(original, position, other))).verdict)
        assert verdicts.count(Verdict.INVALID) > 60  # proven; the rest cannot be read any more

    @pytest.mark.slow
    def test_two_hundred_changes_that_keep_the_time_stamp_hexadecimal(self, original, bench):
        """In the container itself a byte can be another one without touching any digest."""
        chance = random.Random(SEED)
        start, end = _container(original)
        for _attempt in range(200):
            position = chance.randrange(start + 1, end - 1)
            other = chance.choice([c for c in b"0123456789ABCDEF" if c != original[position]])
            _refuted(bench(_replaced(original, position, other)))

    def test_padding_case_and_blanks_in_the_container(self, original, bench):
        start, end = _container(original)
        letter = next(i for i in range(start, end) if chr(original[i]) in "ABCDEF")
        _refuted(bench(_replaced(original, end - 2, ord("1"))))
        _refuted(bench(_replaced(original, letter, original[letter] + 32)))
        _refuted(bench(_replaced(original, end - 2, ord(" "))))

    def test_a_token_whose_length_reaches_into_its_padding(self, original, bench):
        """asn1crypto overlooks what stands behind the parts it knows."""
        start, _end = _container(original)
        assert original[start + 1 : start + 5] == b"3082"
        length = int(original[start + 5 : start + 9], 16)
        for more in (1, 2, 16, 96):
            longer = f"{length + more:04X}".encode()
            report = _refuted(bench(original[: start + 5] + longer + original[start + 9 :]))
            assert report.checks[11].passed is not True

    def test_the_first_and_the_last_byte(self, original, bench):
        _refuted(bench(_replaced(original, 0, ord("!"))))
        _refuted(bench(_replaced(original, len(original) - 1, ord(" "))))


class TestLength:
    @pytest.mark.parametrize(
        "tail", [b"\x00", b"\n", b" ", b"%%EOF\n", b"\r\n%%EOF", b"junk" * 300, b"%comment\n"]
    )
    def test_appended_bytes(self, original, bench, tail):
        """Trap 10: pyHanko overlooks some of them, and stumbles over the others."""
        report = _refuted(bench(original + tail))
        assert report.verdict is Verdict.INVALID or "not analysable" in report.reason

    def test_truncated_tails(self, original, bench):
        chance = random.Random(SEED)
        for missing in [1, 2, 6, 7, 100, *chance.sample(range(len(original)), 12)]:
            _refuted(bench(original[:-missing]))

    def test_cut_back_to_an_earlier_revision(self, original, bench):
        """The seal alone is intact, but what preserved it is gone."""
        ends = [found.end() for found in re.finditer(rb"%%EOF\n", original)]
        seal_only = _refuted(bench(original[: ends[-2]]), Verdict.INDETERMINATE)
        assert seal_only.signatures[0].level == "PAdES-B-T"
        unsealed = _refuted(bench(original[: ends[0]]), Verdict.INDETERMINATE)
        assert "SIGNED_DATA_NOT_FOUND" in unsealed.reason

    @pytest.mark.parametrize("junk", [b"", b"\n", b"%PDF-1.7", b"\x00" * 1000, b"%%EOF" * 50])
    def test_no_pdf_at_all(self, bench, junk):
        _refuted(bench(junk), Verdict.INDETERMINATE)

    def test_inserted_and_removed_bytes(self, original, bench):
        chance = random.Random(SEED)
        for _attempt in range(10):
            position = chance.randrange(len(original))
            _refuted(bench(original[:position] + b"x" + original[position:]))
            _refuted(bench(original[:position] + original[position + 1 :]))


def _update(data, change, *, quiet=True):
    """Append a revision as an attacker would: every earlier byte stands."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    if quiet:
        writer._update_meta = lambda: None
    change(writer)
    output = io.BytesIO()
    writer.write(output)
    assert output.getvalue().startswith(data)
    return output.getvalue()


def _new_content(writer):
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    stream = generic.StreamObject(stream_data=b"1 0 0 rg 0 0 595 842 re f")
    page[pdf_name("/Contents")] = writer.add_object(stream)
    writer.update_container(page)


def _new_page(writer):
    pages = writer.root["/Pages"]
    copy = generic.DictionaryObject(dict(pages["/Kids"][0].get_object()))
    pages["/Kids"].append(writer.add_object(copy))
    pages[pdf_name("/Count")] = generic.NumberObject(int(pages["/Count"]) + 1)
    writer.update_container(pages)


def _new_xmp(writer):
    stream = writer.root["/Metadata"].get_object()
    data = writer.prev.root["/Metadata"].get_object().data
    fresh = generic.StreamObject(
        {pdf_name("/Type"): pdf_name("/Metadata"), pdf_name("/Subtype"): pdf_name("/XML")},
        stream_data=data.replace(b"Antrag", b"Widerruf"),
    )
    assert stream is not None
    writer.root[pdf_name("/Metadata")] = writer.add_object(fresh)
    writer.update_root()


def _new_info(writer):
    info = generic.DictionaryObject({pdf_name("/Title"): generic.pdf_string("Widerruf")})
    writer.set_info(writer.add_object(info))


def _changed_info(writer):
    info = writer.trailer["/Info"]
    info[pdf_name("/Title")] = generic.pdf_string("Widerruf")
    writer.update_container(info)


def _no_fields(writer):
    form = writer.root["/AcroForm"]
    form[pdf_name("/Fields")] = generic.ArrayObject()
    writer.update_container(form)


def _no_form(writer):
    del writer.root[pdf_name("/AcroForm")]
    writer.update_root()


def _no_permissions(writer):
    del writer.root[pdf_name("/Perms")]
    writer.update_root()


def _annotation(writer):
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Text"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (9, 9, 99, 99))),
            pdf_name("/Contents"): generic.pdf_string("genehmigt"),
        }
    )
    page["/Annots"].append(writer.add_object(note))
    writer.update_container(page)


def _javascript(writer):
    action = generic.DictionaryObject(
        {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): generic.pdf_string("app.beep()")}
    )
    writer.root[pdf_name("/OpenAction")] = writer.add_object(action)
    writer.update_root()


def _add_field(writer, value):
    """Hang a second, filled signature field into the form."""
    form = writer.root["/AcroForm"]
    field = generic.DictionaryObject(
        {
            pdf_name("/FT"): pdf_name("/Sig"),
            pdf_name("/T"): generic.pdf_string("Zweite"),
            pdf_name("/V"): writer.add_object(generic.DictionaryObject(value)),
        }
    )
    form["/Fields"].append(writer.add_object(field))
    writer.update_container(form)


def _signature_value(subfilter, contents):
    return {
        pdf_name("/Type"): pdf_name("/Sig"),
        pdf_name("/Filter"): pdf_name("/Adobe.PPKLite"),
        pdf_name("/SubFilter"): pdf_name(subfilter),
        pdf_name("/Contents"): generic.ByteStringObject(contents),
        pdf_name("/ByteRange"): generic.ArrayObject(map(generic.NumberObject, (0, 10, 20, 10))),
    }


def _unknown_subfilter(writer):
    """Trap 6: pyHanko does not even list such a signature."""
    _add_field(writer, _signature_value("/Geheim.Signatur", b"\x30\x00"))


def _zero_placeholder(writer):
    """Trap 8: the enumeration of the whole file dies of it."""
    _add_field(writer, _signature_value("/ETSI.CAdES.detached", bytes(4096)))


def _swapped_stamp(writer):
    """Let the time-stamp's field show the seal's signature."""
    fields = writer.root["/AcroForm"]["/Fields"]
    seal, stamp = (field.get_object() for field in fields)
    stamp[pdf_name("/V")] = seal.raw_get("/V")
    writer.update_container(stamp)


ATTACKS = [
    _new_content,
    _new_page,
    _new_xmp,
    _new_info,
    _changed_info,
    _no_fields,
    _no_form,
    _no_permissions,
    _annotation,
    _javascript,
    _unknown_subfilter,
    _zero_placeholder,
    _swapped_stamp,
    lambda writer: writer.update_root(),
    lambda writer: writer.add_object(generic.pdf_string("an orphan")),
]


class TestRevisions:
    @pytest.mark.parametrize("attack", ATTACKS)
    def test_an_appended_revision(self, original, bench, attack):
        """Traps 1, 2, 6 and 8, and what resembles them."""
        _refuted(bench(_update(original, attack)))

    @pytest.mark.parametrize("attack", [_new_content, _new_page, _annotation, _javascript])
    def test_changed_content_is_proven_and_named(self, original, bench, attack):
        report = _refuted(bench(_update(original, attack)), Verdict.INVALID)
        assert "changed after eakte-Siegel" in report.reason

    @pytest.mark.parametrize("attack", [_new_xmp, _new_info, _changed_info])
    def test_changed_metadata_is_a_change(self, original, bench, attack):
        """Trap 2: pyHanko's own policy waves it through, even a certified file."""
        report = _refuted(bench(_update(original, attack)), Verdict.INVALID)
        assert report.checks[6].passed is False

    def test_a_revision_written_by_pyhanko_itself_rewrites_metadata(self, original, bench):
        _refuted(bench(_update(original, lambda w: w.update_root(), quiet=False)))

    @pytest.mark.parametrize("attack", [_new_content, _new_xmp, _changed_info])
    def test_a_change_covered_by_a_new_archive_time_stamp(self, original, bench, folder, attack):
        """The attacker has a time-stamp authority too: coverage alone proves nothing."""
        changed = io.BytesIO(_update(original, attack))
        _stamp_again(changed, folder)
        report = _refuted(bench(changed.getvalue()), Verdict.INVALID)
        assert report.checks[9].passed
        assert report.checks[6].passed is False

    def test_an_honest_renewal_stays_valid(self, original, bench, folder):
        renewed = io.BytesIO(original)
        _stamp_again(renewed, folder)
        report = bench(renewed.getvalue())
        assert (report.verdict, report.reason) == (Verdict.VALID, "")
        assert len(report.timestamps) == 3

    def test_a_rewritten_file(self, original, bench):
        target = io.BytesIO()
        with pikepdf.open(io.BytesIO(original)) as pdf:
            pdf.save(target)
        _refuted(bench(target.getvalue()), Verdict.INVALID)


def _stamp_again(stream, folder):
    """Append one more archive time-stamp, as a renewal does."""
    import asyncio

    sealer = Sealer(folder, CLOCK)
    from eakte.seal import signer

    before, signer.TIMESTAMP_FIELD = signer.TIMESTAMP_FIELD, "eakte-Zeitstempel-2"
    try:
        asyncio.run(sealer._preserve(stream))
    finally:
        signer.TIMESTAMP_FIELD = before


class TestStrangers:
    def test_a_seal_of_another_demo_leads_to_no_anchor(self, bench, tmp_path):
        report = _refuted(bench(sealed(trust(tmp_path))), Verdict.INDETERMINATE)
        assert "NO_CERTIFICATE_CHAIN_FOUND" in report.reason
        assert report.signatures[0].chain == ()

    def test_changes_in_a_strangers_file_are_not_called_tampering(self, bench, tmp_path):
        """Trap 12: without an anchor, changes cannot be classified."""
        changed = _update(sealed(trust(tmp_path)), _new_content)
        report = _refuted(bench(changed), Verdict.INDETERMINATE)
        assert "not classified" in report.checks[6].detail

    def test_a_time_stamp_of_a_strangers_authority_counts_for_nothing(
        self, bench, folder, tmp_path
    ):
        from eakte.seal.keys import Pkcs12SealKey
        from eakte.seal.timestamp import DemoTimestampAuthority
        from eakte.seal.trust_folder import TrustFolder

        create_demo_trust(tmp_path / "other", "Anderswo", CLOCK)
        stranger = Pkcs12SealKey.of(TrustFolder(tmp_path / "other"), "tsa")
        data = _stranger_stamped(folder, DemoTimestampAuthority(stranger, CLOCK))
        _refuted(bench(data), Verdict.INDETERMINATE)

    def test_a_time_stamp_taken_from_another_file(self, original, bench, folder):
        """Same authority, same length: only the digest tells."""
        start, end = _container(original)
        for word in string.ascii_lowercase[:8]:
            other = Sealer(folder, CLOCK).seal(pdfa(), f"Posteingan{word}")
            begin, stop = _container(other)
            if stop - begin == end - start:
                swapped = original[:start] + other[begin:stop] + original[end:]
                report = _refuted(bench(swapped), Verdict.INVALID)
                assert "HASH_FAILURE" in report.reason
                return
        pytest.fail("no time-stamp of the same length")

    def test_a_back_dated_file_is_open(self, bench, folder):
        """Sealed tomorrow, verified today."""
        from datetime import timedelta

        data = Sealer(folder, FixedClock(NOW + timedelta(days=1))).seal(pdfa(), "x")
        report = _refuted(bench(data))
        assert report.checks[8].passed is False


def _stranger_stamped(folder, authority):
    """Seal with our key but with somebody else's time-stamps, evidence left out."""
    import asyncio

    from pyhanko.sign.fields import SigFieldSpec
    from pyhanko.sign.signers.pdf_signer import PdfTimeStamper

    from eakte.seal import signer

    async def run():
        ours = Sealer(folder, CLOCK)
        stamper = signer.RelayTimeStamper(authority)
        output = io.BytesIO()
        pdf_signer = signer._ArchiveSigner(
            signer._metadata("x"),
            ours._signer,
            timestamper=stamper,
            new_field_spec=SigFieldSpec(signer.SEAL_FIELD, box=None),
        )
        pdf_signer.moment = NOW
        writer = signer._QuietWriter(io.BytesIO(pdfa()))
        await pdf_signer.async_sign_pdf(writer, output=output)
        output.seek(0)
        await PdfTimeStamper(stamper, field_name="Stempel").async_timestamp_pdf(
            signer._QuietWriter(output), "sha256", in_place=True
        )
        return output.getvalue()

    return asyncio.run(run())


def test_the_attacks_are_attacks(original):
    """Each of them really changes what a reader shows or finds."""
    for attack in ATTACKS[:-2]:
        changed = PdfFileReader(io.BytesIO(_update(original, attack)), strict=False)
        assert changed.total_revisions == 4
