from __future__ import annotations

import pytest

from eakte.inbox.units import Unit, group


@pytest.mark.parametrize(
    ("names", "units"),
    [
        (["a.pdf", "b.pdf"], [("a.pdf",), ("b.pdf",)]),
        (["a.pdf", "a.pdf.p7s"], [("a.pdf", "a.pdf.p7s")]),
        (["a.pdf", "a.p7s"], [("a.pdf", "a.p7s")]),
        (["a.PDF", "A.pdf.P7S"], [("a.PDF", "A.pdf.P7S")]),
        (["a.pdf", "a.p7s", "a.pdf.p7s"], [("a.pdf", "a.p7s", "a.pdf.p7s")]),
        (["a.p7s"], [("a.p7s",)]),
        (["a.pdf", "b.p7s"], [("a.pdf",), ("b.p7s",)]),
        (["a.pdf", "a.tif", "a.p7s"], [("a.p7s",), ("a.pdf",), ("a.tif",)]),
        (["a.pdf", "a.tif", "a.tif.p7s"], [("a.pdf",), ("a.tif", "a.tif.p7s")]),
        (
            ["Geb\u00fchr.pdf", "Gebu\u0308hr.pdf.p7s"],
            [("Geb\u00fchr.pdf", "Gebu\u0308hr.pdf.p7s")],
        ),
        (["a.pdf.p7s", "a.pdf.p7s.p7s"], [("a.pdf.p7s",), ("a.pdf.p7s.p7s",)]),
        (["noending", "noending.p7s"], [("noending", "noending.p7s")]),
        (["a.tar.gz", "a.p7s"], [("a.p7s",), ("a.tar.gz",)]),
        ([], []),
    ],
)
def test_what_belongs_together(names: list[str], units: list[tuple[str, ...]]) -> None:
    assert [unit.names for unit in group(names)] == units
    assert [unit.names for unit in group(reversed(names))] == units


def test_every_name_is_in_one_unit() -> None:
    names = ["a.pdf", "a.tif", "a.p7s", "A.PDF", "a.pdf.p7s", "b.p7s", ".p7s", "p7s"]
    taken = [name for unit in group(names) for name in unit.names]
    assert sorted(taken) == sorted(names)


def test_a_folder_is_a_unit() -> None:
    assert Unit("sendung", is_folder=True).names == ("sendung",)
