"""Bounds for the patterns of rules: none may take for ever, whatever a letter says (pure).

Python's regular expressions go back and try again, and have no time limit. What makes them slow is
how many ways there are to match: repeats of something that itself can match in several ways
(exponential), and several long repeats in a row (the product of their lengths). Both are refused
when a class is loaded; what is left takes seconds at worst on the longest text that is looked at.
"""

from __future__ import annotations

import re
from re import _parser as parser  # type: ignore[attr-defined]  # there is no public one
from typing import Any

from eakte.classify.features import LONGEST
from eakte.i18n import N_

MOST_WAYS = LONGEST
"""Ways to match from one place on, as the product of the long repeats: one open repeat, no more."""
_SHORT = 20
"""Repeats that vary by less are not counted: they pass over spaces and signs."""
_ENDLESS = 1_000_000_000


def check(pattern: str) -> None:
    """Refuse a pattern that is none (re.error), or that could take too long (ValueError)."""
    if _ways(parser.parse(pattern, re.IGNORECASE)) > MOST_WAYS:
        raise ValueError(N_("a rule's repeats allow too many ways to match; bound them lower"))


def _ways(parsed: Any) -> int:
    ways: int = 1
    for code, value in parsed:
        ways = min(_ENDLESS, ways * _ways_of(str(code), value))
    return ways


def _ways_of(code: str, value: Any) -> int:
    ways: int = 1
    match code:
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, body = value
            ways = _repeated(int(least), int(most), body)
        case "BRANCH":
            ways = max(_ways(branch) for branch in value[1])
        case "SUBPATTERN":
            ways = _ways(value[-1])
        case "ATOMIC_GROUP":
            ways = _ways(value)
        case "ASSERT" | "ASSERT_NOT":
            ways = _ways(value[1])
        case "GROUPREF_EXISTS":
            ways = max(_ways(branch) for branch in value[1:] if branch)
    return ways


def _repeated(least: int, most: int, body: Any) -> int:
    varied = min(most, LONGEST) - least
    ways = _ways(body)
    if most > 1 and (ways > 1 or _varies(body)):
        return min(_ENDLESS, int(max(ways, 2) ** min(most, 40)))
    return ways * (varied if varied > _SHORT else 1)


def _varies(body: Any) -> bool:
    """Tell whether a body has alternatives or repeats of its own: they multiply when repeated."""
    for code, value in body:
        if str(code) in {"MAX_REPEAT", "MIN_REPEAT", "BRANCH"}:
            return True
        if str(code) == "SUBPATTERN" and _varies(value[-1]):
            return True
    return False
