"""The sender of a letter (pure): what several places of a letter agree on.

A name may stand above the window (return line), in the letterhead, below the closing, in the footer
and in the fields of a form. Witnesses whose readings resemble each other speak together; so does a
single word with a longer name that begins or ends with it: its line was cut. Of their readings (no
such word) the one is taken whose words all occur elsewhere in the letter, then the most frequent
one, then the one that OCR was surest of.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from eakte.classify.layout import Layout
from eakte.classify.witnesses import Witness, witnesses
from eakte.domain.letters import Field, FieldName

_ALIKE = 0.8
_WORD = re.compile(r"\w+")


def sender(pages: Sequence[Layout], subject: str = "") -> Field | None:
    """Give person or organisation that wrote a letter (not its subject); None if none is named."""
    if not pages:
        return None
    named = [each for each in witnesses(pages) if not _alike(each.name, subject)]
    if not named:
        return None
    groups = [[other for other in named if _same(each.name, other.name)] for each in named]
    return _field(max(groups, key=_agreement), pages)


def _agreement(group: Sequence[Witness]) -> float:
    """Give how likely at least one is right; a place counts once."""
    doubt = 1.0
    for rule in {each.rule for each in group}:
        doubt *= 1 - max(_weight(each) for each in group if each.rule == rule)
    return 1 - doubt


def _weight(witness: Witness) -> float:
    return witness.trust * (0.6 + 0.4 * witness.line.confidence)


def _field(group: Sequence[Witness], pages: Sequence[Layout]) -> Field:
    seen = Counter(_words(" ".join(line.text for page in pages for line in page.lines)))
    same = Counter(each.name.casefold() for each in group)
    whole = [one for one in group if not any(_cut(one.name, each.name) for each in group)]
    best = max(
        whole,
        key=lambda each: (_support(each.name, seen), same[each.name.casefold()], _weight(each)),
    )
    start = max(best.line.text.find(best.name), 0)
    box, _ = best.line.evidence(start, start + len(best.name))
    return Field(
        FieldName.SENDER,
        best.name,
        best.line.text,
        round(min(0.99, _agreement(group)), 3),
        " + ".join(dict.fromkeys(each.rule for each in group)),
        best.line.page,
        box,
    )


def _support(name: str, seen: Counter[str]) -> int:
    """Give 2 if every word of a name occurs twice or more: a misread word occurs once."""
    return min((min(seen[word], 2) for word in _words(name)), default=0)


def _same(left: str, right: str) -> bool:
    return _alike(left, right) or _cut(left, right) or _cut(right, left)


def _cut(name: str, other: str) -> bool:
    """Tell whether a name is but the first or the last word of another one."""
    words, whole = _words(name), other.casefold().split()
    return len(words) == 1 < len(whole) and words[0] in {whole[0], whole[-1]}


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _alike(left: str, right: str) -> bool:
    return SequenceMatcher(None, left.casefold(), right.casefold()).ratio() >= _ALIKE
