"""Whatever is done to a sealed file, the answer is never VALID and always says why."""

from __future__ import annotations

import io
import random
import re
import string
from datetime import timedelta

import pikepdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from eakte.domain.clock import FixedClock
from eakte.domain.preservation import SealLevel
from eakte.domain.verification import Verdict
from eakte.seal import loop, signer
from eakte.seal.archive_signer import SEAL_FIELD, ArchiveSigner, metadata
from eakte.seal.chains import Chains
from eakte.seal.demo_pki import create_demo_trust
from eakte.seal.keys import Pkcs12SealKey
from eakte.seal.shape import shape_flaw
from eakte.seal.signer import Sealer
from eakte.seal.timestamp import Authorities, DemoTimestampAuthority, RelayTimeStamper
from eakte.seal.trust_folder import TrustFolder
from tests.unit.seal.attacks import (
    ATTACKS,
    STAMPED,
    OldAnswers,
    adds_answer,
    annotation,
    changed_info,
    covered_in_two_steps,
    javascript,
    needs_appearances,
    new_content,
    new_info,
    new_page,
    new_xmp,
    stamp,
    update,
    xmp_in_two_steps,
)
from tests.unit.seal.making import CLOCK, NOW, Bench, pdfa, seal_bytes, sealed, trust

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
    assert len(report.checks) == 15
    if verdict is not None:
        assert report.verdict is verdict, report.reason
    return report


def _replaced(data, position, value):
    return data[:position] + bytes([value]) + data[position + 1 :]


def _container(data):
    """Where the last time-stamp stands: the only bytes that no time-stamp hashes."""
    *_others, last = re.finditer(rb"<([0-9A-Fa-f]{2000,})>", data)
    return last.span()


def _end_of_seal(data):
    return [found.end() for found in re.finditer(rb"%%EOF\n", data)][1]


def _hex(word, data):
    return re.finditer(word.hex().upper().encode(), data)


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

    def test_the_signers_name_in_other_letters(self, original, bench):
        """X.509 compares names without regard to case, so pyHanko takes it for the same."""
        start, end = _container(original)
        places = [start + found.start() for found in _hex(b"Issuing", original[start:end])]
        assert len(places) == 3  # in the certificate, in the signer's identifier, and signed
        report = _refuted(bench(_replaced(original, places[1], ord("6"))))
        assert report.checks[11].passed is False

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


class TestRevisions:
    @pytest.mark.parametrize("attack", ATTACKS)
    def test_an_appended_revision(self, original, bench, attack):
        """Traps 1, 2, 6 and 8, and what resembles them."""
        _refuted(bench(update(original, attack)))

    @pytest.mark.parametrize("attack", [new_content, new_page, annotation, javascript])
    def test_changed_content_is_proven_and_named(self, original, bench, attack):
        report = _refuted(bench(update(original, attack)), Verdict.INVALID)
        assert "changed after eakte-Siegel" in report.reason

    @pytest.mark.parametrize("attack", [new_xmp, new_info, changed_info])
    def test_changed_metadata_is_a_change(self, original, bench, attack):
        """Trap 2: pyHanko's own policy waves it through, even a certified file."""
        report = _refuted(bench(update(original, attack)), Verdict.INVALID)
        assert report.checks[6].passed is False

    def test_a_revision_written_by_pyhanko_itself_rewrites_metadata(self, original, bench):
        _refuted(bench(update(original, lambda w: w.update_root(), quiet=False)))

    @pytest.mark.parametrize("attack", [new_content, new_xmp, changed_info])
    def test_a_change_covered_by_a_new_archive_time_stamp(self, original, bench, folder, attack):
        """The attacker has a time-stamp authority too: coverage alone proves nothing."""
        changed = io.BytesIO(update(original, attack))
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
    sealer = Sealer(folder, CLOCK)
    before, signer.TIMESTAMP_FIELD = signer.TIMESTAMP_FIELD, "eakte-Zeitstempel-2"
    try:
        loop.run(_preserve(sealer, stream))
    finally:
        signer.TIMESTAMP_FIELD = before


