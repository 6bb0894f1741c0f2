"""Putting work into the engine's queues, in the transaction of the record that asks for it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from eakte.database import Connection, Engine
from eakte.domain.ids import Digest, DocumentId, part_of_id

if TYPE_CHECKING:
    from dbos import DBOSClient, EnqueueOptions

APPLICATION = "eakte"
APPLICATION_VERSION = "1"
"""Pinned: work begun by one release of eakte is finished by the next."""

INTAKE, OCR, COMPLETE = "intake", "ocr", "complete"
"""Names of the queues; the first and last are names of workflows too."""
REGROUP = "regroup"
"""Name of the workflow that makes new letters of the pages of others, on the queue of intakes."""
READ_PAGE = "read-page"
"""Name of the workflow that reads one page of an intake."""


class Submitter:
    """Starts workflows through the database; ids make starting twice run once."""

    def __init__(self, engine: Engine) -> None:
        """Use the database that the records are in."""
        self._engine = engine

    @cached_property
    def _client(self) -> DBOSClient:
        from dbos import DBOSClient, DBOSPortableJSONSerializer  # noqa: PLC0415 - who only reads need not wait for it

        return DBOSClient(
            system_database_engine=self._engine,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
        )

    def intake(self, connection: Connection, scan: Digest, attempt: int) -> None:
        """Queue the intake of a received scan; a retry from quarantine is a new attempt."""
        options = _options(INTAKE, intake_id(scan, attempt))
        self._client.enqueue_in_transaction(connection, options, scan)

    def complete(self, connection: Connection, document: DocumentId, version: int) -> None:
        """Queue sealing and filing of a released letter, once per release."""
        options = _options(COMPLETE, complete_id(document, version))
        self._client.enqueue_in_transaction(connection, options, document, version)

    def regroup(
        self,
        connection: Connection,
        scan: Digest,
        old: tuple[DocumentId, ...],
        new: tuple[DocumentId, ...],
        groups: tuple[tuple[int, ...], ...],
    ) -> None:
        """Queue making the `new` letters, each of a group of pages, that replace the old ones."""
        options = _options(REGROUP, regroup_id(new), INTAKE)
        parts = [
            {"number": part_of_id(name), "pages": list(pages)}
            for name, pages in zip(new, groups, strict=True)
        ]
        self._client.enqueue_in_transaction(connection, options, scan, list(old), parts)


def intake_id(scan: Digest, attempt: int) -> str:
    """Name the workflow of an intake: the same scan and attempt is the same work."""
    return f"{INTAKE}-{scan}-{attempt}"


def page_id(intake: str, number: int) -> str:
    """Name the workflow that reads a page for an intake."""
    return f"{pages_prefix(intake)}{number}"


def pages_prefix(intake: str) -> str:
    """Tell how the names of all these workflows begin."""
    return f"{intake}-page-"


def intake_of(page: str) -> str:
    """Name the intake that a page is read for."""
    return page.rpartition("-page-")[0]


def complete_id(document: DocumentId, version: int) -> str:
    """Name the workflow that seals and files a letter in its released version."""
    return f"{COMPLETE}-{document}-{version}"


def regroup_id(new: tuple[DocumentId, ...]) -> str:
    """Name the workflow that makes these letters; their ids are never given twice."""
    return f"{REGROUP}-{new[0]}"


def work_on(document: DocumentId) -> tuple[str, ...]:
    """Tell how the names of all workflows begin that read, made, sealed or divided a letter."""
    scan = document.partition("-")[0]
    return f"{INTAKE}-{scan}", f"{COMPLETE}-{document}-", f"{REGROUP}-{scan}-"


def _options(name: str, workflow_id: str, queue: str = "") -> EnqueueOptions:
    return {
        "queue_name": queue or name,
        "workflow_name": name,
        "workflow_id": workflow_id,
        "app_version": APPLICATION_VERSION,
    }
