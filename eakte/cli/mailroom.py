"""Commands of the mailroom: init, watch, submit, status."""

from __future__ import annotations

import gc
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from eakte import sandbox
from eakte.cli import output
from eakte.cli.desk import open_desk
from eakte.cli.options import HomeOption, JsonOption, OwnerOption
from eakte.config import home_path, open_home
from eakte.domain.clock import SystemClock
from eakte.domain.findings import sentences
from eakte.domain.moments import local_day
from eakte.domain.page_numbers import named
from eakte.errors import ExitCode
from eakte.i18n import _

if TYPE_CHECKING:
    from eakte.domain.findings import Finding
    from eakte.services.overview import Line, Status
    from eakte.services.watching import Progress


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command("init", help=_("Make a home: settings, database, store, inbox folders."))(init)
    app.command("watch", help=_("Watch every inbox and work; Ctrl-C ends it."))(watch)
    app.command("submit", help=_("Take files in directly; they are not moved."))(submit)
    app.command("status", help=_("Show where everything is and what waits."))(status)


def init(
    home: HomeOption = None,
    demo: Annotated[
        bool, typer.Option("--demo", help=_("Add demo keys and certificates (not qualified)."))
    ] = False,
    organisation: Annotated[
        str, typer.Option(help=_("Name of the authority; it stands in every Transfervermerk."))
    ] = "Stadt Neuenfurt",
    database: Annotated[
        str,
        typer.Option(
            help=_("PostgreSQL: SQLAlchemy URL without a password; else SQLite in the home."),
            show_default=False,
        ),
    ] = "",
    owner: OwnerOption = "",
) -> None:
    """Make a home."""
    from eakte.services import homes

    where = homes.Database(database, owner)
    made = homes.create(home_path(home), SystemClock(), organisation, demo=demo, database=where)
    output.line(_("Made the home {path}.").format(path=made.root), "green")
    for folder in made.inboxes:
        output.line(_("  inbox: {path}").format(path=folder))
    if made.demo:
        output.line(_("It seals with a demo certificate, not qualified."), "yellow")
    output.line(
        _("Next: drop scans into an inbox and run `eakte watch --home {path}`.").format(
            path=made.root
        )
    )


def watch(
    home: HomeOption = None,
    once: Annotated[
        bool,
        typer.Option("--once", help=_("Work until all is done, then exit.")),
    ] = False,
) -> None:
    """Watch every inbox and work."""
    sandbox.warm_up()  # it imports what it needs while we do
    from eakte.services.sources import Inboxes

    here = open_home(home)
    inboxes = Inboxes(here)
    inboxes.look()
    from eakte.pipeline.context import Context
    from eakte.services.watching import Watcher

    gc.freeze()  # what was imported stays; looking through it for garbage would cost a tenth
    gc.set_threshold(20_000, 20, 50)
    stop = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_args: stop.set())
    watcher = Watcher(Context(here, SystemClock()), inboxes, stop)
    with _bar() as bar:
        task = bar.add_task(_("starting"), total=None)
        final = watcher.run(lambda now: _advance(bar, task, now), once=once)
    waits = _("Waiting for a person: {count}. See `eakte review list` and `eakte quarantine list`.")
    if final.waiting:
        output.line(waits.format(count=final.waiting), "yellow")
    if once and stop.is_set():
        raise typer.Exit(ExitCode.INTERRUPTED)
    raise typer.Exit(ExitCode.WAITING if once and final.waiting else ExitCode.OK)


def submit(
    files: Annotated[
        list[Path],
        typer.Argument(
            help=_("Scans, e-mails, e-invoices, a file with its .p7s, or delivery folders.")
        ),
    ],
    home: HomeOption = None,
    station: Annotated[str, typer.Option(help=_("Scanning station; default: the first."))] = "",
) -> None:
    """Take files without the inbox folder."""
    from eakte.services.submitting import submit as take_all

    taken = take_all(open_desk(home), tuple(files), station)
    rows = [(path.name, _(done.value)) for path, done in taken.items()]
    output.table("", (_("file"), _("outcome")), rows)
    output.line(_("`eakte watch` reads and files them."))


