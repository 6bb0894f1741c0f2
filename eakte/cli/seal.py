"""Commands on seals: what must be renewed, and renewing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from eakte.cli import output
from eakte.cli.options import HomeOption, JsonOption
from eakte.i18n import _

if TYPE_CHECKING:
    from eakte.services.renewing import Renewed

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

WithinOption = Annotated[
    int, typer.Option("--within", help=_("What ends within so many days."), metavar="DAYS", min=0)
]


@app.command("due", help=_("Show which sealed originals need another time-stamp, and by when."))
def due(home: HomeOption = None, within: WithinOption = 90, as_json: JsonOption = False) -> None:
    """Show the plan."""
    from eakte.seal.lasting import CERTIFICATE
    from eakte.services import renewing
    from eakte.services.desks import open_desk

    found = renewing.due(open_desk(home), within)
    if as_json:
        output.data(found, tuple[renewing.Due, ...])
        return
    columns = (
        _("document"),
        _("time-stamp of"),
        _("to be renewed by"),
        _("state"),
        _("because of"),
    )
    rows = [
        (
            each.document,
            f"{each.stamped_at:%Y-%m-%d}",
            f"{each.by:%Y-%m-%d}",
            _("overdue") if each.overdue else _("in time"),
            _("the time-stamp's certificate") if each.because == CERTIFICATE else each.because,
        )
        for each in found
    ]
    output.table(_("Time-stamps to be renewed"), columns, rows)


@app.command("renew", help=_("Give another time-stamp to what needs one, if it is VALID."))
def renew(
    documents: Annotated[
        list[str] | None,
        typer.Argument(help=_("Only these letters."), metavar="DOC", show_default=False),
    ] = None,
    home: HomeOption = None,
    within: WithinOption = 90,
    as_json: JsonOption = False,
) -> None:
    """Renew what is due."""
    from eakte.config import open_home
    from eakte.domain.clock import SystemClock
    from eakte.pipeline.context import Context
    from eakte.services import renewing

    context = Context(open_home(home), SystemClock())
    done = tuple(renewing.renew(context, within, tuple(documents or ())))
    if as_json:
        output.data(done, tuple[renewing.Renewed, ...])
    else:
        _print(done)
    raise typer.Exit(renewing.exit_code(done))


def _print(done: tuple[Renewed, ...]) -> None:
    columns = (_("document"), _("outcome"), _("holds until"), _("because"))
    rows = [
        (
            each.document,
            _(each.outcome.value),
            f"{each.until:%Y-%m-%d}" if each.until else "",
            each.reason,
        )
        for each in done
    ]
    output.table(_("Renewed time-stamps"), columns, rows)
