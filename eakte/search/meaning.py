"""What a query asks of the index (pure): its words become stems, parts and identifiers.

A Run is tokens in a row in one column; a Term is met by any of its runs. Conditions on records
(`az:`, `klasse:`, `datum:`, `betrag:`) are apart, since the records answer them and not the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from eakte.errors import QueryError
from eakte.i18n import N_
from eakte.search.analyser import fold, form, parts, stem, tokens
from eakte.search.identifiers import amount_of, amount_token, identifiers
from eakte.search.query import (
    All,
    Either,
    Field,
    Node,
    Not,
    Phrase,
    Prefix,
    Word,
    place_of,
)
from eakte.search.similar import Similar
from eakte.search.stopwords import STOP_WORDS

RECORD_FIELDS = ("az", "klasse", "datum", "betrag")
_STOPPED = frozenset(stem(fold(word)) for word in STOP_WORDS)


@dataclass(frozen=True)
class Run:
    """Tokens in a row in a column: t words, p parts, x identifiers, s sender."""

    column: str
    tokens: tuple[str, ...]
    prefix: bool = False
    """The last token is the beginning of one."""


@dataclass(frozen=True)
class Term:
    """What is met by any of its runs.

    A single word has its stem, and the form that similar ones may stand in for.
    """

    runs: tuple[Run, ...]
    stem: str = ""
    form: str = ""


@dataclass(frozen=True)
class Every:
    """What meets all that is wanted and nothing of the unwanted; there may be no wanted ones."""

    wanted: tuple[Tree, ...]
    unwanted: tuple[Tree, ...] = ()


@dataclass(frozen=True)
class AnyOf:
    """What meets one of them."""

    parts: tuple[Tree, ...]


Tree = Term | Every | AnyOf


@dataclass(frozen=True)
class Asked:
    """A query understood: what is asked of the text, and what of the records."""

    text: Tree | None
    records: Node | None


def understand(node: Node) -> Asked:
    """Say what a query asks. Raises QueryError where text and records are mixed beneath an OR."""
    words, records = list[Node](), list[Node]()
    for each in _flat(node):
        kinds = set(_kinds(each))
        if len(kinds) > 1:
            reason = N_("{fields} cannot stand beside words in OR or in brackets")
            named = ", ".join(f"{name}:" for name in RECORD_FIELDS)
            place = next(_record_places(each))
            raise QueryError(place=place + 1, detail=reason, fields=named)
        (records if True in kinds else words).append(each)
    if not records and all(isinstance(each, Not) for each in words):
        _refuse_exclusions(node)
    return Asked(_every(words), _together(records))


def terms(tree: Tree | None) -> tuple[Term, ...]:
    """Give the wanted terms of a tree, in order."""
    if isinstance(tree, Every):
        return tuple(term for each in tree.wanted for term in terms(each))
    if isinstance(tree, AnyOf):
        return tuple(term for each in tree.parts for term in terms(each))
    return () if tree is None else (tree,)


def widened(tree: Tree, similar: Mapping[str, Sequence[Similar]]) -> Tree:
    """Let other words stand in for wanted ones (by form); the unwanted stay what they are."""
    if isinstance(tree, Every):
        return replace(tree, wanted=tuple(widened(each, similar) for each in tree.wanted))
    if isinstance(tree, AnyOf):
        return AnyOf(tuple(widened(each, similar) for each in tree.parts))
    more = (run for each in similar.get(tree.form, ()) for run in _single(each.form, each.stem))
    return replace(tree, runs=(*tree.runs, *more))


def _single(folded: str, stemmed: str) -> Iterator[Run]:
    """Give the runs of one word: itself, itself as a part, and a compound's parts in a row."""
    yield Run("t", (stemmed,))
    yield Run("p", (stemmed,))
    if len(inner := parts(folded)) > 1:
        yield Run("p", inner)
        yield Run("t", inner)


def _flat(node: Node) -> Iterator[Node]:
    """Give what must all be met, brackets that change nothing opened."""
    if isinstance(node, All):
        for each in node.nodes:
            yield from _flat(each)
    else:
        yield node


def _kinds(node: Node) -> Iterator[bool]:
    """Tell of each term whether it asks the records."""
    if isinstance(node, Not):
        yield from _kinds(node.node)
    elif isinstance(node, All | Either):
        for each in node.nodes:
            yield from _kinds(each)
    else:
        yield isinstance(node, Field) and node.name in RECORD_FIELDS


