"""Letters with every field known, in quantity: drawn like the sample mail, never one of them.

Style, face, letterhead, wording, references and their places are drawn by chance from the seed;
`group` chooses the templates of the wording, so that letters for tuning and for reporting share
none. Among the known Akten are neighbours of those that are named: a misread digit may hit one.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from sample_mail.generator import facts
from sample_mail.generator.chance import dice
from sample_mail.generator.grammar import Group, choose, filled, sentences, slots, templates
from sample_mail.generator.model import CLASSES, Letter
from sample_mail.generator.typeset import draw
from tests.benchmarks.scans import CONDITIONS, Condition, Printed

WEIGHTS = (5, 28, 18, 5, 4, 4, 1, 1, 4, 4, 4, 10, 7, 4, 1)
"""How often each of CONDITIONS occurs: most letters come through an office scanner."""
_FACES = ("sans", "serif", "carlito", "caladea", "dejavu", "heros", "pagella", "schola", "mono")
_TRADES = (
    "Bau",
    "Elektro",
    "Garten- und Landschaftsbau",
    "Metallbau",
    "Sanitär",
    "Druck",
    "Medien",
)
_FORMS = ("GmbH", "GmbH & Co. KG", "AG", "e. K.", "OHG", "KG", "eG", "UG (haftungsbeschränkt)")
_PLACES = ("Schramberg", "Oberrot", "Wieslauf", "Neckarhausen", "Bühlertal", "Aichstetten")
_BODIES = ("Landratsamt {}kreis", "Regierungspräsidium {}", "Amtsgericht {}", "Finanzamt {}",
           "Abwasserverband {}", "Stadtwerke {}", "Sparkasse {}")  # fmt: skip
_CLUBS = ("Musikverein {} e. V.", "Bürgerinitiative {}", "Turnverein {} 1897 e. V.")
_LAWYERS = ("Rechtsanwälte {} & {}", "Kanzlei {} und {}", "Steuerberatung {} {}")
_CLOSINGS = ("Mit freundlichen Grüßen", "Mit freundlichem Gruß", "Freundliche Grüße",
             "Hochachtungsvoll", "Viele Grüße", "Mit besten Grüßen")  # fmt: skip
_SALUTATIONS = ("Sehr geehrte Damen und Herren,", "Guten Tag,", "Sehr geehrter Herr {name},",
                "Sehr geehrte Frau {name},", "Sehr geehrter Herr Bürgermeister,")  # fmt: skip
_UNTIL = ("Bitte antworten Sie mir bis zum {}.", "Ich setze Ihnen Frist bis {}.",
          "Die Unterlagen brauchen wir bis spätestens {}.")  # fmt: skip
_PERIODS = (("innerhalb von zwei Wochen", "P2W"), ("binnen 14 Tagen", "P14D"),
            ("innerhalb eines Monats", "P1M"), ("innerhalb von drei Wochen", "P3W"),
            ("binnen einer Woche", "P1W"), ("innerhalb von 10 Tagen", "P10D"))  # fmt: skip


@dataclass(frozen=True)
class Truth:
    """What a letter says; empty where it says nothing."""

    aktenzeichen: str
    date: str
    sender: str
    address: str
    recipient: str
    received: date
    ibans: tuple[str, ...] = ()
    deadline: str = ""
    invoice_number: str = ""
    amount: str = ""
    kassenzeichen: str = ""


@dataclass(frozen=True)
class Written:
    """A letter, what it says, and how it is scanned."""

    name: str
    letter: Letter
    truth: Truth
    condition: Condition


@dataclass
class _Draft:
    """What is gathered while a letter is made up."""

    info: list[tuple[str, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    footer: list[tuple[str, ...]] = field(default_factory=list)
    said: dict[str, object] = field(default_factory=dict)


def letters(count: int, seed: int, group: Group) -> Iterator[Written]:
    """Give so many letters; same arguments, same letters."""
    for number in range(count):
        chance = dice("fields", seed, group, number)
        yield _written(f"{group}-{seed}-{number:03d}", group, chance)


def known_akten(written: list[Written]) -> frozenset[str]:
    """Give the Akten that exist: nine of ten that are named, every other of their neighbours."""
    found = set[str]()
    for each in written:
        named = each.truth.aktenzeichen
        if named:
            chance = dice("akten", named)
            if chance.random() < 0.9:
                found.add(named)
            stem, number = named.rsplit("-", 1)
            near = range(max(1, int(number) - 30), int(number) + 30)
            found.update(f"{stem}-{each:04d}" for each in near if chance.random() < 0.5)
    return frozenset(found)


def drawn(written: Written) -> Printed:
    """Draw the first page of a letter in colour, 300 dpi (most have one page)."""
    from sample_mail.generator.surface import RasterSurface

    surface = RasterSurface(300, colour=True)
    draw(surface, written.letter)
    return Printed(written.name, surface.pages[0], ())


def _written(name: str, group: Group, chance: random.Random) -> Written:
    class_id = chance.choice(CLASSES)
    style = _style(class_id, chance)
    sender, author = _sender(style, chance)
    when = date(2026, 1, 7) + timedelta(days=chance.randrange(330))
    received = when + timedelta(days=chance.randint(0, 6))
    named = facts.aktenzeichen(chance) if chance.random() < 0.75 else ""
    subject, lines = _wording(class_id, group, named, chance)
    draft = _Draft(lines=lines)
    subject = _reference(draft, subject, named, chance)
    if class_id in {"rechnung", "mahnung", "vergabe_glasfaser"} or style == "firm":
        _business(draft, class_id, sender, chance)
    _named_deadline(draft, when, chance)
    dateline = _dateline(draft, when, sender[-1], style, chance)
    office = chance.choice(facts.OFFICES)
    letter = Letter(
        class_id=class_id, sender=sender, author=author, akte="",
        recipient=("Stadt Neuenfurt", office, "Rathausplatz 1", "79999 Neuenfurt"),
        subject=subject, date=when.isoformat(), dateline=dateline, aktenzeichen=named,
        body=_body(draft, author, chance), style=style, face=chance.choice(_FACES),
        size=chance.choice((10.0, 10.5, 11.0, 11.0)), info=tuple(draft.info),
        footer=tuple(draft.footer), tagline="Wir sind für Sie da",
        colour=chance.choice(("#1f6f54", "#2b2b2b", "#7a1f2b", "#1b2f7a")),
    )  # fmt: skip
    address = ", ".join(each for each in sender[1:] if author not in each)
    truth = Truth(named, letter.date, author, address, office, received, **draft.said)
    condition = chance.choices(CONDITIONS, WEIGHTS)[0]
    return Written(name, letter, truth, condition)


def _style(class_id: str, chance: random.Random) -> str:
    if class_id in {"rechnung", "mahnung", "vergabe_glasfaser"}:
        return "firm"
    if class_id == "foerderbescheid":
        return "authority"
    if class_id in {"ratsanfrage", "ratsantrag"} and chance.random() < 0.7:
        return "council"
    return chance.choices(("private", "firm", "authority"), (6, 3, 1))[0]


def _sender(style: str, chance: random.Random) -> tuple[tuple[str, ...], str]:
    """The sender's name and address, and who that is."""
    street = f"{chance.choice(facts.STREETS)} {chance.randint(1, 99)}"
    town = f"7999{chance.randint(0, 9)} {chance.choice((*facts.TOWNS, *_PLACES, 'Neuenfurt'))}"
    surnames = chance.sample(facts.SURNAMES, 2)
    match style:
        case "council":
            person = facts.name(chance)
            title = chance.choice(("Stadtrat", "Stadträtin"))
            head = (chance.choice(facts.FRACTIONS), f"{title} {person}", f"{street}, {town}")
            return head, person
        case "authority":
            name = chance.choice(_BODIES).format(chance.choice(_PLACES))
        case "firm":
            trade, form = chance.choice(_TRADES), chance.choice(_FORMS)
            names = (f"{surnames[0]} {trade} {form}", chance.choice(facts.FIRMS),
                     chance.choice(_LAWYERS).format(*surnames))  # fmt: skip
            name = chance.choice(names)
        case _:
            pair = " und ".join(chance.sample(facts.FIRST_NAMES, 2))
            names = (f"{pair} {surnames[0]}", f"Dr. {facts.name(chance)}",
                     chance.choice(_CLUBS).format(chance.choice(_PLACES)))  # fmt: skip
            name = chance.choice(names) if chance.random() < 0.25 else facts.name(chance)
    return (name, street, town), name


