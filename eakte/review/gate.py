"""The review gate: what a rule may release by itself; everything else waits for a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from eakte.domain.akten import Akte
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.known_akten import only_suggests
from eakte.domain.letters import (
    ClassDefinition,
    Classification,
    Extraction,
    FieldName,
    Schutzbedarf,
)
from eakte.domain.pipelines import PipelineDefinition, ReleaseRule
from eakte.i18n import N_

ALWAYS_HELD = frozenset(
    {
        FindingCode.INCOMING_SIGNATURE,
        FindingCode.UNKNOWN_AKTENZEICHEN,
        FindingCode.SEVERAL_AKTENZEICHEN,
        FindingCode.DOUBTFUL_AKTENZEICHEN,
        FindingCode.DOUBTFUL_IBAN,
        FindingCode.NO_AKTE,
        FindingCode.AKTE_CLOSED,
        FindingCode.NO_CLASS,
        FindingCode.LOW_CONFIDENCE,
        FindingCode.OCR_INCOMPLETE,
        FindingCode.BLANK_PAGE,
        FindingCode.JBIG2,
        FindingCode.ENCRYPTED,
        FindingCode.DAMAGED_SEPARATOR,
        FindingCode.SEPARATOR_WITH_CONTENT,
        FindingCode.DOUBTFUL_BARCODE,
        FindingCode.BATCH_INCOMPLETE,
        FindingCode.HALVES_DIFFER,
        FindingCode.PART_OF_DELIVERY,
        FindingCode.BY_EMAIL,
        FindingCode.RENDERED,
        FindingCode.INVOICE_XML_UNUSABLE,
    }
)
"""What no configuration can let pass: without a person nobody could answer for the release."""
HELD_IF_PROTECTED = frozenset({FindingCode.ATTACHMENTS_MISSING})
"""What is noted where the Schutzbedarf is normal (many letters announce what comes apart), and
holds a letter where it is higher."""
IN_PASSING = N_("named in the running text only, where no reference stands")


@dataclass(frozen=True)
class Route:
    """The Akte a letter should go to ("" if nobody knows), and what is doubtful about that."""

    aktenzeichen: str
    findings: tuple[Finding, ...] = ()


def route(
    extraction: Extraction,
    definition: ClassDefinition | None,
    exists: Callable[[str], bool],
    received: date,
) -> Route:
    """Find the Akte: the one that the letter names, else the Sammelakte of its class.

    A letter that names only Akten that do not exist, several that do, in the most trusted place one
    that does not, or one in its running text only (an order there is data), is for a person.
    """
    fields = extraction.all(FieldName.AKTENZEICHEN)
    named = tuple(dict.fromkeys(field.value for field in fields if field.value))
    known = tuple(aktenzeichen for aktenzeichen in named if exists(aktenzeichen))
    if len(known) > 1:
        detail = ", ".join(known)
        return Route(known[0], (Finding(FindingCode.SEVERAL_AKTENZEICHEN, None, detail),))
    if known and known[0] == named[0]:
        told = [field for field in fields if field.value == known[0]]
        passing = Finding(FindingCode.DOUBTFUL_AKTENZEICHEN, None, f"{known[0]} – {IN_PASSING}")
        return Route(known[0], (passing,) if all(map(only_suggests, told)) else ())
    if known:
        return Route(known[0], (Finding(FindingCode.UNKNOWN_AKTENZEICHEN, None, named[0]),))
    if named:
        detail = ", ".join(named)
        return Route("", (Finding(FindingCode.UNKNOWN_AKTENZEICHEN, None, detail),))
    if definition is None or definition.routing is None:
        return Route("", (Finding(FindingCode.NO_AKTE),))
    return Route(definition.routing.akte.format(year=received.year))


def sammelakte(definition: ClassDefinition | None, received: date) -> tuple[str, str, str] | None:
    """Give Aktenzeichen, title and office of the Sammelakte of a class for the year of receipt."""
    if definition is None or definition.routing is None:
        return None
    routing = definition.routing
    year = received.year
    return routing.akte.format(year=year), routing.title.format(year=year), routing.office


def holding(
    classification: Classification,
    definition: ClassDefinition | None,
    findings: tuple[Finding, ...],
    pipeline: PipelineDefinition,
) -> tuple[Finding, ...]:
    """Give the findings that hold a letter for a person; none: the rule may release it."""
    codes = ALWAYS_HELD.union(pipeline.hold)
    if definition is not None and definition.schutzbedarf is not Schutzbedarf.NORMAL:
        codes |= HELD_IF_PROTECTED
    held = [finding for finding in findings if finding.code in codes]
    if classification.class_id is None or definition is None:
        held.append(Finding(FindingCode.NO_CLASS))
    else:
        held.extend(_unsure(classification, pipeline.release))
    if definition is not None and _needs_person(definition, pipeline):
        held.append(Finding(FindingCode.NEEDS_PERSON, None, definition.name))
    return tuple(dict.fromkeys(held))


def _unsure(classification: Classification, rule: ReleaseRule) -> Iterator[Finding]:
    """Compare a confidence with what the rule asks, and with what is proven of the class."""
    if rule.measured and classification.least is None:
        yield Finding(FindingCode.SUGGEST_ONLY)
    least = max(rule.min_confidence, classification.least or 0.0)
    if classification.confidence < least:
        percent = f"{classification.confidence:.1%} < {least:.1%}"
        yield Finding(FindingCode.LOW_CONFIDENCE, None, percent)


def _needs_person(definition: ClassDefinition, pipeline: PipelineDefinition) -> bool:
    """Only a class on the rule's list, with Schutzbedarf normal, is released by the rule."""
    listed = definition.id in pipeline.release.classes
    return not listed or definition.schutzbedarf is not Schutzbedarf.NORMAL


def new_sammelakte(
    definition: ClassDefinition | None, aktenzeichen: str, received: date, opened: Akte | None
) -> tuple[str, str, str] | None:
    """Give what to open if the letter goes to its class's Sammelakte and that is not there yet."""
    wanted = sammelakte(definition, received)
    if opened is None and wanted is not None and wanted[0] == aktenzeichen:
        return wanted
    return None
