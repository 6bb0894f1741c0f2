"""A sample letter as data: what it says, how it was scanned and what eakte must make of it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).parent / "letters"

SAMMELAKTEN = {
    "widerspruch": "30.0-052.10",
    "einspruch_bussgeld": "32.2-141.20",
    "sondernutzung": "66.1-657.30",
    "bauantrag": "63.0-632.00",
    "gewerbeanmeldung": "32.1-112.05",
    "rechnung": "20.2-903.10",
    "mahnung": "20.2-903.20",
    "bewerbung": "10.2-031.50",
    "kuendigung": "10.2-031.60",
    "beschwerde": "10.0-022.40",
    "auskunftsersuchen": "10.3-047.15",
    "ratsanfrage": "10.1-024.10",
    "ratsantrag": "10.1-024.20",
    "akteneinsicht": "10.1-024.30",
    "foerderbescheid": "40.1-211.70",
    "vergabe_glasfaser": "66.2-797.20",
    "schulanmeldung": "40.2-211.10",
}
CLASSES = (*SAMMELAKTEN, "sonstiges")


@dataclass(frozen=True)
class Letter:
    """One letter: its label, its letterhead and its body in the markup of `markup`."""

    class_id: str
    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    subject: str
    body: str
    date: str
    dateline: str
    author: str
    akte: str
    aktenzeichen: str = ""
    style: str = "private"
    face: str = "sans"
    size: float = 11.0
    info: tuple[tuple[str, str], ...] = ()
    footer: tuple[tuple[str, ...], ...] = ()
    tagline: str = ""
    colour: str = "#1c1c1c"
    fill_face: str = "cursor"
    grid: bool = True


@dataclass(frozen=True)
class Scan:
    """How the paper reached us: kind of file, resolution, mode and what the scanner did to it."""

    kind: str = "pdf"
    dpi: int = 200
    mode: str = "grey"
    skew: float = 0.0
    tint: str = "#fbfaf6"
    quality: int = 72
    upside_down: tuple[int, ...] = ()
    holes: bool = False
    copy_of: str = ""


@dataclass(frozen=True)
class Verdict:
    """What must become of the file."""

    state: str = "filed"
    reason: str = ""
    inbox: str = ""
    """Name of the inbox folder it arrives in; empty: the first."""
    traits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sample:
    """One file of the sample mail."""

    slug: str
    scan: Scan
    verdict: Verdict
    letters: tuple[Letter, ...] = field(default=())

    @property
    def seed(self) -> int:
        """The number of the letter: every random choice about it comes from here."""
        return int(self.slug.split("-", 1)[0])


def sammelakte(class_id: str) -> str:
    """The collective Akte of a class, with `{year}` left open; "" for sonstiges."""
    stem = SAMMELAKTEN.get(class_id)
    return f"{stem}/{{year}}-0001" if stem else ""


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _letter(raw: dict[str, Any]) -> Letter:
    named = {key: _frozen(value) for key, value in raw.items()}
    named.setdefault("author", named["sender"][0])
    aktenzeichen = named.get("aktenzeichen", "")
    named.setdefault("akte", aktenzeichen or sammelakte(named["class_id"]))
    return Letter(**named)


def load(path: Path) -> Sample:
    """The sample written in one source file of `letters/`."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    scan = {key: _frozen(value) for key, value in raw.get("scan", {}).items()}
    verdict = {key: _frozen(value) for key, value in raw.get("verdict", {}).items()}
    letters = tuple(_letter(entry) for entry in raw.get("letter", ()))
    return Sample(path.stem, Scan(**scan), Verdict(**verdict), letters)


def samples() -> list[Sample]:
    """All samples in the order of their numbers."""
    return [load(path) for path in sorted(SOURCES.glob("*.toml"))]
