"""Pages of a PDF made into those of its archive copy: emptied, drawn anew, with a text layer."""

from __future__ import annotations

from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from eakte.pdfa.font import FONT
from eakte.pdfa.plan import Keep, UnfitError
from eakte.pdfa.scanned import Placed

PICTURE = "/Im0"

_PAGE_TREE = {"/Type", "/Pages"}
_LOOK = {"/AcroForm", "/OCProperties", "/Lang"}
"""What normalising still needs to know how pages look."""
_FILES = {"/Names", "/AF"}
_NODE = {"/Type", "/Kids", "/Count", "/Parent"}
_STRUCTURE = ("/StructTreeRoot", "/MarkInfo")
_TRAILER = {"/Root", "/Size", "/Encrypt"}


def keep_only(pdf: pikepdf.Pdf, wanted: list[int]) -> bool:
    """Take out the pages whose numbers are not wanted; gives False if there are none.

    They are emptied, too: whatever still points to one must not bring its content along.
    """
    others = set(range(1, len(pdf.pages) + 1)) - set(wanted)
    for number in sorted(others, reverse=True):
        sheet = pdf.pages[number - 1].obj
        del pdf.pages[number - 1]
        for key in list(sheet.keys()):
            del sheet[key]
    return bool(others)


def strip(pdf: pikepdf.Pdf, keep: Keep, *, drawn: bool) -> None:
    """Leave around the pages what is to be kept; the trailer's other entries go anyway.

    `drawn`: some pages are still those that a program drew, and need more to look as they did.
    """
    for key in set(pdf.trailer.keys()) - _TRAILER:
        del pdf.trailer[key]
    for page in pdf.pages:
        settle_rotation(page.obj)
    if keep is Keep.ALL:
        return
    root: Any = pdf.Root
    kept = _PAGE_TREE | (_LOOK if drawn else set())
    files = root.get(Name.Names, Dictionary()).get(Name.EmbeddedFiles)
    if keep is Keep.FILES and files is not None:
        root.Names = Dictionary(EmbeddedFiles=files)
        kept |= _FILES
    gone = set(root.keys()) - kept if keep >= Keep.FILES else set(_STRUCTURE)
    for key in gone & set(root.keys()):
        del root[key]
    for page in pdf.pages:
        _strip_page(page.obj, keep)
        _strip_nodes(page.obj.Parent)


def _strip_nodes(node: Any) -> None:
    """Leave the nodes above a page what makes them a tree: pages have what they inherited."""
    while isinstance(node, Dictionary) and set(node.keys()) - _NODE:
        for key in set(node.keys()) - _NODE:
            del node[key]
        node = node.get(Name.Parent)


def _strip_page(sheet: Any, keep: Keep) -> None:
    if Name.StructParents in sheet:
        del sheet.StructParents
    if keep >= Keep.FILES and Name.Annots in sheet:
        shown = [note for note in sheet.Annots if not _leads_elsewhere(note)]
        sheet.Annots = Array(shown)


def _leads_elsewhere(note: Any) -> bool:
    """Tell whether an annotation is a link within the document, which is not whole any more."""
    if not isinstance(note, Dictionary):
        return True
    action = note.get(Name.A, Dictionary())
    return Name.Dest in note or (isinstance(action, Dictionary) and action.get(Name.S) == Name.GoTo)


def settle_rotation(sheet: Any) -> None:
    """Turn a page by whole quarters, as viewers do whatever it says (ISO 32000-1 table 30)."""
    if Name.Rotate in sheet:
        turned = int(sheet.Rotate / 90) % 4 * 90
        if turned != sheet.Rotate:
            sheet.Rotate = turned


def show_picture(sheet: Any, pdf: pikepdf.Pdf, placed: Placed) -> None:
    """Make a page one that draws a picture and nothing else."""
    for key in set(sheet.keys()) - {"/Type", "/Parent", "/Rotate", "/UserUnit"}:
        del sheet[key]
    matrix = " ".join(f"{value:.5f}".rstrip("0").rstrip(".") for value in placed.matrix)
    content = f"q {matrix} cm {PICTURE} Do Q\n".encode("ascii")
    sheet.MediaBox = Array([round(value, 4) for value in placed.box])
    sheet.Resources = Dictionary(XObject=Dictionary({PICTURE: pdf.make_indirect(placed.image)}))
    sheet.Contents = _stream(pdf, content)


def add_layer(sheet: Any, pdf: pikepdf.Pdf, layer: bytes, fonts: pikepdf.Object) -> None:
    """Put a text layer over what a page draws, as a stream of its own with fonts of its own."""
    resources: Any = Dictionary(sheet.get(Name.Resources) or {})
    present: Any = resources.get(Name.Font) or {}
    if FONT in present:
        raise UnfitError("a page has a text layer of ours already")
    resources.Font = Dictionary({**dict(present), **dict(fonts)}) if present else fonts
    before, after = _enclosing(sheet)
    contents = sheet.get(Name.Contents, Array([]))
    own = list(contents) if isinstance(contents, Array) else [contents]
    sheet.Resources = resources
    sheet.Contents = Array([_stream(pdf, before), *own, _stream(pdf, after + layer)])


def _enclosing(sheet: Any) -> tuple[bytes, bytes]:
    """Give what restores the graphics state behind a page's content, though it be unbalanced."""
    depth = lowest = 0
    if Name.Contents in sheet:
        for instruction in pikepdf.parse_content_stream(pikepdf.Page(sheet), "q Q"):
            depth += 1 if str(instruction.operator) == "q" else -1
            lowest = min(lowest, depth)
    return b"q\n" * (1 - lowest), b"\n" + b"Q\n" * (1 - lowest + depth)


def _stream(pdf: pikepdf.Pdf, data: bytes) -> pikepdf.Object:
    return pdf.make_indirect(pikepdf.Stream(pdf, data))
