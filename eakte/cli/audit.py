"""Commands on the audit log: log, verify, checkpoint, proof, report."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from eakte.cli import output
from eakte.cli.desk import open_desk
from eakte.cli.options import HomeOption, JsonOption
from eakte.domain.figures import Period
from eakte.errors import ExitCode
from eakte.i18n import _

if TYPE_CHECKING:
    from eakte.audit.verify import AuditVerdict
    from eakte.services.audit_report import AuditReport

_CONSISTENCY = "consistency"

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
_AnchorOption: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        help=_("A checkpoint kept elsewhere: .json, .eml, .jsonl, a typed line, or a folder.")
    ),
]


@app.command("log", help=_("Show the newest events."))
def log(
    home: HomeOption = None,
    limit: Annotated[int, typer.Option(help=_("At most this many."), min=1)] = 30,
    of: Annotated[str, typer.Option(help=_("Only of this document, scan or Akte."))] = "",
    as_json: JsonOption = False,
) -> None:
    """Show the newest events."""
    from eakte.domain.events import Event
    from eakte.services import auditing

    events = auditing.latest(open_desk(home), limit, of)
    if as_json:
        output.data(events, tuple[tuple[int, Event], ...])
        return
    columns = (
        "#", _("time (UTC)"), _("action"), _("object"), _("actor"), _("station"), _("new values"),
    )  # fmt: skip
    rows = [
        (
            position,
            f"{event.at:%Y-%m-%d %H:%M:%S}",
            event.action.value,
            output.short(event.object),
            event.actor,
            event.station,
            ", ".join(
                f"{key}={output.short(value)}" for key, value in event.after.items() if value
            ),
        )
        for position, event in events
    ]
    output.table(_("Audit log"), columns, rows)


@app.command("verify", help=_("Check the log: exit 0 if intact, 20 if not, 21 if in doubt."))
def verify(
    home: HomeOption = None,
    anchor: _AnchorOption = None,
    trust: Annotated[
        list[Path] | None,
        typer.Option(help=_("Trust anchors (PEM), may be repeated; else those of the home.")),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check the log."""
    from eakte.services import auditing

    verdict = auditing.verify(open_desk(home), tuple(anchor or ()), tuple(trust or ()))
    if as_json:
        output.data(verdict)
    else:
        print_verdict(verdict)
    raise typer.Exit(auditing.exit_code(verdict))


