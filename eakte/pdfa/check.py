"""The gate: does a PDF that we just wrote conform to the PDF/A that it claims?

pikepdf's allow-list validator judges everything but two constructs, which it does not know: level
U, and extension schemas. They are proven here instead: U by following every code that is shown
(unicode_proof), the XMP by being byte for byte what `xmp.packet` writes, which the tests prove.
Never use this on files of others (see archive.md: 13 of 114 foreign approvals were false).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, pdfa

from eakte.domain.archive import Level
from eakte.domain.findings import FindingCode
from eakte.errors import UnusableInputError
from eakte.pdfa.opening import Unmapped, open_pdf
from eakte.pdfa.unicode_proof import unproven
from eakte.pdfa.xmp import Facts, packet

PASS = "pass"  # noqa: S105 - a verdict

_LEVEL_RULE = "6.6.4-3"
_SCHEMA_RULES = ("6.6.2.3.1-1", "6.6.2.3.1-2")
_IN_XMP = "(MetadataStream)"
_METADATA = b"/Metadata"


def verdict(path: Path, facts: Facts) -> str:
    """Give `pass`, or why not; `facts` are what the XMP must say."""
    with Unmapped(path) as file:
        report = pdfa.validate_written(io.BufferedReader(file), facts.claim.flavour)
    with open_pdf(path) as pdf:
        problem = _own_problem(pdf, facts)
    left = [found for found in report.findings if not _proven_here(found, facts)]
    if problem or left:
        return problem or str(left[0])
    if not report.passed and not report.findings:
        return f"the validator says {report.verdict}"
    return PASS


def require_pass(path: Path, facts: Facts) -> None:
    """Raise UnusableInputError (`conversion_failed`) and remove the file unless it conforms."""
    answer = verdict(path, facts)
    if answer != PASS:
        path.unlink()
        raise UnusableInputError(reason=FindingCode.CONVERSION_FAILED.value, detail=answer)


def _own_problem(pdf: pikepdf.Pdf, facts: Facts) -> str:
    """Check what the validator does not know; gives "" or what is wrong."""
    metadata = pdf.Root.get(Name.Metadata)
    if not isinstance(metadata, Stream) or metadata.read_bytes() != packet(facts):
        return "the XMP is not what was to be written"
    if _has_metadata_elsewhere(pdf):
        return "an object other than the catalogue has metadata of its own"
    reasons = unproven(pdf) if facts.claim.level is Level.U else ()
    return f"level U is not proven: {reasons[0]}" if reasons else ""


def _proven_here(found: pdfa.Finding, facts: Facts) -> bool:
    """Tell whether `_own_problem` proves what the validator cannot judge."""
    if not found.where.endswith(_IN_XMP):
        return False
    _standard, _, rule = found.rule.partition(":")
    if rule == _LEVEL_RULE:
        return facts.claim.level is Level.U
    return rule in _SCHEMA_RULES and facts.schemas != ()


def _has_metadata_elsewhere(pdf: pikepdf.Pdf) -> bool:
    """Look for XMP that veraPDF would judge and the validator overlooks, as in structure elements.

    Objects are searched as text first, because few of them hold the word.
    """
    root = pdf.Root.objgen
    for item in pdf.objects:
        if not isinstance(item, (Array, Dictionary, Stream)):
            continue
        entries = item.stream_dict if isinstance(item, Stream) else item
        if _METADATA in entries.unparse(resolved=True) and any(
            Name.Metadata in part and (item.objgen != root or part.objgen != root)
            for part in _dictionaries(entries)
        ):
            return True
    return False


def _dictionaries(entries: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Give an object, if it is a dictionary, and all dictionaries that lie directly in it."""
    pending = [entries]
    while pending:
        part = pending.pop()
        if isinstance(part, Dictionary):
            yield part
            children = [value for _, value in part.items()]
        else:
            children = list(part)
        pending += [
            child
            for child in children
            if isinstance(child, (Array, Dictionary)) and not child.is_indirect
        ]
