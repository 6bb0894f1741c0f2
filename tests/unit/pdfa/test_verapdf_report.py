"""What counts as an answer of veraPDF: only a whole report about this very file."""

from __future__ import annotations

import pytest

from eakte.domain.conformance import Outcome
from eakte.pdfa.verapdf_report import Question, read
from tests.unit.pdfa.verapdf_making import broken, compliant, refused

NAME = "/work/document.pdf"
ASKED = Question(frozenset({NAME, "/store/ab"}), 4711, "2u")


def _read(report: str, exit_code: int = 0) -> tuple[Outcome, str]:
    return read(report.encode(), ASKED, exit_code)


def test_a_whole_report_confirms() -> None:
    assert _read(compliant(NAME, 4711)) == (Outcome.CONFIRMED, "")
    assert _read(compliant("/store/ab", 4711)) == (Outcome.CONFIRMED, "")


def test_a_refusal_names_the_clauses() -> None:
    answer = _read(refused(NAME, 4711, ("6.1.9", "6.3.3", "6.2.8", "6.1.2", "6.1.3", "6.1.4")), 1)
    assert answer == (Outcome.REFUSED, "6.1.9-1, 6.3.3-1, 6.2.8-1, 6.1.2-1, 6.1.3-1, …")


def test_a_refusal_counts_whatever_else_is_wrong_with_the_report() -> None:
    report = refused(NAME, 4711, ("6.1.9",)).replace('nonCompliant="1"', 'nonCompliant="0"')
    assert _read(report, 0)[0] is Outcome.REFUSED


def test_what_it_cannot_parse_is_refused() -> None:
    answer = _read(broken(NAME, 4711, "PARSE", "can not locate xref table"), 7)
    assert answer == (Outcome.REFUSED, "PARSE: can not locate xref table")


def test_what_breaks_it_is_no_answer() -> None:
    answer = _read(broken(NAME, 4711, "VALIDATE", "ReferenceError"), 8)
    assert answer == (Outcome.FAILED, "VALIDATE: ReferenceError")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (NAME, "/work/another.pdf"),
        ('size="4711"', 'size="4712"'),
        ("PDF/A-2U", "PDF/A-2B"),
        ("PDF/A-2U", "PDF/A-3U"),
        ("PDF/A-2U", "PDF/UA-2 + PDF/A-2U"),
        ('jobEndStatus="normal"', 'jobEndStatus="cancelled"'),
        ('jobEndStatus="normal"', ""),
        ('isCompliant="true"', 'isCompliant="yes"'),
        ('isCompliant="true"', 'isCompliant="false"'),
        ('failedRules="0"', 'failedRules="1"'),
        ('failedChecks="0"', 'failedChecks="-1"'),
        ('passedRules="144"', 'passedRules="0"'),
        ('passedRules="144"', f'passedRules="{"9" * 5000}"'),
        ('totalJobs="1"', 'totalJobs="2"'),
        ('outOfMemory="0"', 'outOfMemory="1"'),
        ('veraExceptions="0"', 'veraExceptions="1"'),
        ('compliant="1"', 'compliant="0"'),
        ("<report>", '<report xmlns="urn:x">'),
        ("<report>", "<html>"),
        ("</jobs>", "<job/></jobs>"),
        ("</report>", ""),
        ("<report>", "<!DOCTYPE report [<!ENTITY x 'y'>]><report>"),
        ("<batchSummary", "<batchSummery"),
    ],
)
def test_anything_else_is_no_answer(old: str, new: str) -> None:
    report = compliant(NAME, 4711)
    assert old in report
    assert _read(report.replace(old, new))[0] is Outcome.FAILED


@pytest.mark.parametrize("report", ["", "PDF file is compliant", "<report/>", "<report><jobs/>"])
def test_no_report_is_no_answer(report: str) -> None:
    assert _read(report)[0] is Outcome.FAILED


def test_an_entity_bomb_is_no_answer() -> None:
    rows = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE report [<!ENTITY e0 "ha">{rows}]><report>&e9;</report>'
    assert _read(bomb)[0] is Outcome.FAILED


def test_success_with_another_exit_code_is_no_answer() -> None:
    assert _read(compliant(NAME, 4711), 1)[0] is Outcome.FAILED
