"""Commands of operators: doctor, migrate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from eakte.cli import output
from eakte.cli.options import HomeOption, JsonOption, OwnerOption
from eakte.config import SETTINGS_FILE, home_path, open_home
from eakte.domain.clock import SystemClock
from eakte.errors import ExitCode
from eakte.i18n import _

if TYPE_CHECKING:
    from eakte.services.checkup import Health


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command("doctor", help=_("Show what is installed, what is wrong and how to mend it."))(
        doctor
    )
    app.command("migrate", help=_("Bring the database to this version of eakte."))(migrate)


def doctor(
    home: HomeOption = None,
    repair: Annotated[
        bool,
        typer.Option("--repair", help=_("Remove what crashes and finished work left behind.")),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Look at the machine and, if there is one, the home; with `repair` set right what can be."""
    from eakte.services import checkup

    given = repair or home is not None or (home_path(home) / SETTINGS_FILE).is_file()
    found = checkup.examine(open_home(home) if given else None, repair=repair)
    if as_json:
        output.data(found, tuple[checkup.Health, ...])
    else:
        _print_health(found)
    raise typer.Exit(ExitCode.OK if all(each.fine for each in found) else ExitCode.ENVIRONMENT)


def migrate(
    home: HomeOption = None,
    owner: OwnerOption = "",
) -> None:
    """Apply what is missing; with `owner` say anew what eakte's own role may do."""
    from eakte.services import homes

    homes.migrate(open_home(home), SystemClock(), owner)
    output.line(_("The database is at the newest revision."), "green")


def _print_health(found: tuple[Health, ...]) -> None:
    rows = [
        (each.name, _("ok") if each.fine else _("NOT OK"), each.detail, _advice(each))
        for each in found
    ]
    output.table(_("Health"), (_("item"), _("state"), _("found"), _("remedy")), rows)


def _advice(health: Health) -> str:
    return "" if health.fine else health.advice
