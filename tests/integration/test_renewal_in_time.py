"""Seals live longer than keys and authorities: 2026, 2036, 2046, each time with new ones."""

from __future__ import annotations

import asyncio
import io
import random
import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper, TimestampDSSContentSettings

from eakte.domain.clock import FixedClock
from eakte.domain.verification import Verdict
from eakte.errors import SealFailedError
from eakte.seal.demo_pki import create_demo_trust
from eakte.seal.keys import Pkcs12SealKey
from eakte.seal.lasting import CERTIFICATE, end_of, protection_of
from eakte.seal.reader import Reader
from eakte.seal.revocation import DemoRevocation
from eakte.seal.signer import Sealer
from eakte.seal.timestamp import DemoTimestampAuthority, RelayTimeStamper
from eakte.seal.trust import sealing_context
from eakte.seal.trust_folder import TrustFolder
from eakte.seal.verify import verify
from eakte.seal.writer import QuietWriter
from tests.unit.seal import attacks
from tests.unit.seal.making import NOW, YEAR, pdfa

MONTH = timedelta(days=30)
FIRST, SECOND = NOW + 10 * YEAR - MONTH, NOW + 20 * YEAR - 2 * MONTH + timedelta(days=15)
END = NOW + 28 * YEAR


def change_authority(trust, spare, at):
    """A new authority with its own root takes over; of the old one only its root is kept."""
    since = f"{at:%Y-%m-%d}"
    create_demo_trust(spare, f"Zeitstempeldienst {since}", FixedClock(at))
    root = trust / "anchors" / f"root-{since}.pem"
    assert not root.exists()
    shutil.copy(spare / "anchors" / "root.pem", root)
    for name in ("keys", "certificates", "crls"):
        shutil.rmtree(trust / name)
        (spare / name).rename(trust / name)


@pytest.fixture(scope="module")
def travelled(tmp_path_factory):
    """The sealed file, and what became of it by two renewals; and its trust folder."""
    folder = tmp_path_factory.mktemp("time")
    trust = folder / "trust"
    create_demo_trust(trust, "Stadt Neuenfurt", FixedClock(NOW))
    (folder / "archive.pdf").write_bytes(pdfa())
    files = [folder / name for name in ("2026.pdf", "2036.pdf", "2046.pdf")]
    Sealer(trust, FixedClock(NOW)).seal(folder / "archive.pdf", "Posteingang", files[0])
    for at, old, new in ((FIRST, files[0], files[1]), (SECOND, files[1], files[2])):
        change_authority(trust, folder / f"spare-{at:%Y}", at)
        Sealer(trust, FixedClock(at)).renew(old, new)
    return files, trust


def test_renewed_twice_it_is_valid_in_2054(travelled):
    files, trust = travelled
    for file, at in zip(files, (NOW, FIRST, SECOND), strict=True):
        report = verify(file, trust, at)
        assert report.verdict is Verdict.VALID, (file, report.reason)
    report = verify(files[2], trust, END)
    assert report.verdict is Verdict.VALID, report.reason
    assert [stamp.time.year for stamp in report.timestamps] == [2026, 2026, 2036, 2046]
    assert len({stamp.authority.serial for stamp in report.timestamps}) == 3
    assert report.signatures[0].signed_at.year == 2026


def test_without_the_renewal_it_is_not(travelled):
    files, trust = travelled
    for file, good, late in (
        (files[0], FIRST, NOW + 10 * YEAR),
        (files[1], SECOND, FIRST + 10 * YEAR),
    ):
        assert verify(file, trust, good).verdict is Verdict.VALID
        report = verify(file, trust, late)
        assert report.verdict is Verdict.INDETERMINATE
        assert verify(file, trust, END).verdict is Verdict.INDETERMINATE


def test_each_renewal_leaves_every_byte_before_it(travelled):
    files, _trust = travelled
    first, second, third = (file.read_bytes() for file in files)
    assert second.startswith(first)
    assert third.startswith(second)
    assert len(third) - len(second) < 20_000


