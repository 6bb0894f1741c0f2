"""Reading veraPDF's machine-readable report (MRR, XML): pure, from bytes to an outcome.

Nothing counts as confirmed unless the report as a whole says so of this one file: the one job, the
file's name and size, the profile that was asked for, ended normally, no rule failed, and a summary
that agrees. A file that veraPDF cannot even parse, or finds encrypted, is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import etree

from eakte.domain.conformance import Outcome

_CLEAN = {
    "totalJobs": "1",
    "failedToParse": "0",
    "encrypted": "0",
    "outOfMemory": "0",
    "veraExceptions": "0",
}
_CLAUSES_TOLD = 5
_LONGEST_COUNT = 12


@dataclass(frozen=True)
class Question:
    """What was asked: of which file (all names that it has) and size, against which flavour."""

    names: frozenset[str]
    size: int
    flavour: str
    """As in `2u`."""


class _UnusableError(Exception):
    """A report that answers nothing, or something else."""


def read(report: bytes, question: Question, exit_code: int) -> tuple[Outcome, str]:
    """Give the outcome and, unless confirmed, why: failed clauses, or what is wrong with it."""
    try:
        return _read(_root(report), question, exit_code)
    except _UnusableError as problem:
        return Outcome.FAILED, str(problem)


def _root(report: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(report, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise _UnusableError(f"no report: {problem}") from problem
    if root.getroottree().docinfo.doctype:
        raise _UnusableError("the report has a document type declaration")
    return root


def _read(root: Any, question: Question, exit_code: int) -> tuple[Outcome, str]:
    if root.tag != "report":
        raise _UnusableError("no report")
    job = _only(root, "jobs/job")
    item = _only(job, "item")
    if item.findtext("name") not in question.names or item.get("size") != str(question.size):
        raise _UnusableError(f"the report is about {item.findtext('name')}")
    broken = job.find("taskException")
    if broken is not None:
        return _broken(broken)
    result = _only(job, "validationReport")
    profile = f"PDF/A-{question.flavour} validation profile"
    if (result.get("profileName") or "").casefold() != profile.casefold():
        raise _UnusableError(f"the report is about {result.get('profileName')}")
    if result.get("jobEndStatus") != "normal":
        raise _UnusableError(f"it ended {result.get('jobEndStatus')}")
    return _judged(root, result, exit_code)


def _broken(exception: Any) -> tuple[Outcome, str]:
    message = (exception.findtext("exceptionMessage") or "").strip()
    kind = exception.get("type")
    return Outcome.REFUSED if kind == "PARSE" else Outcome.FAILED, f"{kind}: {message}"


def _judged(root: Any, result: Any, exit_code: int) -> tuple[Outcome, str]:
    details = _only(result, "details")
    failed = _count(details, "failedRules") + _count(details, "failedChecks")
    said = result.get("isCompliant")
    if said == "false" and failed:
        return Outcome.REFUSED, _clauses(details)
    summary = _only(root, "batchSummary")
    counted = _only(summary, "validationReports")
    consistent = (
        said == "true"
        and failed == 0
        and _count(details, "passedRules") > 0
        and all(summary.get(name) == value for name, value in _CLEAN.items())
        and (counted.get("compliant"), counted.get("nonCompliant")) == ("1", "0")
        and exit_code == 0
    )
    if not consistent:
        raise _UnusableError(f"the report contradicts itself (exit code {exit_code})")
    return Outcome.CONFIRMED, ""


def _clauses(details: Any) -> str:
    rules = [rule for rule in details.findall("rule") if rule.get("status") == "failed"]
    told = [f"{rule.get('clause')}-{rule.get('testNumber')}" for rule in rules[:_CLAUSES_TOLD]]
    return ", ".join([*told, *(["…"] if len(rules) > len(told) else [])])


def _only(parent: Any, path: str) -> Any:
    found = parent.findall(path)
    if len(found) != 1:
        raise _UnusableError(f"{path} is there {len(found)} times")
    return found[0]


def _count(element: Any, name: str) -> int:
    """Give a count; raises if it is none."""
    text = element.get(name) or ""
    if not text.isdecimal() or len(text) > _LONGEST_COUNT:
        raise _UnusableError(f"{name} is no count")
    return int(text)
