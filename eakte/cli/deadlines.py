"""The command that lists what is due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from eakte.cli import output
from eakte.cli.desk import open_desk
from eakte.cli.options import HomeOption, JsonOption
from eakte.i18n import _

if TYPE_CHECKING:
    from eakte.services.deadlines import Due


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("deadlines", help=_("List letters by deadline; what is overdue comes first."))(
        deadlines
    )


def deadlines(
    home: HomeOption = None,
    days: Annotated[
        int | None,
        typer.Option(help=_("Only what is due within so many days, or overdue."), min=0, max=36500),
    ] = None,
    met: Annotated[
        str,
        typer.Option("--done", metavar="DOC", help=_("What was due for this letter is done.")),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """List letters by deadline."""
    from eakte.services.deadlines import Due, done, due

    desk = open_desk(home)
    if met:
        output.line(_("Done: {document}.").format(document=done(desk, met).id))
        return
    found = due(desk, days)
    if as_json:
        output.data(found, tuple[Due, ...])
    else:
        _print_due(found)


def _print_due(found: tuple[Due, ...]) -> None:
    columns = (
        _("deadline"), _("days left"), _("document"), _("class"), "Akte", _("subject"), _("state"),
        _("counted"), _("named in the letter"),
    )  # fmt: skip
    rows = [
        (
            each.deadline,
            _("overdue by {days}").format(days=-each.days) if each.days < 0 else each.days,
            each.document,
            each.class_name,
            each.aktenzeichen,
            each.subject,
            each.state,
            each.rule,
            "; ".join(each.named),
        )
        for each in found
    ]
    output.table(_("Deadlines"), columns, rows)
    if found:
        output.line(
            _(
                "They are the city's working deadlines, counted from receipt; a deadline named in "
                "a letter is its sender's claim, and legal ones may run from another day."
            )
        )
