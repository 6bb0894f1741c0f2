"""What the patterns of rules ask: bounds, so that none takes for ever, and words they need (pure).

Python's regular expressions go back and try again, and have no time limit. What makes them slow is
how many ways there are to match: repeats of something that itself can match in several ways
(exponential), and several long repeats in a row (the product of their lengths). Both are refused
when a class is loaded; what is left takes seconds at worst on the longest text that is looked at.
"""

from __future__ import annotations

import re
from re import _parser as parser  # type: ignore[attr-defined]  # there is no public one
from typing import Any

from eakte.classify.limits import LONGEST
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


def needed(pattern: str) -> tuple[str, ...]:
    """Give small-letter strings of which a text must hold one for the pattern to match at all.

    Empty: nothing is needed. Looking for these first makes rules that do not fit cost little.
    """
    return tuple(sorted(_needed(parser.parse(pattern, re.IGNORECASE))))


def lowered(text: str) -> str:
    """Give a text as `needed` compares it: as regular expressions do without regard to case."""
    return text.lower().replace("ſ", "s")  # noqa: RUF001 - the long s matches s


def _needed(parsed: Any) -> frozenset[str]:
    """Give the best requirement of a sequence: the one whose shortest string is longest."""
    best: frozenset[str] = frozenset()
    run = ""
    for code, value in [*parsed, (None, None)]:
        if str(code) == "LITERAL":
            run += lowered(chr(value))
            continue
        for found in (frozenset({run} if run else ()), _needed_by(str(code), value)):
            if _telling(found) > _telling(best):
                best = found
        run = ""
    return best


def _telling(found: frozenset[str]) -> int:
    return min((len(each) for each in found), default=0)


def _needed_by(code: str, value: Any) -> frozenset[str]:
    match code:
        case "SUBPATTERN":
            return _needed(value[-1])
        case "ATOMIC_GROUP":
            return _needed(value)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT" if int(value[0]) > 0:
            return _needed(value[2])
        case "BRANCH":
            branches = [_needed(branch) for branch in value[1]]
            return frozenset[str]().union(*branches) if all(branches) else frozenset()
    return frozenset()


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
