"""Which pages keep a file from conforming to PDF/A: told by findings, else found by trials."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Name, pdfa

from eakte.domain.mail import SourcePage
from eakte.pdfa.opening import Unmapped, open_pdf

_OBJECT = re.compile(r"obj (\d+) (\d+)")
_WORK_FACTOR, _WORK_FLOOR = 4, 64
"""Trials may look at so many times the pages of the file in all, and at so many at least."""
_UPWARDS = {"/Parent", "/P"}

Place = tuple[int, int]


def told_guilty(path: Path, flavour: str) -> frozenset[int]:
    """Give the pages (from 1) from which the objects that the validator blames are reached."""
    with Unmapped(path) as file:
        report = pdfa.validate_written(io.BufferedReader(file), flavour)
    places = (_OBJECT.match(found.where) for found in report.findings)
    blamed = {(int(place[1]), int(place[2])) for place in places if place}
    with open_pdf(path) as pdf:
        return _reaching(pdf, blamed) if blamed else frozenset()


def _reaching(pdf: pikepdf.Pdf, blamed: set[Place]) -> frozenset[int]:
    """Walk from objects to those that refer to them, up to pages."""
    numbers = {page.obj.objgen: index for index, page in enumerate(pdf.pages, start=1)}
    users = defaultdict[Place, list[Place]](list)
    for item in pdf.objects:
        for used in _references(item):
            users[used].append(item.objgen)
    found, seen, open_ends = set[int](), set(blamed), list(blamed)
    while open_ends:
        place = open_ends.pop()
        if place in numbers:
            found.add(numbers[place])
            continue
        fresh = [user for user in users[place] if user not in seen]
        seen.update(fresh)
        open_ends.extend(fresh)
    return frozenset(found)


def _references(item: Any) -> Iterable[Place]:
    """Give the objects that one refers to, those that it belongs to left out."""
    values = [] if _is_node(item) else [item]
    while values:
        value = values.pop()
        if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
            inner: Iterable[Any] = [value[key] for key in value.keys() - _UPWARDS]
        elif isinstance(value, pikepdf.Array):
            inner = value
        else:
            continue
        for each in inner:
            if isinstance(each, pikepdf.Object) and each.is_indirect:
                yield each.objgen
            else:
                values.append(each)


def _is_node(item: Any) -> bool:
    """Tell whether it is a node of the page tree, which all pages have in common."""
    return isinstance(item, pikepdf.Dictionary) and item.get(Name.Type) == Name.Pages


def tried_guilty(
    fails: Callable[[tuple[SourcePage, ...]], bool], pages: tuple[SourcePage, ...]
) -> frozenset[int]:
    """Find the numbers of pages that fail even alone, halving groups that fail.

    The work is bounded: once it is used up, what is left of failing groups counts as guilty.
    """
    budget = max(_WORK_FACTOR * len(pages), _WORK_FLOOR)
    guilty, groups = set[int](), _halves(pages) if len(pages) > 1 else [pages]
    while groups:
        group = groups.pop()
        budget -= len(group)
        if budget >= 0 and not fails(group):
            continue
        if budget < 0 or len(group) == 1:
            guilty |= {page.number for page in group}
        else:
            groups += _halves(group)
    return frozenset(guilty)


def _halves(pages: tuple[SourcePage, ...]) -> list[tuple[SourcePage, ...]]:
    middle = len(pages) // 2
    return [pages[:middle], pages[middle:]]
