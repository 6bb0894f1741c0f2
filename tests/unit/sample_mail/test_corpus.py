"""The training text is repeatable, varied and apart from what it is tested on."""

from __future__ import annotations

import re
from itertools import chain

import pytest

from sample_mail.generator.chance import dice
from sample_mail.generator.corpus import letters, ocr_noise
from sample_mail.generator.facts import facts
from sample_mail.generator.grammar import choose, slots, templates
from sample_mail.generator.model import CLASSES, samples
from sample_mail.generator.truth import printed

PER_CLASS = 60
FORMAL = {
    "sehr geehrte damen und herren", "mit freundlichen grüßen", "freundliche grüße",
    "sehr geehrter herr bürgermeister", "mit freundlichem gruß", "rathausplatz 1",
}  # fmt: skip


def sentences(text: str) -> set[str]:
    """Sentences of at least five words, in lower case and without digits."""
    parts = re.split(r"[.!?:;]\s|\n\s*\n|\n(?=[A-ZÄÖÜ][\w ]{0,30}\n)", text)
    plain = (" ".join(re.findall(r"[a-zäöüß]+", part.lower())) for part in parts)
    return {part for part in plain if len(part.split()) >= 5} - FORMAL


def shape(text: str) -> str:
    """A template's sentence without its facts, choices left as they are."""
    return re.sub(r"\{\w+\}", "", text).strip("? ").lower()


def test_same_arguments_same_letters() -> None:
    assert list(letters(3, 7)) == list(letters(3, 7))
    assert list(letters(3, 7)) != list(letters(3, 8))


def test_every_class_gets_its_count() -> None:
    found = [text.class_id for text in letters(5, 1, "held_out")]
    assert {name: found.count(name) for name in CLASSES} == dict.fromkeys(CLASSES, 5)


@pytest.mark.parametrize("class_id", CLASSES)
def test_templates_are_many_and_the_groups_disjoint(class_id: str) -> None:
    train, held_out = templates(class_id, "train"), templates(class_id, "held_out")
    assert len(train) >= 6
    assert len(held_out) >= 2
    assert len({*train, *held_out}) >= 8
    lines = [
        {shape(line) for template in group for line in (template.subject, *template.sentences)}
        for group in (train, held_out)
    ]
    assert not lines[0] & lines[1]


@pytest.mark.parametrize("class_id", CLASSES)
def test_templates_use_known_slots_and_close_their_brackets(class_id: str) -> None:
    chance = dice("test")
    for template in chain(templates(class_id, "train"), templates(class_id, "held_out")):
        for line in (template.subject, *template.sentences):
            assert set(slots(line)) <= set(facts(chance))
            assert not re.search(r"[\[\]|]", choose(line, chance)), line


def test_letters_do_not_repeat() -> None:
    texts = [text.text for text in letters(PER_CLASS, 3)]
    assert len(set(texts)) == len(texts)


def test_no_letter_shares_a_sentence_with_the_sample_mail() -> None:
    sample_text = chain.from_iterable(printed(s) for s in samples() if not s.scan.copy_of)
    mail = set().union(*(sentences(text.replace("\n", " ")) for text in sample_text))
    mail |= {part for s in samples() for letter in s.letters for part in sentences(letter.body)}
    made = chain(letters(PER_CLASS, 5), letters(PER_CLASS, 5, "held_out"))
    corpus = set().union(*(sentences(text.text) for text in made))
    assert len(mail) > 400
    assert len(corpus) > 2000
    assert not mail & corpus


def test_noise_grows_with_its_rate_and_is_repeatable() -> None:
    text = next(letters(1, 1)).text
    assert ocr_noise(text, 0.0, dice(1)) == text
    assert ocr_noise(text, 0.1, dice(1)) == ocr_noise(text, 0.1, dice(1))
    changed = [
        sum(a != b for a, b in zip(text, ocr_noise(text, r, dice(2)), strict=False))
        for r in (0.01, 0.3)
    ]
    assert changed[0] < changed[1]


def test_noise_confuses_as_ocr_does() -> None:
    noisy = ocr_noise("rn l ü e 0 " * 40, 0.5, dice(4))
    assert {"m", "1", "u", "c", "O"} <= set(noisy)
