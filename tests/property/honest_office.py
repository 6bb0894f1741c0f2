"""An office at work, at random and honestly: everything that people and the machine do in a home.

It draws what is done next, and lets time pass; what eakte refuses is refused, and counted as such.
Its letters are really sealed, or wait for review (made without OCR).
"""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from eakte.config import open_home
from eakte.database import transaction
from eakte.domain.akten import DocumentState
from eakte.domain.entries import Note, Party, Wiedervorlage
from eakte.domain.erasures import Ground
from eakte.domain.ids import Digest, DocumentId
from eakte.domain.retention import Decision
from eakte.errors import EakteError, RefusedError
from eakte.pipeline.context import Context
from eakte.records import documents, scans
from eakte.seal.evidence.stamping import ArchiveStamper
from eakte.seal.opening import open_archive_stamper
from eakte.services import (
    aktenplan,
    anchoring,
    attaching,
    bundling,
    casework,
    erasing,
    evidence_renewing,
    evidence_trees,
    manifests,
    records,
    renewing,
    retention,
    reviewing,
    searching,
    verifying,
)
from eakte.services.retention import Offer
from eakte.services.reviewing import Corrections
from eakte.services.searching import Filters
from tests.integration import sealed_letters
from tests.integration.erasing_office import AKTE, OTHER, acting, new_office
from tests.integration.sealed_letters import Sealed
from tests.integration.test_renewal_in_time import change_authority
from tests.integration.waiting_letters import add_letters, new_desk

AKTEN = (AKTE, OTHER, "20.1-702.11/2026-0005")
_PERSONS = ("a.frager", "b.zeuge", "c.klerk")
_DIGESTS = ("sha384", "sha512", "sha3_512")
_LONGEST = timedelta(days=1000)
"""Longer than retention lasts, shorter than the demo's certificates do (three years)."""
_FOREVER = 40_000
_WEIGHTS = {
    "receive": 3, "improve": 2, "reject": 3, "file": 2, "open": 1, "rename": 1, "close": 1,
    "reopen": 2, "vorgang": 1, "close_vorgang": 1, "reopen_vorgang": 1, "move": 3, "correct": 3,
    "attach": 2, "end_entry": 2, "show": 1, "show_akte": 1, "read": 1, "search": 1, "export": 1,
    "bundle": 0.3, "verify": 0.5, "plan": 0.3, "checkpoint": 2, "sign": 1, "manifests": 1,
    "evidence": 2, "renew_time_stamps": 0.7, "renew_trees": 0.7, "renew_seals": 0.1, "hold": 0.2,
    "lift": 0.6, "next_of_retention": 4, "destroy": 3, "ask": 2, "confirm": 2, "wait": 1.5,
}  # fmt: skip
"""What is done, and how often."""


@dataclass(frozen=True)
class Template:
    """A home to be copied, with letters that are sealed and wait for being filed."""

    root: Path
    sealed: tuple[Sealed, ...]


def template(folder: Path) -> Template:
    """Make it: three letters are filed, in two Akten; nobody opens it afterwards."""
    root = new_office(folder)
    desk = Context(open_home(root), new_desk(folder / "other").clock)
    waiting = tuple(sealed_letters.seal(desk, AKTE, mark) for mark in ("w1", "w2"))
    desk.engine.dispose()
    return Template(root, waiting)


@dataclass
class Moving:
    """A clock that the office puts forward."""

    moment: datetime

    def now(self) -> datetime:
        """Give the present."""
        return self.moment


