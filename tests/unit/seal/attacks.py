"""What an attacker can append to a sealed file: each is a change to a pyHanko writer."""

from __future__ import annotations

import io

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter


def update(data, change, *, quiet=True):
    """Append a revision as an attacker would: every earlier byte stands."""
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    if quiet:
        writer._update_meta = lambda: None
    change(writer)
    output = io.BytesIO()
    writer.write(output)
    assert output.getvalue().startswith(data)
    return output.getvalue()


def new_content(writer):
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    stream = generic.StreamObject(stream_data=b"1 0 0 rg 0 0 595 842 re f")
    page[pdf_name("/Contents")] = writer.add_object(stream)
    writer.update_container(page)


def new_page(writer):
    pages = writer.root["/Pages"]
    copy = generic.DictionaryObject(dict(pages["/Kids"][0].get_object()))
    pages["/Kids"].append(writer.add_object(copy))
    pages[pdf_name("/Count")] = generic.NumberObject(int(pages["/Count"]) + 1)
    writer.update_container(pages)


def new_xmp(writer):
    stream = writer.root["/Metadata"].get_object()
    data = writer.prev.root["/Metadata"].get_object().data
    fresh = generic.StreamObject(
        {pdf_name("/Type"): pdf_name("/Metadata"), pdf_name("/Subtype"): pdf_name("/XML")},
        stream_data=data.replace(b"Antrag", b"Widerruf"),
    )
    assert stream is not None
    writer.root[pdf_name("/Metadata")] = writer.add_object(fresh)
    writer.update_root()


def new_info(writer):
    info = generic.DictionaryObject({pdf_name("/Title"): generic.pdf_string("Widerruf")})
    writer.set_info(writer.add_object(info))


def changed_info(writer):
    info = writer.trailer["/Info"]
    info[pdf_name("/Title")] = generic.pdf_string("Widerruf")
    writer.update_container(info)


def no_fields(writer):
    form = writer.root["/AcroForm"]
    form[pdf_name("/Fields")] = generic.ArrayObject()
    writer.update_container(form)


def no_form(writer):
    del writer.root[pdf_name("/AcroForm")]
    writer.update_root()


def no_permissions(writer):
    del writer.root[pdf_name("/Perms")]
    writer.update_root()


def annotation(writer):
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Text"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (9, 9, 99, 99))),
            pdf_name("/Contents"): generic.pdf_string("genehmigt"),
        }
    )
    page["/Annots"].append(writer.add_object(note))
    writer.update_container(page)


def javascript(writer):
    action = generic.DictionaryObject(
        {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): generic.pdf_string("app.beep()")}
    )
    writer.root[pdf_name("/OpenAction")] = writer.add_object(action)
    writer.update_root()


def add_field(writer, value):
    """Hang a second, filled signature field into the form."""
    form = writer.root["/AcroForm"]
    field = generic.DictionaryObject(
        {
            pdf_name("/FT"): pdf_name("/Sig"),
            pdf_name("/T"): generic.pdf_string("Zweite"),
            pdf_name("/V"): writer.add_object(generic.DictionaryObject(value)),
        }
    )
    form["/Fields"].append(writer.add_object(field))
    writer.update_container(form)


def signature_value(subfilter, contents):
    return {
        pdf_name("/Type"): pdf_name("/Sig"),
        pdf_name("/Filter"): pdf_name("/Adobe.PPKLite"),
        pdf_name("/SubFilter"): pdf_name(subfilter),
        pdf_name("/Contents"): generic.ByteStringObject(contents),
        pdf_name("/ByteRange"): generic.ArrayObject(map(generic.NumberObject, (0, 10, 20, 10))),
    }


def unknown_subfilter(writer):
    """Trap 6: pyHanko does not even list such a signature."""
    add_field(writer, signature_value("/Geheim.Signatur", b"\x30\x00"))


def zero_placeholder(writer):
    """Trap 8: the enumeration of the whole file dies of it."""
    add_field(writer, signature_value("/ETSI.CAdES.detached", bytes(4096)))


def swapped_stamp(writer):
    """Let the time-stamp's field show the seal's signature."""
    fields = writer.root["/AcroForm"]["/Fields"]
    seal, stamp = (field.get_object() for field in fields)
    stamp[pdf_name("/V")] = seal.raw_get("/V")
    writer.update_container(stamp)


ATTACKS = [
    new_content,
    new_page,
    new_xmp,
    new_info,
    changed_info,
    no_fields,
    no_form,
    no_permissions,
    annotation,
    javascript,
    unknown_subfilter,
    zero_placeholder,
    swapped_stamp,
    lambda writer: writer.update_root(),
    lambda writer: writer.add_object(generic.pdf_string("an orphan")),
]
