"""Invented facts that fill a template's slots: names, streets, dates, amounts, offices."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

FIRST_NAMES = (
    "Anja",
    "Bernd",
    "Carola",
    "Dragan",
    "Elke",
    "Fatma",
    "Georg",
    "Heike",
    "Ines",
    "Jörg",
    "Katrin",
    "Lars",
    "Meral",
    "Norbert",
    "Olga",
    "Petra",
    "Rainer",
    "Sabine",
    "Tobias",
    "Ute",
    "Viktor",
    "Wiebke",
    "Xaver",
    "Yvonne",
    "Zoran",
    "Birgit",
    "Emre",
    "Gesa",
    "Hanno",
    "Leyla",
)
SURNAMES = (
    "Achberg",
    "Böttner",
    "Czerny",
    "Dornfeld",
    "Erlbusch",
    "Fröschle",
    "Grimmig",
    "Hölderle",
    "Immler",
    "Jauchner",
    "Kälberer",
    "Lohmüller",
    "Mistele",
    "Nonnenbach",
    "Österle",
    "Pfanz",
    "Quellmann",
    "Rössner",
    "Schürle",
    "Tiefenbach",
    "Uhlbach",
    "Vogtle",
    "Wirsching",
    "Yildirak",
    "Zieglhuber",
    "Brandacker",
    "Dietmoser",
    "Kowalczek",
    "Steinhilper",
    "Wanneck",
)
CHILDREN = (
    "Ben",
    "Clara",
    "Enno",
    "Finja",
    "Greta",
    "Ida",
    "Jakob",
    "Kian",
    "Lotta",
    "Mila",
    "Nele",
    "Oskar",
    "Paul",
    "Rana",
)
STREETS = (
    "Ahornweg",
    "Bachgasse",
    "Blumenstraße",
    "Burgweg",
    "Fichtenweg",
    "Finkenschlag",
    "Friedhofstraße",
    "Goethestraße",
    "Herrengasse",
    "Hirschgraben",
    "Kastanienallee",
    "Kirchplatz",
    "Lerchenfeld",
    "Mörikeweg",
    "Mühlstraße",
    "Panoramaweg",
    "Querstraße",
    "Ringstraße",
    "Sonnenhalde",
    "Stiftsgasse",
    "Turmgasse",
    "Waldstraße",
    "Wiesengrund",
)
TOWNS = (
    "Kirchfurt", "Talbrunn", "Hohenlauch", "Weilerstett", "Sandhofen", "Oberlauch", "Brunnau",
)  # fmt: skip
MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
    "Oktober", "November", "Dezember",
)  # fmt: skip
OFFICES = (
    "Ordnungsamt", "Baurechtsamt", "Stadtkämmerei", "Hauptamt", "Schulamt", "Rechtsamt",
    "Tiefbauamt", "Geschäftsstelle Gemeinderat", "Bürgerbüro", "Standesamt", "Bürgermeisteramt",
    "Sozialamt", "Stadtplanungsamt", "Kulturamt", "Personalabteilung", "Bußgeldstelle",
    "Vergabestelle",
)  # fmt: skip
FIRMS = (
    "Nordlicht Technik GmbH", "Gebrüder Hartkopf OHG", "Alba Bauservice KG", "Sonnendach eG",
    "Kontor Wiesner e. K.", "Textura GmbH", "Hofgut Lauchertal", "Mobilgrün UG", "Klarwerk GmbH",
)  # fmt: skip
SCHOOLS = (
    "Mörikeschule", "Schule am Stadtgarten", "Ringschule", "Grundschule Hinterbach",
    "Realschule am Turm", "Waldschule",
)  # fmt: skip
FRACTIONS = (
    "Fraktion Offene Stadt", "Fraktion Bürgerbund", "Grüne Liste Neuenfurt", "Fraktion Mitte",
    "Fraktion Soziales Neuenfurt", "Freie Liste",
)  # fmt: skip
WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag")


def name(chance: random.Random) -> str:
    """A first name and a surname, now and then a double one."""
    surname = chance.choice(SURNAMES)
    if chance.random() < 0.1:
        surname += "-" + chance.choice(SURNAMES)
    return f"{chance.choice(FIRST_NAMES)} {surname}"


def date(chance: random.Random) -> str:
    """A day of 2025 or 2026, as 03.05.2026, 3. Mai 2026 or 03.05.26."""
    day, month, year = chance.randint(1, 28), chance.randint(1, 12), chance.randint(2025, 2026)
    return chance.choice(
        (
            f"{day:02d}.{month:02d}.{year}",
            f"{day}. {MONTHS[month - 1]} {year}",
            f"{day:02d}.{month:02d}.{year - 2000}",
        )
    )


def amount(chance: random.Random) -> str:
    """An amount of money, written as people write it."""
    euros = chance.choice(
        (chance.randint(5, 99), chance.randint(100, 9999), 1234 * chance.randint(9, 99))
    )
    whole = f"{euros:,}".replace(",", ".")
    form = chance.choice(("{}," + f"{chance.randint(0, 99):02d} €", "{},00 EUR", "{} Euro"))
    return form.format(whole)


def aktenzeichen(chance: random.Random) -> str:
    """An Aktenzeichen of the city's pattern."""
    office = f"{chance.choice((10, 20, 30, 32, 40, 63, 66))}.{chance.randint(0, 4)}"
    unit = f"{chance.randint(22, 960):03d}.{chance.randint(0, 8)}0"
    return f"{office}-{unit}/{chance.randint(2024, 2026)}-{chance.randint(2, 950):04d}"


def facts(chance: random.Random) -> dict[str, str]:
    """One value for every slot."""
    return {
        "name": name(chance),
        "child": chance.choice(CHILDREN),
        "street": f"{chance.choice(STREETS)} {chance.randint(1, 140)}",
        "town": chance.choice(TOWNS),
        "date": date(chance),
        "month": chance.choice(MONTHS),
        "weekday": chance.choice(WEEKDAYS),
        "year": str(chance.randint(2024, 2027)),
        "time": f"{chance.randint(6, 21)} Uhr",
        "amount": amount(chance),
        "num": str(chance.randint(100, 99999)),
        "num2": str(chance.randint(2, 30)),
        "percent": str(chance.choice((20, 30, 50, 60, 75, 80, 90))),
        "az": aktenzeichen(chance),
        "office": chance.choice(OFFICES),
        "firm": chance.choice(FIRMS),
        "school": chance.choice(SCHOOLS),
        "plate": f"NF-{chance.choice('ABDEKMRTHJLSXZ')} {chance.randint(1, 9999)}",
        "councillor": f"{chance.choice(('Stadtrat', 'Stadträtin'))} {name(chance)}",
        "fraction": chance.choice(FRACTIONS),
    }