class Office:
    """A home where people work."""

    def __init__(self, root: Path, sealed: tuple[Sealed, ...], start: datetime, seed: str) -> None:
        """Open a copy of the template."""
        self.chance, self.clock = Random(seed), Moving(start)
        self.desk = Context(open_home(root), self.clock)
        self.outside = root.parent / "outside"
        self.outside.mkdir()
        self.done = Counter[str]()
        self.refused = Counter[str]()
        self.trace = list[str]()
        self._end = start + _LONGEST
        self._sealed = list(sealed)
        self._folder = root.parent
        self._marks = dict[str, Digest]()
        self._count = 0

    def work(self, steps: int) -> None:
        """Do so many things; what usually leads to an erasure is done more often."""
        names, weights = zip(*_WEIGHTS.items(), strict=True)
        for name in self.chance.choices(names, weights, k=steps):
            self._let_time_pass(name)
            self.trace.append(name)
            try:
                with acting(self.chance.choice(_PERSONS)):
                    getattr(self, f"_{name}")()
            except EakteError:
                self.refused[name] += 1
            else:
                self.done[name] += 1

    def _let_time_pass(self, name: str) -> None:
        most = 400 if name == "wait" else 3
        later = self.clock.moment + self.chance.random() * timedelta(days=most)
        if later < self._end:
            self.clock.moment = later
        else:
            self.clock.moment += timedelta(seconds=1)

    # what there is

    def _akte(self) -> str:
        return self.chance.choice(AKTEN)

    def _letters(self, *states: DocumentState) -> list[DocumentId]:
        with self.desk.engine.connect() as connection:
            return [x.id for state in states for x in documents.in_state(connection, state)]

    def _filed(self) -> str:
        return self._one(self._letters(DocumentState.FILED))

    def _one(self, names: list[DocumentId]) -> str:
        return self.chance.choice(names) if names else "nothing"

    # mail

    def _receive(self) -> None:
        """A new letter, or one that was here before, and was erased perhaps."""
        known = [mark for mark, scan in self._marks.items() if self._is_gone(scan)]
        mark = self.chance.choice(known) if known else f"mail-{len(self._marks)}"
        (letter,) = add_letters(self.desk, ((1,),), mark=mark)
        self.done["came again"] += bool(known)
        self._marks[mark] = letter.scan

    def _is_gone(self, scan: Digest) -> bool:
        with self.desk.engine.connect() as connection:
            return scans.find(connection, scan) is None

    def _improve(self) -> None:
        waiting = self._one(self._letters(DocumentState.REVIEW))
        reviewing.correct(self.desk, waiting, Corrections(class_id="sonstiges"))

    def _reject(self) -> None:
        waiting = self._one(self._letters(DocumentState.REVIEW))
        reviewing.reject(self.desk, waiting, "Werbung")

    def _file(self) -> None:
        if not self._sealed:
            raise RefusedError(detail="nothing is sealed")
        letter = self._sealed.pop()
        with transaction(self.desk.engine) as connection:
            sealed_letters.file(connection, self.desk, letter)

    # casework

    def _open(self) -> None:
        casework.new_akte(self.desk, self._akte(), "Neu", "20.1")

    def _rename(self) -> None:
        casework.change_akte(self.desk, self._akte(), {"title": f"Titel {self._next()}"})

    def _close(self) -> None:
        casework.close_akte(self.desk, self._akte())

    def _reopen(self) -> None:
        casework.reopen_akte(self.desk, self._akte())

    def _vorgang(self) -> None:
        casework.new_vorgang(self.desk, self._akte(), f"Vorgang {self._next()}")

    def _close_vorgang(self) -> None:
        casework.close_vorgang(self.desk, self._akte(), self.chance.randint(1, 3))

    def _reopen_vorgang(self) -> None:
        casework.reopen_vorgang(self.desk, self._akte(), self.chance.randint(1, 3))

    def _move(self) -> None:
        casework.move(self.desk, self._filed(), self._akte(), self.chance.randint(0, 2))

    def _correct(self) -> None:
        values = {"subject": f"Betreff {self._next()}", "letter_date": "2026-03-01"}
        casework.correct(self.desk, self._filed(), values)

    def _attach(self) -> None:
        hanging = Note("Anruf"), Party("Zeuge", "Erika"), Wiedervorlage("2020-01-01", "Frist")
        subject = self.chance.choice((self._filed(), self._akte()))
        attaching.attach(self.desk, subject, self.chance.choice(hanging))

    def _end_entry(self) -> None:
        found = attaching.due(self.desk, 9999)
        attaching.end(self.desk, found[0].entry.uuid if found else "nothing")

    # reading

    def _show(self) -> None:
        records.show(self.desk, self._filed())

    def _show_akte(self) -> None:
        records.show_akte(self.desk, self._akte())

    def _read(self) -> None:
        records.text_of(self.desk, self._filed())

    def _search(self) -> None:
        searching.search(self.desk, self.chance.choice(("Rechnung", "Seite 1", "x")), Filters())

    def _export(self) -> None:
        records.export_pdf(self.desk, self._filed(), self._folder / f"{self._next()}.pdf")

    def _bundle(self) -> None:
        name = self.chance.choice((self._filed(), self._akte()))
        out = self._folder / f"{self._next()}.zip"
        bundling.bundle(self.desk, name, out, lambda: self.desk.sealer)

    def _verify(self) -> None:
        verifying.verify_akte(self.desk, self._akte(), self.desk.home.trust)

    def _plan(self) -> None:
        file = self._folder / "plan.csv"
        file.write_text(f"Kennzeichen;Oberkennzeichen;Titel\n9;;Sport {self._next()}\n")
        aktenplan.import_csv(self.desk, file)

    # evidence

    def _checkpoint(self) -> None:
        anchoring.write_checkpoint(self.desk)

    def _sign(self) -> None:
        self.sign()

    def sign(self) -> None:
        """Sign the log; a copy goes out of the house."""
        made = anchoring.sign_checkpoint(self.desk, self.desk.sealer)
        for file in made.files:
            if not (self.outside / file.name).exists():
                shutil.copy(file, self.outside)

    def _manifests(self) -> None:
        assert manifests.make(self.desk, "test").flaws == ()

    def _evidence(self) -> None:
        assert evidence_trees.create(self.desk, self._stamper()).flaws == ()

    def _renew_time_stamps(self) -> None:
        self._renewed(evidence_renewing.renew(self.desk, self._stamper(), _FOREVER))

    def _renew_trees(self) -> None:
        digest = self.chance.choice(_DIGESTS)
        self._renewed(evidence_renewing.renew(self.desk, self._stamper(), 0, digest))

    def _renew_seals(self) -> None:
        """Another authority takes over, whose time-stamps hold longer."""
        spare = self._folder / f"spare-{self._next()}"
        change_authority(self.desk.home.trust, spare, self.clock.now())
        self.desk.__dict__.pop("sealer", None)
        name = self._filed()
        found = tuple(renewing.renew(self.desk, _FOREVER, (name,)))
        assert renewing.Outcome.NOT_VALID not in {each.outcome for each in found}

    def _renewed(self, run: evidence_renewing.Run) -> None:
        assert run.exit_code == 0, run
        if not run.kept:
            raise RefusedError(detail="nothing to renew")

    def _stamper(self) -> ArchiveStamper:
        return open_archive_stamper(self.desk.home, self.clock)

    # the end

    def _hold(self) -> None:
        retention.hold(self.desk, self._akte(), "Klage")

    def _lift(self) -> None:
        for name in AKTEN:
            with suppress(EakteError):
                retention.lift(self.desk, name, "erledigt")

    def _next_of_retention(self) -> None:
        """Go on with an Akte towards its destruction."""
        name = self._akte()
        if self.chance.random() < 0.5:
            self._let_time_pass("wait")
        with suppress(EakteError):
            erasing.ask_akte(self.desk, name, "Frist")
            return
        with suppress(EakteError):
            casework.close_akte(self.desk, name)
        retention.offer(self.desk, name, self._folder, Offer())
        retention.answer(self.desk, name, Decision.DESTROY, "Brief")

    def _destroy(self) -> None:
        for name in AKTEN:
            with suppress(EakteError):
                erasing.confirm_akte(self.desk, name)
                self.done["destroyed"] += 1

    def _ask(self) -> None:
        states = (DocumentState.FILED, DocumentState.REJECTED)
        name = self._one(self._letters(*states))
        erasing.ask_document(self.desk, name, Ground.UNLAWFUL, "Antrag")

    def _confirm(self) -> None:
        for name in self._letters(DocumentState.FILED, DocumentState.REJECTED):
            with suppress(EakteError):
                erasing.confirm_document(self.desk, name)
                self.done["erased"] += 1

    def _wait(self) -> None:
        """Let much time pass."""

    def _next(self) -> int:
        self._count += 1
        return self._count
