"""Which received files go with a letter: those that hold nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from eakte.config import open_home
from eakte.database import transaction
from eakte.domain.akten import DocumentState
from eakte.domain.clock import SystemClock
from eakte.domain.erasures import Ground
from eakte.domain.findings import Finding, FindingCode
from eakte.domain.mail import Enclosure, EnclosureRole, Scan, ScanState
from eakte.domain.verification import Verdict
from eakte.errors import RefusedError
from eakte.pipeline import noted, transitions
from eakte.pipeline.desk import Desk
from eakte.records import documents, erasures, scans
from eakte.services import erasing, repair, verifying
from tests.integration.erasing_office import acting
from tests.integration.waiting_letters import NoIntake, add_letters, new_desk
from tests.tools import homes


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    """A home with four letters in review: three of one scan, one of another."""
    desk = new_desk(tmp_path_factory.mktemp("files") / "home")
    add_letters(desk, ((1,), (2,), (3,)))
    add_letters(desk, ((1,),), mark="allein")
    desk.engine.dispose()
    return desk.home.root


@pytest.fixture
def desk(kept, tmp_path) -> Iterator[Desk]:
    copied = Desk(open_home(homes.copy(kept, tmp_path / "home")), SystemClock())
    yield copied
    copied.engine.dispose()


def _letters(desk):
    with desk.engine.connect() as connection:
        return documents.in_state(connection, DocumentState.REVIEW)


def _reject(desk, *letters):
    with transaction(desk.engine) as connection:
        for letter in letters:
            why = noted.stated(desk.store, letter.id, "Werbung")
            transitions.reject(connection, letter, why, "m", desk.clock.now())


def _erase(desk, name):
    with acting("a.frager"):
        asked = erasing.ask_document(desk, name, Ground.CONSENT, "Antrag")
    with acting("b.zeuge"):
        done = erasing.confirm_document(desk, name)
    assert done.stays == asked.stays
    found = repair.look(desk, thorough=True)
    assert (found.missing, found.damaged, found.erased) == (frozenset(),) * 3
    return done


def _rows(desk, digest):
    with desk.engine.connect() as connection:
        return scans.find(connection, digest)


def test_a_scan_goes_with_its_last_letter(desk):
    first, second, third, alone = _letters(desk)
    with acting("a.frager"), pytest.raises(RefusedError, match="reject it first"):
        erasing.ask_document(desk, first.id, Ground.CONSENT, "Antrag")
    with transaction(desk.engine) as connection:
        third = documents.update(connection, replace(third, deadline="2020-01-01"))
    _reject(desk, first, second, third)
    assert _erase(desk, first.id).stays == (first.scan,)
    assert desk.store.path(first.scan).is_file()
    assert _erase(desk, second.id).stays == (second.scan,)
    assert _erase(desk, third.id).stays == ()
    assert not desk.store.path(first.scan).exists()
    assert _rows(desk, first.scan) is None
    assert desk.store.path(alone.alto).is_file(), "the blank page of others stays"
    with desk.engine.connect() as connection:
        (proof,) = erasures.of(connection, second.id)
    assert proof.stays == (second.scan,)


def _packed(desk, *digests):
    """Let files be members of a mail."""
    mail = desk.store.put(b"From: a@b\n\n")
    scan = Scan(mail, "mail.eml", "poststelle", "posteingang", 11, desk.clock.now())
    members = tuple(Enclosure("x.tif", each, EnclosureRole.MEMBER) for each in digests)
    with transaction(desk.engine) as connection:
        transitions.receive(connection, scan, NoIntake(desk.engine), "scanner", members)
        scans.set_state(connection, mail, ScanState.PROCESSED, (), desk.clock.now())
    return mail


def test_a_mail_stays_while_a_letter_of_it_does(desk):
    first, second, third, alone = _letters(desk)
    mail = _packed(desk, first.scan, alone.scan)
    _reject(desk, alone)
    assert _erase(desk, alone.id).stays == (mail,)
    assert desk.store.path(alone.scan).is_file(), "its bytes are in the mail anyway"
    assert _rows(desk, alone.scan) is None
    _reject(desk, first, second, third)
    for letter in (first, second):
        assert _erase(desk, letter.id).stays == tuple(sorted((mail, first.scan)))
    assert _erase(desk, third.id).stays == ()
    for digest in (mail, alone.scan, first.scan):
        assert not desk.store.path(digest).exists()


def test_a_file_in_quarantine(desk):
    digest = desk.store.put(b"unlesbar")
    scan = Scan(digest, "meier.pdf", "poststelle", "posteingang", 8, desk.clock.now())
    with transaction(desk.engine) as connection:
        transitions.receive(connection, scan, NoIntake(desk.engine), "scanner")
    with acting("a.frager"), pytest.raises(RefusedError, match="not in quarantine"):
        erasing.ask_document(desk, digest, Ground.CONSENT, "Antrag")
    with transaction(desk.engine) as connection:
        finding = Finding(FindingCode.STAGE_FAILED)
        transitions.quarantine(connection, digest, finding, desk.clock.now())
    _erase(desk, digest)
    assert not desk.store.path(digest).exists()
    assert _rows(desk, digest) is None
    (found,) = verifying.verify_all(desk, desk.home.trust)
    assert (found.name, found.report.verdict) == (digest, Verdict.VALID)