def _record_places(node: Node) -> Iterator[int]:
    if isinstance(node, Not):
        yield from _record_places(node.node)
    elif isinstance(node, All | Either):
        for each in node.nodes:
            yield from _record_places(each)
    elif isinstance(node, Field) and node.name in RECORD_FIELDS:
        yield node.place


def _refuse_exclusions(node: Node) -> NoReturn:
    reason = N_("only exclusions: say also what letters must hold")
    raise QueryError(place=place_of(node) + 1, detail=reason)


def _together(nodes: list[Node]) -> Node | None:
    if not nodes:
        return None
    return nodes[0] if len(nodes) == 1 else All(tuple(nodes))


def _every(nodes: list[Node]) -> Tree | None:
    """Give what all nodes ask; stop words only where there are no others."""
    unwanted = tuple(_tree(each.node) for each in nodes if isinstance(each, Not))
    wanted = tuple(_tree(each) for each in nodes if not isinstance(each, Not))
    telling = tuple(tree for tree in wanted if not _is_stopped(tree))
    wanted = telling or wanted
    if not wanted and not unwanted:
        return None
    return wanted[0] if len(wanted) == 1 and not unwanted else Every(wanted, unwanted)


def _is_stopped(tree: Tree) -> bool:
    return isinstance(tree, Term) and tree.stem in _STOPPED


def _tree(node: Node) -> Tree:
    if isinstance(node, All):
        nodes = list(_flat(node))
        every = None if all(isinstance(each, Not) for each in nodes) else _every(nodes)
        return every or _refuse_exclusions(node)
    if isinstance(node, Either):
        return AnyOf(tuple(_tree(each) for each in node.nodes))
    if isinstance(node, Not):
        return _refuse_exclusions(node)
    if isinstance(node, Field):
        return _sender(node.value) if node.name == "von" else _iban(node.value)
    return _phrase(node.text) if isinstance(node, Phrase) else _word(node)


def _word(node: Word | Prefix) -> Term:
    if isinstance(node, Prefix):
        return _prefix(node.text)
    read = list(tokens(node.text))
    stems = tuple(token.stem for token in read)
    runs = [*_exactly(node.text), Run("t", stems)]
    if len(read) == 1:
        folded = read[0].folded
        runs = [*_exactly(node.text), *_single(folded, stems[0])]
        return Term(tuple(runs), stems[0], "" if folded.isdecimal() else form(folded))
    if stems and all(stem.isalpha() for stem in stems):
        joined = stem(fold("".join(node.text[each.start : each.end] for each in read)))
        runs += [Run("p", stems), Run("t", (joined,)), Run("p", (joined,))]
    return Term(tuple(run for run in runs if run.tokens))


def _exactly(text: str) -> Iterator[Run]:
    """Give the identifier that a whole text is, a number being perhaps an amount."""
    for found in identifiers(text):
        if text[: found.start].strip(" (") == text[found.end :].strip(" .,;)") == "":
            yield Run("x", (found.token,))
    if re.fullmatch(r"[\d.\s]{3,}", text) and (cents := amount_of(text)) is not None:
        yield Run("x", (amount_token(cents),))


def _phrase(text: str) -> Term:
    stems = tuple(token.stem for token in tokens(text))
    return Term((*_exactly(text), Run("t", stems)))


def _prefix(text: str) -> Term:
    """Ask for words that begin so; the stem of the beginning is asked for too (Häuser*: Haus)."""
    words = [fold(found) for found in re.findall(r"[^\W_]+", text)]
    before = tuple(stem(each) for each in words[:-1])
    runs = [Run("t", (*before, words[-1]), prefix=True), Run("t", (*before, stem(words[-1])))]
    return Term(tuple(runs))


def _sender(text: str) -> Tree:
    found = tuple(Term((Run("s", (token.stem,)),)) for token in tokens(text))
    return found[0] if len(found) == 1 else Every(found)


def _iban(text: str) -> Tree:
    known = [found.token for found in identifiers(text)]
    plain = re.sub(r"[^a-z0-9]", "", text.casefold())
    return Term((Run("x", (known[0] if known else plain,)),))
