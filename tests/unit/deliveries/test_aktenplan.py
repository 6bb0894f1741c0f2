"""The Aktenplan out of messages of xdomea, honest and hostile."""

from __future__ import annotations

import pytest
from lxml import etree

from eakte.deliveries.aktenplan import read_plan
from eakte.domain.aktenplan import Disposal
from eakte.errors import UnusableInputError
from tests.tools.xdomea_schemas import needs_schemas, schema
from tests.unit.deliveries.plans import message, unit
from tests.unit.deliveries.zips import zipped

_UUID = "87e456ea-b420-11ec-b503-005056871b7{}"
_PLAN = unit("7", "Finanzen", unit("70", "Abgaben", unit("702.11", "Abfall", years="6"))) + unit(
    "1", "Verwaltung", years="", disposal="A", closed="1"
)


def _read(tmp_path, data, name="plan.xml"):
    source, out = tmp_path / name, tmp_path / "out"
    source.write_bytes(data)
    out.mkdir()
    return read_plan(source, out)


def _identified(edition):
    """Units of 0511 have UUIDs."""
    tag = "ID" if edition == "3.1.0" else "xdomeaUUID"
    first, second, plan = (f"<x:{tag}>{_UUID.format(n)}</x:{tag}>" for n in (1, 2, 3))
    units = unit("7", "Finanzen", unit("70", "Abgaben", identity=second), identity=first)
    return message(units, "0511", edition, plan)


def test_the_hierarchy_with_retention_and_disposal(tmp_path):
    plan = _read(tmp_path, message(_PLAN))
    assert (plan.message, plan.title, plan.version) == (
        "Aktenplan.Aktenplan.0301",
        "Kommunaler Aktenplan",
        "2026",
    )
    assert [(each.key, each.parent, each.title) for each in plan.units] == [
        ("7", "", "Finanzen"),
        ("70", "7", "Abgaben"),
        ("702.11", "70", "Abfall"),
        ("1", "", "Verwaltung"),
    ]
    assert [each.retention_years for each in plan.units] == [10, 10, 6, None]
    assert plan.units[0].disposal is Disposal.APPRAISE
    assert plan.units[3].disposal is Disposal.ARCHIVE
    assert (plan.endless, plan.closed, plan.configured) == (("1",), ("1",), ())


@pytest.mark.parametrize("edition", ["3.1.0", "4.0.0"])
def test_the_plan_that_was_asked_for_by_the_archive(tmp_path, edition):
    plan = _read(tmp_path, _identified(edition))
    assert plan.message == "Aussonderung.AktenplanZurBewertung.0511"
    assert [(each.key, each.parent) for each in plan.units] == [("7", ""), ("70", "7")]


@needs_schemas
@pytest.mark.parametrize(
    ("edition", "group", "data"),
    [
        ("3.1.0", "AktenplanAustauschen", message(_PLAN)),
        ("3.1.0", "AussonderungDurchfuehren", _identified("3.1.0")),
        ("4.0.0", "AussonderungDurchfuehren", _identified("4.0.0")),
    ],
)
def test_the_messages_of_these_tests_fulfil_the_schema(edition, group, data):
    found = schema(edition, group)
    assert found.validate(etree.fromstring(data)), found.error_log


def test_a_message_in_a_package(tmp_path):
    data = zipped([("a/67e456ea_Aktenplan.Aktenplan.0301.XML", message(_PLAN)), ("b.pdf", b"%PDF")])
    assert len(_read(tmp_path, data).units) == 4


def test_a_disposal_that_only_the_sender_knows_is_told(tmp_path):
    own = unit("7", "Finanzen").replace(
        "<x:Aussonderungsart><code>B</code></x:Aussonderungsart>",
        "<x:AussonderungsartKonfigurierbar>Auswahl</x:AussonderungsartKonfigurierbar>",
    )
    plan = _read(tmp_path, message(own))
    assert (plan.units[0].disposal, plan.configured) == (None, ("7",))


def test_a_title_is_one_line_and_never_missing(tmp_path):
    odd = unit("7", "Fin\n\t anzen") + unit("8", "").replace(
        "<x:BetreffKurz></x:BetreffKurz>", "<x:Inhaltsangabe>Lange Rede</x:Inhaltsangabe>"
    )
    plan = _read(tmp_path, message(odd + unit("9", "")))
    assert [each.title for each in plan.units] == ["Fin anzen", "Lange Rede", "9"]


_DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "b">]>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (_DOCTYPE + message(_PLAN), "damaged"),
        (message(_PLAN)[:-9], "truncated"),
        (b"<a/>", "unknown_type"),
        (message(_PLAN).replace(b"3.1.0", b"2.4.0"), "unknown_type"),
        (b'<x:a xmlns:x="urn:xoev-de:xdomea:schema:3.1.0"/>', "unknown_type"),
        (message(unit("", "ohne")), "damaged"),
        (message(unit("7", "Finanzen", years="viele")), "damaged"),
        (b"a < b", "damaged"),
        (zipped([("a.xml", message(_PLAN)), ("b.xml", b"<a/>")]), "unknown_type"),
        (zipped([("a.pdf", b"%PDF")]), "unknown_type"),
        (zipped([("../a.xml", message(_PLAN))]), "unsafe_archive"),
        (b"PK\3\4 and no more", "truncated"),
    ],
)
def test_what_is_no_aktenplan_is_refused(tmp_path, data, reason):
    with pytest.raises(UnusableInputError) as refused:
        _read(tmp_path, data)
    assert refused.value.facts["reason"] == reason


def test_a_plan_too_deep_is_refused(tmp_path):
    below = ""
    for number in range(120):
        below = unit(str(number), "x", below)
    with pytest.raises(UnusableInputError) as refused:
        _read(tmp_path, message(below))
    assert refused.value.facts["reason"] == "too_large"
