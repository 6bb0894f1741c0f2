"""The Transfervermerk as text for people: German, item by item as BSI TR-03138 A.NB.4 has them."""

from __future__ import annotations

from datetime import datetime

from eakte.domain.page_numbers import ranges
from eakte.domain.transfervermerk import Transfervermerk


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
        f"Schutzbedarf: {vermerk.schutzbedarf}; das Siegel erreicht: {vermerk.level_reached}",
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


def _moment(moment: datetime) -> str:
    return f"{moment:%d.%m.%Y %H:%M:%S} UTC"
