"""The German words of process histories: what was done, and to which value."""

from __future__ import annotations

from eakte.domain.events import Action

ACTIONS = {
    Action.RECEIVED: "eingegangen",
    Action.CONVERTED: "Archivfassung erstellt",
    Action.PROPOSED: "erfasst",
    Action.CORRECTED: "Erfassung berichtigt",
    Action.FIRST_LOOK: "erste Prüfung",
    Action.RELEASED: "geprüft und freigegeben",
    Action.DEADLINE_MET: "Frist erledigt",
    Action.SEALED: "gesiegelt",
    Action.RENEWED: "Zeitstempel erneuert",
    Action.FILED: "abgelegt",
    Action.MOVED: "umgehängt",
    Action.DOCUMENT_CORRECTED: "berichtigt",
    Action.AKTE_OPENED: "Akte eröffnet",
    Action.AKTE_CHANGED: "Akte geändert",
    Action.AKTE_CLOSED: "Akte geschlossen (zdA)",
    Action.AKTE_REOPENED: "Akte wieder geöffnet",
    Action.VORGANG_OPENED: "Vorgang eröffnet",
    Action.VORGANG_CHANGED: "Vorgang geändert",
    Action.VORGANG_CLOSED: "Vorgang geschlossen (zdA)",
    Action.VORGANG_REOPENED: "Vorgang wieder geöffnet",
    Action.ENTRY_ADDED: "Eintrag hinzugefügt",
    Action.ENTRY_CHANGED: "Eintrag geändert",
    Action.ENTRY_ENDED: "Eintrag beendet",
    Action.EXPORTED: "übergeben",
}
"""The steps that a process history tells; who looked at a record is none of them."""

VALUES = {
    "title": "Betreff",
    "subject": "Betreff",
    "office": "Federführung",
    "unit": "Aktenplaneinheit",
    "confidentiality": "Vertraulichkeitsstufe",
    "begins": "Beginn der Laufzeit",
    "ends": "Ende der Laufzeit",
    "closed": "zdA",
    "vorgang": "Vorgang",
    "sender": "Absender",
    "date": "Datum des Schreibens",
    "class": "Dokumenttyp",
    "role": "Rolle",
    "name": "Name",
    "address": "Anschrift",
    "text": "Text",
    "other": "Verweis auf",
    "relation": "Beziehung",
    "due": "Wiedervorlage am",
    "person": "Person",
    "ended": "beendet",
}
"""The values whose changes it tells; identifiers never change."""
