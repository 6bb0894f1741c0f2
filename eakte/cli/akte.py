"""Commands on Akten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from eakte.cli import output
from eakte.cli.desk import open_desk
from eakte.cli.options import (
    AktenzeichenArgument,
    ConfidentialityOption,
    HomeOption,
    JsonOption,
    VersionOption,
)
from eakte.i18n import N_, _

if TYPE_CHECKING:
    from eakte.domain.entries import Entry
    from eakte.domain.history import Change
    from eakte.services.records import AkteContent

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_KINDS = {
    "party": N_("participant"),
    "note": N_("note"),
    "link": N_("link"),
    "wiedervorlage": N_("Wiedervorlage"),
}


@app.command("list", help=_("List Akten, by Aktenzeichen."))
def list_akten(
    text: Annotated[
        str, typer.Argument(help=_("Only those with this in their Aktenzeichen or title."))
    ] = "",
    home: HomeOption = None,
    limit: Annotated[int, typer.Option(help=_("At most this many."), min=1, max=1000)] = 100,
    page: Annotated[int, typer.Option(help=_("Which page of so many, from 1."), min=1)] = 1,
    as_json: JsonOption = False,
) -> None:
    """List Akten."""
    from eakte.services import records

    skipped = (page - 1) * limit
    found = records.list_akten(open_desk(home), text, limit=limit, offset=skipped)
    if as_json:
        output.data(found)
        return
    rows = [
        (akte.aktenzeichen, akte.title, akte.office, _closed(akte.closed_at is not None), count)
        for akte, count in found.akten
    ]
    columns = ("Aktenzeichen", _("title"), _("office"), _("state"), _("letters"))
    output.table("Akten", columns, rows)
    if skipped + len(rows) < found.total:
        more = _("{count} Akten in all; the next ones: --page {page}")
        output.line(more.format(count=found.total, page=page + 1))


def _closed(closed: bool) -> str:
    return _("closed (ZdA)") if closed else _("open")


@app.command("show", help=_("Show an Akte with its Vorgänge, letters, and what hangs on them."))
def show(
    aktenzeichen: AktenzeichenArgument, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Show an Akte."""
    from eakte.services import records

    found = records.show_akte(open_desk(home), aktenzeichen)
    if as_json:
        output.data(found)
        return
    output.line(f"{found.akte.aktenzeichen}  {found.akte.title}", "bold")
    output.facts(_facts(found))
    columns = (_("document"), _("date"), _("sender"), _("subject"), _("verdict"))
    for vorgang, letters in found.content:
        rows = [
            (each.id, each.letter_date, each.sender, each.subject, each.verdict) for each in letters
        ]
        closed = f" – {_closed(True)}" if vorgang.closed_at else ""
        output.table(f"Vorgang {vorgang.number}: {vorgang.title}{closed}", columns, rows)
    if found.entries:
        columns = (_("entry"), _("kind"), _("on"), _("content"), _("version"))
        output.table(_("Entries"), columns, [_entry(each) for each in found.entries])
    output.qualification(
        each.level_reached for _vorgang, letters in found.content for each in letters
    )


def _facts(found: AkteContent) -> list[tuple[str, object]]:
    akte, unit = found.akte, found.unit
    facts: list[tuple[str, object]] = [
        (_("state"), _closed(akte.closed_at is not None)),
        (_("office"), akte.office),
        (_("Aktenplan"), f"{akte.unit} {unit.title}" if unit else akte.unit),
        (_("confidentiality"), akte.confidentiality.value),
        (_("Laufzeit"), f"{akte.begins} – {akte.ends}"),
        (_("version"), str(akte.version)),
    ]
    if unit and unit.retention_years is not None:
        years = _("{years} years, then {disposal}")
        told = years.format(years=unit.retention_years, disposal=unit.disposal or "B")
        facts.append((_("retention"), told))
    return facts


def _entry(entry: Entry) -> tuple[object, ...]:
    from eakte.domain.codec import to_plain

    told = " · ".join(str(value) for value in to_plain(entry.content).values() if value)
    return entry.uuid[:8], _(_KINDS[entry.kind.value]), entry.subject, told, entry.version