@app.command("checkpoint", help=_("Sign and time-stamp the log as it is, and print the line."))
def checkpoint(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Make a signed checkpoint now."""
    from eakte.config import open_home
    from eakte.domain.clock import SystemClock
    from eakte.pipeline.context import Context
    from eakte.services import anchor_keeping

    done = anchor_keeping.sign_now(Context(open_home(home), SystemClock()))
    if as_json:
        output.data(done)
    else:
        output.line(_("Signed checkpoint: {path}").format(path=done.statement))
        output.raw(done.printed)
        for trouble in done.troubles:
            output.line(f"{trouble.path}: {trouble.sentence()}", "red")
    raise typer.Exit(ExitCode.WAITING if done.troubles else ExitCode.OK)


@app.command("proof", help=_("Prove as JSON that an event is in the log, or that it only grew."))
def proof(
    what: Annotated[
        str, typer.Argument(help=_("Position of an event, or `consistency`."), metavar="WHAT")
    ],
    home: HomeOption = None,
    old: Annotated[
        int, typer.Option("--from", help=_("With `consistency`: the older size."), min=0)
    ] = 0,
    size: Annotated[
        int, typer.Option(help=_("Size of the log, as a checkpoint names it; 0: all."), min=0)
    ] = 0,
) -> None:
    """Print a proof; it was checked before."""
    from eakte.services import auditing

    if what == _CONSISTENCY and old:
        output.data(auditing.prove_consistency(open_desk(home), old, size))
    elif what.isascii() and what.isdecimal() and not old:
        output.data(auditing.prove_inclusion(open_desk(home), int(what), size))
    else:
        raise typer.BadParameter(_("name a position, or `consistency` with --from SIZE"))


@app.command(
    "report",
    help=_("Write the yearly report of a period: exit 20 if the log was changed, else 0."),
)
def report(
    out: Annotated[
        Path | None, typer.Argument(help=_("The PDF/A to write."), metavar="OUT.pdf")
    ] = None,
    home: HomeOption = None,
    since: Annotated[str, typer.Option("--from", help=_("The first day, YYYY-MM-DD."))] = "",
    until: Annotated[str, typer.Option("--to", help=_("The last day, YYYY-MM-DD."))] = "",
    verify_originals: Annotated[
        bool, typer.Option("--verify", help=_("Also verify every original sealed in the period."))
    ] = False,
    anchor: _AnchorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the yearly report."""
    from eakte.services import audit_pages, audit_report

    if (out is None and not as_json) or (out is not None and out.suffix.lower() != ".pdf"):
        raise typer.BadParameter(_("name a file that ends in .pdf, or use --json"))
    period, desk = _period(since, until), open_desk(home)
    made = audit_report.make(desk, period, tuple(anchor or ()), verify=verify_originals)
    if out is not None:
        audit_report.note_export(desk, made, audit_pages.write(made, out))
    if as_json:
        output.data(made)
    else:
        _print_report(made, out)
    raise typer.Exit(audit_report.exit_code(made))


def _period(since: str, until: str) -> Period:
    """Read the days of the command line; wrong usage ends with exit code 2."""
    try:
        first, last = date.fromisoformat(since), date.fromisoformat(until)
    except ValueError:
        raise typer.BadParameter(_("--from and --to are dates like 2026-03-31")) from None
    if last < first:
        raise typer.BadParameter(_("--to is before --from"))
    return Period(first, last)


def _print_report(report: AuditReport, out: Path | None) -> None:
    if not report.log.intact:
        output.line(_("The audit log was changed."), "bold red")
    text = _("{count} events from {first} to {last}, {odd} anomalies")
    odd, period = sum(each.count for each in report.anomalies), report.period
    count = report.figures.events
    output.line(text.format(count=count, first=period.first, last=period.last, odd=odd))
    output.line(_("Saved {path}.").format(path=out))


def print_verdict(verdict: AuditVerdict) -> None:
    """Print what checking the log found."""
    text = _("{count} events, root {root}").format(count=verdict.size, root=verdict.root)
    output.line(text)
    anchored = _("{count} of them are confirmed by checkpoints outside the database")
    output.line(anchored.format(count=verdict.anchored))
    if verdict.unreadable_checkpoints:
        unreadable = _("{count} lines of the checkpoint file cannot be read; they confirm nothing")
        output.line(unreadable.format(count=verdict.unreadable_checkpoints), "yellow")
    _print_anchors(verdict)
    for defect in verdict.defects:
        place = _("whole log") if defect.position is None else f"#{defect.position}"
        output.line(f"{place}: {defect.detail}", "red")
    if verdict.intact and verdict.anchored < verdict.size:
        text = _("{count} events are not confirmed yet: only the log itself speaks for them.")
        output.line(text.format(count=verdict.size - verdict.anchored), "yellow")
    if verdict.intact:
        output.line(_("The audit log is intact."), "bold green")
    else:
        output.line(_("The audit log was changed."), "bold red")


def _print_anchors(verdict: AuditVerdict) -> None:
    """Print what speaks for which events, and each signed anchor."""
    if verdict.signed or verdict.unproven:
        rows = [
            (
                f"{each.first}–{each.last}",
                _time(each.since),
                _time(each.until),
                _(each.confirmed_by),
            )
            for each in verdict.ranges
        ]
        columns = (_("events"), _("from"), _("to"), _("confirmed by"))
        output.table(_("What speaks for the log"), columns, rows)
        anchors = [
            (
                each.source,
                each.checkpoint.size if each.checkpoint else "",
                _(each.kind.value),
                each.signer,
                _time(each.stamped_at),
                each.authority,
            )
            for each in verdict.anchors
            if not each.flaw
        ]
        names = _("anchor"), _("events"), _("kind"), _("signer"), _("time-stamp"), _("authority")
        output.table(_("Signed anchors"), names, anchors)
        who = "; ".join(sorted({each.signer for each in verdict.anchors if not each.flaw}))
        if who:
            text = _("Signed by {signers}: they speak for this log only if that is who keeps it.")
            output.line(text.format(signers=who), "yellow")
    for each in verdict.unproven:
        text = _("{source} does not count: {why}").format(source=each.source, why=each.flaw)
        output.line(text, "yellow")


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else ""
