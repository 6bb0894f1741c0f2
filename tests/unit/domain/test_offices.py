"""Which Aktenzeichen are plausible, and mending against known Akten only."""

from __future__ import annotations

from datetime import date

import pytest

from eakte.domain.codec import from_plain
from eakte.domain.german import aktenzeichen_in, like_aktenzeichen
from eakte.domain.known_akten import settled
from eakte.domain.letters import Extraction, Field, FieldName
from eakte.domain.offices import IMPLAUSIBLE, Office, is_plausible
from eakte.pipeline.definition import load_definitions
from eakte.resources import data_dir

RECEIVED = date(2026, 3, 5)
ORDNUNGSAMT = Office("32", "Ordnungsamt", ("32.#-###.##/JJJJ-####",))


@pytest.mark.parametrize(
    ("aktenzeichen", "plausible"),
    [
        ("32.1-112.05/2026-0417", True),
        ("32.1-112.05/2027-0417", False),  # after the receipt
        ("32.1-112.05/1926-0417", False),
        ("33.1-112.05/2026-0417", False),  # no such office
        ("32-112.05/2026-0417", False),  # not its shape
    ],
)
def test_an_office_gives_its_own_shapes(aktenzeichen, plausible):
    assert is_plausible(aktenzeichen, (ORDNUNGSAMT,), RECEIVED) is plausible


def test_without_offices_only_the_year_counts():
    assert is_plausible("99-999.99/2026-0001", (), RECEIVED)
    assert not is_plausible("99-999.99/2029-0001", (), RECEIVED)


def test_an_office_with_a_foreign_shape_is_refused():
    with pytest.raises(ValueError, match="does not begin"):
        from_plain(Office, {"id": "32", "name": "x", "aktenzeichen": ["33-###.##/JJJJ-####"]})


def test_the_shipped_offices_fit_the_shipped_sammelakten():
    definitions = load_definitions(data_dir("pipelines"))
    for each in definitions.classes.values():
        if each.routing:
            akte = each.routing.akte.format(year=2026)
            assert is_plausible(akte, definitions.offices, RECEIVED), akte


def _settled(read: str, *known: str, doubt: str = "") -> Field:
    (reading,) = aktenzeichen_in(read)
    name = FieldName.AKTENZEICHEN
    field = Field(name, reading.value, read, 0.9, "label", 1, None, doubt, reading.others)
    return settled(Extraction((field,)), set(known).__contains__).fields[0]


def test_a_confused_digit_is_mended_where_exactly_one_akte_fits():
    found = _settled("32.1-112.05/2026-00S3", "32.1-112.05/2026-0083")  # S is 5 or 8
    assert (found.value, found.rule) == ("32.1-112.05/2026-0083", "label, known Akte")
    assert found.confidence < 0.9
    assert _settled("32.1-112.05/2026-00S3", "32.1-112.05/2026-0053").rule == "label"


def test_nothing_is_mended_without_a_known_akte_or_between_two():
    assert _settled("32.1-112.05/2026-00S3").value == "32.1-112.05/2026-0053"
    several = _settled("32.1-112.05/2026-00B3", "32.1-112.05/2026-0063", "32.1-112.05/2026-0033")
    assert several.value == "32.1-112.05/2026-0083"
    assert several.rule == "label"


def test_a_digit_is_never_mended_into_another():
    assert _settled("32.1-112.05/2026-0083", "32.1-112.05/2026-0033").value.endswith("0083")


def test_an_akte_that_exists_is_plausible():
    akte = "99-999.99/2026-0001"
    assert _settled(akte, akte, doubt=IMPLAUSIBLE).doubt == ""
    assert _settled(akte, doubt=IMPLAUSIBLE).doubt == IMPLAUSIBLE
    assert _settled(akte, akte, doubt="hard to read").doubt == "hard to read"


@pytest.mark.parametrize(
    "text",
    [
        "20.1-702 11/2026-0003",
        "20.1-702.112026-0003",
        "2O1-7O2.11/2026-003",
        "20.1-702.11/2026 0003",
    ],
)
def test_what_resembles_an_aktenzeichen_is_noticed(text):
    assert list(aktenzeichen_in(text)) == []
    assert [text[start:end] for start, end in like_aktenzeichen(f"{text}")] == [text]


@pytest.mark.parametrize(
    "text",
    [
        "07998 6130-0", "DE11 4200 2814 9039 7664 24", "5.0382.903456.3", "20.1-702.11/2026-0003",
        "01.02.2026 - 03.04.2026", "0711 / 2026-4455", "Rechnung 26-01187 vom 18.02.2026",
    ],
)  # fmt: skip
def test_other_numbers_do_not_resemble_one(text):
    assert list(like_aktenzeichen(text)) == []
