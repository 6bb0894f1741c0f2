"""The phrase banks: templates in `phrases/*.txt` and how they are expanded.

A file holds the templates of one class. `== train` or `== held_out` begins a template; its first
line is the Betreff, each further line a sentence. `? ` marks a sentence that may be missing,
`[a|b|]` is a choice and `{slot}` a fact that `facts` fills in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    import random

Group: TypeAlias = Literal["train", "held_out"]
_PHRASES = Path(__file__).parent / "phrases"
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_KEEP = 0.55


@dataclass(frozen=True)
class Template:
    """A letter's skeleton: its subject and its sentences, some of them optional."""

    subject: str
    sentences: tuple[str, ...]


@cache
def templates(class_id: str, group: Group) -> tuple[Template, ...]:
    """The templates of a class in a group, in the order of the file."""
    text = (_PHRASES / f"{class_id}.txt").read_text(encoding="utf-8")
    found = []
    for chunk in re.split(r"^== ", text, flags=re.MULTILINE)[1:]:
        head, subject, *sentences = chunk.strip().splitlines()
        if head == group:
            found.append(Template(subject, tuple(sentences)))
    return tuple(found)


def choose(text: str, chance: random.Random) -> str:
    """The text with one of each choice's alternatives, surplus spaces removed."""
    chosen = _CHOICE.sub(lambda match: chance.choice(match[1].split("|")), text)
    return re.sub(r"\s+([.,;!?])", r"\1", re.sub(r" {2,}", " ", chosen)).strip()


def sentences(template: Template, chance: random.Random) -> list[str]:
    """The template's sentences for one letter: choices made, optional ones kept by chance."""
    kept = []
    for line in template.sentences:
        if not line.startswith("? "):
            kept.append(line)
        elif chance.random() < _KEEP:
            kept.append(line[2:])
    return [choose(line, chance) for line in kept]


def slots(text: str) -> list[str]:
    """The names of the slots in a text."""
    return _SLOT.findall(text)


def filled(text: str, fact: dict[str, str]) -> str:
    """The text with the slots that `fact` knows."""
    return _SLOT.sub(lambda match: fact[match[1]], text)


def variants(template: Template) -> int:
    """How many letters the template's choices and optional sentences alone allow."""
    count = 1
    for line in (template.subject, *template.sentences):
        count *= 2 if line.startswith("? ") else 1
        for choice in _CHOICE.findall(line):
            count *= len(choice.split("|"))
    return count
