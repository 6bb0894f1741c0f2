"""Every archive copy conforms after sealing: what a seal adds is accepted, all else is refused."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import cms
from pikepdf import Array, Dictionary, Name, pdfa
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name

from eakte.domain.mail import MediaType
from eakte.pages.inspect import inspect
from eakte.pdfa.additions import NonconformingError, examine
from eakte.pdfa.build import build
from eakte.pdfa.sealed import verdict
from eakte.pdfa.xmp import Facts, packet
from eakte.revisions import Item, Ref, read_revisions
from eakte.seal.signer import Sealer
from tests.integration.page_samples import encoded, letter
from tests.unit.seal.attacks import (
    ATTACKS,
    annotation,
    javascript,
    new_content,
    new_page,
    new_xmp,
    stamp,
    update,
)
from tests.unit.seal.making import CLOCK, seal_bytes, trust


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trust(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def sealer(pki: Path) -> Sealer:
    return Sealer(pki, CLOCK)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The archive copy of a scan, as eakte builds it."""
    folder = tmp_path_factory.mktemp("copy")
    source, out = folder / "scan", folder / "archive.pdf"
    source.write_bytes(encoded(letter(), "JPEG"))
    build(source, MediaType.JPEG, inspect(source).pages, {}, out)
    return out.read_bytes()


@pytest.fixture(scope="module")
def original(sealer: Sealer, copy: bytes) -> bytes:
    return seal_bytes(sealer, copy, "Posteingang")


class Judge:
    """Judges bytes again and again."""

    def __init__(self, folder: Path) -> None:
        self.copy, self.sealed = folder / "copy.pdf", folder / "sealed.pdf"

    def __call__(self, copy: bytes, sealed_bytes: bytes) -> str:
        self.copy.write_bytes(copy)
        self.sealed.write_bytes(sealed_bytes)
        return verdict(self.copy, self.sealed)


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    return Judge(tmp_path)


def _options(part):
    return pdfa.resolve_save_kwargs(f"{part}b", deterministic_id=True, force_version="1.7")


def made(change, part="2") -> bytes:
    """A PDF of two pages with our XMP, as an archive copy may look."""
    pdf = pikepdf.new()
    for _page in range(2):
        pdf.add_blank_page(page_size=(300, 300))
    xmp = packet(Facts()).replace(b"<pdfaid:part>2", b"<pdfaid:part>" + part.encode())
    pdf.Root.Metadata = pdf.make_stream(xmp, Type=Name.Metadata, Subtype=Name.XML)
    change(pdf)
    out = io.BytesIO()
    pdf.save(out, **_options(part))
    return out.getvalue()


def link(pdf, *, indirect):
    """A link on the first page, 12.345 units from somewhere."""
    rect = Array([pikepdf.Object.parse(b"12.3450"), 1, 50, 9])
    action = Dictionary(S=Name.URI, URI=pikepdf.String("https://eakte.example/"))
    note = Dictionary(Type=Name.Annot, Subtype=Name.Link, F=4, Rect=rect, A=action)
    notes = Array([pdf.make_indirect(note)])
    pdf.pages[0].obj.Annots = pdf.make_indirect(notes) if indirect else notes


def attachment(pdf):
    """An associated file, as ZUGFeRD has one."""
    content = pdf.make_stream(b"<x/>", Type=Name.EmbeddedFile, Subtype=Name("/text/xml"))
    name = pikepdf.String("factur-x.xml")
    files = Dictionary(F=content, UF=content)
    entries = {"F": name, "UF": name, "EF": files, "AFRelationship": Name.Alternative}
    spec = pdf.make_indirect(Dictionary(Type=Name.Filespec, **entries))
    pdf.Root.AF = Array([spec])
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([name, spec])))


class TestWhatASealAdds:
    def test_an_archive_copy_conforms_after_sealing(self, judge, copy, original):
        assert judge(copy, original) == "pass"

    @pytest.mark.parametrize("indirect", [False, True])
    def test_links_of_the_copy_stay(self, judge, sealer, indirect):
        data = made(lambda pdf: link(pdf, indirect=indirect))
        assert judge(data, seal_bytes(sealer, data, "x")) == "pass"

    @pytest.mark.parametrize("box", ["0 0 300.0 300", "0.0 -0.5 595.27559055 841.8897637795"])
    def test_reals_that_the_sealer_writes_in_another_way(self, judge, sealer, box):
        """Real: odd_pdfs/acroform.pdf."""

        def change(pdf):
            pdf.pages[0].obj.MediaBox = pikepdf.Object.parse(f"[ {box} ]".encode())

        data = made(change)
        assert judge(data, seal_bytes(sealer, data, "x")) == "pass"

    def test_files_that_travel_stay(self, judge, sealer):
        data = made(attachment, "3")
        assert judge(data, seal_bytes(sealer, data, "x")) == "pass"

    def test_a_copy_with_a_plain_table_of_contents_too(self, judge, sealer):
        data = made(lambda _pdf: None)
        with pikepdf.open(io.BytesIO(data)) as pdf:
            out = io.BytesIO()
            disabled = pikepdf.ObjectStreamMode.disable
            pdf.save(out, object_stream_mode=disabled, force_version="1.7")
        assert b"\nxref\n" in out.getvalue()
        assert judge(out.getvalue(), seal_bytes(sealer, out.getvalue(), "x")) == "pass"

    def test_a_later_time_stamp_too(self, judge, copy, original, pki):
        """Renewal will add such revisions."""
        assert judge(copy, stamp(original, lambda _writer: None, pki)) == "pass"


