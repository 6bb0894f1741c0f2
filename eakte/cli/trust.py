"""Commands about trusted lists: update and show."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from eakte.cli import output
from eakte.cli.options import HomeOption, JsonOption
from eakte.errors import ExitCode
from eakte.i18n import _

if TYPE_CHECKING:
    from eakte.services.trusting import ListState

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.command("update", help=_("Get the trusted lists anew; what is not good changes nothing."))
def update(
    home: HomeOption = None,
    source: Annotated[
        str,
        typer.Option("--from", help=_("Only this list."), metavar="FILE|URL", show_default=False),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Get the trusted lists anew."""
    from eakte.services import trusting
    from eakte.services.desks import open_desk

    found = trusting.update(open_desk(home), source)
    _print(found, as_json)
    if any(each.problem for each in found):
        raise typer.Exit(ExitCode.UNUSABLE_INPUT)


@app.command("show", help=_("Show the trusted lists at hand, with their age."))
def show(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show the trusted lists at hand."""
    from eakte.services import trusting
    from eakte.services.desks import open_desk

    _print(trusting.show(open_desk(home)), as_json)


def _print(found: tuple[ListState, ...], as_json: bool) -> None:
    if as_json:
        from eakte.services.trusting import ListState

        output.data(found, tuple[ListState, ...])
        return
    columns = (
        _("territory"), _("number"), _("issued"), _("age (days)"), _("next by"), _("services"),
        _("state"), _("source"),
    )  # fmt: skip
    rows = [
        (
            each.territory,
            str(each.sequence or ""),
            _day(each.issued),
            str(each.age_days) if each.issued else "",
            _day(each.next_update),
            str(each.services),
            each.problem or (_("in force") if each.in_force else _("out of date")),
            each.source,
        )
        for each in found
    ]
    output.table(_("Trusted lists"), columns, rows)


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""
