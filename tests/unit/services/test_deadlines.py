"""What is due: overdue first, named deadlines shown as named, rejected letters left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from eakte.audit import log
from eakte.config import Home, Quality, Settings
from eakte.database import Engine, transaction
from eakte.domain.akten import Document, DocumentState
from eakte.domain.archive import ArchiveWay, Claim, Conversion
from eakte.domain.clock import FixedClock
from eakte.domain.events import Action
from eakte.domain.ids import digest_of, document_id
from eakte.domain.letters import Classification, Extraction, Field, FieldName
from eakte.domain.mail import Scan
from eakte.errors import RefusedError
from eakte.pipeline.definition import load_definitions
from eakte.pipeline.desk import Desk
from eakte.pipeline.transitions import with_deadline
from eakte.records import documents, scans
from eakte.resources import data_dir
from eakte.services.deadlines import done, due

_TODAY = datetime(2026, 4, 7, 6, tzinfo=UTC)
_DEFINITIONS = load_definitions(data_dir("pipelines"))
_NAMED = Field(FieldName.DEADLINE, "2026-04-20", "bis zum 20. April 2026", 0.9, "text", 1)


def _letter(name: str, class_id: str, received: datetime, **more: object) -> Document:
    scan = digest_of(name.encode())
    letter = Document(
        id=document_id(scan, 1),
        scan=scan,
        part=1,
        pages=(1,),
        state=DocumentState.REVIEW,
        received_at=received,
        classification=Classification(class_id, 0.9),
        subject=name,
        sender="",
        letter_date="",
        aktenzeichen="",
        extraction=Extraction((_NAMED,)),
        findings=(),
        text=scan,
        alto=scan,
        archive_copy=scan,
        conversion=Conversion(Claim(), ArchiveWay.PICTURES),
        recognised_at=received,
    )
    return with_deadline(replace(letter, **more), _DEFINITIONS)  # type: ignore[arg-type]


@pytest.fixture
def desk(tmp_path: Path, engine: Engine) -> Desk:
    settings = Settings(organisation="Stadt", quality=Quality())
    store, pipelines = tmp_path / "store", data_dir("pipelines")
    home = SimpleNamespace(store=store, pipelines=pipelines, settings=settings)
    made = Desk(cast("Home", home), FixedClock(_TODAY))
    made.__dict__["engine"] = engine
    march = [datetime(2026, 3, day, 9, tzinfo=UTC) for day in range(1, 32)]
    letters = (
        _letter("later", "widerspruch", march[29]),
        _letter("overdue", "einspruch_bussgeld", march[1]),
        _letter("today", "widerspruch", march[2]),
        _letter("rejected", "widerspruch", march[0], state=DocumentState.REJECTED),
        _letter("without", "rechnung", march[0]),
    )
    with transaction(engine) as connection:
        for each in letters:
            scan = Scan(each.scan, "x.pdf", "station", "posteingang", 1, each.received_at)
            scans.receive(connection, scan)
            documents.add(connection, each)
    return made


def test_what_is_overdue_comes_first(desk: Desk) -> None:
    found = due(desk)
    assert [(each.subject, each.days) for each in found] == [
        ("overdue", -22),
        ("today", 0),  # 3 April is Good Friday, 6 April Easter Monday
        ("later", 23),
    ]


def test_only_what_is_due_soon_is_listed_if_asked(desk: Desk) -> None:
    assert [each.subject for each in due(desk, 0)] == ["overdue", "today"]
    assert len(due(desk, 22)) == 2
    assert len(due(desk, 23)) == 3


def test_what_is_done_is_due_no_longer_and_the_log_tells(desk: Desk) -> None:
    overdue = due(desk)[0]
    done(desk, overdue.document)
    assert [each.subject for each in due(desk)] == ["today", "later"]
    with desk.engine.connect() as connection:
        _position, event = log.latest(connection, 1)[0]
        assert documents.get(connection, overdue.document).deadline_rule == overdue.rule
    assert (event.action, event.object) == (Action.DEADLINE_MET, overdue.document)
    assert (event.before["deadline"], event.after["deadline"]) == (overdue.deadline, "")
    with pytest.raises(RefusedError, match="nothing is due"):
        done(desk, overdue.document)


def test_a_letter_that_is_being_sealed_is_left_alone(desk: Desk) -> None:
    first = due(desk)[0]
    with transaction(desk.engine) as connection:
        letter = documents.get(connection, first.document)
        documents.update(connection, replace(letter, state=DocumentState.RELEASED))
    with pytest.raises(RefusedError, match="sealed"):
        done(desk, first.document)


def test_a_named_deadline_is_shown_as_named_and_changes_nothing(desk: Desk) -> None:
    today = due(desk)[1]
    assert today.named == ("bis zum 20. April 2026",)
    assert today.deadline == "2026-04-07"
    assert today.rule == (
        "Wiedervorlage Widerspruch: 2026-03-03 + 1 month = 2026-04-03 → 2026-04-07 (§ 193 BGB)"
    )
    assert "nicht die Widerspruchsfrist" in today.note
