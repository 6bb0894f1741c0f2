"""The committed sample mail is complete, well formed and what the generator draws."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import zxingcpp
from lxml import etree

from sample_mail.generator import einvoice, guarded
from sample_mail.generator.__main__ import differs
from sample_mail.generator.build import decoded, file_name
from sample_mail.generator.expected import counts_of, expectation
from sample_mail.generator.model import CLASSES, SAMMELAKTEN, Sample, samples

MAIL = Path(__file__).parents[3] / "sample_mail"
AKTENZEICHEN = re.compile(r"\d{2}(?:\.\d{1,2})?-\d{3}\.\d{2}/\d{4}-\d{4}")
REASONS = {
    "filed": {""},
    "review": {
        "blank_page", "upside_down", "incoming_signature", "low_confidence",
        "unknown_aktenzeichen", "no_akte", "doubtful_date", "several_aktenzeichen",
        "needs_person", "second_person", "qa_sample",
    },
    "held": {"qa_held"},
    "quarantine": {"encrypted", "truncated"},
    "duplicate": {"duplicate"},
}  # fmt: skip
KNOWN = {sample.slug: sample for sample in samples()}
AKTEN = {
    entry["aktenzeichen"] for entry in tomllib.loads((MAIL / "akten.toml").read_text())["akte"]
}


def expected(slug: str) -> dict[str, Any]:
    return tomllib.loads((MAIL / slug / "expected.toml").read_text(encoding="utf-8"))


def content(slug: str) -> bytes:
    return (MAIL / slug / expected(slug)["file"]).read_bytes()


def documents() -> list[dict[str, Any]]:
    return [entry for slug in KNOWN for entry in expected(slug).get("document", [])]


def page_count(slug: str) -> int:
    """Pages of the file as a reader finds them; 0 if it is cut off."""
    sample = KNOWN[slug]
    suffix = Path(expected(slug)["file"]).suffix
    if sample.scan.kind == "truncated":
        return 0
    if suffix != ".pdf":
        return len(decoded(content(slug), suffix))
    password = guarded.PASSWORD if sample.scan.kind == "encrypted" else ""
    with pikepdf.open(MAIL / slug / expected(slug)["file"], password=password) as pdf:
        return len(pdf.pages)


def test_every_source_has_its_folder_and_no_other_is_there() -> None:
    folders = {path.name for path in MAIL.iterdir() if re.match(r"\d\d-", path.name)}
    assert folders == set(KNOWN)


def test_there_is_enough_of_everything() -> None:
    pages = sum(expected(slug)["pages"] for slug in KNOWN)
    classes = Counter(entry["class"] for entry in documents())
    size = sum(len(content(slug)) for slug in KNOWN)
    assert len(KNOWN) >= 34
    assert pages >= 64
    assert set(classes) == set(CLASSES)
    assert size <= 25_000_000


@pytest.mark.parametrize("slug", KNOWN)
def test_expectation_is_well_formed(slug: str) -> None:
    entry = expected(slug)
    assert set(entry) <= {"file", "pages", "state", "reason", "inbox", "traits", "document"}
    assert entry["reason"] in REASONS[entry["state"]]
    assert (MAIL / slug / entry["file"]).is_file()
    unread = entry["state"] in {"quarantine", "duplicate"}
    assert bool(entry.get("document")) != unread


@pytest.mark.parametrize("slug", KNOWN)
def test_page_counts_are_true(slug: str) -> None:
    entry = expected(slug)
    letters = entry.get("document", [])
    assert entry["pages"] == page_count(slug)
    if letters:
        assert sum(part["pages"] for part in letters) + len(letters) - 1 == entry["pages"]


@pytest.mark.parametrize("entry", documents(), ids=lambda entry: entry["fields"]["sender"][:40])
def test_documents_name_valid_classes_fields_and_akten(entry: dict[str, Any]) -> None:
    fields = entry["fields"]
    assert entry["class"] in CLASSES
    assert re.fullmatch(r"2026-0[1-9]-\d\d", fields["date"])
    assert fields["sender"]
    assert "subject" not in fields or fields["subject"]
    named = fields.get("aktenzeichen")
    if named is None:
        stem = SAMMELAKTEN.get(entry["class"])
        assert entry["akte"] == (f"{stem}/{{year}}-0001" if stem else "")
    else:
        assert AKTENZEICHEN.fullmatch(named)
        assert not named.endswith("-0001")
        assert entry["akte"] == (named if named in AKTEN else "")


def test_akten_never_collide_with_sammelakten() -> None:
    assert all(AKTENZEICHEN.fullmatch(akte) for akte in AKTEN)
    assert not any(akte.endswith("-0001") for akte in AKTEN)


def test_unknown_aktenzeichen_is_the_only_unknown_one() -> None:
    named = {entry["fields"].get("aktenzeichen") for entry in documents()} - {None}
    assert named - AKTEN == {"32.4-122.30/2024-9917"}


@pytest.mark.parametrize("sample", list(KNOWN.values())[::5], ids=lambda sample: sample.slug)
def test_drawing_again_gives_the_same_pictures(sample: Sample) -> None:
    """Every fifth letter: a second or two of drawing each, and all are drawn alike."""
    assert not differs(sample)


@pytest.mark.parametrize("sample", KNOWN.values(), ids=lambda sample: sample.slug)
def test_writing_again_gives_the_same_expectation(sample: Sample) -> None:
    text = (MAIL / sample.slug / "expected.toml").read_text(encoding="utf-8")
    assert expectation(sample, counts_of(sample, KNOWN)) == text


def test_duplicate_has_the_bytes_of_its_original() -> None:
    copies = [sample for sample in KNOWN.values() if sample.scan.copy_of]
    assert len(copies) == 1
    assert content(copies[0].slug) == content(copies[0].scan.copy_of)


def test_separator_sheet_carries_patcht() -> None:
    pictures = decoded(content("33-stapel-zwei-briefe"), ".pdf")
    found = [{code.text for code in zxingcpp.read_barcodes(picture)} for picture in pictures]
    assert found == [set(), {"PATCHT"}, set(), set()]


def test_einvoice_adds_up_and_is_embedded() -> None:
    net, tax, gross = einvoice.totals(einvoice.POSITIONS)
    assert (str(net), str(tax), str(gross)) == ("5882.00", "1117.58", "6999.58")
    slug = "14-e-rechnung-spielgeraete"
    with pikepdf.open(MAIL / slug / file_name(KNOWN[slug])) as pdf:
        embedded = pdf.attachments["factur-x.xml"].get_file().read_bytes()
        assert pdf.Root.AF[0].AFRelationship == pikepdf.Name.Alternative
    assert embedded == einvoice.message()
    root = etree.fromstring(embedded)
    assert root.findtext(".//{*}GrandTotalAmount") == str(gross)


def test_guarded_files_are_what_they_claim() -> None:
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(MAIL / "35-beschwerde-verschluesselt" / "35-beschwerde-verschluesselt.pdf")
    assert b"%%EOF" not in content("36-widerspruch-abgebrochen")
    assert b"/ByteRange" in content("37-foerderbescheid-signiert")
