"""Commands on the Verfahrensdokumentation."""

from __future__ import annotations

from typing import Annotated

import typer

from eakte.cli import output
from eakte.cli.desk import open_desk
from eakte.cli.options import HomeOption, JsonOption
from eakte.i18n import _

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.command("init", help=_("Write a draft from the template, to be filled in."))
def init(home: HomeOption = None) -> None:
    """Write a draft."""
    from eakte.services import verfahren

    path = verfahren.begin(open_desk(home))
    output.line(_("Saved {path}.").format(path=path))
    output.line(_("Next: fill it in, then `eakte verfahren adopt --person NAME`."))


@app.command("adopt", help=_("Put the file in force: its digest stands in what is sealed now."))
def adopt(
    person: Annotated[str, typer.Option(help=_("Your name: you put it in force."))],
    home: HomeOption = None,
) -> None:
    """Put the file in force."""
    from eakte.services import verfahren

    adopted = verfahren.adopt(open_desk(home), person)
    output.line(_("In force now: {which}").format(which=adopted.verfahren), "green")


@app.command("show", help=_("Show what is in force, since when, and whether the file differs."))
def show(
    home: HomeOption = None,
    text: Annotated[bool, typer.Option("--text", help=_("Print the text in force."))] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what is in force."""
    from eakte.services import verfahren

    desk = open_desk(home)
    if text:
        output.raw(verfahren.text_in_force(desk))
        return
    found = verfahren.show(desk)
    if as_json:
        output.data(found)
        return
    if found.adopted is None:
        output.line(_("no Verfahrensdokumentation is in force"), "bold red")
    rows = [
        (each.verfahren.version, each.verfahren.sha256, f"{each.at:%Y-%m-%d %H:%M}", each.person)
        for each in ((found.adopted, *found.earlier) if found.adopted else ())
    ]
    columns = (_("version"), "SHA-256", _("in force since (UTC)"), _("by"))
    output.table("Verfahrensdokumentation", columns, rows)
    if not found.is_current:
        output.line(_("{path} is not what is in force.").format(path=found.path), "yellow")
