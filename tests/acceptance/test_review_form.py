"""A clerk works through the terminal form by keyboard, in a real terminal (tmux) and without."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

_ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 60


class _Terminal:
    """A terminal of some size that runs `eakte review work`; screens are read, keys are sent."""

    def __init__(self, home: Path, folder: Path, columns: int, rows: int) -> None:
        self._tmux = ["tmux", "-S", str(folder / "tmux"), "-f", "/dev/null"]
        variables = f"EAKTE_HOME={home} NO_COLOR=1 LANG=C.UTF-8 PYTHONPATH={_ROOT}"
        work = f"{variables} {sys.executable} -m eakte review work --person 'A. Probst'"
        size = ["-x", str(columns), "-y", str(rows)]
        command = [*self._tmux, "new-session", "-d", "-s", "form", *size, f"{work}; cat"]
        subprocess.run(command, check=True, env=os.environ | {"LANG": "C.UTF-8"})

    def screen(self) -> str:
        command = [*self._tmux, "capture-pane", "-p", "-t", "form"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def see(self, *texts: str) -> str:
        """Wait until all texts are on the screen; lines that were folded count as one."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            shown = self.screen()
            flat = " ".join(shown.split())
            if all(text in flat for text in texts):
                return shown
            assert time.monotonic() < until, f"{texts} not on the screen:\n{shown}"
            time.sleep(0.05)

    def gone(self, line: str) -> None:
        """Wait until another letter is shown."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while line in self.screen():
            assert time.monotonic() < until, f"{line} is still there"
            time.sleep(0.05)

    def press(self, *keys: str) -> None:
        subprocess.run([*self._tmux, "send-keys", "-t", "form", *keys], check=True)

    def type(self, text: str) -> None:
        subprocess.run([*self._tmux, "send-keys", "-t", "form", "-l", text], check=True)
        self.press("Enter")

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True)


@pytest.fixture
def terminal(home: Path, tmp_path: Path) -> Iterator[Callable[..., _Terminal]]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed: apt-get install tmux")
    opened = []

    def open_one(columns: int, rows: int = 40) -> _Terminal:
        opened.append(_Terminal(home, tmp_path, columns, rows))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def _waiting(eakte: Run) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(eakte("review", "list", "--json").stdout)
    return found


def _state(eakte: Run, document: str) -> str:
    lines = json.loads(eakte("status", "--all", "--json").stdout)
    return str(next(line["state"] for line in lines if line["document"] == document))


def _shown(eakte: Run, document: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(eakte("review", "show", document, "--json").stdout)
    return found["document"]  # type: ignore[no-any-return]


def _place(eakte: Run, file: str) -> tuple[int, str]:
    queue = _waiting(eakte)
    place = next(n for n, each in enumerate(queue) if each["file"].startswith(file))
    return place, str(queue[place]["document"]["id"])


def _go_to(screen: _Terminal, place: int, count: int) -> None:
    for number in range(1, place + 1):
        screen.press("Right")
        screen.see(f"Letter {number + 1} of {count}:")


def test_a_clerk_works_through_the_queue_by_keyboard(
    terminal: Callable[..., _Terminal], eakte: Run
) -> None:
    """Issue 5, done-when 4."""
    queue = _waiting(eakte)
    count = len(queue)
    (place, dated), (_place_of, spoilt) = _place(eakte, "09-"), _place(eakte, "22-")
    screen = terminal(90)
    screen.see(f"Letter 1 of {count}: {queue[0]['document']['id']}", "It waits because:")
    screen.press("p")
    screen.see(f"Letter {count} of {count}:")
    screen.press("n")
    screen.see(f"Letter 1 of {count}:")
    _go_to(screen, place, count)
    screen.see("the date of the letter is doubtful", "more lines)")
    screen.press("t")
    screen.gone("It waits because:")
    _correct_the_date(screen, dated)
    screen.press("r")
    screen.see(
        "A. Probst, you declare that you checked every page, and that it matches the paper in "
        "picture and content. Release? (y/n;"
    )
    screen.type("n")
    screen.see("Not released.")
    screen.press("r")
    screen.type("y Umschlag fehlt")
    screen.see(f"Released {dated}", f"of {count - 1}:")
    _go_to_file(screen, eakte, "22-")
    _ask_for_a_new_scan(screen, spoilt)
    screen.see(f"of {count - 2}:")
    screen.press("q")
    screen.see(f"{count - 2} letters wait for a person.")
    assert _state(eakte, dated) == "released"
    assert _shown(eakte, dated)["release"]["remark"] == "Umschlag fehlt"
    assert _state(eakte, spoilt) == "rescan"
    assert "Rückseite fehlt" in eakte("status").stdout


def _correct_the_date(screen: _Terminal, document: str) -> None:
    screen.press("f")
    screen.see("Field (")
    screen.type("date")
    screen.see("New value")
    screen.type("30.2.2026")
    screen.see("is no date like")
    screen.press("f")
    screen.see("Field (")
    screen.type("date")
    screen.type("4.5.2026")
    screen.see(f"Corrected {document}.", "date: 2026-05-04", "nothing is doubtful any more")


def _ask_for_a_new_scan(screen: _Terminal, document: str) -> None:
    screen.press("?")
    screen.see("ask for a new scan", "Any key goes on")
    screen.press("Space")
    screen.see("It waits because:")
    screen.press("s")
    screen.see("what should the mailroom do?")
    screen.type("Rückseite fehlt")
    screen.see(f"{document} waits for a new scan")


def _go_to_file(screen: _Terminal, eakte: Run, file: str) -> None:
    """Go on until the letter of that file is shown; every letter has its own line with the id."""
    for _each in _waiting(eakte):
        shown = screen.see("It waits because:", "q leave")
        if f" {file}" in shown:
            return
        screen.press("n")
        screen.gone(next(line for line in shown.splitlines() if line.startswith("Letter ")))
    pytest.fail(f"{file} is not in the queue")


def test_a_narrow_terminal_shows_everything(terminal: Callable[..., _Terminal], eakte: Run) -> None:
    place, document = _place(eakte, "40-")
    count = len(_waiting(eakte))
    screen = terminal(40)
    _go_to(screen, place, count)
    screen.see("names an Aktenzeichen that does not exist", document, "q leave")
    screen.press("x")
    screen.see("Reject: why?")
    screen.type("doppelt")
    screen.see(f"/{count - 1} Key")
    assert _state(eakte, document) == "rejected"


def test_what_the_form_says_stays_visible_below_a_long_letter(
    terminal: Callable[..., _Terminal], eakte: Run
) -> None:
    """The letter has more lines than the terminal: the message is right above the prompt."""
    place, document = _place(eakte, "40-")
    screen = terminal(40, 12)
    for number in range(2, place + 2):
        screen.press("n")
        screen.see(f"{number}/")
    screen.press("z")
    screen.see("There is no key z; ? explains them.", f"{place + 1}/")
    screen.press("x")
    screen.see("Reject: why?")
    screen.type("doppelt")
    screen.see(f"Rejected {document}.", "Key (?")


def test_two_clerks_at_the_same_letter(terminal: Callable[..., _Terminal], eakte: Run) -> None:
    """The form releases what is on its screen: a letter that changed meanwhile is shown again."""
    place, document = _place(eakte, "09-")
    screen = terminal(90)
    _go_to(screen, place, len(_waiting(eakte)))
    eakte("review", "correct", document, "--set", "sender=Ida Faber", EAKTE_USER="ohlsen")
    screen.press("r")
    screen.type("y")
    screen.see(f"ohlsen corrected {document}", "sender: Ida Faber")
    assert _state(eakte, document) == "review"


def test_lines_and_prompts_do_where_there_is_no_terminal(home: Path, eakte: Run) -> None:
    """For screen readers (TERM=dumb, --plain): no key needs a screen, nothing is drawn twice."""
    place, document = _place(eakte, "32-")
    keys = [
        *["n"] * place,
        "c",
        "nonsense",
        "c",
        "Beschw",
        "a",
        "Forderungen Pförtner",
        "z",
        "",
        "p",
    ]
    keys += ["r", "y", "q"]
    command = [sys.executable, "-m", "eakte", "review", "work", "--person", "A. Probst"]
    done = subprocess.run(
        command,
        input="\n".join(keys),
        env=os.environ | {"EAKTE_HOME": str(home), "TERM": "dumb"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert "Which one? akteneinsicht" in done.stdout
    assert f"Corrected {document}." in done.stdout
    assert "There is no key z" in done.stdout
    assert f"Released {document}" in done.stdout
    shown = _shown(eakte, document)
    assert shown["classification"]["class_id"] == "beschwerde"
    assert shown["aktenzeichen"] == "20.2-903.20/2026-0033"
    drawn = done.stdout.count(f": {document}\n")
    assert drawn == 4, "as found, with its class, with its Akte, and on the way back"
