"""Names of strangers are shown and never used; every file of a delivery has a role."""

from __future__ import annotations

import pytest

from eakte.domain.deliveries import (
    clean_text,
    display_name,
    is_delivery_folder,
    unique_names,
    with_roles,
)
from eakte.domain.mail import EnclosureRole

MEMBER, TECHNICAL, SIGNATURE = (
    EnclosureRole.MEMBER,
    EnclosureRole.TECHNICAL,
    EnclosureRole.SIGNATURE,
)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Bescheid.pdf", "Bescheid.pdf"),
        ("Geba\u0308ude.pdf", "Gebäude.pdf"),
        ("../../etc/passwd", "etc/passwd"),
        ("C:\\temp\\x.pdf", "C:/temp/x.pdf"),
        ("rechnung\u202efdp.exe", "rechnungfdp.exe"),
        ("a\0b\x1b[31m\ud800.pdf", "ab[31m.pdf"),
        ("a\r\nb\t c.pdf", "a b c.pdf"),
        ("..", ""),
        ("ä" * 300 + ".pdf", "ä" * 195 + "….pdf"),
    ],
)
def test_a_name_is_cleaned_for_display(name, shown):
    assert display_name(name) == shown


def test_text_keeps_its_lines_and_can_be_stored_as_utf_8():
    text = clean_text("a\r\nb\rc\td\ud83d\x07\ufffe€")
    assert text == "a\nb\nc\td€"
    assert text.encode("utf-8")


def test_names_that_occur_again_are_numbered():
    names = ("scan.pdf", "SCAN.pdf", "scan (2).pdf", "x/scan.pdf", "README", "README")
    given = unique_names(names)
    assert given == (
        "scan.pdf", "SCAN (2).pdf", "scan (2) (2).pdf", "x/scan.pdf", "README", "README (2)",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["vhn.xml", "a.pdf"], True),
        (["VHN.XML"], True),
        (["123_xjustiz_nachricht.xml", "a.pdf"], True),
        (["nachricht.xml", "attachments/a.pdf"], True),
        (["4711_Pruefprotokoll.html"], True),
        (["4711_Prüfprotokoll.xml"], True),
        (["sub/vhn.xml", "a.pdf"], False),
        (["sub/1_xjustiz_nachricht.xml", "a.pdf"], False),
        (["a.pdf", "b.xml"], False),
        ([], False),
    ],
)
def test_a_folder_is_a_delivery_by_the_files_directly_in_it(names, expected):
    assert is_delivery_folder(names) is expected


def test_roles_in_a_delivery_of_the_courts():
    names = (
        "vhn.xml", "vhn.xml.p7s", "xjustiz_nachricht.xml", "Klage.pdf", "Klage.pdf.p7s",
        "Foto.tif", "Foto.p7s", "fremd.p7s", "4711_export.html", "Prüfprotokoll.html",
        "Pruefprotokoll.pdf", "rechnung.xml", "Notiz.html", "inspection/style.css",
    )  # fmt: skip
    roles = {file.name: (file.role, file.of) for file in with_roles(names)}
    assert roles == {
        "vhn.xml": (TECHNICAL, ""),
        "vhn.xml.p7s": (SIGNATURE, "vhn.xml"),
        "xjustiz_nachricht.xml": (TECHNICAL, ""),
        "Klage.pdf": (MEMBER, ""),
        "Klage.pdf.p7s": (SIGNATURE, "Klage.pdf"),
        "Foto.tif": (MEMBER, ""),
        "Foto.p7s": (SIGNATURE, "Foto.tif"),
        "fremd.p7s": (MEMBER, ""),
        "4711_export.html": (TECHNICAL, ""),
        "Prüfprotokoll.html": (TECHNICAL, ""),
        "Pruefprotokoll.pdf": (MEMBER, ""),
        "rechnung.xml": (MEMBER, ""),
        "Notiz.html": (MEMBER, ""),
        "inspection/style.css": (TECHNICAL, ""),
    }


def test_the_folder_around_everything_does_not_hide_the_delivery():
    names = ("x/vhn.xml", "x/a.pdf", "__MACOSX/x/._a.pdf")
    assert [file.role for file in with_roles(names)] == [TECHNICAL, MEMBER, TECHNICAL]


def test_in_any_other_archive_only_what_systems_leave_is_technical():
    names = ("export.html", "pruefprotokoll.txt", ".DS_Store", "a/Thumbs.db", "a.pdf")
    roles = [file.role for file in with_roles(names)]
    assert roles == [MEMBER, MEMBER, TECHNICAL, TECHNICAL, MEMBER]


def test_one_signature_of_two_files_with_the_same_stem_is_nobodys():
    roles = {file.name: file.role for file in with_roles(("a.pdf", "a.tif", "a.p7s"))}
    assert roles["a.p7s"] is MEMBER
