"""How a clerk speaks to the terminal form: single keys, or lines where keys cannot be read."""

from __future__ import annotations

import os
import select
import sys
import termios
import tty
from typing import Protocol

_ARROWS = {b"[C": "n", b"[B": "n", b"[D": "p", b"[A": "p", b"OC": "n", b"OD": "p"}
_ESCAPE, _END = b"\x1b", b"\x04"
_REST_SECONDS = 0.05
"""An escape that nothing follows for so long was the key itself."""
QUIT, NEXT = "q", "n"


class Keyboard(Protocol):
    """Where commands and texts come from."""

    screen: bool
    """Whether each letter is drawn on an empty screen; else everything is written in lines."""

    def key(self, prompt: str) -> str:
        """Give the next command, `q` at the end of the input."""
        ...  # pragma: no cover

    def line(self, prompt: str) -> str:
        """Give a text, "" if the clerk gave none or thought better of it."""
        ...  # pragma: no cover

    def close(self) -> None:
        """Leave everything as it was found."""
        ...  # pragma: no cover


class Lines:
    """Prompts and whole lines: for screen readers, simple terminals, and scripts."""

    screen = False

    def key(self, prompt: str) -> str:
        """Read a line and give its first letter; an empty one goes on to the next letter."""
        try:
            return input(prompt).strip()[:1] or NEXT
        except (EOFError, KeyboardInterrupt):
            return QUIT

    def line(self, prompt: str) -> str:
        """Read a line."""
        return _line(prompt)

    def close(self) -> None:
        """There is nothing to put back."""


class Keys:
    """Single keys of a terminal, without Enter; what is typed ahead is not lost."""

    screen = True

    def __init__(self) -> None:
        """Take the terminal over; `close` gives it back."""
        self._descriptor = sys.stdin.fileno()
        self._before = termios.tcgetattr(self._descriptor)
        self._listen()

    def key(self, prompt: str) -> str:
        """Read one key; arrows go to the next letter and back."""
        sys.stdout.write(prompt)
        sys.stdout.flush()
        try:
            return _key(self._descriptor)
        except KeyboardInterrupt:
            return QUIT
        finally:
            sys.stdout.write("\n")

    def line(self, prompt: str) -> str:
        """Read a line, as the terminal edits it."""
        self.close()
        try:
            return _line(prompt)
        finally:
            self._listen()

    def close(self) -> None:
        """Put the terminal back as it was."""
        termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)

    def _listen(self) -> None:
        tty.setcbreak(self._descriptor, termios.TCSADRAIN)


def keyboard(*, plain: bool) -> Keyboard:
    """Give single keys where there is a terminal that can do it, unless lines are asked for."""
    simple = os.environ.get("TERM", "dumb") in {"", "dumb"}
    if plain or simple or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return Lines()
    return Keys()


def _line(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except (EOFError, KeyboardInterrupt):
        return ""


def _key(descriptor: int) -> str:
    first = os.read(descriptor, 1)
    if first in {b"", _END}:
        return QUIT
    if first == _ESCAPE:
        return _ARROWS.get(_rest(descriptor), "")
    if first in {b"\n", b"\r"}:
        return NEXT
    return (first if first < b"\x80" else first + _rest(descriptor)).decode("utf-8", "replace")


def _rest(descriptor: int) -> bytes:
    """Give what a terminal sends behind the first byte of one key."""
    ready, _writable, _broken = select.select([descriptor], [], [], _REST_SECONDS)
    return os.read(descriptor, 2) if ready else b""