def _wording(
    class_id: str, group: Group, named: str, chance: random.Random
) -> tuple[str, list[str]]:
    """Subject and sentences; an Aktenzeichen in them is the letter's own."""
    template = chance.choice(templates(class_id, group))
    subject = choose(template.subject, chance)
    lines = [each for each in sentences(template, chance) if named or "{az}" not in each]
    if "{az}" in subject and not named:
        subject = choose("[Schreiben|Anliegen|Rückfrage] an die Stadt", chance)
    return _fill(subject, named, chance), [_fill(each, named, chance) for each in lines]


def _fill(text: str, named: str, chance: random.Random) -> str:
    return filled(text, facts.facts(chance) | {"az": named}) if slots(text) else text


def _reference(draft: _Draft, subject: str, named: str, chance: random.Random) -> str:
    """Name the Aktenzeichen beside a label, in the subject or in the text; give the subject."""
    if chance.random() < 0.3:
        own = chance.choice((f"{chance.randint(10, 999)}/26-wa", f"M{chance.randint(1000, 9999)}"))
        draft.info.append(("Unser Zeichen", own))
    if chance.random() < 0.3:
        draft.info.append(("Telefon", f"0799{chance.randint(1, 9)} {chance.randint(1000, 99999)}"))
    place = chance.choice(("info", "info", "subject", "text")) if named not in subject else ""
    if named and place == "info":
        label = chance.choice(("Ihr Zeichen", "Az.", "Aktenzeichen", "Ihr Aktenzeichen"))
        draft.info.insert(0, (label, named))
        if chance.random() < 0.5:
            draft.info.insert(1, ("Ihr Schreiben vom", facts.date(chance)))
    elif named and place == "subject":
        return subject + chance.choice((", Az. {}", " ({})", ", Ihr Zeichen {}")).format(named)
    elif named and place == "text":
        line = "[Sie führen den Vorgang|Die Sache läuft bei Ihnen] unter dem Aktenzeichen {az}."
        draft.lines.insert(1, choose(line, chance).format(az=named))
    return subject


