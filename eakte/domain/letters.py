"""What a letter is: its class, its fields, and why we think so."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from eakte.domain.deadlines import DeadlineRule
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
    """Number of the office that leads it, as in 32.1: its clerks see it, and those of 32."""


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
    deadline: DeadlineRule | None = None
    sample_rate: float | None = None
    """Share of letters that a person looks at, 0 to 1; without it the pipeline's counts."""
    keep_original: bool = False
    """The paper is worth something of itself (a deed, a signed notice): it is never destroyed."""
    paper_days: int = 180
    """So many days after its release the paper may be destroyed at the earliest."""

    def __post_init__(self) -> None:
        """Refuse a rate that is no share: a typing error must not switch sampling off."""
        if self.sample_rate is not None and not 0 <= self.sample_rate <= 1:
            raise ValueError("sample_rate must be from 0 to 1")
        if self.paper_days < 0:
            raise ValueError("paper_days must not be negative")


@dataclass(frozen=True)
class Classification:
    """The class found (None: unknown), its confidence 0..1, and the reasons that decided."""

    class_id: str | None
    confidence: float
    reasons: tuple[str, ...] = ()
    model: str = ""
    """Version of the model that voted: `<name>@<first 12 hex digits of its digest>`."""
    least: float | None = None
    """Confidence from which this class's precision was proven when it was said, None: at none."""


class FieldName(StrEnum):
    """What is extracted from a letter."""

    AKTENZEICHEN = "aktenzeichen"
    DATE = "date"
    SENDER = "sender"
    SUBJECT = "subject"
    INVOICE_NUMBER = "invoice_number"
    AMOUNT = "amount"
    """As `1234.56 EUR`; the one to be paid comes first."""
    IBAN = "iban"
    """Without spaces; only where its check digits hold."""
    SENDER_ADDRESS = "sender_address"
    RECIPIENT = "recipient"
    """The office of the city that the letter is addressed to, as the address says it."""
    KASSENZEICHEN = "kassenzeichen"
    DEADLINE = "deadline"
    """Named in the letter: a day (ISO 8601), or a period from an unknown day as in `P2W`."""


@dataclass(frozen=True)
class Field:
    """One extracted value with its evidence: as read, normalised, and where it stands.

    Dates are normalised to ISO 8601, an Aktenzeichen to its canonical form. `page` is the number
    of the page in the scan; `box` encloses its words there. `value` is empty where the reading is
    too doubtful to be one.
    """

    name: FieldName
    value: str
    read: str
    confidence: float
    rule: str
    page: int
    box: Box | None = None
    doubt: str = ""
    """Why a person should look, in English; empty without doubt."""
    others: tuple[str, ...] = ()
    """What else OCR's confusions allow it to mean: for comparison with what is known, no more."""


@dataclass(frozen=True)
class Extraction:
    """All fields of a letter, of each name in order of trust.

    Several Aktenzeichen, amounts, IBANs, Kassenzeichen and named deadlines; one of each other name.
    """

    fields: tuple[Field, ...] = field(default=())

    def first(self, name: FieldName) -> Field | None:
        """Give the most trusted field of that name, if any."""
        return next((found for found in self.fields if found.name is name), None)

    def all(self, name: FieldName) -> tuple[Field, ...]:
        """Give every field of that name."""
        return tuple(found for found in self.fields if found.name is name)