class TestForgeriesUnderATrustedTimeStamp:
    """Anybody gets time-stamps from a public authority: they must not make a change harmless."""

    @pytest.mark.parametrize("attack", STAMPED, ids=lambda attack: attack.__name__)
    def test_a_change_that_pyhanko_waves_through(self, original, bench, folder, attack):
        report = _refuted(bench(stamp(original, attack, folder)))
        assert report.checks[9].passed  # the whole file is covered
        assert report.checks[12].passed is False
        assert "cannot be classified" in report.checks[12].detail

    @pytest.mark.parametrize("forge", [covered_in_two_steps, xmp_in_two_steps])
    def test_objects_brought_in_first_and_used_later(self, original, bench, folder, forge):
        report = _refuted(bench(forge(original, folder)))
        assert report.checks[12].passed is False

    def test_a_time_stamp_alone_is_harmless(self, original, bench, folder):
        """What a renewal does, by whomever: so the tests above fail for their changes only."""
        report = bench(stamp(original, lambda _writer: None, folder))
        assert (report.verdict, report.reason) == (Verdict.VALID, "")

    def test_a_seal_of_a_stolen_key_with_an_answer_from_before_it_was_revoked(self, bench, folder):
        old = OldAnswers(folder, NOW - timedelta(days=40))
        report = _refuted(bench(seal_bytes(Sealer(folder, CLOCK, revocation=old), pdfa(), "x")))
        assert report.verdict is Verdict.INDETERMINATE
        assert "TRY_LATER" in report.checks[13].detail

    def test_the_same_when_the_file_claims_to_be_old(self, bench, folder):
        """Only the time-stamps are of today: nothing else can be believed about the time."""
        then = NOW - timedelta(hours=12)
        authority = DemoTimestampAuthority(Pkcs12SealKey.of(TrustFolder(folder), "tsa"), CLOCK)
        thief = Sealer(
            folder,
            FixedClock(then),
            revocation=OldAnswers(folder, then),
            authorities=Authorities.only(authority, Chains(TrustFolder(folder), CLOCK), CLOCK),
        )
        _refuted(bench(seal_bytes(thief, pdfa(), "x")), Verdict.INDETERMINATE)

    def test_a_later_answer_that_it_was_revoked_before(self, original, bench, folder):
        """pyHanko takes the answer that suits the seal; we take the worst one."""
        answer = OldAnswers(folder, NOW + timedelta(hours=1), revoked=NOW - timedelta(days=1))
        report = _refuted(bench(stamp(original, adds_answer(answer), folder)))
        assert report.verdict is Verdict.INDETERMINATE
        assert "REVOKED_NO_POE" in report.checks[13].detail

    def test_a_fresh_answer_that_a_stranger_signed(self, bench, folder, tmp_path):
        """The thief's own good answer, beside the genuine one that is too old."""
        old = OldAnswers(folder, NOW - timedelta(days=40))
        stolen = seal_bytes(Sealer(folder, CLOCK, revocation=old), pdfa(), "x")
        own = OldAnswers(trust(tmp_path), NOW, about=folder)
        _refuted(bench(stamp(stolen, adds_answer(own), folder)), Verdict.INDETERMINATE)

    @pytest.mark.parametrize("attack", [needs_appearances, *STAMPED])
    def test_the_shape_alone_tells(self, original, attack):
        """Whatever writes the change, and with or without a time-stamp over it."""
        assert shape_flaw(io.BytesIO(update(original, attack)), _end_of_seal(original)) is not None

    def test_an_answer_some_seconds_older_is_a_matter_of_clocks(self, bench, folder):
        recent = OldAnswers(folder, NOW - timedelta(seconds=20))
        report = bench(seal_bytes(Sealer(folder, CLOCK, revocation=recent), pdfa(), "x"))
        assert report.verdict is Verdict.VALID

    def test_the_container_in_small_letters(self, original, bench):
        start, end = _container(original)
        small = original[:start] + original[start:end].lower() + original[end:]
        report = _refuted(bench(small))
        assert report.checks[11].passed is False