@app.command("new", help=_("Open a new Akte: under a given Aktenzeichen, or the next of a unit."))
def new(
    name: Annotated[
        str, typer.Argument(help=_("Aktenzeichen; with --unit the title."), metavar="AZ|TITLE")
    ],
    title: Annotated[str, typer.Argument(help=_("Title of the Akte."))] = "",
    home: HomeOption = None,
    office: Annotated[
        str, typer.Option(help=_("Office; default: from the Aktenzeichen, or that of the unit."))
    ] = "",
    unit: Annotated[
        str, typer.Option(help=_("Unit of the Aktenplan: draw its next Aktenzeichen."))
    ] = "",
    confidentiality: ConfidentialityOption = None,
) -> None:
    """Open a new Akte."""
    from eakte.services import casework

    if bool(unit) == bool(title):
        raise typer.BadParameter(_("give Aktenzeichen and title, or --unit and the title"))
    desk = open_desk(home)
    if unit:
        akte = casework.draw_akte(desk, unit, name, office, confidentiality)
    else:
        akte = casework.new_akte(desk, name, title, office, confidentiality)
    output.line(_("Opened the Akte {name}.").format(name=akte.aktenzeichen), "green")


@app.command(
    "change", help=_("Change what is said of an Akte; the old values stay in its history.")
)
def change(  # noqa: PLR0913, PLR0917 - one parameter per option
    aktenzeichen: AktenzeichenArgument,
    home: HomeOption = None,
    title: Annotated[str | None, typer.Option(help=_("Another title."))] = None,
    office: Annotated[str | None, typer.Option(help=_("Who leads it (Federführung)."))] = None,
    unit: Annotated[str | None, typer.Option(help=_("Another unit of the Aktenplan."))] = None,
    begins: Annotated[str | None, typer.Option(help=_("Laufzeit: first day."))] = None,
    ends: Annotated[str | None, typer.Option(help=_("Laufzeit: last day, or empty."))] = None,
    confidentiality: ConfidentialityOption = None,
    version: VersionOption = 0,
) -> None:
    """Change an Akte."""
    from eakte.services import casework

    given = {"title": title, "office": office, "unit": unit, "begins": begins, "ends": ends}
    values = {name: value for name, value in given.items() if value is not None}
    akte = casework.change_akte(open_desk(home), aktenzeichen, values, confidentiality, version)
    told = _("{name} is now version {version}.")
    output.line(told.format(name=akte.aktenzeichen, version=akte.version), "green")


@app.command("close", help=_("Close an Akte (zu den Akten): it takes nothing any more."))
def close(
    aktenzeichen: AktenzeichenArgument, home: HomeOption = None, version: VersionOption = 0
) -> None:
    """Close an Akte."""
    from eakte.services import casework

    closed = casework.close_akte(open_desk(home), aktenzeichen, version)
    output.line(_("Closed the Akte {name}.").format(name=aktenzeichen), "green")
    if closed.on_their_way:
        told = _("{count} letters were on their way to it; they will wait in review.")
        output.line(told.format(count=closed.on_their_way), "yellow")


@app.command("reopen", help=_("Reopen a closed Akte."))
def reopen(
    aktenzeichen: AktenzeichenArgument, home: HomeOption = None, version: VersionOption = 0
) -> None:
    """Reopen a closed Akte."""
    from eakte.services import casework

    casework.reopen_akte(open_desk(home), aktenzeichen, version)
    output.line(_("Reopened the Akte {name}.").format(name=aktenzeichen), "green")


@app.command("history", help=_("Every change in an Akte: who, when, before and after."))
def history(
    aktenzeichen: AktenzeichenArgument, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Show the history of an Akte."""
    from eakte.domain.history import Change
    from eakte.services import casework

    found = casework.changes(open_desk(home), aktenzeichen)
    if as_json:
        output.data(found, tuple[Change, ...])
        return
    rows = [
        (
            f"{each.at:%Y-%m-%d %H:%M:%S}",
            each.actor,
            each.action.value,
            each.key if each.kind.value != "entry" else each.key[:8],
            each.version,
            "\n".join(_told(each, name) for name in each.after if _told(each, name)),
        )
        for each in found
    ]
    columns = (_("time (UTC)"), _("who"), _("action"), _("record"), _("version"), _("change"))
    output.table(_("History"), columns, rows)


def _told(change: Change, name: str) -> str:
    """Say what became of one value."""
    old, new = change.before.get(name, ""), change.after[name]
    if not old:
        return f"{name}: {new}" if new else ""
    return f"{name}: {old} → {new}"
