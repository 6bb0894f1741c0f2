"""Deliveries: files that came together, their names and their roles (pure)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from eakte.domain.findings import Finding
from eakte.domain.mail import EnclosureRole

_LONGEST_NAME = 200


@dataclass(frozen=True)
class UnpackedFile:
    """A file out of a container.

    `name` is the sender's, cleaned for display and unique in the container; it is never a path.
    `file` is the name that eakte chose in the folder of the unpacking ("" in a folder delivery,
    whose files are kept already). `of` is the `name` of the file that a SIGNATURE belongs to.
    """

    name: str
    file: str
    role: EnclosureRole
    of: str = ""


@dataclass(frozen=True)
class Unpacked:
    """What a container held: its files in order, a PDF view of it ("": none), and findings."""

    files: tuple[UnpackedFile, ...]
    view: str = ""
    findings: tuple[Finding, ...] = ()


_MARKS = re.compile(
    r"vhn\.xml|.*xjustiz_nachricht.*\.xml|nachricht\.xml|(?:.*_)?visitenkarte\.xml|"
    r".*pr(?:ue|ü)fprotokoll\.(?:xml|html?)|inspection_?report\.(?:xml|html?)",
    re.IGNORECASE,
)
"""Files that only the programs of EGVP, beA and beBPo write."""
_TECHNICAL = re.compile(
    r"vhn\.xml|.*xjustiz_nachricht.*\.xml|nachricht\.(?:xml|xsl)|.*visitenkarte.*\.(?:xml|html?)|"
    r"(?:.*_)?export\.html?|.*(?:pr(?:ue|ü)f(?:protokoll|vermerk|bericht)|inspection|verification)"
    r".*\.(?:html?|xml|xsl|css|txt|json)|.*herstellerinformation.*\.xml|metadata.*\.xml|"
    r".*_coco\.xml|.*\.(?:xsl|xslt|xsd|css)",
    re.IGNORECASE,
)
_LEFT_BY_SYSTEMS = re.compile(
    r"(?:.*/)?(?:__MACOSX/.*|\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini)", re.IGNORECASE
)
_SIGNATURE_ENDINGS = (".p7s", ".pkcs7", ".p7m.sig")
_CONTROL = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def is_delivery_folder(names: Iterable[str]) -> bool:
    """Tell whether a folder with these names (relative, `/`) is one delivery of EGVP, beA, beBPo.

    Only files directly in it count: a station's folder that holds such folders is none itself.
    """
    return any("/" not in name and _MARKS.fullmatch(name) for name in map(_folded, names))


def with_roles(names: Sequence[str], files: Sequence[str] = ()) -> tuple[UnpackedFile, ...]:
    """Give every file its role; `names` are unique, `files` are eakte's names for them, if any.

    What looks like a document is never technical, whatever it is called.
    """
    inner = _without_common_folder(names)
    is_set = is_delivery_folder(inner)
    signed = _signed_by(names)
    return tuple(
        _with_role(name, file, shown, signed, is_set=is_set)
        for name, shown, file in zip(names, inner, files or [""] * len(names), strict=True)
    )


def _with_role(
    name: str, file: str, inner: str, signed: dict[str, str], *, is_set: bool
) -> UnpackedFile:
    if name in signed:
        return UnpackedFile(name, file, EnclosureRole.SIGNATURE, signed[name])
    base = _folded(name).rsplit("/", 1)[-1]
    technical = is_set and (_TECHNICAL.fullmatch(base) or _MARKS.fullmatch(_folded(inner)))
    asic = _folded(inner).startswith("meta-inf/") or inner == "mimetype"
    if technical or asic or _LEFT_BY_SYSTEMS.fullmatch(name):
        return UnpackedFile(name, file, EnclosureRole.TECHNICAL)
    return UnpackedFile(name, file, EnclosureRole.MEMBER)


def _without_common_folder(names: Sequence[str]) -> tuple[str, ...]:
    """Strip the folder that holds everything, if there is one."""
    ours = [name for name in names if not _LEFT_BY_SYSTEMS.fullmatch(name)]
    tops = {name.split("/", 1)[0] for name in ours}
    if len(tops) != 1 or not all("/" in name for name in ours):
        return tuple(names)
    (top,) = tops
    return tuple(name.removeprefix(f"{top}/") for name in names)


def _signed_by(names: Sequence[str]) -> dict[str, str]:
    """Give for each detached signature the file beside it: `x.pdf.p7s`, or else `x.p7s`."""
    known = {_folded(name): name for name in names}
    stems: dict[str, list[str]] = {}
    for name in names:
        if not _folded(name).endswith(_SIGNATURE_ENDINGS):
            stems.setdefault(_stem(_folded(name)), []).append(name)
    found = dict[str, str]()
    for name in names:
        ending = next((each for each in _SIGNATURE_ENDINGS if _folded(name).endswith(each)), "")
        if ending:
            signed = _folded(name)[: -len(ending)]
            alike = stems.get(signed, [])
            match = known.get(signed) or (alike[0] if len(alike) == 1 else None)
            if match is not None:
                found[name] = match
    return found


def _stem(name: str) -> str:
    folder, slash, base = name.rpartition("/")
    return f"{folder}{slash}{base.rpartition('.')[0] or base}"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def clean_text(text: str) -> str:
    """Give text in NFC without what cannot be shown or stored; line breaks and tabs stay."""
    lines = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(
        each
        for each in lines
        if each in "\n\t" or each.isprintable() or unicodedata.category(each) not in _CONTROL
    )


def display_name(name: str) -> str:
    """Give a sender's name for a file, fit to be shown: NFC, one line, no control characters."""
    shown = " ".join(clean_text(name.replace("\\", "/")).split())
    parts = [part for part in shown.split("/") if part not in {"", ".", ".."}]
    shown = "/".join(parts)
    if len(shown) <= _LONGEST_NAME:
        return shown
    ending = shown[shown.rfind(".") :] if 0 < len(shown) - shown.rfind(".") <= 10 else ""  # noqa: PLR2004 - .p7m.sig
    return shown[: _LONGEST_NAME - len(ending) - 1] + "…" + ending


def unique_names(names: Iterable[str]) -> tuple[str, ...]:
    """Number names that occur again: `scan.pdf`, `scan (2).pdf`."""
    taken, given = set[str](), list[str]()
    for name in names:
        folder, slash, base = name.rpartition("/")
        stem, dot, ending = base.rpartition(".")
        number, new = 1, name
        while _folded(new) in taken:
            number += 1
            numbered = f"{stem} ({number}){dot}{ending}" if stem else f"{base} ({number})"
            new = f"{folder}{slash}{numbered}"
        taken.add(_folded(new))
        given.append(new)
    return tuple(given)


def renamed(files: Sequence[UnpackedFile]) -> tuple[UnpackedFile, ...]:
    """Make the names of files unique; none of them may name another in `of`."""
    names = unique_names(each.name for each in files)
    return tuple(replace(each, name=name) for each, name in zip(files, names, strict=True))
