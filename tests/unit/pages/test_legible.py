"""Own text of pages: language, or what a broken encoding made of it."""

# ruff: noqa: RUF001 - letters of other languages

from __future__ import annotations

import codecs
import random

import pytest

from eakte.pages.legible import is_sound

GERMAN = (
    "Sehr geehrte Damen und Herren,\nhiermit lege ich fristgerecht Widerspruch gegen Ihren\n"
    "Bescheid vom 12. März 2026 über die Höhe der Müllgebühren ein. Die Berechnung geht von\n"
    "sechs Personen aus, in meinem Haushalt leben jedoch seit dem Auszug meiner Kinder\n"
    "nur noch zwei. Bitte ändern Sie den Bescheid und erstatten Sie den Unterschied.\n"
)
ENGLISH = (
    "Dear Sir or Madam,\nplease find attached the invoice for the services that we rendered\n"
    "to your office in March. Kindly transfer the amount to the account given below within\n"
    "thirty days. Should you have any questions, do not hesitate to contact us.\n"
)
TURKISH = (
    "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana\n"
    "sahiptirler ve birbirlerine karşı kardeşlik zihniyeti ile hareket etmelidirler.\n"
)
TABLE = "RE-2026-0417  12,50 €  19 %  14,88 €\nDE89 3704 0044 0532 0130 00  BIC COBADEFFXXX\n" * 3
RUSSIAN = "Все люди рождаются свободными и равными в своем достоинстве и правах.\n" * 3


@pytest.mark.parametrize("text", [GERMAN, ENGLISH, TURKISH, RUSSIAN, TABLE, "Seite 1", ""])
def test_language_is_sound(text: str) -> None:
    assert is_sound(text)


def _shifted(text: str) -> str:
    """As fonts give it whose codes are glyph numbers."""
    return "".join(chr((ord(one) - 61) % 95 + 32) if "!" <= one <= "~" else one for one in text)


def _permuted(text: str) -> str:
    letters = [chr(code) for code in range(33, 127)]
    other = random.Random(1).sample(letters, len(letters))
    return text.translate(str.maketrans(dict(zip(letters, other, strict=True))))


@pytest.mark.parametrize("text", [GERMAN, ENGLISH])
def test_what_broken_encodings_make_of_it_is_not(text: str) -> None:
    assert not is_sound(_shifted(text))
    assert not is_sound(_permuted(text))
    assert not is_sound(codecs.encode(text, "rot13"))


def test_a_page_is_unusable_if_one_of_its_fonts_is() -> None:
    assert not is_sound(GERMAN * 2 + _shifted(GERMAN))
    assert is_sound(GERMAN * 20 + _shifted(GERMAN))


@pytest.mark.parametrize("nothing", ["\ufffd", "\ue001", "\x03"])
def test_characters_that_stand_for_nothing(nothing: str) -> None:
    assert not is_sound(GERMAN + nothing * len(GERMAN))
    assert is_sound(GERMAN + nothing * 5)


def test_letters_with_their_bytes_swapped_are_not_chinese() -> None:
    """As OCRmyPDF's cmyk.pdf has it: a viewer shows "PureBlack" and copies other characters."""
    assert not is_sound("MulticolorBlack\nPureBlack(K=100)".encode("utf-16-le").decode("utf-16-be"))
    assert is_sound("人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心。" * 3)
