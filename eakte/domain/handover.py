"""What is handed over to an archive or another authority: an Akte with all that is in it (pure).

The values of an xdomea message, before anything is written; `eakte.handover` writes them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from eakte.domain.aktenplan import Disposal, Unit
from eakte.domain.confidentiality import Confidentiality, highest
from eakte.domain.ids import Digest


class Message(StrEnum):
    """The messages that hand something over, by their number (code list `nachrichtentyp`)."""

    ABGABE = "0401"
    """All of an Akte to another authority or system, with its files."""
    ANBIETEVERZEICHNIS = "0501"
    """What is offered to the archive: metadata only, never a file."""
    AUSSONDERUNG = "0503"
    """An Akte to the archive, with its files."""

    @property
    def term(self) -> str:
        """Give its name in the standard."""
        return _TERMS[self]

    @property
    def has_files(self) -> bool:
        """Tell whether primary documents travel with it."""
        return self is not Message.ANBIETEVERZEICHNIS

    @property
    def to_archive(self) -> bool:
        """Tell whether it is a step of the Aussonderung, so that retention must be told."""
        return self is not Message.ABGABE


_TERMS = {
    Message.ABGABE: "Abgabe.Abgabe",
    Message.ANBIETEVERZEICHNIS: "Aussonderung.Anbieteverzeichnis",
    Message.AUSSONDERUNG: "Aussonderung.Aussonderung",
}


class Edition(StrEnum):
    """The editions of xdomea that are written."""

    V3_1 = "3.1.0"
    V4_0 = "4.0.0"

    def knows(self, message: Message) -> bool:
        """Tell whether eakte writes that message in this edition."""
        return self is Edition.V3_1 or message.to_archive


class Format(StrEnum):
    """Formats of files, by their code in version 2.0 of the code list `dateiformat`."""

    MAIL = "006"
    JPEG = "011"
    PDF = "018"
    PNG = "019"
    TIFF = "023"
    XML = "030"
    PDF_A = "044"
    CMS = "048"
    SIGNATURE = "049"
    OTHER = "100"


@dataclass(frozen=True)
class Retention:
    """How long an Akte is kept after it was closed, and what becomes of it then."""

    years: int
    disposal: Disposal
    ends: date | None = None
    """The last day of retention; None while the Akte is open."""


@dataclass(frozen=True)
class Happened:
    """One step of the process history: who did what, and when; perhaps what it changed."""

    action: str
    actor: str
    at: datetime
    what: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Party:
    """Somebody who takes part, named as in the record; `role` in words."""

    name: str
    role: str = ""
    address: tuple[str, ...] = ()
    """Its lines."""


@dataclass(frozen=True)
class Reference:
    """A link to another record: by its UUID, its Kennzeichen, or both."""

    kind: str
    """`Akte`, `Vorgang` or `Dokument`."""
    uuid: str = ""
    name: str = ""
    remark: str = ""


@dataclass(frozen=True)
class HandedFile:
    """A primary document: `name` is its name in the package, made of a UUID of its own."""

    name: str
    original: str
    """What it was called before, for people; never used as a path."""
    digest: Digest
    format: Format
    version: str = ""
    """Of the format, as in `PDF/A-2u`; "" if it is not known."""
    other: str = ""
    """The name of the format, if the code list has none for it."""
    made_at: datetime | None = None
    sealed: bool = False
    """It carries its seals and signatures in itself."""
    signatures: tuple[HandedFile, ...] = ()
    """Detached signatures of it; they travel beside it."""


@dataclass(frozen=True)
class HandedDocument:
    """A document with its files, the oldest version first."""

    uuid: str
    number: int
    name: str
    """Kennzeichen."""
    subject: str
    kind: str
    confidentiality: Confidentiality
    received: date | None
    dated: date | None
    sender: Party | None
    versions: tuple[HandedFile, ...]
    foreign: str = ""
    """The sender's own reference."""
    history: tuple[Happened, ...] = ()
    parties: tuple[Party, ...] = ()
    references: tuple[Reference, ...] = ()
    remark: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    """What the standard has no place for: name and value."""
    level: str = ""
    """What its seal reaches."""

    def files(self) -> Iterator[HandedFile]:
        """Give every file, each followed by its signatures."""
        for version in self.versions:
            yield version
            yield from version.signatures


@dataclass(frozen=True)
class HandedVorgang:
    """A Vorgang with its documents."""

    uuid: str
    number: int
    name: str
    subject: str
    closed: date | None
    begins: date | None
    ends: date | None
    documents: tuple[HandedDocument, ...]
    history: tuple[Happened, ...] = ()

    @property
    def confidentiality(self) -> Confidentiality:
        """Give the highest level of what is in it."""
        return highest(*(each.confidentiality for each in self.documents))


@dataclass(frozen=True)
class HandedAkte:
    """An Akte with its Vorgänge."""

    uuid: str
    name: str
    """Aktenzeichen."""
    subject: str
    office: str
    own_confidentiality: Confidentiality
    unit: Unit
    retention: Retention | None
    closed: date | None
    begins: date | None
    ends: date | None
    vorgaenge: tuple[HandedVorgang, ...]
    history: tuple[Happened, ...] = ()
    parties: tuple[Party, ...] = ()
    references: tuple[Reference, ...] = ()
    remark: str = ""

    @property
    def confidentiality(self) -> Confidentiality:
        """Give the highest level of the Akte and of what is in it."""
        inside = (each.confidentiality for each in self.vorgaenge)
        return highest(self.own_confidentiality, *inside)

    def documents(self) -> Iterator[HandedDocument]:
        """Give every document in order."""
        for vorgang in self.vorgaenge:
            yield from vorgang.documents

    def only(self, names: Collection[str]) -> HandedAkte:
        """Give it with some of its documents, by their Kennzeichen; the Vorgänge all stay."""
        left = (
            replace(each, documents=tuple(one for one in each.documents if one.name in names))
            for each in self.vorgaenge
        )
        return replace(self, vorgaenge=tuple(left))


@dataclass(frozen=True)
class Handover:
    """One message: what is handed over, between whom, and the names that it goes by."""

    message: Message
    edition: Edition
    process: str
    """UUID of the process: an offer (0501) and what follows it (0503) share one."""
    uuid: str
    """UUID of this message."""
    at: datetime
    sender: str
    recipient: str
    product: str
    """Name and version of this program."""
    akte: HandedAkte
    remark: str = ""

    @property
    def name(self) -> str:
        """Give the name of package and message without its ending.

        3.x: `<ProzessID>_Aussonderung.Aussonderung.0503`; 4.0: `<ProzessID>_0503_1`, where the
        last number counts the messages of that kind in the process.
        """
        if self.edition is Edition.V4_0:
            return f"{self.process}_{self.message.value}_1"
        return f"{self.process}_{self.message.term}.{self.message.value}"

    def files(self) -> Iterator[HandedFile]:
        """Give every file that travels with the message."""
        if self.message.has_files:
            for document in self.akte.documents():
                yield from document.files()

    def records(self) -> Iterator[str]:
        """Give the UUID of every record: the Akte, its Vorgänge, their documents."""
        yield self.akte.uuid
        yield from (each.uuid for each in self.akte.vorgaenge)
        yield from (each.uuid for each in self.akte.documents())
