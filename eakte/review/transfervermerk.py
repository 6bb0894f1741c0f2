"""Making the Transfervermerk at release (BSI TR-03138 A.NB.4, items a to f)."""

from __future__ import annotations

from dataclasses import dataclass

from eakte.domain.akten import Document
from eakte.domain.findings import FindingCode
from eakte.domain.letters import Schutzbedarf
from eakte.domain.transfervermerk import Release, ReleaseKind, Transfervermerk


@dataclass(frozen=True)
class Environment:
    """Where and with what a scan was made and processed."""

    organisation: str
    station: str
    software: str
    verfahrensdokumentation: str
    """Version and SHA-256 of the Verfahrensdokumentation in force."""
    level_reached: str
    """Which protection level the seal certificate can reach."""


def make(
    document: Document,
    release: Release,
    environment: Environment,
    schutzbedarf: Schutzbedarf,
    archived_pages: int,
) -> Transfervermerk:
    """Write down who vouches for what; only what was done is claimed.

    `archived_pages` is how many pages the archive copy was found to have.
    """
    return Transfervermerk(
        document=document.id,
        source_sha256=document.scan,
        pages=document.pages,
        creator=release.person,
        organisation=environment.organisation,
        environment=f"Station {environment.station}; {environment.software}",
        verfahrensdokumentation=environment.verfahrensdokumentation,
        anomalies=document.findings,
        received_at=document.received_at,
        recognised_at=document.recognised_at,
        released_at=release.at,
        release=release,
        complete=archived_pages == len(document.pages),
        qa_result=_qa_result(document, release, archived_pages),
        match_statement=_match_statement(document, release),
        schutzbedarf=schutzbedarf.value,
        level_reached=environment.level_reached,
    )


def _qa_result(document: Document, release: Release, archived_pages: int) -> str:
    """Say what was checked; German, because it becomes part of a German record."""
    checked = (
        f"Vollständigkeit maschinell geprüft: {archived_pages} von {len(document.pages)} Seiten "
        "der Scandatei im Archivbild."
    )
    if release.kind is ReleaseKind.PERSON:
        return f"{checked} {release.person} erklärt, die Seiten gesehen und geprüft zu haben."
    return (
        f"{checked} Keine hindernde Auffälligkeit nach Regel {release.rule}; "
        "keine Sichtprüfung im Einzelfall."
    )


def _match_statement(document: Document, release: Release) -> str:
    if any(finding.code is FindingCode.RENDERED for finding in document.findings):
        return (
            "Die Seiten sind eine von eakte erzeugte Ansicht einer elektronisch eingegangenen "
            f"Datei (SHA-256 {document.scan}); maßgeblich ist die Datei. {release.person} erklärt "
            f"mit der Freigabe (Konto {release.account}), die Ansicht geprüft zu haben."
        )
    if release.kind is ReleaseKind.PERSON:
        return (
            f"{release.person} erklärt mit der Freigabe (Konto {release.account}) die bildliche "
            "und inhaltliche Übereinstimmung mit der Vorlage."
        )
    return (
        f"{release.person} verantwortet die Regel {release.rule}, nach der die bildliche und "
        "inhaltliche Übereinstimmung ohne Sichtprüfung im Einzelfall angenommen wird."
    )
