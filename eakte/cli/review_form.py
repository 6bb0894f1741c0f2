"""The terminal form: a clerk works through the queue, letter by letter, by keyboard."""

from __future__ import annotations

from collections.abc import Callable

from eakte.cli import output
from eakte.cli.review_keys import QUIT, Keyboard
from eakte.cli.review_page import (
    Portion,
    declaration,
    draw_keys,
    draw_letter,
    draw_text,
    lines_of,
    release_told,
    room_below,
)
from eakte.domain.ids import DocumentId
from eakte.domain.letters import FieldName
from eakte.domain.page_numbers import ranges
from eakte.errors import EakteError
from eakte.i18n import _
from eakte.pipeline.desk import Desk
from eakte.services import regrouping, rescanning, reviewing, viewing
from eakte.services.reviewing import Corrections, Waiting

_YES = {"y", "j"}
_REMOVE = "-"
_MOST_SHOWN = 12


class Form:
    """The queue on one screen per letter; every key does what a command of `eakte review` does."""

    def __init__(self, desk: Desk, person: str, keyboard: Keyboard) -> None:
        """Work for `person`, who answers for what is released here."""
        self._desk = desk
        self._person = person
        self._keyboard = keyboard
        self._queue: tuple[Waiting, ...] = ()
        self._place = 0
        self._portion = Portion()
        self._said = ""
        self._drawn: tuple[Waiting, int] | None = None
        self._drawn_text = 0

    def run(self) -> None:
        """Work until the clerk leaves or nothing waits any more."""
        try:
            self._work()
        finally:
            self._keyboard.close()
        self._say_and_forget()
        text = _("{count} letters wait for a person.")
        output.line(text.format(count=len(self._queue)))

    def _work(self) -> None:
        self._reload()
        while self._queue:
            self._draw()
            prompt = _("{number}/{count} Key (? explains them): ")
            key = self._keyboard.key(prompt.format(number=self._place + 1, count=len(self._queue)))
            if key in {QUIT, QUIT.upper()}:
                return
            self._do(key)

    @property
    def _item(self) -> Waiting:
        return self._queue[self._place]

    def _reload(self) -> None:
        """Read the queue anew and stay at the same letter, or where it was."""
        shown = self._item.document.id if self._queue else None
        self._queue = reviewing.waiting(self._desk)
        ids = [each.document.id for each in self._queue]
        place = ids.index(shown) if shown in ids else min(self._place, len(ids) - 1)
        self._go(max(place, 0), same=shown in ids)

    def _go(self, place: int, *, same: bool = False) -> None:
        self._place = place
        if same:
            self._portion = Portion(self._portion.texts)
        elif self._queue:
            self._portion = Portion(reviewing.texts(self._desk, self._item.document))

    def _draw(self) -> None:
        """Show the letter; in lines only what is new: the letter once, or more of its text.

        What is to be said comes last, right above the prompt: a long letter cannot push it away.
        """
        screen, item, said = self._keyboard.screen, self._item, self._said
        self._clear()
        if screen or self._drawn != (item, self._place):
            lines = lines_of(item, self._place + 1, len(self._queue))
            head = draw_letter(lines[:1] if screen and self._portion.reading else lines)
            self._portion = draw_text(self._portion, room_below((said, *head)) if screen else None)
            draw_keys()
        elif self._drawn_text != self._portion.start:
            self._portion = draw_text(self._portion, None)
        self._drawn, self._drawn_text = (item, self._place), self._portion.start
        self._say_and_forget()

    def _clear(self) -> None:
        if self._keyboard.screen:
            output.console().clear()

    def _say_and_forget(self) -> None:
        if self._said:
            output.line(self._said, "bold yellow")
        self._said = ""

    def _do(self, key: str) -> None:
        """Do what a key orders; a refusal is told, and the letter shown as it is now."""
        work = self._commands().get(key.lower())
        if work is None:
            self._said = _("There is no key {key}; ? explains them.").format(key=key)
            return
        try:
            work()
        except EakteError as refusal:
            self._said = refusal.message()
            self._reload()

    def _commands(self) -> dict[str, Callable[[], None]]:
        return {
            "n": lambda: self._go((self._place + 1) % len(self._queue)),
            "p": lambda: self._go((self._place - 1) % len(self._queue)),
            "t": self._read_on,
            "c": self._class,
            "a": self._akte,
            "f": self._field,
            "o": self._open,
            "r": self._release,
            "x": self._reject,
            "s": self._rescan,
            "d": self._divide,
            "j": self._join,
            "u": self._reload,
            "?": self._explain,
        }

    def _read_on(self) -> None:
        self._portion = self._portion.further()

    def _class(self) -> None:
        classes = self._desk.definitions.classes
        told = self._ask(_("Class (part of its name; empty: as it is): "))
        found = [
            each.id
            for each in classes.values()
            if told.casefold() in f"{each.id} {each.name}".casefold()
        ]
        exact = [each.id for each in classes.values() if told in {each.id, each.name}]
        chosen = exact or found
        if told and len(chosen) == 1:
            self._correct(Corrections(class_id=chosen[0]))
        elif told:
            names = ", ".join(chosen or sorted(classes))
            self._said = _("Which one? {names}").format(names=names)

    def _akte(self) -> None:
        told = self._ask(_("Akte (Aktenzeichen, or words of its title; empty: as it is): "))
        if not told:
            return
        words = told.casefold().split()
        found = [
            each
            for each in reviewing.known_akten(self._desk)
            if all(word in f"{each.aktenzeichen} {each.title}".casefold() for word in words)
        ]
        if len(found) == 1:
            told = found[0].aktenzeichen
        elif found and told not in {each.aktenzeichen for each in found}:
            names = "; ".join(f"{each.aktenzeichen} {each.title}" for each in found[:_MOST_SHOWN])
            self._said = _("Which one? {names}").format(names=names)
            return
        self._correct(Corrections(akte=told))

    def _field(self) -> None:
        names = {name.value: name for name in FieldName}
        told = self._ask(_("Field ({names}): ").format(names=", ".join(names)))
        if not told:
            return
        chosen = [name for value, name in names.items() if value.startswith(told.casefold())]
        if len(chosen) != 1:
            self._said = _("Which one? {names}").format(names=", ".join(chosen or names))
            return
        value = self._ask(_("New value (- takes it away; empty: as it is): "))
        if value:
            text = "" if value == _REMOVE else value
            self._correct(Corrections(fields=((chosen[0], text),)))

    def _correct(self, corrections: Corrections) -> None:
        letter = self._item.document
        reviewing.correct(self._desk, letter.id, corrections, letter.version)
        self._done(_("Corrected {document}."))

    def _open(self) -> None:
        path = viewing.open_pages(self._desk, self._item.document.id)
        self._said = _("Opened {path}.").format(path=path)

    def _release(self) -> None:
        letter = self._item.document
        output.line(declaration(letter, self._person))
        told = self._ask(_("Release? (y/n; y and some words: a remark on the paper) "))
        answer, _space, remark = told.partition(" ")
        if answer[:1].lower() not in _YES:
            self._said = _("Not released.")
            return
        done = reviewing.release(
            self._desk, letter.id, Corrections(), self._person, letter.version, remark
        )
        self._done(release_told(done))

    def _reject(self) -> None:
        reason = self._ask(_("Reject: why? It stands in the record (empty: do not): "))
        if reason:
            letter = self._item.document
            reviewing.reject(self._desk, letter.id, reason, letter.version)
            self._done(_("Rejected {document}."))

    def _rescan(self) -> None:
        reason = self._ask(_("New scan: what should the mailroom do? (empty: do not): "))
        if reason:
            letter = self._item.document
            rescanning.ask(self._desk, letter.id, reason, letter.version)
            self._done(_("{document} waits for a new scan; `eakte status` tells the mailroom."))

    def _divide(self) -> None:
        letter = self._item.document
        question = _("Divide after which of its {count} pages? (such as 2, or 2 5; empty: do not) ")
        told = self._ask(question.format(count=len(letter.pages)))
        if told:
            cuts = tuple(int(each) for each in told.replace(",", " ").split() if each.isdecimal())
            regrouping.split(self._desk, letter.id, cuts, letter.version)
            self._done(_("Divided {document}; `eakte watch` makes the new letters."))

    def _join(self) -> None:
        letter = self._item.document
        others = [
            each.document
            for each in self._queue
            if each.document.scan == letter.scan and each.document.id != letter.id
        ]
        if not others:
            self._said = _("No other letter of this scan waits.")
            return
        for other in others:
            output.line(f"{other.id}  {other.subject}  ({ranges(other.pages)})")
        told = self._ask(_("Join with which letters? (ids; empty: do not) ")).split()
        if told:
            versions = {each.id: each.version for each in others}
            seen = (letter.version, *(versions.get(DocumentId(name), 0) for name in told))
            regrouping.join(self._desk, (letter.id, *told), seen)
            self._done(_("Joined {document}; `eakte watch` makes the new letter."))

    def _done(self, text: str) -> None:
        self._said = text.format(document=self._item.document.id)
        self._reload()

    def _ask(self, question: str) -> str:
        return self._keyboard.line(question)

    def _explain(self) -> None:
        rows = (
            ("n p", _("next letter, previous letter (arrows, Enter)")),
            ("t", _("read on in its text")),
            ("c a f", _("correct the class, the Akte, a field")),
            ("o", _("open its pages")),
            ("r", _("release it: you vouch for the scan")),
            ("x", _("reject it")),
            ("s", _("ask for a new scan")),
            ("d j", _("divide it, join it with others of the same scan")),
            ("u", _("read the queue anew")),
            ("q", _("leave")),
        )
        self._clear()
        for keys, meaning in rows:
            output.line(f"{keys:6} {meaning}")
        self._keyboard.key(_("Any key goes on: "))