def needs_appearances(writer):
    form = writer.root["/AcroForm"]
    form[pdf_name("/NeedAppearances")] = generic.BooleanObject(True)
    writer.update_container(form)


def xfa(writer):
    form = writer.root["/AcroForm"]
    form[pdf_name("/XFA")] = writer.add_object(generic.StreamObject(stream_data=b"<xdp/>"))
    writer.update_container(form)


def additional_action(writer):
    field = writer.root["/AcroForm"]["/Fields"][0].get_object()
    field[pdf_name("/AA")] = generic.DictionaryObject()
    writer.update_container(field)


def lzw(writer):
    store = writer.root["/DSS"]
    stream = generic.StreamObject(
        {pdf_name("/Filter"): pdf_name("/LZWDecode")}, encoded_data=b"\x80\x0b"
    )
    store["/Certs"].append(writer.add_object(stream))
    writer.update_container(store)


def external_stream(writer):
    store = writer.root["/DSS"]
    stream = generic.StreamObject({pdf_name("/F"): generic.pdf_string("x")}, stream_data=b"0")
    store["/Certs"].append(writer.add_object(stream))
    writer.update_container(store)


def usage_rights(writer):
    writer.root["/Perms"][pdf_name("/UR")] = writer.root["/Perms"].raw_get("/DocMDP")
    writer.update_root()


def pdf_2(writer):
    writer.root[pdf_name("/Version")] = pdf_name("/2.0")
    writer.update_root()


FORBIDDEN = [needs_appearances, xfa, additional_action, lzw, external_stream, usage_rights, pdf_2]


def orphan(writer):
    writer.add_object(generic.pdf_string("an orphan"))


def _in_place(writer, reference, data):
    """Write an object of the copy again, under its own number."""
    entries = dict(reference.get_object())
    fresh = generic.StreamObject(
        {key: value for key, value in entries.items() if key not in {"/Filter", "/Length"}},
        stream_data=data,
    )
    writer.objects[(reference.generation, reference.idnum)] = fresh
    writer.mark_update(reference)


def xmp_in_place(writer):
    reference = writer.root.raw_get("/Metadata").reference
    _in_place(writer, reference, reference.get_object().data.replace(b"eakte", b"EAKTE"))


def content_in_place(writer):
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    _in_place(writer, page.raw_get("/Contents").reference, b"q Q")


OVERWRITTEN = [
    *(new_content, new_page, new_xmp, annotation, javascript, orphan),
    *(xmp_in_place, content_in_place),
    *(attack for attack in FORBIDDEN if attack is not needs_appearances),
]
"""PyHanko itself takes /NeedAppearances away when it stamps."""


