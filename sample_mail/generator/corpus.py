"""Letters in quantity to train and test the classifier, none of them a sample letter.

The wording comes from the phrase banks (`grammar`), the facts from `facts`; letterhead, address,
references, salutation and closing are drawn independently of the class, so that they say nothing
about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sample_mail.generator.chance import dice
from sample_mail.generator.facts import (
    FIRMS,
    OFFICES,
    STREETS,
    TOWNS,
    aktenzeichen,
    date,
    facts,
    name,
)
from sample_mail.generator.grammar import Group, choose, filled, sentences, slots, templates
from sample_mail.generator.model import CLASSES

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

_SALUTATIONS = (
    "Sehr geehrte Damen und Herren,", "Sehr geehrte Damen, sehr geehrte Herren,", "Guten Tag,",
    "Sehr geehrter Herr Bürgermeister,", "Sehr geehrte Frau {name},", "Sehr geehrter Herr {name},",
    "Liebes Team im Rathaus,", "Hallo,", "",
)  # fmt: skip
_CLOSINGS = (
    "Mit freundlichen Grüßen", "Mit freundlichem Gruß", "Freundliche Grüße", "Hochachtungsvoll",
    "Viele Grüße", "MfG", "Besten Gruß", "i. A.", "",
)  # fmt: skip
_FILLERS = (
    "[Für Rückfragen|Bei Fragen] [stehe ich|stehen wir] [gern|jederzeit] zur Verfügung.",
    "[Vielen Dank|Danke] [im Voraus|für Ihre Mühe].",
    "Sie erreichen [mich|uns] [tagsüber|am besten vormittags] unter 07999 {num}.",
    "Bitte bestätigen Sie den Eingang [dieses Schreibens|] [kurz|per E-Mail].",
    "[Ich beziehe mich|Wir beziehen uns] auf [das Telefonat|unser Gespräch] mit {name} am {date}.",
    "Anlagen: [wie erwähnt|{num2} Blatt|Kopien].",
    "[Vorab per Telefax|Per Einschreiben|Per Boten].",
    "Unser Zeichen: {num}/{year}.",
    "Das {office} [erhält eine Kopie|wurde von mir unterrichtet].",
    "[Wir wohnen|Ich wohne] [seit {year}|schon lange] in der {street}.",
)
_BORROW = 0.35
_FILL = 0.5
_NAMED = 0.3
_CONFUSED = {
    "l": "1", "1": "l", "I": "l", "ü": "u", "ä": "a", "ö": "o", "e": "c", "0": "O", "O": "0",
    "ß": "B", "rn": "m", "m": "rn", "ii": "ü", "S": "5", "h": "b", ",": ".",
}  # fmt: skip


@dataclass(frozen=True)
class LabelledText:
    """A letter's text, the class it belongs to, and the template that most of it comes from."""

    text: str
    class_id: str
    template: str = ""


def letters(count_per_class: int, seed: int, group: Group = "train") -> Iterator[LabelledText]:
    """So many letters of each class, the classes taking turns; same arguments, same letters."""
    chance = dice("corpus", seed, group)
    for _ in range(count_per_class):
        for class_id in CLASSES:
            text, template = _letter(class_id, group, chance)
            yield LabelledText(text, class_id, f"{class_id} {template}")


def _fill(text: str, chance: random.Random) -> str:
    """Fill the slots; every sentence gets facts of its own."""
    return filled(text, facts(chance)) if slots(text) else text


def _body(class_id: str, group: Group, chance: random.Random) -> tuple[str, list[str], int]:
    """Subject, sentences and number of a template, perhaps a sentence of a second one as well."""
    bank = templates(class_id, group)
    template = chance.choice(bank)
    lines = sentences(template, chance)
    if chance.random() < _BORROW:
        lines.insert(
            chance.randint(1, len(lines)), chance.choice(sentences(chance.choice(bank), chance))
        )
    for filler in _FILLERS:
        if chance.random() < _FILL / 3:
            lines.insert(chance.randint(1, len(lines)), choose(filler, chance))
    return choose(template.subject, chance), lines, bank.index(template)


def _head(chance: random.Random) -> list[str]:
    """Sender, recipient, reference and date as OCR reads them, any of them missing at times."""
    sender = chance.choice((name(chance), name(chance), chance.choice(FIRMS)))
    street = f"{chance.choice(STREETS)} {chance.randint(1, 99)}"
    head = [sender, street, f"7999{chance.randint(0, 9)} {chance.choice((*TOWNS, 'Neuenfurt'))}"]
    if chance.random() < _FILL:
        head.insert(0, " · ".join(head))
    head += ["Stadt Neuenfurt", chance.choice(OFFICES), "Rathausplatz 1", "79999 Neuenfurt"]
    if chance.random() < _NAMED:
        label = chance.choice(("Ihr Zeichen", "Az.", "Aktenzeichen", "Zum Vorgang"))
        head.append(f"{label}: {aktenzeichen(chance)}")
    head.append(chance.choice(("{}", "Neuenfurt, {}", "den {}", "Datum: {}")).format(date(chance)))
    return head


def _letter(class_id: str, group: Group, chance: random.Random) -> tuple[str, int]:
    subject, lines, template = _body(class_id, group, chance)
    salutation = chance.choice(_SALUTATIONS)
    top = [*_head(chance), "", chance.choice(("", "Betreff: ", "Betr.: ")) + _fill(subject, chance)]
    if chance.random() < _FILL / 4:
        top = top[-1:]
    text = " ".join(_fill(line, chance) for line in lines)
    end = [chance.choice(_CLOSINGS), name(chance)]
    return "\n".join([*top, "", _fill(salutation, chance), text, "", *end]), template


def ocr_noise(text: str, rate: float, rng: random.Random) -> str:
    """The text with about `rate` of its characters misread as OCR misreads them."""
    noisy: list[str] = []
    place = 0
    while place < len(text):
        pair = text[place : place + 2]
        part = pair if pair in _CONFUSED else text[place]
        noisy.append(_misread(part, rng) if rng.random() < rate else part)
        place += len(part)
    return "".join(noisy)


def _misread(part: str, rng: random.Random) -> str:
    """What the eye of a machine makes of a letter, a pair of letters or a space."""
    if part == " ":
        return rng.choice(("", "  ", " "))
    if part in _CONFUSED:
        return _CONFUSED[part]
    return rng.choice((part, "", part + "'", part.swapcase()))
