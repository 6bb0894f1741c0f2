"""Commands on Akten."""

from __future__ import annotations

from typing import Annotated

import typer

from eakte.cli import output
from eakte.cli.desk import open_desk
from eakte.cli.options import HomeOption, JsonOption
from eakte.i18n import _

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_Aktenzeichen = Annotated[
    str, typer.Argument(help=_("Aktenzeichen, as 32.1-112.05/2026-0417."), metavar="AZ")
]


@app.command("list", help=_("List all Akten."))
def list_akten(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List all Akten."""
    from eakte.domain.akten import Akte
    from eakte.services import records

    found = records.list_akten(open_desk(home))
    if as_json:
        output.data(found, tuple[tuple[Akte, int], ...])
        return
    rows = [(akte.aktenzeichen, akte.title, akte.office, count) for akte, count in found]
    output.table("Akten", ("Aktenzeichen", _("title"), _("office"), _("letters")), rows)


@app.command("show", help=_("Show an Akte with its Vorgänge and letters."))
def show(aktenzeichen: _Aktenzeichen, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show an Akte."""
    from eakte.services import records

    found = records.show_akte(open_desk(home), aktenzeichen)
    if as_json:
        output.data(found)
        return
    output.line(f"{found.akte.aktenzeichen}  {found.akte.title}", "bold")
    columns = (_("document"), _("date"), _("sender"), _("subject"), _("verdict"))
    for vorgang, letters in found.content:
        rows = [
            (each.id, each.letter_date, each.sender, each.subject, each.verdict) for each in letters
        ]
        output.table(f"Vorgang {vorgang.number}: {vorgang.title}", columns, rows)
    output.qualification(
        each.level_reached for _vorgang, letters in found.content for each in letters
    )


@app.command("new", help=_("Open a new Akte."))
def new(
    aktenzeichen: _Aktenzeichen,
    title: Annotated[str, typer.Argument(help=_("Title of the Akte."))],
    home: HomeOption = None,
    office: Annotated[str, typer.Option(help=_("Office; default: from the Aktenzeichen."))] = "",
) -> None:
    """Open a new Akte."""
    from eakte.services import records

    akte = records.new_akte(open_desk(home), aktenzeichen, title, office)
    output.line(_("Opened the Akte {name}.").format(name=akte.aktenzeichen), "green")
