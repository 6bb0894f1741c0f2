"""Conditions on records that a query names (`az:`, `klasse:`, `datum:`, `betrag:`), as SQL."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from eakte.database.schema import document as letters
from eakte.domain.german import aktenzeichen_in
from eakte.errors import QueryError
from eakte.i18n import N_
from eakte.search.analyser import fold
from eakte.search.interface import Condition
from eakte.search.query import All, Either, Field, Node, Not
from eakte.search.relational import numbers
from eakte.search.values import amounts, dates

_amounts = sa.table("search_amount", sa.column("id"), sa.column("cents"))


def narrowed(node: Node, classes: Mapping[str, str]) -> Condition:
    """Say what of the records a node asks; `classes`: ids by id and by name, folded.

    Raises QueryError for a class that does not exist: no hits would mislead.
    """
    if isinstance(node, Not):
        return sa.not_(sa.func.coalesce(narrowed(node.node, classes), sa.false()))
    if isinstance(node, All):
        return sa.and_(*(narrowed(each, classes) for each in node.nodes))
    if isinstance(node, Either):
        return sa.or_(*(narrowed(each, classes) for each in node.nodes))
    if not isinstance(node, Field):  # pragma: no cover - understand() gives no other ones
        raise TypeError(node)
    if node.name == "az":
        return _akte(node.value)
    if node.name == "klasse":
        return _class(node, classes)
    return _date(node.value) if node.name == "datum" else _amount(node.value)


def _akte(value: str) -> Condition:
    """Say that a letter is in an Akte: all of its Aktenzeichen was given, or how it begins."""
    found = next(aktenzeichen_in(value), None)
    if found is not None:
        return letters.c.aktenzeichen == found.value
    begun = value.replace(" ", "")
    return sa.func.substr(letters.c.aktenzeichen, 1, len(begun)) == begun


def _class(node: Field, classes: Mapping[str, str]) -> Condition:
    named = [fold(each.strip()) for each in node.value.split(",") if each.strip()]
    unknown = [each for each in named if each not in classes]
    if unknown:
        reason = N_("there is no class “{name}”")
        raise QueryError(place=node.place + 1, detail=reason, name=unknown[0])
    return letters.c.class_id.in_([classes[each] for each in named])


def _date(value: str) -> Condition:
    first, last = dates(value) or ("", "")
    return letters.c.letter_date.between(first, last) & (letters.c.letter_date != "")


def _amount(value: str) -> Condition:
    least, most = amounts(value) or (0, 0)
    number = numbers.alias()
    return sa.exists().where(
        number.c.document == letters.c.id,
        _amounts.c.id == number.c.id,
        _amounts.c.cents.between(least, most),
    )
