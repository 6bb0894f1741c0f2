"""What is wrong is told before anything is written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eakte.domain.handover import Edition, Format, Message, Reference
from eakte.domain.ids import Digest
from eakte.handover.demands import is_file_name, is_uuid, lacking
from tests.unit.handover.making import (
    LETTER,
    MAIL,
    OTHER,
    SEALED,
    akte,
    file,
    handover,
    letter,
    other_letter,
)

_UPPER = "4D1A5B9E-3C52-4E35-9A4E-0A8F1C2D3E4F"


def _lacking(message=Message.AUSSONDERUNG, edition=Edition.V3_1, **more) -> str:
    return "; ".join(lacking(handover(message, edition, **more)))


def test_a_complete_akte_lacks_nothing():
    for message in Message:
        assert _lacking(message) == ""
    assert _lacking(edition=Edition.V4_0) == ""


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "4711",
        _UPPER,
        LETTER.replace("-", ""),
        f"{{{LETTER}}}",
        "4d1a5b9e-3c52-4e35-0a4e-0a8f1c2d3e4f",
        "4d1a5b9e-3c52-4e35-9a4e-0a8f1c2d3e4|",
        f"{LETTER}\n",
    ],
)
def test_a_wrong_uuid_is_told_wherever_it_stands(wrong):
    assert not is_uuid(wrong)
    vorgang = replace(akte().vorgaenge[0], uuid=wrong)
    for more in (
        {"process": wrong},
        {"uuid": wrong},
        {"akte": akte(uuid=wrong)},
        {"akte": akte(vorgaenge=(vorgang,))},
        {"akte": akte((letter(uuid=wrong), other_letter()))},
    ):
        assert "no UUID" in _lacking(**more), more


def test_a_uuid_names_one_record_only():
    assert "names 2 records" in _lacking(akte=akte((letter(uuid=OTHER), other_letter())))


def test_a_number_is_given_once_in_a_vorgang():
    assert "the number 1 is given 2 times" in _lacking(
        akte=akte((letter(), other_letter(number=1)))
    )


@pytest.mark.parametrize(
    "name",
    [
        "",
        "brief.pdf",
        f"../{SEALED}",
        f"a/{SEALED}",
        SEALED.removesuffix(".pdf"),
        SEALED.upper(),
        f"{SEALED}\n",
        SEALED.replace(".pdf", "_x.pdf"),
        f"{'a' * 36}.pdf",
        "4d1a5b9e-3c52-4e35-0a4e-0a8f1c2d3e4f.pdf",
    ],
)
def test_a_missing_or_unsafe_file_name_is_told(name):
    assert not is_file_name(name)
    wrong = replace(file(SEALED, Format.PDF_A), name=name)
    assert "no file name" in _lacking(akte=akte((letter(versions=(wrong,)), other_letter())))
    assert "no file name" not in _lacking(
        Message.ANBIETEVERZEICHNIS, akte=akte((letter(versions=(wrong,)), other_letter()))
    )


def test_a_missing_name_of_a_signature_is_told():
    sealed = file(SEALED, Format.PDF_A)
    wrong = replace(sealed, signatures=(replace(file(MAIL, Format.SIGNATURE), name=""),))
    assert "no file name" in _lacking(akte=akte((letter(versions=(wrong,)), other_letter())))


def test_a_file_has_a_name_and_a_uuid_of_its_own():
    sealed = file(SEALED, Format.PDF_A)
    assert "2 times" in _lacking(akte=akte((letter(versions=(sealed, sealed)), other_letter())))
    own = replace(sealed, name=f"{LETTER}.pdf")
    assert "instead of its own" in _lacking(akte=akte((letter(versions=(own,)), other_letter())))


def test_a_document_without_file_digest_or_format_is_told():
    assert "has no file" in _lacking(akte=akte((letter(versions=()), other_letter())))
    sealed = file(SEALED, Format.PDF_A)
    for wrong in (
        replace(sealed, digest=Digest("")),
        replace(sealed, digest=Digest("A" * 64)),
        replace(sealed, format=Format.OTHER, other=" "),
    ):
        assert "is not told" in _lacking(akte=akte((letter(versions=(wrong,)), other_letter())))


def test_what_the_archive_gets_is_closed_and_has_a_retention():
    for message in (Message.ANBIETEVERZEICHNIS, Message.AUSSONDERUNG):
        assert "only a closed Akte" in _lacking(message, akte=akte(closed=None))
        assert "no retention" in _lacking(message, akte=akte(retention=None))
    assert _lacking(Message.ABGABE, akte=akte(closed=None, retention=None)) == ""


def test_a_message_that_an_edition_lacks_is_refused():
    assert "does not write message 0401" in _lacking(Message.ABGABE, Edition.V4_0)


def test_sender_and_recipient_are_named():
    assert "sender and recipient" in _lacking(sender=" ")
    assert "sender and recipient" in _lacking(recipient="")


def test_a_link_leads_somewhere():
    outside = "aa1a5b9e-3c52-4e35-9a4e-0a8f1c2d3e4f"
    for target in (
        Reference("Dokument", outside),
        Reference("Dokument", ""),
        Reference("Dokument", "4711", "Az 1"),
    ):
        told = _lacking(akte=akte((letter(references=(target,)), other_letter())))
        assert "leads nowhere" in told
        assert "leads nowhere" in _lacking(akte=akte(references=(target,)))
    known = Reference("Dokument", outside, "0123456789abcdef-9")
    assert _lacking(akte=akte((letter(references=(known,)), other_letter()))) == ""