def _business(draft: _Draft, class_id: str, sender: tuple[str, ...], chance: random.Random) -> None:
    """What a firm's letter has: footer with IBAN, number and amount of an invoice."""
    iban = _iban(chance)
    bank = f"IBAN {_grouped(iban)}"
    if chance.random() < 0.1:
        wrong = iban[:10] + str((int(iban[10]) + 3) % 10) + iban[11:]
        bank = f"IBAN {_grouped(wrong)}"
    else:
        draft.said["ibans"] = (iban,)
    columns = [tuple(sender[:3]), ("Telefon 07998 6130-0", "www.firma.example"),
               ("Volksbank am Berg eG", bank)]  # fmt: skip
    draft.footer.extend(columns)
    if class_id == "rechnung":
        number = chance.choice(("RE-2026-{:04d}", "26{:05d}", "2026/{:03d}", "R{:06d}"))
        number = number.format(chance.randint(1, 9999))
        draft.said["invoice_number"] = number
        label = chance.choice(("Rechnungs-Nr.", "Rechnungsnummer", "Rechnung Nr."))
        draft.info.append((label, number))
        cents = chance.randint(2000, 999999)
        draft.said["amount"] = f"{cents / 100:.2f} EUR"
        money = f"{cents / 100:,.2f}".translate(str.maketrans(",.", ".,"))
        total = chance.choice(("Rechnungsbetrag", "Gesamtbetrag", "Zu zahlender Betrag"))
        draft.lines.append(f"\n\n| Nettobetrag | siehe oben\n| {total} | {money} €\n\n")


def _named_deadline(draft: _Draft, when: date, chance: random.Random) -> None:
    if chance.random() < 0.3:
        until = when + timedelta(days=chance.randint(7, 40))
        day = f"{until:%d.%m.%Y}"
        if chance.random() < 0.5:
            day = f"{until.day}. {facts.MONTHS[until.month - 1]} {until.year}"
        draft.lines.append(chance.choice(_UNTIL).format(day))
        draft.said["deadline"] = until.isoformat()
    elif chance.random() < 0.25:
        words, period = chance.choice(_PERIODS)
        draft.lines.append(f"Ich erwarte Ihre Antwort {words}.")
        draft.said["deadline"] = period
    if chance.random() < 0.15:
        parts = chance.randint(100, 999), chance.randint(1, 999999), chance.randint(1, 9)
        number = "5.{:04d}.{:06d}.{}".format(*parts)
        draft.said["kassenzeichen"] = number
        draft.lines.append(f"Das Kassenzeichen lautet: {number}.")


def _dateline(draft: _Draft, when: date, town: str, style: str, chance: random.Random) -> str:
    day = chance.choice((f"{when:%d.%m.%Y}", f"{when:%d.%m.%Y}", f"{when:%d.%m.%y}",
                         f"{when.day}. {facts.MONTHS[when.month - 1]} {when.year}"))  # fmt: skip
    place = town.rsplit(maxsplit=1)[-1]
    if style != "private" and draft.info and chance.random() < 0.4:
        draft.info.append(("Datum", day))
        return ""
    office = ", im Büro" if style == "firm" and chance.random() < 0.1 else ""
    forms = (f"{place}, {day}", f"{place}, den {day}", day, f"{place}{office}, {day}")
    return chance.choice(forms)


def _body(draft: _Draft, author: str, chance: random.Random) -> str:
    greeting = _fill(chance.choice(_SALUTATIONS), "", chance)
    cut = max(1, len(draft.lines) // 2)
    paragraphs = [" ".join(draft.lines[:cut]), " ".join(draft.lines[cut:])]
    signed = author if chance.random() < 0.8 else facts.name(chance)
    return "\n\n".join([greeting, *paragraphs, chance.choice(_CLOSINGS), f"~sign {signed}"])


def _iban(chance: random.Random) -> str:
    """A German IBAN with check digits (ISO 13616)."""
    account = f"{chance.randint(10**17, 10**18 - 1)}"
    check = 98 - int(f"{account}131400") % 97
    return f"DE{check:02d}{account}"


def _grouped(iban: str) -> str:
    return " ".join(iban[place : place + 4] for place in range(0, len(iban), 4))