class TestStrangers:
    def test_a_seal_of_another_demo_leads_to_no_anchor(self, bench, tmp_path):
        report = _refuted(bench(sealed(trust(tmp_path))), Verdict.INDETERMINATE)
        assert "NO_CERTIFICATE_CHAIN_FOUND" in report.reason
        assert report.signatures[0].chain == ()

    def test_changes_in_a_strangers_file_are_not_called_tampering(self, bench, tmp_path):
        """Trap 12: without an anchor, changes cannot be classified."""
        changed = update(sealed(trust(tmp_path)), new_content)
        report = _refuted(bench(changed), Verdict.INDETERMINATE)
        assert "not classified" in report.checks[6].detail

    def test_a_time_stamp_of_a_strangers_authority_counts_for_nothing(
        self, bench, folder, tmp_path
    ):
        create_demo_trust(tmp_path / "other", "Anderswo", CLOCK)
        stranger = Pkcs12SealKey.of(TrustFolder(tmp_path / "other"), "tsa")
        data = _stranger_stamped(folder, DemoTimestampAuthority(stranger, CLOCK))
        _refuted(bench(data), Verdict.INDETERMINATE)

    def test_a_time_stamp_taken_from_another_file(self, original, bench, folder):
        """Same authority, same length: only the digest tells."""
        start, end = _container(original)
        for word in string.ascii_lowercase:
            other = seal_bytes(Sealer(folder, CLOCK), pdfa(), f"Posteingan{word}")
            begin, stop = _container(other)
            if stop - begin == end - start:
                swapped = original[:start] + other[begin:stop] + original[end:]
                report = _refuted(bench(swapped), Verdict.INVALID)
                assert "HASH_FAILURE" in report.reason
                return
        pytest.fail("no time-stamp of the same length")

    def test_a_back_dated_file_is_open(self, bench, folder):
        """Sealed tomorrow, verified today."""
        data = seal_bytes(Sealer(folder, FixedClock(NOW + timedelta(days=1))), pdfa(), "x")
        report = _refuted(bench(data))
        assert report.checks[8].passed is False


async def _preserve(sealer, stream):
    await sealer._preserve(stream, await sealer._authorities.choose(), SealLevel.LTA)


def _stranger_stamped(folder, authority):
    """Seal with our key but with somebody else's time-stamps, evidence left out."""
    import asyncio

    from pyhanko.sign.fields import SigFieldSpec
    from pyhanko.sign.signers.pdf_signer import PdfTimeStamper

    from eakte.seal.writer import QuietWriter

    async def run():
        ours = Sealer(folder, CLOCK)
        stamper = RelayTimeStamper(authority)
        output = io.BytesIO()
        pdf_signer = ArchiveSigner(
            metadata("x"),
            ours._signer,
            timestamper=stamper,
            new_field_spec=SigFieldSpec(SEAL_FIELD, box=None),
        )
        pdf_signer.moment = NOW
        writer = QuietWriter(io.BytesIO(pdfa()))
        await pdf_signer.async_sign_pdf(writer, output=output)
        output.seek(0)
        await PdfTimeStamper(stamper, field_name="Stempel").async_timestamp_pdf(
            QuietWriter(output), "sha256", in_place=True
        )
        return output.getvalue()

    return asyncio.run(run())


def test_the_attacks_are_attacks(original):
    """Each of them really changes what a reader shows or finds."""
    for attack in ATTACKS[:-2]:
        changed = PdfFileReader(io.BytesIO(update(original, attack)), strict=False)
        assert changed.total_revisions == 4
