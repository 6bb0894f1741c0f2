"""What a clerk knows better than the machine: values checked, and what came before kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from eakte.domain.akten import Document, is_aktenzeichen
from eakte.domain.invoices import money, valid_iban
from eakte.domain.letters import Extraction, Field, FieldName
from eakte.i18n import _

_PERSON = "person:"
_GERMAN_DATE = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_AMOUNT = re.compile(r"(?P<number>-?[\d.,]+)\s?(?P<currency>[A-Z]{3}|€)?")
_LONGEST = 500


@dataclass(frozen=True)
class Correction:
    """Before and after of one correction, by field; kept in the store, named in the audit log.

    The log holds its digest only: `salt` (random) keeps anybody from guessing names by it once the
    values are deleted.
    """

    document: str
    salt: str
    before: dict[str, str]
    after: dict[str, str]


def by_person(account: str) -> str:
    """Name a person as the rule or reason behind a value."""
    return f"{_PERSON}{account}"


def is_by_person(rule: str) -> bool:
    """Tell whether that rule or reason is a person."""
    return rule.startswith(_PERSON)


def normalised(name: FieldName, text: str) -> str:
    """Give a typed value in the form the records keep; raises ValueError with the reason."""
    plain = " ".join(text.split())
    if len(plain) > _LONGEST or not plain.isprintable():
        raise ValueError(_("it is too long or not printable"))
    if not plain:
        return ""
    forms = {
        FieldName.DATE: _date,
        FieldName.AMOUNT: _amount,
        FieldName.IBAN: _iban,
        FieldName.AKTENZEICHEN: _aktenzeichen,
    }
    return forms[name](plain) if name in forms else plain


def with_field(letter: Document, name: FieldName, text: str, account: str) -> Document:
    """Put what a person says in the place of what was read; an empty text removes the field.

    Raises ValueError with the reason if the text is no such value.
    """
    value, old = normalised(name, text), letter.extraction.first(name)
    page, box = (old.page, old.box) if old else (letter.pages[0], None)
    said = (Field(name, value, text.strip(), 1.0, by_person(account), page, box),) if value else ()
    rest = tuple(each for each in letter.extraction.fields if each.name is not name)
    changed = replace(letter, extraction=Extraction((*said, *rest)))
    match name:
        case FieldName.DATE:
            return replace(changed, letter_date=value)
        case FieldName.SENDER:
            return replace(changed, sender=value)
        case FieldName.SUBJECT:
            return replace(changed, subject=value)
        case _:
            return changed


def difference(before: Document, after: Document, salt: str) -> Correction:
    """Give every field that a correction changed, before and after."""
    olds, news = _values(before), _values(after)
    changed = [name for name in {**olds, **news} if olds.get(name, "") != news.get(name, "")]
    return Correction(
        before.id,
        salt,
        {name: olds.get(name, "") for name in changed},
        {name: news.get(name, "") for name in changed},
    )


def _values(letter: Document) -> dict[str, str]:
    """Give what can be corrected of a letter by name; several of a name are joined."""
    found: dict[str, str] = {
        "class": letter.classification.class_id or "",
        "akte": letter.aktenzeichen,
    }
    for field in letter.extraction.fields:
        known = found.get(field.name.value)
        found[field.name.value] = f"{known}, {field.value}" if known else field.value
    return found


def _date(text: str) -> str:
    german = _GERMAN_DATE.fullmatch(text)
    try:
        if german:
            return date(int(german[3]), int(german[2]), int(german[1])).isoformat()
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError(_("{text} is no date like 2026-03-31").format(text=text)) from None


def _amount(text: str) -> str:
    found = _AMOUNT.fullmatch(text.removeprefix("€").strip())
    number = found["number"] if found else ""
    if "," in number:
        number = number.replace(".", "").replace(",", ".")
    value = money(number) if number else None
    if found is None or value is None:
        raise ValueError(_("{text} is no amount like 1234.56 EUR").format(text=text))
    currency = (found["currency"] or "EUR").replace("€", "EUR")
    return f"{value} {currency}"


def _iban(text: str) -> str:
    value = valid_iban(text)
    if value is None:
        raise ValueError(_("the check digits of this IBAN are wrong"))
    return value


def _aktenzeichen(text: str) -> str:
    if not is_aktenzeichen(text):
        raise ValueError(
            _("{name} is not an Aktenzeichen like 32.1-112.05/2026-0417").format(name=text)
        )
    return text