def status(
    home: HomeOption = None,
    everything: Annotated[
        bool, typer.Option("--all", help=_("List every letter and every file."))
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show where everything is."""
    from eakte.services import overview

    desk = open_desk(home)
    found = overview.lines(desk) if everything else overview.status(desk)
    if as_json:
        output.data(found, tuple[overview.Line, ...] if everything else overview.Status)
    elif isinstance(found, overview.Status):
        _print_status(found)
    else:
        _print_lines(found)


def _print_status(found: Status) -> None:
    output.table(
        _("Files"),
        (_("state"), _("count")),
        [*found.files.items(), ("received-again", found.received_again)],
    )
    output.table(_("Letters"), (_("state"), _("count")), list(found.letters.items()))
    if found.oldest_waiting is not None:
        waiting = found.oldest_waiting
        text = _("Waiting longest: {document} since {at:%Y-%m-%d %H:%M}")
        output.line(text.format(document=waiting.id, at=waiting.received_at))
    for delay in found.delays:
        text = _("Waiting for their seal since {at:%Y-%m-%d %H:%M} UTC: {count} letters: {why}")
        told = text.format(at=delay.since, count=delay.letters, why=_(delay.reason))
        output.line(f"{told}: {delay.detail}", "red")
    if found.evidence is not None:
        text = _("No evidence records since {at:%Y-%m-%d %H:%M} UTC: {why}")
        told = text.format(at=found.evidence.since, why=found.evidence.reason)
        output.line(told, "red")
    for batch in found.held:
        text = _("Batch {batch}: {count} letters are held until a person released {sample}")
        told = text.format(batch=batch.batch, count=batch.held, sample=", ".join(batch.sample))
        output.line(told, "yellow")
    for each in found.reading:
        text = _("Reading {name}: {done} of {pages} pages")
        output.line(text.format(name=each.name, done=each.done, pages=each.pages))
    for file in found.quarantine:
        reasons = "; ".join(sentences(file.reasons))
        output.line(_("Quarantine: {name}: {why}").format(name=file.name, why=reasons), "red")
    for rescan in found.rescans:
        text = _("Scan again: {file} ({pages}), received {at:%Y-%m-%d} at {station}: {wish}")
        told = text.format(
            file=rescan.file,
            pages=named(rescan.pages),
            at=local_day(rescan.received_at),
            station=rescan.station,
            wish=rescan.wish,
        )
        output.line(told, "yellow")
        text = _("  then: eakte review replace {document} NEW")
        output.line(text.format(document=rescan.document))
        text = _("  if it cannot be: eakte review rescan {document} --withdraw")
        output.line(text.format(document=rescan.document))
    _print_inboxes(found)


def _print_inboxes(found: Status) -> None:
    """Tell what lies in the inboxes, and why it is not taken (yet)."""
    if found.arriving:
        text = _("In the inboxes, still to be taken: {count}")
        output.line(text.format(count=found.arriving))
    for trouble in found.troubles:
        text = _("Trouble since {at:%Y-%m-%d %H:%M} UTC: {path}: {why}")
        told = text.format(at=trouble.since, path=trouble.path, why=trouble.sentence())
        output.line(told, "red")
    for left in found.left_alone:
        text = _("Not taken: {path}: {why}")
        output.line(text.format(path=left.path, why=_(left.reason)), "yellow")


def _print_lines(lines: tuple[Line, ...]) -> None:
    columns = (
        _("file"),
        _("pages"),
        _("class"),
        _("confidence"),
        "Aktenzeichen",
        "Akte",
        _("state"),
        _("verdict"),
    )
    rows = [
        (
            line.file,
            line.pages,
            line.class_name,
            line.confidence,
            line.named_aktenzeichen.replace(", ", "\n"),
            line.akte,
            line.state,
            line.verdict or line.same_as or _codes(line.reasons),
        )
        for line in lines
    ]
    output.table(_("Letters"), columns, rows, unfolded=7)
    output.line(_("The verdict is that of the day of filing; `eakte verify` tells today's."))
    output.qualification(line.level for line in lines)


def _codes(findings: tuple[Finding, ...]) -> str:
    return "; ".join(dict.fromkeys(finding.code.value for finding in findings))


def _bar() -> Bar:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Bar(*columns, console=output.console(stderr=True), auto_refresh=False)


def _advance(bar: Bar, task: object, now: Progress) -> None:
    """Draw the bar anew as often as the watcher looks: a thread that draws it would cost more."""
    text = _("files done; {letters} to seal").format(letters=now.to_seal)
    if now.delayed:
        delayed = _("{count} of them wait for a service or the seal key").format(count=now.delayed)
        text = f"{text}; {delayed}"
    bar.update(task, description=text, completed=now.done, total=now.total)  # type: ignore[arg-type]
    bar.refresh()