def test_what_protects_it_is_told(travelled):
    files, _trust = travelled
    found = [protection_of(file) for file in files]
    assert [one.stamped_at.year for one in found] == [2026, 2036, 2046]
    assert [one.until.year for one in found] == [2036, 2046, 2056]
    assert found[0].algorithms == ("digests:sha256", "schemes:ecdsa", "curves:secp256r1")
    assert end_of(found[0]) == (found[0].until, CERTIFICATE)


def test_algorithms_end_by_the_policy(travelled):
    files, _trust = travelled
    found = protection_of(files[0])
    for name, told, year in (
        ("rsa:4096", "RSA 4096", 2029),
        ("digests:sha1", "sha1", 2012),
        ("curves:secp192r1", "secp192r1", 1),
    ):
        end, because = end_of(replace(found, algorithms=(*found.algorithms, name)))
        assert (end.year, because) == (year, told)


def test_too_late_it_cannot_be_renewed(travelled, tmp_path):
    files, trust = travelled
    out = tmp_path / "late.pdf"
    with pytest.raises(SealFailedError):
        Sealer(trust, FixedClock(NOW + 20 * YEAR)).renew(files[1], out)
    assert not out.exists()


def _stamped(trust, at, data, change):
    """Append a change together with a true time-stamp of the authority of then."""
    writer = QuietWriter(io.BytesIO(data))
    change(writer)
    output = io.BytesIO()
    authority = DemoTimestampAuthority(Pkcs12SealKey.of(TrustFolder(trust), "tsa"), FixedClock(at))
    stamper = PdfTimeStamper(RelayTimeStamper(authority), field_name="Fremdstempel")
    settings = TimestampDSSContentSettings(include_vri=False, update_before_ts=True)
    work = stamper.async_timestamp_pdf(
        writer, "sha256", output=output, validation_paths=[], dss_settings=settings
    )
    asyncio.run(work)
    return output.getvalue()


def test_a_change_among_renewals_is_found(travelled, tmp_path):
    """Before a renewal of ours and behind it; a true time-stamp over it makes it no better."""
    files, trust = travelled
    forged, renewed = tmp_path / "forged.pdf", tmp_path / "renewed.pdf"
    last = files[2].read_bytes()
    for change in (attacks.covered_page, attacks.explained_xmp, attacks.new_content):
        forged.write_bytes(_stamped(trust, SECOND, last, change))
        assert verify(forged, trust, SECOND).verdict is not Verdict.VALID, change
        Sealer(trust, FixedClock(SECOND)).renew(forged, renewed)
        assert verify(renewed, trust, SECOND).verdict is not Verdict.VALID, change
    forged.write_bytes(_stamped(trust, SECOND, last, lambda _writer: None))
    assert verify(forged, trust, SECOND).verdict is Verdict.VALID  # the stamp alone is harmless


def test_a_renewal_written_by_pyhanko_itself_is_none_of_ours(travelled, tmp_path):
    files, trust = travelled
    spoilt = tmp_path / "spoilt.pdf"
    shutil.copy(files[2], spoilt)
    authority = DemoTimestampAuthority(
        Pkcs12SealKey.of(TrustFolder(trust), "tsa"), FixedClock(SECOND)
    )
    with spoilt.open("r+b") as file:
        evidence = DemoRevocation(TrustFolder(trust), FixedClock(SECOND)).collect()
        context = sealing_context(TrustFolder(trust), evidence, SECOND)
        stamper = PdfTimeStamper(RelayTimeStamper(authority))
        asyncio.run(stamper.async_update_archival_timestamp_chain(Reader(file), context))
    assert spoilt.read_bytes().startswith(files[2].read_bytes())
    assert verify(spoilt, trust, SECOND).verdict is not Verdict.VALID


def test_no_changed_byte_of_a_renewed_file_is_valid(travelled, tmp_path):
    files, trust = travelled
    data, chosen = files[2].read_bytes(), random.Random(2046)
    mutant = tmp_path / "mutant.pdf"
    for place in (chosen.randrange(len(data)) for _number in range(15)):
        changed = bytearray(data)
        changed[place] ^= 1 << chosen.randrange(8)
        mutant.write_bytes(changed)
        assert verify(mutant, trust, END).verdict is not Verdict.VALID, place
