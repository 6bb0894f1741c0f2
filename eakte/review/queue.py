"""The queue of letters that wait for a person: in which order, and why each one waits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eakte.domain.akten import Document
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.letters import FieldName
from eakte.domain.pipelines import PipelineDefinition
from eakte.review.corrections import is_by_person
from eakte.review.gate import ALWAYS_HELD

_NOTES = frozenset(
    {
        FindingCode.ATTACHMENTS,
        FindingCode.BITONAL,
        FindingCode.LOW_RESOLUTION,
        FindingCode.UPSIDE_DOWN,
        FindingCode.SKEWED,
        FindingCode.LOW_OCR_CONFIDENCE,
        FindingCode.CUT_EDGE,
        FindingCode.HANDWRITING,
        FindingCode.RASTERISED,
        FindingCode.FONT_REPLACED,
        FindingCode.NO_COLOUR_PROFILE,
        FindingCode.FORM_FLATTENED,
        FindingCode.ACTIVE_CONTENT,
        FindingCode.NOT_SHOWN,
        FindingCode.TEXT_UNUSABLE,
        FindingCode.HIDDEN_TEXT,
        FindingCode.SEVERAL_LOOKS,
        FindingCode.UNICODE_UNPROVEN,
        FindingCode.EMBEDDED_FILES,
        FindingCode.SEPARATOR_SHEET,
        FindingCode.TRAILING_DATA,
        FindingCode.E_INVOICE,
    }
)
"""What is only noted, unless a pipeline holds letters for it; any other finding is a reason."""

_OF_CLASS = frozenset({FindingCode.NO_CLASS, FindingCode.LOW_CONFIDENCE})
_OF_AKTE = frozenset({FindingCode.NO_AKTE, FindingCode.UNKNOWN_AKTENZEICHEN})


@dataclass(frozen=True)
class Told:
    """The findings of a letter as a clerk needs them."""

    reasons: tuple[Finding, ...]
    """Why it waits; empty: a person settled them all, and it waits for its release."""
    notes: tuple[Finding, ...]
    """What else is known, and reasons that a correction settled."""


def ordered(
    letters: Iterable[Document], held: Iterable[Document] = ()
) -> tuple[tuple[Document, str], ...]:
    """Give letters with what is due first, each with the deadline that hangs on it ("": none).

    On a sample hangs what is due of the letters of its batch that are `held` until it has passed.
    Those without a deadline, and equals, are in the order of their receipt.
    """
    behind = dict[str, list[str]]()
    for each in held:
        if each.deadline:
            behind.setdefault(each.batch, []).append(each.deadline)
    found = [(each, _nearest(each, behind.get(each.batch, []))) for each in letters]
    return tuple(sorted(found, key=lambda each: (not each[1], each[1], each[0].received_at)))


def _nearest(letter: Document, behind: list[str]) -> str:
    own = [letter.deadline] if letter.deadline else []
    return min((*own, *(behind if letter.sampled else ())), default="")


def told(letter: Document, pipeline: PipelineDefinition) -> Told:
    """Divide the findings of a letter into the reasons that hold it, and mere notes."""
    holding = ALWAYS_HELD.union(pipeline.hold)
    settled = _settled(letter)
    reasons = [
        each
        for each in letter.findings
        if not _is_of_other_akte(each, letter)
        if each.code not in settled and (each.code in holding or each.code not in _NOTES)
    ]
    notes = [each for each in letter.findings if each not in reasons]
    return Told(tuple(reasons), tuple(notes))


def _is_of_other_akte(finding: Finding, letter: Document) -> bool:
    """Tell whether a finding says that an Akte is closed which the letter does not go to now."""
    return finding.code is FindingCode.AKTE_CLOSED and finding.detail != letter.aktenzeichen


def _settled(letter: Document) -> frozenset[FindingCode]:
    """Tell which findings are answered by what a person corrected."""
    settled = frozenset[FindingCode]()
    if any(is_by_person(reason) for reason in letter.classification.reasons):
        settled |= _OF_CLASS
    if letter.aktenzeichen:
        settled |= _OF_AKTE
    if _is_set_by_person(letter, FieldName.DATE):
        settled |= {FindingCode.DOUBTFUL_DATE}
    if _is_set_by_person(letter, FieldName.AKTENZEICHEN):
        settled |= {FindingCode.SEVERAL_AKTENZEICHEN}
    return settled


def _is_set_by_person(letter: Document, name: FieldName) -> bool:
    field = letter.extraction.first(name)
    return field is not None and is_by_person(field.rule)
