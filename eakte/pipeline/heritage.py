"""What a letter keeps of those that it was made of, or stands for; all functions are pure.

That is the first receipt, the deadline, and who led it to a class of less Schutzbedarf.
"""

from __future__ import annotations

from dataclasses import replace

from eakte.domain.akten import Document
from eakte.domain.deadlines import counted
from eakte.domain.letters import Schutzbedarf
from eakte.domain.moments import local_day
from eakte.pipeline.definition import Definitions

_NEEDS = (Schutzbedarf.NORMAL, Schutzbedarf.HOCH, Schutzbedarf.SEHR_HOCH)


def with_deadline(letter: Document, definitions: Definitions) -> Document:
    """Give a letter the deadline that its present class sets, or none; the first receipt counts."""
    definition = definitions.class_of(letter.classification.class_id)
    if definition is None or definition.deadline is None:
        return replace(letter, deadline="", deadline_rule="")
    found = counted(definition.deadline, local_day(letter.first_receipt))
    return replace(letter, deadline=found.day.isoformat(), deadline_rule=found.rule)


def heir(letter: Document, old: tuple[Document, ...], definitions: Definitions) -> Document:
    """Let a letter be due no later than those that it comes from, counted from their receipt.

    What was due for it and is done stays done.
    """
    first = min(each.first_receipt for each in (letter, *old))
    moved = replace(letter, first_received_at=first) if first < letter.received_at else letter
    is_done = letter.deadline_rule and not letter.deadline
    counted_anew = () if is_done else (with_deadline(moved, definitions),)
    due = [each for each in (*counted_anew, letter, *old) if each.deadline]
    if not due:
        return moved
    earliest = min(due, key=lambda each: each.deadline)
    return replace(moved, deadline=earliest.deadline, deadline_rule=earliest.deadline_rule)


def lowers(before: Document, after: Document, definitions: Definitions) -> bool:
    """Tell whether the class of `after` needs less than that of `before`; no class needs normal."""
    return _need(after, definitions) < _need(before, definitions)


def with_lowering(
    letter: Document, old: tuple[Document, ...], account: str, definitions: Definitions
) -> Document:
    """Note who made this letter of others (or of its former self), if it needs less than they.

    Who lowered one of those counts for this one, too.
    """
    names = {name for each in (letter, *old) for name in each.lowered_by}
    if any(lowers(each, letter, definitions) for each in old):
        names.add(account)
    return replace(letter, lowered_by=tuple(sorted(names)))


def _need(letter: Document, definitions: Definitions) -> int:
    definition = definitions.class_of(letter.classification.class_id)
    return _NEEDS.index(definition.schutzbedarf) if definition else 0
