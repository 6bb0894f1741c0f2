"""A page whose content or picture the file does not have any more is damaged, never blank."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Dictionary, Name
from PIL import Image

from eakte.domain.findings import FindingCode
from eakte.errors import UnusableInputError
from eakte.pages.inspect import inspect

_PARTS = ("content", "resources", "xobjects", "picture", "mask", "form", "picture in form")


def _two_pages() -> tuple[bytes, dict[str, int]]:
    """Give a PDF with a picture and a form on each page, and the second page's object numbers."""
    pdf = pikepdf.new()
    coded = io.BytesIO()
    Image.effect_noise((60, 80), 60).save(coded, "JPEG")
    picture = {"Type": Name.XObject, "Subtype": Name.Image, "Width": 60, "Height": 80}
    picture |= {"BitsPerComponent": 8, "ColorSpace": Name.DeviceGray, "Filter": Name.DCTDecode}
    numbers: dict[str, int] = {}
    for _page in range(2):
        mask = pdf.make_indirect(pikepdf.Stream(pdf, coded.getvalue(), **picture))
        image = pdf.make_indirect(pikepdf.Stream(pdf, coded.getvalue(), SMask=mask, **picture))
        inner = pdf.make_indirect(pikepdf.Stream(pdf, coded.getvalue(), **picture))
        own = Dictionary(XObject=Dictionary(Im=inner))
        form = {"Type": Name.XObject, "Subtype": Name.Form, "BBox": [0, 0, 90, 90]}
        drawn = pdf.make_indirect(pikepdf.Stream(pdf, b"/Im Do", Resources=own, **form))
        named = pdf.make_indirect(Dictionary(Im=image, Fm=drawn))
        resources = pdf.make_indirect(Dictionary(XObject=named))
        content = pdf.make_stream(b"q 595 0 0 842 0 0 cm /Im Do Q /Fm Do")
        pdf.add_blank_page(page_size=(595, 842))
        pdf.pages[-1].obj.Resources = resources
        pdf.pages[-1].obj.Contents = content
        parts = (content, resources, named, image, mask, drawn, inner)
        numbers = {name: part.objgen[0] for name, part in zip(_PARTS, parts, strict=True)}
    return _saved(pdf, numbers)


def _saved(pdf: pikepdf.Pdf, numbers: dict[str, int]) -> tuple[bytes, dict[str, int]]:
    for name, number in numbers.items():
        pdf.get_object(number, 0).Part = pikepdf.String(name)
    out = io.BytesIO()
    pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable, static_id=True)
    with pikepdf.open(out) as saved:
        return out.getvalue(), {
            str(item.Part): item.objgen[0]
            for item in saved.objects
            if isinstance(item, (pikepdf.Dictionary, pikepdf.Stream)) and Name.Part in item
        }


def _without(data: bytes, number: int, *, freed: bool) -> bytes:
    """Change one entry of the cross-reference table: the object is free, or of generation 9."""
    offset = data.index(b"\n%d 0 obj" % number) + 1
    entry = data.index(b"%010d 00000 n" % offset)
    changed = b"%010d 00000 f" % offset if freed else b"%010d 00009 n" % offset
    return data[:entry] + changed + data[entry + len(changed) :]


@pytest.mark.parametrize("freed", [True, False])
@pytest.mark.parametrize("part", _PARTS)
def test_a_part_that_is_missing_is_damage(part: str, freed: bool, tmp_path: Path) -> None:
    """Demand 7: one wrong letter in the table must not make a page blank in silence."""
    data, numbers = _two_pages()
    file = tmp_path / "zwei.pdf"
    file.write_bytes(_without(data, numbers[part], freed=freed))
    with pytest.raises(UnusableInputError) as refused:
        inspect(file)
    assert refused.value.facts["reason"] == FindingCode.DAMAGED.value


def test_with_all_its_parts_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "zwei.pdf"
    file.write_bytes(_two_pages()[0])
    assert len(inspect(file).pages) == 2