class TestWhatIsRefused:
    @pytest.mark.parametrize("attack", OVERWRITTEN)
    def test_what_is_hidden_in_the_revision_of_a_true_time_stamp(
        self, judge, copy, original, pki, attack
    ):
        assert judge(copy, stamp(original, attack, pki)).startswith("ISO 19005")

    @pytest.mark.parametrize("attack", [*ATTACKS, *FORBIDDEN])
    def test_a_later_revision_that_adds_anything_else(self, judge, copy, original, attack):
        def change(writer):
            if "/Info" not in writer.trailer:
                writer.set_info(writer.add_object(generic.DictionaryObject()))
            attack(writer)

        plain = attack.__name__ not in {"changed_info", "new_info"}
        assert judge(copy, update(original, attack if plain else change)) != "pass"

    @pytest.mark.parametrize("attack", [ATTACKS[0], ATTACKS[1], ATTACKS[2], ATTACKS[9], pdf_2])
    def test_a_revision_between_copy_and_seal(self, judge, sealer, copy, attack):
        altered = seal_bytes(sealer, update(copy, attack), "Posteingang")
        assert altered.startswith(copy)
        assert judge(copy, altered) != "pass"

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b"/F 132", b"/F 128"),
            (b"/F 132", b"/F 134"),
            (b"/Rect [ 0 0 0 0 ]", b"/Rect [ 0 0 9 9 ]"),
            (b"/SigFlags 3", b"/SigFlags 1"),
            (b"/DocMDP 1", b"/DocMDQ 1"),
            (b"/TransformMethod /DocMDP", b"/DigestMethod /SHA256666"),
            (b"/ExtensionLevel 1", b"/ExtensionLevel 8"),
            (b"/Pages 2 0 R", b"/Pages 4 0 R"),
            (b"/MediaBox [ 0 0 ", b"/MediaBox [ 0 1 "),
            (b"/MediaBox [ 0 0 ", b"/MediaBox [ 0 .9"),
            (b"/MediaBox [ 0 0 ", b"/MediaBox [ 0.01"),
            (b" 0 obj\n", b" 0 obj "),
            (b"\nendobj\n", b" endobj\n"),
            (b"\nendstream", b" endstream"),
            (b"\nstream\n", b"\nstream "),
            (b"/Length 5", b"/Length 4"),
            (b"/Prev ", b"/Prew "),
            (b"/Size ", b"/Sise "),
            (b"/Type /DocTimeStamp", b"/Type /DocTimeStomp"),
            (b"/ByteRange [0 ", b"/ByteRange [1 "),
            (b"%%EOF\n", b"%%EOF "),
            (b"/Contents <30", b"/Contents < 3"),
            (b"/Contents <3", b"/Contents <G"),
        ],
    )
    def test_bytes_that_break_a_clause(self, judge, copy, original, old, new):
        tail = original[len(copy) :]
        assert old in tail
        place = len(copy) + tail.rindex(old)
        broken = original[:place] + new + original[place + len(old) :]
        assert len(broken) == len(original)
        assert judge(copy, broken) != "pass"

    def test_a_copy_whose_last_line_is_not_ended(self, judge, sealer, copy):
        """Trap 9: the sealer ends the line, but then it is not the copy that was judged."""
        bare = copy.rstrip(b"\n")
        assert judge(bare, seal_bytes(sealer, bare, "x")) != "pass"

    def test_a_file_that_was_made_from_another_copy(self, judge, copy, original):
        assert "archive copy" in judge(copy.replace(b"xmpmeta", b"xmpmetb"), original)

    def test_an_archive_copy_that_was_not_sealed(self, judge, copy):
        assert judge(copy, copy) != "pass"

    def test_bytes_behind_the_seal(self, judge, copy, original):
        for more in (b"\n", b"%", b"%%EOF\n", b"\0"):
            assert judge(copy, original + more) != "pass"

    def test_what_is_cut_off(self, judge, copy, original):
        for end in (len(original) - 1, len(copy) + 1, len(copy) - 1):
            assert judge(copy, original[:end]) != "pass"

    def test_a_file_that_makes_no_claim(self, judge, sealer):
        data = made(lambda pdf: pdf.Root.Metadata.write(b"<x/>"))
        answer = judge(data, seal_bytes(sealer, data, "x"))
        assert answer == "ISO 19005 6.6.4: no claim"


def _has(item, key):
    return isinstance(item.value, dict) and key in item.value


