from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from eakte.domain.findings import Finding, FindingCode
from eakte.domain.letters import (
    ClassDefinition,
    Classification,
    Extraction,
    Field,
    FieldName,
    Routing,
    Schutzbedarf,
)
from eakte.domain.pipelines import PipelineDefinition, ReleaseRule
from eakte.review.gate import ALWAYS_HELD, holding, new_sammelakte, route

_DAY = date(2026, 10, 5)
_CLASS = ClassDefinition(
    "rechnung",
    "Rechnung",
    "",
    routing=Routing("20.2-903.10/{year}-0001", "Rechnungen {year}", "20.2"),
)
_RULE = ReleaseRule("standard", "1", "M. Brandt", 0.8, ("rechnung",))
_PIPELINE = PipelineDefinition("p", "P", "deu", (FindingCode.BLANK_PAGE,), _RULE)
_SURE = Classification("rechnung", 0.93)


def _named(*aktenzeichen: str) -> Extraction:
    return Extraction(
        tuple(Field(FieldName.AKTENZEICHEN, each, each, 0.9, "body", 1) for each in aktenzeichen)
    )


def _codes(findings: tuple[Finding, ...]) -> list[FindingCode]:
    return [finding.code for finding in findings]


def test_a_sure_letter_without_findings_goes_on() -> None:
    assert holding(_SURE, _CLASS, (), _PIPELINE) == ()


@pytest.mark.parametrize("code", sorted(ALWAYS_HELD))
def test_no_configuration_lets_these_pass(code: FindingCode) -> None:
    careless = replace(_PIPELINE, hold=())
    assert _codes(holding(_SURE, _CLASS, (Finding(code),), careless)) == [code]


@pytest.mark.parametrize(
    ("least", "confidence", "codes"),
    [
        (None, 0.99, [FindingCode.SUGGEST_ONLY]),
        (None, 0.5, [FindingCode.SUGGEST_ONLY, FindingCode.LOW_CONFIDENCE]),
        (0.95, 0.94, [FindingCode.LOW_CONFIDENCE]),
        (0.95, 0.95, []),
        (0.5, 0.79, [FindingCode.LOW_CONFIDENCE]),
        (0.5, 0.8, []),
    ],
)
def test_a_rule_that_measures_releases_only_what_is_proven(
    least: float | None, confidence: float, codes: list[FindingCode]
) -> None:
    measured = replace(_PIPELINE, release=replace(_RULE, measured=True))
    said = Classification("rechnung", confidence, least=least)
    assert _codes(holding(said, _CLASS, (), measured)) == codes


def test_without_measuring_what_is_proven_still_raises_the_threshold() -> None:
    said = Classification("rechnung", 0.93, least=0.95)
    assert _codes(holding(said, _CLASS, (), _PIPELINE)) == [FindingCode.LOW_CONFIDENCE]
    assert holding(replace(said, least=None), _CLASS, (), _PIPELINE) == ()


def test_a_noted_finding_does_not_hold() -> None:
    assert holding(_SURE, _CLASS, (Finding(FindingCode.BITONAL, 1),), _PIPELINE) == ()


@pytest.mark.parametrize(
    ("classification", "definition", "findings", "code"),
    [
        (_SURE, _CLASS, (Finding(FindingCode.BLANK_PAGE, 2),), FindingCode.BLANK_PAGE),
        (Classification("rechnung", 0.79), _CLASS, (), FindingCode.LOW_CONFIDENCE),
        (Classification(None, 0.2), None, (), FindingCode.NO_CLASS),
        (Classification("x", 1.0), replace(_CLASS, id="x"), (), FindingCode.NEEDS_PERSON),
        (
            _SURE,
            replace(_CLASS, schutzbedarf=Schutzbedarf.HOCH),
            (),
            FindingCode.NEEDS_PERSON,
        ),
    ],
)
def test_what_holds_a_letter(
    classification: Classification,
    definition: ClassDefinition | None,
    findings: tuple[Finding, ...],
    code: FindingCode,
) -> None:
    assert _codes(holding(classification, definition, findings, _PIPELINE)) == [code]


