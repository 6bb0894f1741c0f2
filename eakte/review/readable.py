"""The Transfervermerk as text for people: German, item by item as BSI TR-03138 A.NB.4 has them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from eakte.domain.letters import Schutzbedarf
from eakte.domain.levels import needed
from eakte.domain.page_numbers import ranges
from eakte.domain.transfervermerk import Transfervermerk
from eakte.i18n import _, speaking


def readable(vermerk: Transfervermerk) -> str:
    """Give the text, ending with a line break."""
    release = vermerk.release
    who = f"{vermerk.creator}, {vermerk.organisation} (Konto {release.account})"
    if release.rule:
        who += f", verantwortlich für die Regel {release.rule}"
    lines = [
        f"Transfervermerk zu Dokument {vermerk.document}",
        "",
        f"Scandatei: SHA-256 {vermerk.source_sha256}, Seiten {ranges(vermerk.pages)}",
        *_protection(vermerk),
        "",
        f"a) Ersteller: {who}",
        f"b) Umgebung: {vermerk.environment}",
        f"   Verfahrensdokumentation: {vermerk.verfahrensdokumentation}",
        f"c) Auffälligkeiten: {vermerk.anomalies_statement}",
        f"d) Erfassung und Schutz durch Prüfsumme: {_moment(vermerk.received_at)}",
        "   (der Zeitpunkt des Scannens ist nicht überliefert; er liegt davor)",
        f"   Metadaten: {_moment(vermerk.recognised_at)}",
        f"   Ende der Qualitätssicherung: {_moment(vermerk.released_at)}",
        f"   Transfervermerk erstellt: {_moment(vermerk.made_at)}",
        "   (Siegel und Zeitstempel folgen und tragen ihre eigene Zeit)",
        f"e) Vollständig: {'ja' if vermerk.complete else 'nein'}",
        f"   Qualitätssicherung: {vermerk.qa_result}",
        f"f) Übereinstimmung: {vermerk.match_statement}",
    ]
    return "\n".join(lines) + "\n"


def _protection(vermerk: Transfervermerk) -> Iterator[str]:
    """Say which level is demanded, which was reached, and what is missing."""
    with speaking("de"):
        demanded = _(needed(Schutzbedarf(vermerk.schutzbedarf)).value)
        reached = _(vermerk.level_reached)
        lacks = "; ".join(_(lack.value) for lack in vermerk.level_missing)
    yield f"Schutzbedarf: {vermerk.schutzbedarf}, verlangt ein Siegel der Stufe: {demanded}"
    yield f"Das Siegel erreicht: {reached}"
    yield f"Niveau des Siegels: {vermerk.seal_level.pades}"
    if lacks:
        yield f"Es fehlt: {lacks}"


def _moment(moment: datetime) -> str:
    return f"{moment:%d.%m.%Y %H:%M:%S} UTC"
