"""A few labelled letters of three classes, enough to train a tiny model."""

from __future__ import annotations

import tomllib

from eakte.domain.codec import from_plain
from eakte.domain.letters import ClassDefinition
from eakte.resources import data_dir

_OPENINGS = ("Sehr geehrte Damen und Herren,", "Guten Tag,", "Sehr geehrte Frau Amsel,")
_SENTENCES = {
    "widerspruch": (
        "gegen den Gebührenbescheid lege ich Widerspruch ein",
        "der Bescheid ist rechtswidrig und aufzuheben",
        "die Frist von einem Monat ist gewahrt",
        "ich beantrage die Aussetzung der Vollziehung",
    ),
    "rechnung": (
        "wir berechnen Ihnen die gelieferte Ware",
        "der Rechnungsbetrag ist binnen vierzehn Tagen fällig",
        "zuzüglich Umsatzsteuer auf den Nettobetrag",
        "bitte überweisen Sie auf unser Konto",
    ),
    "bewerbung": (
        "ich bewerbe mich um die ausgeschriebene Stelle",
        "mein Lebenslauf und die Zeugnisse liegen bei",
        "ich freue mich auf ein Vorstellungsgespräch",
        "meine Ausbildung habe ich abgeschlossen",
    ),
}


def labelled() -> list[tuple[str, str]]:
    """Give 24 letters of each class: text and class."""
    return [
        (f"{opening}\n{first}. {second}.", class_id)
        for class_id, sentences in _SENTENCES.items()
        for opening in _OPENINGS
        for first in sentences
        for second in sentences
        if first < second or opening == _OPENINGS[0]
    ]


def classes() -> list[ClassDefinition]:
    """Give the classes that are shipped."""
    folder = data_dir("pipelines") / "classes"
    return [
        from_plain(ClassDefinition, tomllib.loads(path.read_text(encoding="utf-8")))
        for path in sorted(folder.glob("*.toml"))
    ]
