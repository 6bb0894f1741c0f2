"""Commands on the Aktenplan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eakte.cli import output
from eakte.cli.desk import open_desk
from eakte.cli.options import HomeOption, JsonOption
from eakte.i18n import _

if TYPE_CHECKING:
    from eakte.domain.aktenplan import Unit

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.command("import", help=_("Take the units of a CSV file; units it does not name stay."))
def import_(
    file: Annotated[Path, typer.Argument(help=_("CSV file, UTF-8; the README has its header."))],
    home: HomeOption = None,
) -> None:
    """Import an Aktenplan."""
    from eakte.services import aktenplan

    found = aktenplan.import_csv(open_desk(home), file)
    told = _("Aktenplan: {added} units added, {changed} changed, {unchanged} as they were.")
    counts = {"added": found.added, "changed": found.changed, "unchanged": found.unchanged}
    output.line(told.format(**counts), "green")


@app.command("show", help=_("Show the Aktenplan, or every version of one unit."))
def show(
    key: Annotated[str, typer.Argument(help=_("Key of a unit."), metavar="UNIT")] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the Aktenplan."""
    from eakte.domain.aktenplan import Unit
    from eakte.services import aktenplan

    desk = open_desk(home)
    if key:
        shown = [(each, 0) for each in aktenplan.versions(desk, key)]
    else:
        shown = list(aktenplan.load(desk).depths())
    if as_json:
        output.data(tuple(unit for unit, _depth in shown), tuple[Unit, ...])
        return
    columns = (
        _("unit"), _("title"), _("office"), _("retention"), _("disposal"), "Schutzbedarf",
        _("confidentiality"), _("version"),
    )  # fmt: skip
    output.table(_("Aktenplan"), columns, [_row(unit, depth) for unit, depth in shown])


def _row(unit: Unit, depth: int) -> tuple[object, ...]:
    years = "" if unit.retention_years is None else str(unit.retention_years)
    codes = (unit.disposal or "", unit.schutzbedarf or "", unit.confidentiality or "")
    return f"{'  ' * depth}{unit.key}", unit.title, unit.office, years, *codes, unit.version
