"""Whatever leads to erasures in whatever order: log and evidence verify, and what lives is VALID.

A state machine over a real database and really sealed letters: Akten are closed and reopened, held,
offered, answered, destroyed; single documents erased; evidence records made. A model of its own
foretells what is refused. In the end the log is intact, every document is VALID, living or erased,
nothing is missing from the store, and nothing that was erased is left in it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from eakte.audit.verify import verify as verify_log
from eakte.config import open_home
from eakte.database import snapshot
from eakte.domain.clock import FixedClock, SystemClock
from eakte.domain.erasures import Ground
from eakte.domain.retention import Decision
from eakte.domain.verification import Verdict
from eakte.errors import RefusedError
from eakte.pipeline.desk import Desk
from eakte.seal.opening import open_archive_stamper
from eakte.services import (
    casework,
    erasing,
    evidence_checks,
    evidence_trees,
    repair,
    retention,
    verifying,
)
from eakte.services.retention import Offer
from tests.integration import erasing_office as office
from tests.integration.erasing_office import AKTE, OTHER, OVER, acting
from tests.tools import homes

_AKTEN = st.sampled_from((AKTE, OTHER))
_PERSONS = st.sampled_from(("a.frager", "b.zeuge"))


@dataclass
class _Akte:
    """What the model knows of an Akte; `asked`: who asked for its destruction, "" for nobody."""

    open: bool = True
    held: bool = False
    offered: bool = False
    answer: Decision | None = None
    asked: str = ""
    gone: bool = False

    @property
    def may_go(self) -> bool:
        closed = not self.open and not self.held and not self.gone
        return closed and self.answer is Decision.DESTROY


class Ends(RuleBasedStateMachine):
    """Everything that leads to the end of records."""

    root: Path
    erased: list[tuple[int, int]]
    """How many documents and Akten each sequence erased: some must, or nothing was tried."""

    def __init__(self) -> None:
        super().__init__()
        self._folder, self._before = Path(tempfile.mkdtemp()), homes.made()
        home = open_home(homes.copy(self.root, self._folder / "home"))
        self.now, self.over = Desk(home, SystemClock()), Desk(home, FixedClock(OVER))
        self.akten = {name: _Akte() for name in (AKTE, OTHER)}
        self.letters = {
            each.id: (name, each)
            for name in self.akten
            for each in office.letters_of(self.now, name)
        }
        self.gone = dict[str, bool]()
        self.asked = dict[str, str]()

    def teardown(self) -> None:
        try:
            self._judge()
        finally:
            for desk in (self.now, self.over):
                desk.engine.dispose()
            homes.drop_since(self._before)
            shutil.rmtree(self._folder)

    @rule(name=_AKTEN, opens=st.booleans())
    def close_or_reopen(self, name: str, opens: bool) -> None:
        akte = self.akten[name]
        if akte.gone:
            return
        change = casework.reopen_akte if opens else casework.close_akte
        if self._try(lambda: change(self.now, name), allowed=akte.open is not opens):
            self.akten[name] = _Akte(open=opens, held=akte.held)

    @rule(name=_AKTEN, lifts=st.booleans())
    def hold_or_lift(self, name: str, lifts: bool) -> None:
        akte = self.akten[name]
        if akte.gone:
            return
        change = retention.lift if lifts else retention.hold
        if self._try(lambda: change(self.over, name, "Klage"), allowed=akte.held is lifts):
            akte.held = not lifts
            akte.asked = akte.asked if lifts else ""

    @rule(name=_AKTEN)
    def offer(self, name: str) -> None:
        akte = self.akten[name]
        if akte.gone:
            return
        how = lambda: retention.offer(self.over, name, self._folder, Offer())  # noqa: E731
        if self._try(how, allowed=not akte.open):
            self.akten[name] = _Akte(open=False, held=akte.held, offered=True)

    @rule(
        name=_AKTEN, decision=st.sampled_from((Decision.DESTROY, Decision.DESTROY, Decision.TAKE))
    )
    def answer(self, name: str, decision: Decision) -> None:
        akte = self.akten[name]
        if akte.gone:
            return
        how = lambda: retention.answer(self.over, name, decision, "Brief")  # noqa: E731
        if self._try(how, allowed=akte.offered):
            akte.answer, akte.asked = decision, ""

    @rule(name=_AKTEN, who=_PERSONS, early=st.integers(0, 5))
    def ask(self, name: str, who: str, early: int) -> None:
        akte, desk = self.akten[name], self.over if early else self.now
        if akte.gone:
            return
        how = lambda: erasing.ask_akte(desk, name, "Frist")  # noqa: E731
        with acting(who):
            if self._try(how, allowed=akte.may_go and bool(early)):
                akte.asked = who

    @rule(name=_AKTEN, who=_PERSONS)
    def confirm(self, name: str, who: str) -> None:
        akte = self.akten[name]
        if akte.gone:
            return
        allowed = akte.may_go and akte.asked not in {"", who}
        with acting(who):
            if self._try(lambda: erasing.confirm_akte(self.over, name), allowed=allowed):
                akte.gone = True
                for each, (place, _letter) in self.letters.items():
                    if place == name:
                        self.gone[each] = True

    @rule(name=_AKTEN, who=_PERSONS, steps=st.integers(1, 5))
    def go_on(self, name: str, who: str, steps: int) -> None:
        """Do what is to be done next, some times: else few sequences would come to an end."""
        for _step in range(steps):
            akte = self.akten[name]
            if akte.open:
                self.close_or_reopen(name, opens=False)
            elif not akte.offered:
                self.offer(name)
            elif akte.answer is not Decision.DESTROY:
                self.answer(name, Decision.DESTROY)
            elif not akte.asked:
                self.ask(name, who, 1)
            else:
                self.confirm(name, "b.zeuge" if akte.asked == "a.frager" else "a.frager")

    @rule(pick=st.integers(0, 2), who=_PERSONS, confirms=st.booleans())
    def erase(self, pick: int, who: str, confirms: bool) -> None:
        name, (place, _letter) = list(self.letters.items())[pick]
        if name in self.gone:
            return
        free = not self.akten[place].held
        with acting(who):
            if not confirms:
                how = lambda: erasing.ask_document(  # noqa: E731
                    self.over, name, Ground.UNLAWFUL, "Antrag"
                )
                if self._try(how, allowed=free):
                    self.asked[name] = who
                return
            allowed = free and self.asked.get(name, "") not in {"", who}
            if self._try(lambda: erasing.confirm_document(self.over, name), allowed=allowed):
                self.gone[name] = True

    @rule()
    def evidence(self) -> None:
        """A daily tree, if something new is there."""
        evidence_trees.create(self.over, open_archive_stamper(self.over.home, self.over.clock))

    def _try(self, work: Callable[[], object], *, allowed: bool) -> bool:
        """Tell whether it was done; it must be if it is allowed, and only then."""
        try:
            work()
        except RefusedError:
            assert not allowed
            return False
        assert allowed
        return True

    def _judge(self) -> None:
        type(self).erased.append((len(self.gone), sum(each.gone for each in self.akten.values())))
        with snapshot(self.over.engine) as connection:
            assert verify_log(connection).intact
        found = verifying.verify_all(self.over, self.over.home.trust)
        verdicts = {each.name: each.report.verdict for each in found}
        assert verdicts == dict.fromkeys((*self.akten, *self.letters), Verdict.VALID)
        erased = {each.name for each in found if "erased on" in each.report.reason}
        assert erased == {*self.gone, *(name for name, akte in self.akten.items() if akte.gone)}
        stamper = open_archive_stamper(self.over.home, self.over.clock)
        records = evidence_checks.verify(self.over, stamper, ())
        judged = {each.name: each.report.verdict for each in records}
        told = {name: verdict for name, verdict in judged.items() if name in self.letters}
        assert told == dict.fromkeys(self.letters.keys() - self.gone, Verdict.VALID)
        assert Verdict.INVALID not in judged.values(), "a manifest may have no record yet"
        left = repair.look(self.over, thorough=True)
        assert (left.missing, left.damaged, left.erased) == (frozenset(),) * 3
        kept = set(self.over.store.digests())
        for name, (_place, letter) in self.letters.items():
            assert ({letter.scan, letter.sealed} <= kept) is (name not in self.gone)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return office.new_office(tmp_path_factory.mktemp("ends"))


def test_no_sequence_ends_in_a_false_alarm_or_a_loss(root: Path) -> None:
    erased = list[tuple[int, int]]()
    machine = type("Ends", (Ends,), {"root": root, "erased": erased})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60 if os.environ.get("PROPERTY_FULL") else 6,
            derandomize=not os.environ.get("PROPERTY_FULL"),  # each time some are erased
            stateful_step_count=30,
            deadline=None,
            phases=(Phase.generate,),  # making a failure smaller would take minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert any(letters for letters, _akten in erased)
    assert any(akten for _letters, akten in erased)
