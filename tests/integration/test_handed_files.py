"""Which files of a letter are handed over: never another's, and always the one that counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eakte.database import transaction
from eakte.database.schema import scan as scan_table
from eakte.domain.akten import DocumentState
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.handover import Format
from eakte.domain.mail import Enclosure, EnclosureRole, MediaType
from eakte.handover.demands import is_file_name
from eakte.records import documents, scans
from eakte.services.handed_files import files_of
from tests.integration.waiting_letters import add_letters, new_desk

_UUID = "4d1a5b9e-3c52-4e35-9a4e-0a8f1c2d3e4f"


@pytest.fixture
def desk(tmp_path):
    made = new_desk(tmp_path / "home")
    yield made
    made.engine.dispose()


def _files(desk, *, parts=((1,),), media=MediaType.TIFF, finding=None, signature=b"", sealed=True):
    """Give the files of the first letter of a scan of that type."""
    letter, *_others = add_letters(desk, parts)
    beside = Enclosure("brief.p7s", desk.store.put(signature), EnclosureRole.SIGNATURE)
    with transaction(desk.engine) as connection:
        connection.execute(scan_table.update().values(media_type=media.value))
        if signature:
            scans.enclose(connection, letter.scan, (beside,))
        letter = documents.get(connection, letter.id)
        findings = (Finding(finding),) if finding else ()
        digest = desk.store.put(b"%PDF sealed") if sealed else None
        letter = replace(letter, sealed=digest, findings=findings)
        return letter, files_of(connection, letter, _UUID)


def test_of_a_paper_the_sealed_original_is_handed_over(desk):
    letter, (sealed,) = _files(desk)
    assert (sealed.digest, sealed.format, sealed.version) == (
        letter.sealed,
        Format.PDF_A,
        "PDF/A-2u",
    )
    assert sealed.sealed
    assert is_file_name(sealed.name)
    assert sealed.name.endswith(".pdf")
    assert not sealed.name.startswith(_UUID)


@pytest.mark.parametrize(
    ("media", "form", "ending", "other"),
    [
        (MediaType.MAIL, Format.MAIL, "eml", ""),
        (MediaType.XML, Format.XML, "xml", ""),
        (MediaType.CMS, Format.CMS, "p7m", ""),
        (MediaType.ZIP, Format.OTHER, "zip", "application/zip"),
    ],
)
def test_what_the_sealed_original_only_shows_comes_first(desk, media, form, ending, other):
    letter, (received, sealed) = _files(desk, media=media)
    assert (received.digest, received.format, received.other) == (letter.scan, form, other)
    assert received.original == "stapel.tif"
    assert received.name.endswith(f".{ending}")
    assert not received.sealed
    assert sealed.digest == letter.sealed
    assert len({received.name, sealed.name}) == 2


def test_what_arrived_signed_or_as_an_invoice_is_handed_over_as_it_came(desk):
    letter, (received, _sealed) = _files(
        desk, media=MediaType.PDF, finding=FindingCode.INCOMING_SIGNATURE
    )
    assert (received.digest, received.format, received.sealed) == (letter.scan, Format.PDF, True)


def test_an_invoice_is_handed_over_as_it_came(desk):
    _letter, (received, _sealed) = _files(desk, media=MediaType.PDF, finding=FindingCode.E_INVOICE)
    assert (received.format, received.sealed) == (Format.PDF, False)


def test_a_detached_signature_travels_beside_its_file(desk):
    _letter, (received, _sealed) = _files(
        desk, media=MediaType.PDF, finding=FindingCode.INCOMING_SIGNATURE, signature=b"signed"
    )
    (signature,) = received.signatures
    assert not received.sealed
    assert (signature.format, signature.original) == (Format.SIGNATURE, "brief.p7s")
    assert desk.store.get(signature.digest) == b"signed"
    assert is_file_name(signature.name)


def test_a_file_with_letters_of_others_is_never_handed_over(desk):
    letter, (sealed,) = _files(desk, parts=((1,), (2,)), media=MediaType.ZIP)
    assert sealed.digest == letter.sealed


def test_a_mail_is_handed_over_only_if_all_that_it_brought_is_in_the_akte(desk):
    """In the mail are the very bytes of its attachments, whichever Akte they were filed in."""
    letter, _files_alone = _files(desk, media=MediaType.MAIL)
    (attached,) = add_letters(desk, ((1,),), mark="zip")
    (inmost,) = add_letters(desk, ((1,),), mark="in it")
    with transaction(desk.engine) as connection:
        for outer, inner in ((letter, attached), (attached, inmost)):
            packed = (Enclosure("anlage", inner.scan, EnclosureRole.MEMBER),)
            scans.enclose(connection, outer.scan, packed)
    filed = DocumentState.FILED
    here, foreign = letter.aktenzeichen, "51.1-024.30/2026-0001"
    assert _handed(desk, letter, attached, filed, here, inmost, filed, here) == 2
    assert _handed(desk, letter, attached, filed, here, inmost, filed, foreign) == 1
    assert _handed(desk, letter, attached, DocumentState.REVIEW, here, inmost, filed, here) == 1


def _handed(desk, letter, *places):
    """Say how many files of a letter are handed over if others are in that state and Akte."""
    with transaction(desk.engine) as connection:
        for other, state, akte in zip(places[::3], places[1::3], places[2::3], strict=True):
            present = documents.get(connection, other.id)
            documents.update(connection, replace(present, state=state, aktenzeichen=akte))
        return len(files_of(connection, letter, _UUID))


def test_without_a_sealed_original_there_is_no_file(desk):
    _letter, files = _files(desk, media=MediaType.MAIL, sealed=False)
    assert files == ()
