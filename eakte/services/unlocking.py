"""Giving the password of an encrypted file: it is used once and not stored."""

from __future__ import annotations

import tempfile
from pathlib import Path

from eakte import sandbox
from eakte.database import transaction
from eakte.domain.findings import FindingCode
from eakte.errors import RefusedError
from eakte.i18n import _
from eakte.pipeline import arrivals, jobs
from eakte.pipeline.desk import Desk
from eakte.pipeline.submit import Submitter
from eakte.records.scans import ScanRecord
from eakte.services import actor, quarantining


def unlock(desk: Desk, name: str, password: str) -> ScanRecord:
    """Keep a readable view of an encrypted PDF in quarantine and queue another intake.

    The file stays as received. Raises NotFoundError, or RefusedError for a wrong password.
    """
    record = quarantining.to_retry(desk, name)
    if not any(finding.code is FindingCode.ENCRYPTED for finding in record.findings):
        raise RefusedError(detail=_("it is not encrypted"))
    source = desk.store.path(record.scan.digest)
    with tempfile.TemporaryDirectory(dir=desk.home.work) as folder:
        out = Path(folder) / "unlocked.pdf"
        sandbox.call(sandbox.DEFAULT_LIMITS, jobs.unlock_pdf, source, password, out)
        view = desk.store.put_file(out)
    with transaction(desk.engine) as connection:
        desk.store.require([view])
        now, submitter = desk.clock.now(), Submitter(desk.engine)
        arrivals.unlock(connection, record, view, submitter, actor.current(desk), now)
    return record
