"""Is every stream of a PDF whole? Each is decoded once, or measured as far as its coding tells."""

from __future__ import annotations

from typing import Any

import pikepdf
from pikepdf import Name

from eakte.domain.findings import FindingCode
from eakte.i18n import N_
from eakte.pages import codings
from eakte.pages.fax import Fax, check_fax
from eakte.pages.jpeg import check_jpeg
from eakte.pages.limits import check_pixels
from eakte.pages.sniff import refusal
from eakte.pages.tiff import GROUP_3, GROUP_4
from eakte.pages.whole import Inflation, cut_off

_LARGEST_RAW = 1 << 28
_LARGEST_CONTENT = 1 << 27
"""Bytes: what a stream may have as coded, and decoded if it is no picture."""
_PNG_PREDICTORS = 10
_BY_QPDF = {"/ASCII85Decode", "/ASCIIHexDecode", "/LZWDecode", "/RunLengthDecode"}


def filters_of(stream: pikepdf.Stream) -> tuple[str, ...]:
    """Give the names of a stream's filters, in order."""
    filters: Any = stream.get(Name.Filter)
    if filters is None:
        return ()
    return (str(filters),) if isinstance(filters, Name) else tuple(str(item) for item in filters)


def check_streams(pdf: pikepdf.Pdf, size: int) -> None:
    """Prove that every stream which the table of contents names can be decoded to its end.

    `size` is that of the file.
    Raises UnusableInputError (`truncated`, `damaged`, `too_large`) or what qpdf and Pillow raise.
    """
    for item in pdf.objects:
        if isinstance(item, pikepdf.Stream):
            if int(item.get(Name.Length, 0)) > size:
                raise cut_off(N_("the PDF is shorter than it says"))
            check_stream(item)


def check_stream(stream: pikepdf.Stream) -> None:
    """Prove it of one stream; a picture must have all of its pixels, too."""
    wanted = 0
    if stream.get(Name.Subtype) == Name.Image:
        if Name.Width not in stream or Name.Height not in stream:
            raise refusal(FindingCode.DAMAGED, N_("a picture does not say how large it is"))
        check_pixels(int(stream.Width), int(stream.Height))
        wanted = _bytes_per_row(stream) * int(stream.Height)
    if int(stream.get(Name.Length, 0)) > _LARGEST_RAW:
        raise refusal(FindingCode.TOO_LARGE, N_("a part of the PDF does not fit into memory"))
    _check_coding(stream, filters_of(stream), wanted)


def _check_coding(stream: pikepdf.Stream, filters: tuple[str, ...], wanted: int) -> None:
    if not filters:
        _check_size(int(stream.get(Name.Length, 0)), wanted)
    elif filters == ("/FlateDecode",):
        _check_size(_inflated(stream, wanted), wanted)
    elif filters == ("/DCTDecode",):
        check_jpeg(stream.read_raw_bytes())
    elif filters == ("/CCITTFaxDecode",) and wanted:
        _check_fax(stream)
    elif filters == ("/JBIG2Decode",):
        codings.check_jbig2(stream.read_raw_bytes())
    elif filters == ("/JPXDecode",):
        codings.check_jpeg2000(stream.read_raw_bytes())
    elif set(filters) <= _BY_QPDF | {"/FlateDecode"}:
        _check_size(len(stream.read_bytes(pikepdf.StreamDecodeLevel.all)), wanted)


def _check_size(size: int, wanted: int) -> None:
    if size < wanted:
        raise cut_off(N_("a picture has fewer pixels than it should"))


def _inflated(stream: pikepdf.Stream, wanted: int) -> int:
    """Give the size after inflating, less the byte a row that PNG predictors take."""
    parameters: Any = stream.get(Name.DecodeParms, {})
    if isinstance(parameters, pikepdf.Array):
        parameters = parameters[0] if len(parameters) else {}
    inflation = Inflation(max(_LARGEST_CONTENT, wanted + wanted // 4))
    data = stream.read_raw_bytes()
    if data.strip():
        inflation.feed(data)
        inflation.finish()
    predicted = isinstance(parameters, pikepdf.Dictionary) and (
        int(parameters.get(Name.Predictor, 1)) >= _PNG_PREDICTORS
    )
    return inflation.size - (int(stream.get(Name.Height, 0)) if predicted else 0)


def _bytes_per_row(stream: pikepdf.Stream) -> int:
    bits = (
        1 if bool(stream.get(Name.ImageMask, False)) else int(stream.get(Name.BitsPerComponent, 1))
    )
    return -(-int(stream.Width) * _components(stream) * bits // 8)


def _components(stream: pikepdf.Stream) -> int:
    space: Any = stream.get(Name.ColorSpace)
    if space is None or (not isinstance(space, Name) and not len(space)):
        return 1
    family = str(space if isinstance(space, Name) else space[0])
    if family == "/ICCBased":
        return int(space[1].N)
    return {"/DeviceRGB": 3, "/CalRGB": 3, "/Lab": 3, "/DeviceCMYK": 4}.get(family, 1)


def _check_fax(stream: pikepdf.Stream) -> None:
    """Prove that a fax-coded picture has all rows; aligned rows only Group 3 knows in a TIFF."""
    parameters: Any = stream.get(Name.DecodeParms, {})
    if isinstance(parameters, pikepdf.Array):
        parameters = parameters[0] if len(parameters) else {}
    told = parameters if isinstance(parameters, pikepdf.Dictionary) else pikepdf.Dictionary()
    if bool(told.get(Name.EncodedByteAlign, False)):
        return
    k = int(told.get(Name.K, 0))
    columns = int(told.get(Name.Columns, 1728))
    rows = int(stream.Height)
    check_pixels(columns, rows)
    compression = GROUP_4 if k < 0 else GROUP_3
    check_fax(stream.read_raw_bytes(), Fax(columns, rows, compression, 1 if k > 0 else 0))
