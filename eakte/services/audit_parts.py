"""Parts of the auditor's report: facts, counts as tables, charts of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from eakte.charts import Bars, Chart
from eakte.domain.figures import Counts
from eakte.domain.findings import Finding, FindingCode, sentences
from eakte.i18n import _
from eakte.typeset import Block, Table

Part = Block | Chart
FACTS = (0.36, 0.64)
COUNTED = (0.84, 0.16)
RIGHT = frozenset({1})
_MOST_BARS = 20


def finding(code: str) -> str:
    """Say what a finding means; the log of a newer version may have others."""
    if code not in set(FindingCode):
        return code
    return sentences((Finding(FindingCode(code)),))[0]


def chart_and_table(title: str, counts: Counts) -> Iterator[Part]:
    """Give a chart of what occurs most, and all of it as a table."""
    if not counts:
        yield from counted(title, counts)
        return
    yield bars(title, counts)
    yield Table(_rows(counts), COUNTED, (title, _("count")), RIGHT)


def counted(title: str, counts: Counts) -> Iterator[Part]:
    """Give counts as a table under a title, which says so if there are none."""
    if counts:
        yield Table(_rows(counts), COUNTED, (title, _("count")), RIGHT)
    else:
        yield Table(((title, _("none")),), COUNTED, right=RIGHT)


def bars(title: str, counts: Counts) -> Bars:
    """Give a chart of what occurs most."""
    most = sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:_MOST_BARS]
    return Bars(title, tuple((name or "–", count) for name, count in most))


def _rows(counts: Counts) -> tuple[tuple[str, str], ...]:
    return tuple((name or "–", str(count)) for name, count in counts.items())


def facts(pairs: Iterable[tuple[str, str]]) -> Table:
    """Give names with their values."""
    return Table(tuple(pairs), FACTS)


def moment(at: datetime) -> str:
    """Write a moment."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
