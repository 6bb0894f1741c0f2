"""Making the Transfervermerk at release (BSI TR-03138 A.NB.4, items a to f)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from eakte.domain.akten import Document
from eakte.domain.findings import FindingCode, sentences
from eakte.domain.letters import Schutzbedarf
from eakte.domain.levels import Reach, missing, sealed_at
from eakte.domain.preservation import SealLevel
from eakte.domain.quality import CheckKind, QualityCheck, german_percent
from eakte.domain.transfervermerk import Release, ReleaseKind, Transfervermerk, Verfahren
from eakte.i18n import speaking


@dataclass(frozen=True)
class Environment:
    """Where and with what a scan was made and processed, and when its Transfervermerk is made."""

    organisation: str
    station: str
    software: str
    verfahrensdokumentation: Verfahren
    """The Verfahrensdokumentation in force."""
    reach: Reach
    """Which protection level seals of the key can reach, and what it lacks."""
    at: datetime
    seal_level: SealLevel = SealLevel.LTA
    """The level that its pipeline seals at."""


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
    reach = sealed_at(environment.reach, environment.seal_level)
    return Transfervermerk(
        document=document.id,
        source_sha256=document.scan,
        pages=document.pages,
        creator=release.person,
        organisation=environment.organisation,
        environment=f"Station {environment.station}; {environment.software}",
        verfahrensdokumentation=environment.verfahrensdokumentation,
        anomalies=document.findings,
        anomalies_statement=_anomalies(document, release),
        received_at=document.received_at,
        recognised_at=document.recognised_at,
        released_at=release.at,
        made_at=environment.at,
        release=release,
        complete=archived_pages == len(document.pages),
        qa_result=_qa_result(document, release, archived_pages),
        match_statement=_match_statement(document, release),
        schutzbedarf=schutzbedarf.value,
        level_reached=reach.level.value,
        seal_level=environment.seal_level,
        level_missing=missing(reach, schutzbedarf),
    )


def _anomalies(document: Document, release: Release) -> str:
    """Say what is unusual about paper or scan; German, because it is part of a German record."""
    with speaking("de"):
        found = list(sentences(document.findings))
    remarks = (f"Vermerk von {person}: {remark}" for person, remark in release.remarks)
    told = [*found, *remarks]
    if not told:
        return "Es wurden keine Auffälligkeiten festgestellt."
    return "Festgestellt wurde: " + "; ".join(told) + "."


def _qa_result(document: Document, release: Release, archived_pages: int) -> str:
    """Say what was checked, by whom, and how it was chosen."""
    checked = (
        f"Vollständigkeit maschinell geprüft: {archived_pages} von {len(document.pages)} Seiten "
        "der Scandatei im Archivbild."
    )
    looked = _looked(release) if release.kind is ReleaseKind.PERSON else _by_rule(release)
    return f"{checked} {looked}"


def _looked(release: Release) -> str:
    drawn = release.check.kind is CheckKind.SAMPLE
    how = f"Stichprobe ({_how_drawn(release.check)})" if drawn else "Vollprüfung"
    if release.first is None:
        return f"{how}: {release.person} erklärt, die Seiten gesehen und geprüft zu haben."
    first = release.first
    return (
        f"{how} durch zwei Personen: {first.person} (Konto {first.account}, "
        f"{first.at:%Y-%m-%d %H:%M:%S} UTC) und {release.person} (Konto {release.account}) "
        "erklären, die Seiten gesehen und geprüft zu haben."
    )


def _by_rule(release: Release) -> str:
    found = f"Keine hindernde Auffälligkeit nach Regel {release.rule}"
    alone = "keine Sichtprüfung im Einzelfall"
    if not release.check.seed:
        return f"{found}; keine Stichprobe vorgesehen; {alone}."
    if release.check.sampled == 0:
        drawn = f"auf keinen Brief des Stapels fiel die Stichprobe ({_how_drawn(release.check)})"
        return f"{found}; {drawn}; {alone}."
    return f"{found}; Stichprobe des Stapels bestanden ({_how_drawn(release.check)}); {alone}."


def _how_drawn(check: QualityCheck) -> str:
    return (
        f"{check.sampled} von {check.letters} Briefen, Rate {german_percent(check.rate)}, "
        f"Stapel {check.batch}, Startwert {check.seed}"
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
