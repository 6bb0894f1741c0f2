"""What a letter is: its class, its fields, and why we think so."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from eakte.domain.text import Box


class Schutzbedarf(StrEnum):
    """Protection need of a document type (BSI TR-03138)."""

    NORMAL = "normal"
    HOCH = "hoch"
    SEHR_HOCH = "sehr hoch"


@dataclass(frozen=True)
class Rule:
    """A strong pattern: a regular expression (case-insensitive, on NFC text) with its weight."""

    pattern: str
    weight: float = 1.0
    name: str = ""


@dataclass(frozen=True)
class Routing:
    """The Sammelakte of a class; `{year}` in both strings is the year of receipt."""

    akte: str
    title: str
    office: str


@dataclass(frozen=True)
class ClassDefinition:
    """A document class as pipelines/classes/<id>.toml defines it."""

    id: str
    name: str
    description: str
    schutzbedarf: Schutzbedarf = Schutzbedarf.NORMAL
    rules: tuple[Rule, ...] = ()
    routing: Routing | None = None
    retention_years: int = 10


@dataclass(frozen=True)
class Classification:
    """The class found (None: unknown), its confidence 0..1, and the reasons that decided."""

    class_id: str | None
    confidence: float
    reasons: tuple[str, ...] = ()
    model: str = ""
    """Version of the model that voted: `<name>@<first 12 hex digits of its digest>`."""
    least: float | None = None
    """Confidence from which this class's precision is proven, None: at none. Asked by the release
    gate, not recorded."""


class FieldName(StrEnum):
    """What is extracted from a letter."""

    AKTENZEICHEN = "aktenzeichen"
    DATE = "date"
    SENDER = "sender"
    SUBJECT = "subject"
    INVOICE_NUMBER = "invoice_number"
    AMOUNT = "amount"
    """Payable, as `1234.56 EUR`."""
    IBAN = "iban"


@dataclass(frozen=True)
class Field:
    """One extracted value with its evidence: as read, normalised, and where it stands.

    Dates are normalised to ISO 8601, an Aktenzeichen to its canonical form. `page` is the number
    of the page in the scan; `box` encloses its words there.
    """

    name: FieldName
    value: str
    read: str
    confidence: float
    rule: str
    page: int
    box: Box | None = None


@dataclass(frozen=True)
class Extraction:
    """All fields of a letter, at most one per name except Aktenzeichen (in order of trust)."""

    fields: tuple[Field, ...] = field(default=())

    def first(self, name: FieldName) -> Field | None:
        """Give the most trusted field of that name, if any."""
        return next((found for found in self.fields if found.name is name), None)

    def all(self, name: FieldName) -> tuple[Field, ...]:
        """Give every field of that name."""
        return tuple(found for found in self.fields if found.name is name)
