from __future__ import annotations

import pytest

from eakte.domain.deliveries import is_delivery_folder


@pytest.mark.parametrize(
    "name", ["vhn.xml", "VHN.XML", "xjustiz_nachricht.xml", "XJustiz_Nachricht.xml"]
)
def test_a_cover_letter_makes_a_delivery(name: str) -> None:
    assert is_delivery_folder(["brief.pdf", name])


@pytest.mark.parametrize("names", [[], ["brief.pdf"], ["vhn.xml.bak"], ["rechnung.xml"]])
def test_other_folders_are_none(names: list[str]) -> None:
    assert not is_delivery_folder(names)
