"""The query language (pure): a text becomes a small tree, or an error that names its place.

    widerspruch gebühr        all words, in any form          "grüne Tonne"     in this order
    hund OR katze             one of them (ODER as well)      -mahnung          not this
    (a OR b) c                groups                          wider*            words that begin so
    az:32.1-112.05/2026-0417  the Akte, or how it begins      klasse:rechnung   the class
    von:müller                the sender                      iban:"DE02 …"     an IBAN
    datum:2026-01..2026-03    date of the letter              betrag:>1000      an amount in it

Dates, amounts, Aktenzeichen and the like may hold blanks: they are one word. A node is written
(`str`) so that reading it gives the same node again; places are offsets in the text that was read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NoReturn

from eakte.errors import QueryError
from eakte.i18n import N_
from eakte.search.identifiers import Identifier, identifiers
from eakte.search.values import AMOUNT, DATE, amounts, dates

LONGEST = 500
"""Characters of a query."""
MOST_TERMS = 32
DEEPEST = 8
"""Groups within groups."""
SHORTEST_PREFIX = 3
FIELDS = ("az", "klasse", "von", "datum", "betrag", "iban")

_BLANK = re.compile(r"\s+")
_WORD = re.compile(r'[^\s"()]+')
_OR = re.compile(r'(?:OR|ODER|\|)(?=[\s"()]|$)')
_AND = re.compile(r'(?:AND|UND)(?=[\s"()]|$)')
_FIELD = re.compile(r"([^\W\d_]{2,}):(?!//)")
_SAID = re.compile(r"[^\W_]")
_MINUS = re.compile(r"(?<![^\s(])-(?=\S)")


@dataclass(frozen=True)
class Word:
    """A word in any of its forms, or an identifier however it is written."""

    text: str
    place: int = field(default=0, compare=False)

    def __str__(self) -> str:
        """Give what was typed."""
        return self.text


@dataclass(frozen=True)
class Phrase:
    """Words in a row."""

    text: str
    place: int = field(default=0, compare=False)

    def __str__(self) -> str:
        """Give it with its quotes."""
        return f'"{self.text}"'


@dataclass(frozen=True)
class Prefix:
    """Words that begin so; `text` is without the asterisk."""

    text: str
    place: int = field(default=0, compare=False)

    def __str__(self) -> str:
        """Give it with its asterisk."""
        return f"{self.text}*"


@dataclass(frozen=True)
class Field:
    """Something about the letter: one of FIELDS with its value as typed."""

    name: str
    value: str
    place: int = field(default=0, compare=False)

    def __str__(self) -> str:
        """Give name and value, the value in quotes if it must be."""
        bare = _WORD.fullmatch(self.value)
        return f"{self.name}:{self.value}" if bare else f'{self.name}:"{self.value}"'


@dataclass(frozen=True)
class Not:
    """What must not be met; stands in an All only."""

    node: Node

    def __str__(self) -> str:
        """Give it with a minus."""
        return f"-{_grouped(self.node)}"


@dataclass(frozen=True)
class All:
    """Two nodes or more that must all be met."""

    nodes: tuple[Node, ...]

    def __str__(self) -> str:
        """Give them beside each other."""
        return " ".join(map(_grouped, self.nodes))


@dataclass(frozen=True)
class Either:
    """Two nodes or more of which one must be met."""

    nodes: tuple[Node, ...]

    def __str__(self) -> str:
        """Give them with OR between them."""
        return " OR ".join(map(_grouped, self.nodes))


Node = Word | Phrase | Prefix | Field | Not | All | Either


def parse(text: str) -> Node:
    """Read a query. Raises QueryError with the place (from 0) and the reason."""
    if len(text) > LONGEST:
        _refuse(LONGEST, N_("the query is too long"))
    reader = _Reader(text)
    node = reader.either(0)
    reader.end()
    return node


def _grouped(node: Node) -> str:
    return f"({node})" if isinstance(node, All | Either) else str(node)


def _refuse(place: int, reason: str, **facts: str) -> NoReturn:
    raise QueryError(place=place + 1, detail=reason, **facts)


class _Reader:
    """Reads one query by recursive descent."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        self._terms = 0
        plain = _MINUS.sub(" ", text)
        found = sorted(identifiers(plain), key=lambda each: each.end - each.start)
        self._known: dict[int, Identifier] = {each.start: each for each in found}

    def either(self, depth: int) -> Node:
        """Read what OR joins."""
        nodes = [self._all(depth)]
        while self._taken(_OR):
            nodes.append(self._all(depth))
        if len(nodes) > 1:
            for node in nodes:
                if isinstance(node, Not):
                    _refuse(place_of(node), N_("“-” cannot stand alone beside OR"))
        return nodes[0] if len(nodes) == 1 else Either(tuple(nodes))

    def end(self) -> None:
        """Insist that all was read."""
        if self._rest():
            _refuse(self._place, N_("this bracket was never opened"))

    def _all(self, depth: int) -> Node:
        nodes = list[Node]()
        while self._rest() and not self._at(_OR) and self._text[self._place] != ")":
            if self._taken(_AND):
                continue
            node = self._one(depth)
            nodes += [] if node is None else [node]
        if not nodes:
            _refuse(self._place, N_("a word is missing here"))
        return nodes[0] if len(nodes) == 1 else All(tuple(nodes))

    def _one(self, depth: int) -> Node | None:
        """Read one term or group; None for signs that say nothing."""
        text, place = self._text, self._place
        if text[place] == "-" and not _blank_at(text, place + 1):
            self._place += 1
            if text[place + 1] == "-":
                _refuse(place + 1, N_("one “-” is enough"))
            node = self._one(depth)
            return None if node is None else Not(node)
        if text[place] == "(":
            return self._group(depth)
        self._count()
        if text[place] == '"':
            return self._phrase()
        if place in self._known:
            self._place = self._known[place].end
            return Word(text[place : self._place], place)
        if found := _FIELD.match(text, place):
            return self._field(found)
        return self._word()

    def _group(self, depth: int) -> Node:
        opened = self._place
        if depth >= DEEPEST:
            _refuse(opened, N_("too many brackets within brackets"))
        self._place += 1
        node = self.either(depth + 1)
        if not self._rest():
            _refuse(opened, N_("this bracket is not closed"))
        self._place += 1
        return node

    def _phrase(self) -> Phrase | None:
        place = self._place
        text = self._quoted()
        return Phrase(text, place) if _SAID.search(text) else None

    def _quoted(self) -> str:
        start = self._place + 1
        end = self._text.find('"', start)
        if end < 0:
            _refuse(start - 1, N_("this quotation mark is not closed"))
        self._place = end + 1
        return self._text[start:end]

    def _word(self) -> Node | None:
        found = _WORD.match(self._text, self._place)
        if found is None:  # pragma: no cover - quotes and brackets were looked at before
            _refuse(self._place, N_("a word is missing here"))
        place, self._place = self._place, found.end()
        word = found.group()
        if not word.endswith("*"):
            return Word(word, place) if _SAID.search(word) else None
        begun = word.rstrip("*")
        if len(re.findall(r"\w", re.split(r"\W", begun)[-1])) < SHORTEST_PREFIX:
            _refuse(place, N_("at least three letters must stand before “*”"))
        return Prefix(begun, place)

    def _field(self, found: re.Match[str]) -> Field:
        place, name = found.start(), found[1].casefold()
        if name not in FIELDS:
            reason = N_("there is no field “{name}”; there are {fields} (or put it in quotes)")
            _refuse(place, reason, name=found[1], fields=", ".join(FIELDS))
        self._place = found.end()
        value = self._value()
        if not _SAID.search(value):
            _refuse(self._place, N_("a value is missing after “{name}:”"), name=name)
        self._check(name, value, found.end())
        return Field(name, value.strip(), place)

    def _value(self) -> str:
        if self._text.startswith('"', self._place):
            return self._quoted()
        known = self._known.get(self._place)
        word = _WORD.match(self._text, self._place)
        end = max(known.end if known else 0, word.end() if word else self._place)
        value, self._place = self._text[self._place : end], end
        return value

    def _check(self, name: str, value: str, place: int) -> None:
        """Refuse dates and amounts that cannot be read."""
        if name == "datum" and dates(value) is None:
            _refuse(place, N_("“{value}” is no date like {example}"), value=value, example=DATE)
        if name == "betrag" and amounts(value) is None:
            _refuse(place, N_("“{value}” is no amount like {example}"), value=value, example=AMOUNT)

    def _count(self) -> None:
        self._terms += 1
        if self._terms > MOST_TERMS:
            _refuse(self._place, N_("the query has too many words"))

    def _rest(self) -> bool:
        if blank := _BLANK.match(self._text, self._place):
            self._place = blank.end()
        return self._place < len(self._text)

    def _at(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.match(self._text, self._place)

    def _taken(self, pattern: re.Pattern[str]) -> bool:
        found = self._at(pattern) if self._rest() else None
        if found:
            self._place = found.end()
        return found is not None


def _blank_at(text: str, place: int) -> bool:
    return place >= len(text) or text[place].isspace()


def place_of(node: Node) -> int:
    """Give where a node begins, its brackets not counted."""
    if isinstance(node, Not):
        return place_of(node.node) - 1
    if isinstance(node, All | Either):
        return place_of(node.nodes[0])
    return node.place
