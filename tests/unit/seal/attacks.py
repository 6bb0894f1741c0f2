"""What an attacker can append to a sealed file: each is a change to a pyHanko writer."""

from __future__ import annotations

import asyncio
import io

from asn1crypto import ocsp
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper, TimestampDSSContentSettings

from eakte.domain.clock import FixedClock
from eakte.seal.keys import Pkcs12SealKey
from eakte.seal.revocation import DemoRevocation
from eakte.seal.timestamp import DemoTimestampAuthority, RelayTimeStamper
from eakte.seal.trust_folder import TrustFolder
from eakte.seal.writer import QuietWriter
from tests.unit.seal.making import CLOCK


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


# What an attacker can do who gets a time-stamp, as anybody does, from the authority we trust. Each
# of these was VALID once.


def stamp(data, change, folder, *, field="Fremdstempel"):
    """Append a change together with a true document time-stamp over it."""
    writer = QuietWriter(io.BytesIO(data))
    change(writer)
    output = io.BytesIO()
    authority = DemoTimestampAuthority(Pkcs12SealKey.of(TrustFolder(folder), "tsa"), CLOCK)
    stamper = PdfTimeStamper(RelayTimeStamper(authority), field_name=field)
    settings = TimestampDSSContentSettings(include_vri=False, update_before_ts=True)
    asyncio.run(
        stamper.async_timestamp_pdf(
            writer, "sha256", output=output, validation_paths=[], dss_settings=settings
        )
    )
    assert output.getvalue().startswith(data)
    return output.getvalue()


def explain(writer, *references):
    """List objects as evidence, so that pyHanko knows what they are there for."""
    store = writer.root["/DSS"]
    entries = {
        pdf_name("/" + f"{number:040X}"): generic.DictionaryObject({pdf_name("/TS"): reference})
        for number, reference in enumerate(references)
    }
    store[pdf_name("/VRI")] = writer.add_object(generic.DictionaryObject(entries))
    writer.update_container(store)


def _numbers(*values):
    return [generic.NumberObject(value) for value in values]


def _cover_parts(writer):
    """Give a picture as large as a page, and the page's corners as objects of their own."""
    box = generic.ArrayObject(_numbers(0, 0, 595, 842))
    form = {pdf_name("/Subtype"): pdf_name("/Form"), pdf_name("/BBox"): box}
    form[pdf_name("/Resources")] = generic.DictionaryObject()
    cover = generic.StreamObject(form, stream_data=b"1 0 0 rg 0 0 595 842 re f")
    parts = [*_numbers(0, 0, 595, 842), cover]
    return [writer.add_object(part) for part in parts]


def add_widget(writer, more, rectangle=None):
    """Hang an empty signature field with entries of ours into form and first page."""
    page = writer.root["/Pages"]["/Kids"].raw_get(0)
    entries = {
        "/FT": pdf_name("/Sig"),
        "/Type": pdf_name("/Annot"),
        "/Subtype": pdf_name("/Widget"),
        "/T": generic.pdf_string("Weiteres"),
        "/F": generic.NumberObject(132),
        "/Rect": generic.ArrayObject(rectangle or _numbers(0, 0, 0, 0)),
        "/P": page,
        **more,
    }
    named = {pdf_name(key): value for key, value in entries.items()}
    reference = writer.add_object(generic.DictionaryObject(named))
    for container in (writer.root["/AcroForm"]["/Fields"], page.get_object()["/Annots"]):
        container.append(reference)
        writer.update_container(container)


def _cover(writer, parts):
    appearance = generic.DictionaryObject({pdf_name("/N"): parts[-1]})
    add_widget(writer, {"/AP": appearance}, parts[:-1])


def covered_page(writer):
    parts = _cover_parts(writer)
    explain(writer, *parts)
    _cover(writer, parts)


def appearance_without_size(writer):
    *_corners, picture = _cover_parts(writer)
    explain(writer, *_corners, picture)
    add_widget(writer, {"/AP": generic.DictionaryObject({pdf_name("/N"): picture})})


def _foreign_xmp():
    entries = {pdf_name("/Type"): pdf_name("/Metadata"), pdf_name("/Subtype"): pdf_name("/XML")}
    return generic.StreamObject(entries, stream_data=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")


def explained_xmp(writer):
    reference = writer.add_object(_foreign_xmp())
    explain(writer, reference)
    _set_root(writer, "/Metadata", reference)


def removed_xmp(writer):
    del writer.root["/Metadata"]
    writer.update_root()


def xmp_that_is_another_object(writer):
    profile = writer.root["/OutputIntents"][0].raw_get("/DestOutputProfile")
    _set_root(writer, "/Metadata", profile)


def _script():
    action = {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): generic.pdf_string("x()")}
    return generic.DictionaryObject(action)


