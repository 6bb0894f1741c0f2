"""An Akte with everything that a hand-over can tell, and its files."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from eakte.domain.aktenplan import Disposal, Unit
from eakte.domain.confidentiality import Confidentiality
from eakte.domain.handover import (
    Edition,
    Format,
    HandedAkte,
    HandedDocument,
    HandedFile,
    HandedVorgang,
    Handover,
    Happened,
    Message,
    Party,
    Reference,
    Retention,
)
from eakte.domain.ids import digest_of

NOW = datetime(2026, 10, 5, 8, 30, 15, 123456, tzinfo=UTC)
DAY = date(2026, 9, 1)
PROCESS = "0d1a5b9e-3c52-4e35-9a4e-0a8f1c2d3e4f"
MESSAGE = "1d1a5b9e-3c52-4e35-9a4e-0a8f1c2d3e4f"
AKTE = "2d1a5b9e-3c52-4e35-9a4e-0a8f1c2d3e4f"
VORGANG = "3d1a5b9e-3c52-4e35-9a4e-0a8f1c2d3e4f"
LETTER = "4d1a5b9e-3c52-4e35-9a4e-0a8f1c2d3e4f"
OTHER = "5d1a5b9e-3c52-4e35-9a4e-0a8f1c2d3e4f"
CONTENTS = {
    "6d1a5b9e-3c52-4e35-9a4e-0a8f1c2d3e4f.eml": b"From: a@example.org\n\nMail",
    "7d1a5b9e-3c52-4e35-9a4e-0a8f1c2d3e4f.p7s": b"signature",
    "8d1a5b9e-3c52-4e35-9a4e-0a8f1c2d3e4f.pdf": b"%PDF sealed",
    "9d1a5b9e-3c52-4e35-9a4e-0a8f1c2d3e4f.zip": b"PK",
}
MAIL, SIGNATURE, SEALED, ARCHIVE = CONTENTS


def file(name: str, kind: Format, **more) -> HandedFile:
    return HandedFile(name, f"Brief {name[0]}", digest_of(CONTENTS[name]), kind, **more)


def letter(**more) -> HandedDocument:
    signature = file(SIGNATURE, Format.SIGNATURE)
    values = {
        "uuid": LETTER,
        "number": 1,
        "name": "0123456789abcdef-1",
        "subject": "Widerspruch & <mehr>",
        "kind": "Widerspruch",
        "confidentiality": Confidentiality.NFD,
        "received": DAY,
        "dated": date(2026, 8, 30),
        "sender": Party("Erika Mustermann", "", ("Gasse 1", "79999 Neuenfurt")),
        "versions": (
            file(MAIL, Format.MAIL, signatures=(signature,)),
            file(SEALED, Format.PDF_A, version="PDF/A-2u", made_at=NOW, sealed=True),
        ),
        "foreign": "XY-17",
        "history": (Happened("geändert", "m.brandt", NOW, "Betreff", "alt", "neu"),),
        "parties": (Party("Kanzlei Recht", "Bevollmächtigte"),),
        "references": (Reference("Dokument", OTHER, "", "Anlage"),),
        "remark": "eilig",
        "facts": (("Prüfergebnis bei der Ablage", "VALID"),),
    }
    return HandedDocument(**(values | more))


def other_letter(**more) -> HandedDocument:
    packed = file(ARCHIVE, Format.OTHER, other="application/zip")
    values = {
        "uuid": OTHER,
        "number": 2,
        "name": "0123456789abcdef-2",
        "subject": "Anlage",
        "kind": "",
        "confidentiality": Confidentiality.OFFEN,
        "received": None,
        "dated": None,
        "sender": None,
        "versions": (packed,),
    }
    return HandedDocument(**(values | more))


def akte(documents: tuple[HandedDocument, ...] | None = None, **more) -> HandedAkte:
    inside = (letter(), other_letter()) if documents is None else documents
    vorgang = HandedVorgang(
        VORGANG, 1, "20.1-702.11/2026-0003#1", "Gebühren", DAY, DAY, DAY, inside,
        (Happened("eröffnet", "m.brandt", NOW),),
    )  # fmt: skip
    values = {
        "uuid": AKTE,
        "name": "20.1-702.11/2026-0003",
        "subject": "Abfallgebühren Musterstraße",
        "office": "20.1",
        "own_confidentiality": Confidentiality.OFFEN,
        "unit": Unit("702.11", "702", "Abfallgebühren"),
        "retention": Retention(10, Disposal.APPRAISE, date(2036, 12, 31)),
        "closed": DAY,
        "begins": date(2026, 1, 2),
        "ends": DAY,
        "vorgaenge": (vorgang,),
        "history": (Happened("geschlossen", "m.brandt", NOW),),
        "parties": (Party("Erika Mustermann", "Gebührenschuldnerin"),),
        "references": (Reference("Akte", "", "20.1-702.11/2025-0001", "Vorjahr"),),
        "remark": "Notiz",
    }
    return HandedAkte(**(values | more))


def handover(message: Message, edition: Edition, **more) -> Handover:
    values = {
        "message": message,
        "edition": edition,
        "process": PROCESS,
        "uuid": MESSAGE,
        "at": NOW,
        "sender": "Stadt Neuenfurt",
        "recipient": "Stadtarchiv Neuenfurt",
        "product": "eakte 0.1.0",
        "akte": akte(),
        "remark": "Probe",
    }
    return Handover(**(values | more))


def place(folder: Path) -> dict[str, Path]:
    """Write the files; gives their places by digest."""
    places = {}
    for name, content in CONTENTS.items():
        (folder / name).write_bytes(content)
        places[digest_of(content)] = folder / name
    return places
