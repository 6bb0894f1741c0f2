"""Page numbers as people and the log write them."""

from __future__ import annotations

from collections.abc import Iterable

from eakte.i18n import _


def ranges(numbers: Iterable[int]) -> str:
    """Write ascending numbers short: 1-3, 7."""
    runs = list[list[int]]()
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join("-".join(map(str, run)) for run in runs)


def named(numbers: tuple[int, ...]) -> str:
    """Name pages in the reader's language: page 7, or pages 1-3, 7."""
    text = _("page {numbers}") if len(numbers) == 1 else _("pages {numbers}")
    return text.format(numbers=ranges(numbers))
