"""`make demo`: a home, all sample letters through the whole way, and what came of it."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from eakte.cli import output
from eakte.database import Connection
from eakte.domain.akten import DocumentState
from eakte.domain.findings import FindingCode
from eakte.errors import ExitCode
from eakte.i18n import _
from eakte.pipeline.desk import Desk
from eakte.records import akten, documents, scans
from eakte.services import casework, reviewing
from eakte.services.desks import open_desk
from sample_mail import demo_keys
from sample_mail.check import SAMPLES, Comparison, ExpectedFile, compare, expectations
from sample_mail.demo_keys import KeyKind

_QUERY = "Abfallgebühr"
SEED = "demo-35"
"""Draws 15-mahnung-druckerei as a sample, and no other letter; a test tells if it does not."""
_FOUR_EYES = "30-vergabe-glasfaser.pdf"
"""Two persons must release it; the demo lets one of them do so."""
_GOOD = 0.95
_CORRECTION = "date=2026-05-19"
"""What the sender of the letter with the doubtful date meant."""


def main(home: Path, kind: KeyKind = KeyKind.FILE, letters: int | None = None) -> ExitCode:
    """Run the demo in `home`; a second run finds everything filed and changes nothing.

    A home that is there already has its seal key where `kind` says; `letters` takes the first
    sample letters only.
    """
    expected = expectations()[:letters]
    if not (home / "eakte.toml").is_file():
        _eakte(home, "init", "--demo")
        fix_chance(home / "eakte.toml")
    with demo_keys.place_of(home, kind):
        if kind is not KeyKind.FILE:
            _eakte(home, "seal", "key", "show")
        return _run(home, expected)


def _run(home: Path, expected: tuple[ExpectedFile, ...]) -> ExitCode:
    desk = open_desk(home)
    _open_akten(desk)
    dropped = _drop(desk, expected)
    if dropped:
        output.line(_("Dropped {count} files into the inbox.").format(count=dropped), "bold")
    else:
        output.line(_("Nothing to do: every sample letter was received before."), "bold green")
    _eakte(home, "watch", "--once")
    _let_one_of_two_release(desk, home)
    _eakte(home, "status", "--all")
    comparison = compare(desk, expected)
    _print_comparison(comparison)
    _show_reasons(desk)
    if dropped:
        _show_how_a_clerk_releases(desk)
    _show_around(desk, home)
    return _judge(comparison)


def _eakte(home: Path, *arguments: str) -> int:
    """Run a command as a user would, and show it first."""
    output.line()
    output.line(f"$ eakte {shlex.join(arguments)}", "bold cyan")
    environment = os.environ | {"EAKTE_HOME": str(home)}
    command = [sys.executable, "-m", "eakte", *arguments]
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - our own program


def fix_chance(settings: Path) -> None:
    """Let every demo draw the same samples."""
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('sample_seed = ""', f'sample_seed = "{SEED}"'), "utf-8")


def _let_one_of_two_release(desk: Desk, home: Path) -> None:
    """Release the letter that needs two persons in the name of the first, once."""
    with desk.engine.connect() as connection:
        named = [each for each in scans.every(connection) if each.scan.name == _FOUR_EYES]
        letters = [each for one in named for each in documents.of_scan(connection, one.scan.digest)]
    for letter in letters:
        if letter.state is DocumentState.REVIEW and letter.first_look is None:
            _eakte(home, "review", "release", letter.id, "--person", "A. Probst")


def _open_akten(desk: Desk) -> None:
    """Open the Akten that the sample letters name."""
    plain = tomllib.loads((SAMPLES / "akten.toml").read_text(encoding="utf-8"))
    with desk.engine.connect() as connection:
        missing = [each for each in plain["akte"] if _is_new(connection, each["aktenzeichen"])]
    for each in missing:
        casework.new_akte(desk, each["aktenzeichen"], each["title"], each["office"])


def _is_new(connection: Connection, aktenzeichen: str) -> bool:
    return akten.find(connection, aktenzeichen) is None


def _drop(desk: Desk, expected: tuple[ExpectedFile, ...]) -> int:
    """Copy what was not received yet into its inbox; renamed when whole, as scanners do."""
    with desk.engine.connect() as connection:
        known = {receipt.name for receipt in scans.receipts(connection)}
    folders = [desk.home.inbox_folder(inbox) for inbox in desk.home.settings.inboxes]
    new = [each for each in expected if each.path.name not in known]
    for each in new:
        inbox = next((one for one in folders if one.name == each.inbox), folders[0])
        temporary = inbox / f".{each.path.name}.part"
        shutil.copyfile(each.path, temporary)
        temporary.rename(inbox / each.path.name)
    return len(new)


def _print_comparison(comparison: Comparison) -> None:
    rows = [
        (_("files in the expected state"), comparison.states_right, comparison.files),
        (_("classes"), comparison.classes_right, comparison.classes),
        (_("fields"), comparison.fields_right, comparison.fields),
    ]
    output.line()
    output.table(
        _("Against expected.toml"),
        (_("what"), _("right"), _("of"), _("share")),
        [(name, right, of, right / max(of, 1)) for name, right, of in rows],
    )
    for difference in comparison.differences:
        output.line(f"  {difference}", "yellow")


def _show_reasons(desk: Desk) -> None:
    """Print one letter for each reason for which letters wait."""
    found = dict[str, tuple[str, str]]()
    for each in reviewing.waiting(desk):
        for reason in each.reasons:
            kind = reason.partition(":")[0].partition(" (")[0]
            found.setdefault(kind, (each.document.id, each.file))
    output.line()
    rows = [(reason, *letter) for reason, letter in sorted(found.items())]
    columns = (_("waits because"), _("document"), _("file"))
    output.table(_("One letter for each reason to wait"), columns, rows)


def _show_how_a_clerk_releases(desk: Desk) -> None:
    """Let a clerk correct and release a letter, in a copy: here all stay as they are, to try.

    With a database server there is no copy: a copied home would work on the same records.
    """
    if desk.home.settings.database:
        return
    name = next((each.document.id for each in reviewing.waiting(desk) if _is_doubtful(each)), None)
    if name is None:
        return
    output.line()
    output.line(_("How a clerk releases a letter (in a copy of this home):"), "bold")
    with tempfile.TemporaryDirectory(prefix="eakte-demo-") as folder:
        copy = Path(shutil.copytree(desk.home.root, Path(folder) / "home"))
        _eakte(copy, "review", "show", name)
        _eakte(copy, "review", "correct", name, "--set", _CORRECTION)
        _eakte(copy, "review", "release", name, "--person", "A. Probst")
        _eakte(copy, "watch", "--once")
        _eakte(copy, "show", name)
        _eakte(copy, "audit", "log", "--of", name)


def _is_doubtful(waiting: reviewing.Waiting) -> bool:
    return FindingCode.DOUBTFUL_DATE in {each.code for each in waiting.document.findings}


def _show_around(desk: Desk, home: Path) -> None:
    """Search, verify one letter, check the audit log, and say what to try next."""
    with desk.engine.connect() as connection:
        filed = documents.in_state(connection, DocumentState.FILED)
        waiting = documents.in_state(connection, DocumentState.REVIEW)
    _eakte(home, "search", _QUERY)
    if filed:
        _eakte(home, "verify", filed[0].id)
    _eakte(home, "audit", "verify")
    output.line()
    output.line(_("What to type next (with EAKTE_HOME={home}):").format(home=home), "bold")
    suggestions = [
        "eakte review list",
        "eakte review work --person 'YOUR NAME'",
        "eakte quarantine list",
        "eakte verify --all",
        "eakte audit log",
        "eakte akte list",
        "eakte qa list",
        "eakte verfahren show",
    ]
    if waiting:
        suggestions.append(f"eakte review show {waiting[0].id}")
    if filed:
        suggestions.append(f"eakte show {filed[0].id} --pdf letter.pdf")
    for suggestion in suggestions:
        output.line(f"  .venv/bin/{suggestion}")


def _judge(comparison: Comparison) -> ExitCode:
    good = (
        comparison.states_right == comparison.files
        and not comparison.other_differences
        and comparison.classes_right >= _GOOD * comparison.classes
        and comparison.fields_right >= _GOOD * comparison.fields
    )
    return ExitCode.OK if good else ExitCode.UNEXPECTED


if __name__ == "__main__":
    os.umask(0o077)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", nargs="?", type=Path, default=Path("eakte-demo"))
    raise SystemExit(main(parser.parse_args().home.absolute()))