class TestClauses:
    """What no bytes in one spelling can show by themselves, on revisions as they are read."""

    @pytest.fixture
    def revisions(self, copy, original):
        return read_revisions(original[len(copy) :], len(copy))

    def _examine(self, copy, revisions):
        from eakte.pdfa.sealed import _END, _facts

        with pikepdf.open(io.BytesIO(copy)) as pdf:
            return examine(_facts(pdf, int(_END.search(copy)[1])), revisions)

    def _stamp(self, revisions):
        return next(
            (one, number, item)
            for one in revisions
            for number, item in one.objects.items()
            if hasattr(item.value, "contents")
        )

    def test_as_it_is_it_conforms(self, copy, revisions):
        found = self._examine(copy, revisions)
        assert len(found.rewritten) == 2
        assert [len(widgets) for widgets in found.widgets.values()] == [2]

    @pytest.mark.parametrize(
        "value", [b"2147483648", b"/" + b"x" * 128, b"(" + b"x" * 32768 + b")", [b"-9999999999"]]
    )
    def test_what_is_too_large_or_long(self, copy, revisions, value):
        revisions[0].objects[900] = Item({b"/X": value})
        with pytest.raises(NonconformingError, match=r"6\.1\.13"):
            self._examine(copy, revisions)

    def test_a_container_longer_than_a_string_may_be(self, copy, revisions):
        revision, number, item = self._stamp(revisions)
        long = type(item.value)((0, 1), (0, 1, 1, 1), {}, bytes(32768))
        revision.objects[number] = Item(long)
        with pytest.raises(NonconformingError, match=r"6\.1\.13"):
            self._examine(copy, revisions)

    @pytest.mark.parametrize("part", ["certificates", "signer_infos"])
    def test_a_container_without_signer_or_certificate(self, copy, revisions, part):
        revision, number, item = self._stamp(revisions)
        signed = cms.ContentInfo.load(item.value.contents)["content"]
        names = ("version", "digest_algorithms", "encap_content_info", "certificates")
        parts = {name: signed[name] for name in (*names, "signer_infos")} | {part: []}
        token = {"content_type": "signed_data", "content": cms.SignedData(parts)}
        bare = replace(item.value, contents=cms.ContentInfo(token).dump())
        revision.objects[number] = Item(bare)
        with pytest.raises(NonconformingError, match=r"6\.4\.3"):
            self._examine(copy, revisions)

    def test_a_container_that_holds_no_signature(self, copy, revisions):
        revision, number, item = self._stamp(revisions)
        stamp = item.value
        zero = type(stamp)(stamp.container, stamp.byte_range, stamp.entries, bytes(99))
        revision.objects[number] = Item(zero)
        with pytest.raises(NonconformingError, match=r"6\.4\.3"):
            self._examine(copy, revisions)

    def test_a_digest_over_less_than_the_revision(self, copy, revisions):
        revision, number, item = self._stamp(revisions)
        first, begin, stop, rest = item.value.byte_range
        for wrong in ((first, begin, stop, rest - 1), (first, begin - 1, stop, rest)):
            revision.objects[number] = Item(replace(item.value, byte_range=wrong))
            with pytest.raises(NonconformingError, match="ByteRange"):
                self._examine(copy, revisions)

    @pytest.mark.parametrize(
        "item",
        [
            Item({b"/Length": b"1", b"/Filter": b"/LZWDecode"}, b"x"),
            Item({b"/Length": b"1", b"/F": b"(x)"}, b"x"),
            Item({b"/Length": b"1"}),
            Item([b"1"]),
        ],
    )
    def test_evidence_that_is_no_plain_stream(self, copy, revisions, item):
        last = revisions[-1].objects
        store = next(each.value for each in last.values() if _has(each, b"/Certs"))
        last[store[b"/Certs"][0].number] = item
        with pytest.raises(NonconformingError, match=r"6\.1\.7\.1"):
            self._examine(copy, revisions)

    def test_an_object_that_nothing_refers_to(self, copy, revisions):
        revisions[0].objects[900] = Item([b"1"])
        with pytest.raises(NonconformingError, match="900"):
            self._examine(copy, revisions)

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            (b"/Encrypt", Ref(3)),
            (b"/XRefStm", b"9"),
            (b"/Root", Ref(2)),
            (b"/ID", [b"<00>", b"<00>"]),
            (b"/ID", [b"<00>"]),
            (b"/ID", None),
            (b"/Prev", b"1"),
            (b"/Size", b"9999"),
        ],
    )
    def test_another_trailer(self, copy, revisions, key, value):
        revisions[-1].trailer[key] = value
        with pytest.raises(NonconformingError, match=r"6\.1\.[34]"):
            self._examine(copy, revisions)

    def test_a_table_that_hides_the_end_of_its_revision(self, copy, revisions):
        """VeraPDF looks for the end behind the table, and takes `stream` in it for a keyword."""
        revisions[0].table = b"x stream x"
        with pytest.raises(NonconformingError, match=r"6\.4\.3"):
            self._examine(copy, revisions)

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            (b"/Perms", {b"/UR3": Ref(1)}),
            (b"/Perms", None),
            (b"/Extensions", {b"/ADBE": {}}),
            (b"/AcroForm", None),
            (b"/DSS", {}),
        ],
    )
    def test_another_catalogue(self, copy, revisions, key, value):
        catalogue = next(iter(revisions[-1].objects.values())).value
        catalogue[key] = value
        with pytest.raises(NonconformingError, match=r"6\.[14]\."):
            self._examine(copy, revisions)

    def test_permissions_that_name_a_time_stamp(self, copy, revisions):
        catalogue, form = (
            next(each.value for each in revisions[-1].objects.values() if _has(each, key))
            for key in (b"/Perms", b"/Fields")
        )
        form[b"/Fields"].reverse()
        stamp_field = revisions[-1].objects[form[b"/Fields"][0].number].value
        catalogue[b"/Perms"] = {b"/DocMDP": stamp_field[b"/V"]}
        with pytest.raises(NonconformingError, match="DocMDP"):
            self._examine(copy, revisions)

    def test_a_reference_to_what_is_not_there(self, copy, revisions):
        catalogue = next(iter(revisions[-1].objects.values())).value
        catalogue[b"/DSS"] = Ref(999)
        with pytest.raises(NonconformingError, match="missing"):
            self._examine(copy, revisions)