def script_in_a_field(writer):
    events = generic.DictionaryObject({pdf_name("/PV"): _script()})
    add_widget(writer, {"/A": _script(), "/AA": events})


def attached_program(writer):
    program = writer.add_object(generic.StreamObject(stream_data=b"MZ payload"))
    explain(writer, program)
    inner = generic.DictionaryObject({pdf_name("/F"): program})
    entries = {"/Type": pdf_name("/Filespec"), "/F": generic.pdf_string("x.exe"), "/EF": inner}
    file = generic.DictionaryObject({pdf_name(key): value for key, value in entries.items()})
    add_widget(writer, {"/Subtype": pdf_name("/FileAttachment"), "/FS": file})


def _set_root(writer, key, value):
    writer.root[pdf_name(key)] = value
    writer.update_root()


def older_version(writer):
    _set_root(writer, "/Version", pdf_name("/1.3"))


def other_extensions(writer):
    _set_root(writer, "/Extensions", generic.DictionaryObject({pdf_name("/X"): pdf_name("/Y")}))


def marked_content(writer):
    entries = {pdf_name("/Marked"): generic.BooleanObject(True)}
    _set_root(writer, "/MarkInfo", generic.DictionaryObject(entries))


def _set_form(writer, key, value):
    form = writer.root["/AcroForm"]
    form[pdf_name(key)] = value
    writer.update_container(form)


def default_appearance(writer):
    _set_form(writer, "/DA", generic.pdf_string("/F 0 Tf"))


def needs_appearances(writer):
    """pyHanko undoes this when it adds a field; an attacker's program would not."""
    _set_form(writer, "/NeedAppearances", generic.BooleanObject(True))


def other_identifier(writer):
    parts = [generic.ByteStringObject(b"x" * 16)] * 2
    writer._document_id = generic.ArrayObject(parts)
    writer.update_root()


def payload(writer):
    writer.add_object(generic.StreamObject(stream_data=b"payload" * 100))


def refused_answer(writer):
    answer = ocsp.OCSPResponse({"response_status": "unauthorized"}).dump()
    store = writer.root["/DSS"]
    store["/OCSPs"].append(writer.add_object(generic.StreamObject(stream_data=answer)))
    writer.update_container(store["/OCSPs"])


STAMPED = [
    covered_page,
    appearance_without_size,
    explained_xmp,
    removed_xmp,
    xmp_that_is_another_object,
    script_in_a_field,
    attached_program,
    older_version,
    other_extensions,
    marked_content,
    default_appearance,
    other_identifier,
    payload,
    refused_answer,
]
"""Changes that become a forgery with a time-stamp over them."""


def two_steps(data, folder, prepare, use):
    """Bring in objects that nothing uses with one time-stamp, and use them with the next."""
    kept = {}

    def first(writer):
        kept["numbers"] = [reference.idnum for reference in prepare(writer)]

    def second(writer):
        use(writer, [generic.IndirectObject(number, 0, writer) for number in kept["numbers"]])

    return stamp(stamp(data, first, folder), second, folder, field="Noch einer")


def covered_in_two_steps(data, folder):
    return two_steps(data, folder, _cover_parts, _cover)


def xmp_in_two_steps(data, folder):
    return two_steps(
        data,
        folder,
        lambda writer: [writer.add_object(_foreign_xmp())],
        lambda writer, parts: _set_root(writer, "/Metadata", parts[0]),
    )


class OldAnswers(DemoRevocation):
    """Revocation data of another moment, perhaps with a revocation, perhaps about strangers."""

    def __init__(self, folder, moment, revoked=None, about=None):
        super().__init__(TrustFolder(folder), FixedClock(moment))
        self.revoked = revoked
        if about is not None:
            others = DemoRevocation(TrustFolder(about), FixedClock(moment))
            self._issuer, self._subjects = others._issuer, others._subjects

    def _good(self, subject, now):
        answer = super()._good(subject, now)
        if self.revoked is not None:
            since = {"revocation_time": self.revoked.replace(microsecond=0)}
            since["revocation_reason"] = "key_compromise"
            value = ocsp.RevokedInfo(since)
            answer["cert_status"] = ocsp.CertStatus(name="revoked", value=value)
        return answer


def adds_answer(source):
    """Add an answer about revocation to the evidence in a file."""

    def change(writer):
        store = writer.root["/DSS"]
        (answer,) = source.collect().answers
        store["/OCSPs"].append(writer.add_object(generic.StreamObject(stream_data=answer)))
        writer.update_container(store["/OCSPs"])

    return change
