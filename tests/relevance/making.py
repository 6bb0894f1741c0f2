"""Writes letters.jsonl, the letters of the relevance set: `python -m tests.relevance.making`.

Letters of the sample mail's generator and own ones (own_letters.txt), each with the words that OCR
is supposed to have misread in it. They are committed, so that judgements stay what they are when
the generator changes.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

from sample_mail.generator.corpus import letters

HERE = Path(__file__).parent
LETTERS = HERE / "letters.jsonl"
_PER_CLASS = 15
_CONFUSED = (
    ("rn", "m"), ("m", "rn"), ("l", "1"), ("i", "l"), ("ü", "ii"), ("ü", "u"), ("ä", "a"),
    ("ö", "o"), ("e", "c"), ("h", "b"), ("d", "cl"), ("ß", "B"), ("w", "vv"), ("u", "ii"),
    ("s", "5"), ("o", "0"), ("g", "q"), ("b", "h"),
)  # fmt: skip
_OFTEN = tuple(
    """
    Kündigung Rechnung Mahnung Widerspruch Gemeinderat Akteneinsicht Beschwerde Bewerbung
    Genehmigung Sondernutzung Bebauungsplan Bußgeldbescheid Schule Kindergarten Vergabestelle
    Fahrverbot Lichtwellenleiter Arbeitsverhältnisses Gewerbeanmeldung Straße Schlussrechnung
    Gewerberegister Einspruch Wohnung Auskunft Zuwendung
    """.split()  # noqa: SIM905 - a list to read
)
"""Words that queries ask for: each is misread in a third of its letters."""


def made() -> Iterator[dict[str, object]]:
    """Give the letters in order."""
    texts = [each.text for each in letters(_PER_CLASS, 41, "train")]
    texts += [each.text for each in letters(_PER_CLASS + 1, 42, "held_out")]
    texts += (HERE / "own_letters.txt").read_text(encoding="utf-8").splitlines()
    chance = random.Random("misread")
    for number, text in enumerate(texts):
        yield {"id": f"r{number:03}", "text": text, "misread": dict(_misread(text, chance))}


def _misread(text: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Choose words of a letter, and what was read in their place."""
    for word in _OFTEN:
        if re.search(rf"\b{word}\b", text) and chance.random() < 1 / 3:
            yield word, _confused(word, chance)
    words = sorted(set(re.findall(r"\b[A-ZÄÖÜa-zäöüß]{7,}\b", text)) - set(_OFTEN))
    for word in chance.sample(words, min(3, len(words))) if chance.random() < 1 / 3 else ():
        yield word, _confused(word, chance)


def _confused(word: str, chance: random.Random) -> str:
    possible = [each for each in _CONFUSED if each[0] in word[1:]]
    right, wrong = chance.choice(possible)
    return word[0] + word[1:].replace(right, wrong, 1)


def main() -> None:
    """Write the file."""
    lines = (json.dumps(each, ensure_ascii=False) for each in made())
    LETTERS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