def test_a_letter_goes_to_the_akte_it_names() -> None:
    found = route(_named("32.1-112.05/2026-0417"), _CLASS, lambda _name: True, _DAY)
    assert (found.aktenzeichen, found.findings) == ("32.1-112.05/2026-0417", ())


def test_a_letter_that_names_none_goes_to_its_classs_sammelakte() -> None:
    assert route(_named(), _CLASS, lambda _name: False, _DAY).aktenzeichen == (
        "20.2-903.10/2026-0001"
    )


def test_a_letter_that_names_an_unknown_akte_is_never_routed_elsewhere() -> None:
    found = route(_named("32.1-112.05/2026-0417"), _CLASS, lambda _name: False, _DAY)
    assert found.aktenzeichen == ""
    assert _codes(found.findings) == [FindingCode.UNKNOWN_AKTENZEICHEN]


def test_a_letter_that_names_several_is_for_a_person() -> None:
    named = _named("32.1-112.05/2026-0417", "32.1-112.05/2026-0418")
    assert _codes(route(named, _CLASS, lambda _name: True, _DAY).findings) == [
        FindingCode.SEVERAL_AKTENZEICHEN
    ]


def test_an_unknown_akte_in_the_most_trusted_place_is_for_a_person() -> None:
    """A misread digit must not send a letter to another Akte that it names in passing."""
    named = _named("32.1-112.05/2026-0417", "32.1-112.05/2026-0418")
    found = route(named, _CLASS, lambda name: name.endswith("8"), _DAY)
    assert found.aktenzeichen == "32.1-112.05/2026-0418"
    assert _codes(found.findings) == [FindingCode.UNKNOWN_AKTENZEICHEN]
    assert not route(named, _CLASS, lambda name: name.endswith("7"), _DAY).findings


def test_a_reading_without_a_value_names_no_akte() -> None:
    found = route(_named("", "32.1-112.05/2026-0418"), _CLASS, lambda _name: True, _DAY)
    assert (found.aktenzeichen, found.findings) == ("32.1-112.05/2026-0418", ())


def test_a_class_without_routing_is_for_a_person() -> None:
    found = route(_named(), replace(_CLASS, routing=None), lambda _name: False, _DAY)
    assert _codes(found.findings) == [FindingCode.NO_AKTE]


def test_only_the_classs_own_sammelakte_is_opened() -> None:
    wanted = ("20.2-903.10/2026-0001", "Rechnungen 2026", "20.2")
    assert new_sammelakte(_CLASS, "20.2-903.10/2026-0001", _DAY, None) == wanted
    assert new_sammelakte(_CLASS, "32.1-112.05/2026-0417", _DAY, None) is None


def test_a_letter_whose_class_is_protected_waits_for_the_attachments_it_names() -> None:
    missing = (Finding(FindingCode.ATTACHMENTS_MISSING, 1),)
    assert holding(_SURE, _CLASS, missing, _PIPELINE) == ()
    for need in (Schutzbedarf.HOCH, Schutzbedarf.SEHR_HOCH):
        found = holding(_SURE, replace(_CLASS, schutzbedarf=need), missing, _PIPELINE)
        assert FindingCode.ATTACHMENTS_MISSING in _codes(found)


@pytest.mark.parametrize("rule", ["text", "later page", "text, known Akte"])
def test_an_akte_named_in_the_running_text_only_is_a_suggestion(rule: str) -> None:
    name = "32.1-112.05/2026-0417"
    (field,) = _named(name).fields
    passing = replace(field, rule=rule)
    found = route(Extraction((passing,)), _CLASS, lambda _name: True, _DAY)
    assert found.aktenzeichen == name
    assert _codes(found.findings) == [FindingCode.DOUBTFUL_AKTENZEICHEN]
    both = Extraction((replace(field, rule="label"), passing))
    assert route(both, _CLASS, lambda _name: True, _DAY).findings == ()
