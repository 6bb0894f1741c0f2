"""Allow-lists: which keys each kind of object may have in PDF/A, and of what type (ISO 32000-1).

What no list names is private, newer than PDF 1.7 or of no use in an archive, and is dropped. Each
entry of a list reads `Key:type` or `Key:type>list of its value` (`>>`: of each element of its
value, an array or a dictionary). A type with `|` lists the names that are allowed.
"""

from __future__ import annotations

from dataclasses import dataclass

MARKUP = (
    "/Line",
    "/Square",
    "/Circle",
    "/Polygon",
    "/PolyLine",
    "/Highlight",
    "/Underline",
    "/Squiggly",
    "/StrikeOut",
    "/Stamp",
    "/Caret",
    "/Ink",
)
"""Comments that mark something on the page."""
_STREAM = "Length:any Filter:any DecodeParms:parameters"
_ANNOTATION = (
    "Type:name Subtype:name Rect:rectangle Contents:text P:any NM:text M:text F:integer "
    "Border:array C:numbers StructParent:integer"
)
_COMMENT = (
    f"{_ANNOTATION} AP:dictionary>appearance T:text CA:number CreationDate:text Subj:text Name:name"
)
_IMAGE = (
    f"{_STREAM} Type:name Subtype:name Width:integer Height:integer BitsPerComponent:integer "
    "Decode:numbers Name:name StructParent:integer ID:text "
    "Intent:RelativeColorimetric|AbsoluteColorimetric|Perceptual|Saturation"
)
_CMAP = (
    f"{_STREAM} Type:name CMapName:name CIDSystemInfo:dictionary>system WMode:integer UseCMap:any"
)
_LISTS = {
    "trailer": "Root:any Info:any ID:any Size:any Encrypt:any",
    "catalogue": (
        "Type:name Pages:any>pages Metadata:any OutputIntents:any Lang:text "
        "MarkInfo:dictionary>mark StructTreeRoot:dictionary>tree "
        "PageMode:UseNone|UseOutlines|UseThumbs|FullScreen "
        "PageLayout:SinglePage|OneColumn|TwoColumnLeft|TwoColumnRight|TwoPageLeft|TwoPageRight "
        "ViewerPreferences:dictionary>viewing Outlines:dictionary>outlines "
        "PageLabels:dictionary>labels Names:dictionary>names Dests:dictionary AF:array"
    ),
    "names": "Dests:dictionary>destinations EmbeddedFiles:dictionary",
    "destinations": "Names:array Kids:array>>destinations Limits:array",
    "labels": "Nums:array Kids:array>>labels Limits:array",
    "label": "Type:name S:D|R|r|A|a P:text St:integer",
    "mark": "Marked:boolean UserProperties:boolean Suspects:boolean",
    "tree": (
        "Type:name K:any ParentTree:dictionary ParentTreeNextKey:integer RoleMap:dictionary "
        "ClassMap:dictionary IDTree:dictionary"
    ),
    "viewing": (
        "HideToolbar:boolean HideMenubar:boolean HideWindowUI:boolean FitWindow:boolean "
        "CenterWindow:boolean DisplayDocTitle:boolean Direction:L2R|R2L "
        "NonFullScreenPageMode:UseNone|UseOutlines|UseThumbs PrintScaling:None|AppDefault "
        "Duplex:Simplex|DuplexFlipShortEdge|DuplexFlipLongEdge PickTrayByPDFSize:boolean"
    ),
    "outlines": "Type:name First:any>item Last:any Count:integer",
    "item": (
        "Title:text Parent:any Prev:any Next:any>item First:any>item Last:any Count:integer "
        "Dest:any A:dictionary C:numbers F:integer"
    ),
    "pages": (
        "Type:name Kids:array>>node Count:integer Parent:any Resources:dictionary>resources "
        "MediaBox:rectangle CropBox:rectangle Rotate:integer"
    ),
    "page": (
        "Type:name Parent:any Contents:any>>content Resources:dictionary>resources "
        "MediaBox:rectangle CropBox:rectangle BleedBox:rectangle TrimBox:rectangle "
        "ArtBox:rectangle Rotate:integer Annots:array>>annotation Group:dictionary>group "
        "UserUnit:number StructParents:integer Tabs:R|C|S LastModified:text"
    ),
    "content": _STREAM,
    "group": "Type:name S:name CS:any I:boolean K:boolean",
    "resources": (
        "Font:dictionary>>font XObject:dictionary>>xobject ExtGState:dictionary>>state "
        "ColorSpace:dictionary Properties:dictionary Pattern:dictionary Shading:dictionary"
    ),
    "image": f"{_IMAGE} ColorSpace:any ImageMask:boolean Mask:any>colours_or_mask "
    "SMask:stream>softmask Matte:numbers SMaskInData:integer",
    "mask": f"{_IMAGE} ImageMask:boolean",
    "softmask": f"{_IMAGE} ColorSpace:any Matte:numbers",
    "form": (
        f"{_STREAM} Type:name Subtype:name FormType:integer BBox:rectangle Matrix:numbers "
        "Resources:dictionary>resources Group:dictionary>group StructParent:integer "
        "StructParents:integer Name:name LastModified:text"
    ),
    "state": (
        "Type:name LW:number LC:integer LJ:integer ML:number D:array BM:any "
        "SMask:any>masking CA:number ca:number AIS:boolean TK:boolean OP:boolean op:boolean "
        "OPM:integer SA:boolean FL:number SM:number Font:array "
        "RI:RelativeColorimetric|AbsoluteColorimetric|Perceptual|Saturation"
    ),
    "masking": "Type:name S:name G:stream>form BC:numbers TR:any",
    "font": (
        "Type:name Subtype:name BaseFont:name Name:name FirstChar:integer LastChar:integer "
        "Widths:array FontDescriptor:dictionary>descriptor Encoding:any>encoding "
        "ToUnicode:stream>cmap DescendantFonts:array>>descendant FontBBox:array FontMatrix:array "
        "CharProcs:dictionary Resources:dictionary"
    ),
    "descendant": (
        "Type:name Subtype:name BaseFont:name CIDSystemInfo:dictionary>system "
        "FontDescriptor:dictionary>descriptor DW:number W:array DW2:array W2:array CIDToGIDMap:any"
    ),
    "system": "Registry:text Ordering:text Supplement:integer",
    "descriptor": (
        "Type:name FontName:name FontFamily:text FontStretch:name FontWeight:number Flags:integer "
        "FontBBox:rectangle ItalicAngle:number Ascent:number Descent:number Leading:number "
        "CapHeight:number XHeight:number StemV:number StemH:number AvgWidth:number "
        "MaxWidth:number MissingWidth:number FontFile:stream>program FontFile2:stream>program "
        "FontFile3:stream>program Lang:name"
    ),
    "program": f"{_STREAM} Length1:integer Length2:integer Length3:integer Subtype:name",
    "differences": "Type:name BaseEncoding:name Differences:array",
    "cmap": _CMAP,
    "link": f"{_ANNOTATION} A:dictionary Dest:any H:N|I|O|P QuadPoints:numbers",
    "note": f"{_COMMENT} Open:boolean",
    "markup": f"{_COMMENT} QuadPoints:numbers L:numbers Vertices:numbers InkList:strokes",
    "appearance": "N:stream>form",
}
_CHOSEN = {
    "node": ("/Type", {"/Page": "page", "/Pages": "pages"}),
    "xobject": ("/Subtype", {"/Image": "image", "/Form": "form"}),
    "annotation": (
        "/Subtype",
        {"/Link": "link", "/Text": "note"}
        | dict.fromkeys(
            MARKUP,
            "markup",
        ),
    ),
}
"""Lists that depend on a key of the object."""


@dataclass(frozen=True)
class Child:
    """Which list the value of a key goes by; `each`: its elements do."""

    role: str
    each: bool


@dataclass(frozen=True)
class Role:
    """What a kind of object may hold: the types of its keys, and the lists of their values."""

    types: dict[str, str]
    children: dict[str, Child]


def _role(text: str) -> Role:
    types, children = {}, {}
    for entry in text.split():
        name, _, rest = entry.partition(":")
        kind, arrow, role = rest.partition(">")
        types[f"/{name}"] = kind
        if arrow:
            children[f"/{name}"] = Child(role.removeprefix(">"), role.startswith(">"))
    return Role(types, children)


ROLES = {name: _role(text) for name, text in _LISTS.items()}


def chosen(role: str) -> tuple[str, dict[str, str]] | None:
    """Give the key that chooses the list, and the list for each of its values."""
    return _CHOSEN.get(role)
