from __future__ import annotations

import pikepdf
import pytest
from pikepdf import Dictionary, Name

from eakte.errors import UnusableInputError
from eakte.pages.content import read_page, spanned, times

BOX = (0.0, 0.0, 200.0, 300.0)


_alive: list[pikepdf.Pdf] = []  # a page dies with its document


def _page(content: str, resources: Dictionary | None = None) -> pikepdf.Page:
    pdf = pikepdf.new()
    _alive.append(pdf)
    page = pdf.add_blank_page(page_size=(200, 300))
    image = pikepdf.Stream(pdf, b"\0", Width=1, Height=1, BitsPerComponent=8)
    image.Subtype = Name.Image
    image.ColorSpace = Name.DeviceGray
    page.obj.Resources = resources or Dictionary()
    page.obj.Resources.XObject = Dictionary(Im=image)
    page.obj.Contents = pikepdf.Stream(pdf, content.encode())
    return page


def test_matrices_concatenate_from_the_inside_out() -> None:
    move, double = (1, 0, 0, 1, 10, 20), (2, 0, 0, 2, 0, 0)
    assert times(move, double) == (2, 0, 0, 2, 20, 40)
    assert times(double, move) == (2, 0, 0, 2, 10, 20)


def test_a_turned_picture_spans_its_page() -> None:
    assert spanned((0, 300, -200, 0, 200, 0)) == (0, 0, 200, 300)


def test_a_picture_keeps_the_matrix_in_force() -> None:
    drawing = read_page(_page("q 2 0 0 2 0 0 cm q 100 0 0 150 0 0 cm /Im Do Q Q"), BOX)
    assert [picture.place.matrix for picture in drawing.pictures] == [(200, 0, 0, 300, 0, 0)]
    assert drawing.pictures[0].place.path == ("/Im",)
    assert not drawing.drawn


@pytest.mark.parametrize(
    ("content", "drawn"),
    [
        ("/Im Do", False),
        ("BT 3 Tr (hidden) Tj ET /Im Do", False),
        ("BT (seen) Tj ET /Im Do", True),
        ("q BT 3 Tr ET Q BT (seen again) Tj ET", True),
        ("0 0 10 10 re f /Im Do", True),
        ("0 0 m 10 10 l S", True),
        ("0 0 200 300 re W n /Im Do", False),
        ("0 0 200 150 re W n /Im Do", True),
        ("0 0 m 200 0 l 0 300 l h W n /Im Do", True),
        ("q 10 0 0 10 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI Q", True),
        ("/OC /Layer BDC /Im Do EMC", True),
    ],
)
def test_only_what_can_be_seen_makes_a_page_drawn(content: str, drawn: bool) -> None:
    assert read_page(_page(content), BOX).drawn is drawn


def test_transparency_makes_a_page_drawn() -> None:
    states = Dictionary(ExtGState=Dictionary(Half=Dictionary(ca=0.5), Full=Dictionary(ca=1)))
    assert read_page(_page("/Half gs /Im Do", states), BOX).drawn
    states = Dictionary(ExtGState=Dictionary(Half=Dictionary(ca=0.5), Full=Dictionary(ca=1)))
    assert not read_page(_page("/Full gs /Im Do", states), BOX).drawn


def test_an_annotation_that_can_be_seen_makes_a_page_drawn() -> None:
    page = _page("/Im Do")
    page.obj.Annots = pikepdf.Array([Dictionary(Subtype=Name.Link)])
    assert not read_page(page, BOX).drawn
    page.obj.Annots = pikepdf.Array([Dictionary(Subtype=Name.Stamp, AP=Dictionary())])
    assert read_page(page, BOX).drawn


def test_a_form_that_draws_itself_is_refused() -> None:
    """Demand 54: it would drive a renderer out of memory."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(200, 300))
    form = pdf.make_indirect(pikepdf.Stream(pdf, b"/Fm Do"))
    form.Subtype = Name.Form
    form.Resources = Dictionary(XObject=Dictionary(Fm=form))
    page.obj.Resources = Dictionary(XObject=Dictionary(Fm=form))
    page.obj.Contents = pikepdf.Stream(pdf, b"/Fm Do")
    with pytest.raises(UnusableInputError, match="damaged"):
        read_page(page, BOX)
