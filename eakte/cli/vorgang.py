"""Commands on Vorgänge, and on documents that are filed in one."""

from __future__ import annotations

from typing import Annotated

import typer

from eakte.cli import output
from eakte.cli.desk import open_desk
from eakte.cli.options import (
    AktenzeichenArgument,
    ConfidentialityOption,
    DocumentArgument,
    HomeOption,
    VersionOption,
)
from eakte.i18n import _

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
document_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_Number = Annotated[int, typer.Argument(help=_("Number of the Vorgang."), min=1, metavar="NUMBER")]
_Title = Annotated[str, typer.Argument(help=_("Title of the Vorgang."))]


@app.command("new", help=_("Open the next Vorgang of an Akte."))
def new(aktenzeichen: AktenzeichenArgument, title: _Title, home: HomeOption = None) -> None:
    """Open a Vorgang."""
    from eakte.services import casework

    vorgang = casework.new_vorgang(open_desk(home), aktenzeichen, title)
    told = _("Opened Vorgang {number} of {akte}.")
    output.line(told.format(number=vorgang.number, akte=aktenzeichen), "green")


@app.command("rename", help=_("Give a Vorgang another title; the old one stays in the history."))
def rename(
    aktenzeichen: AktenzeichenArgument,
    number: _Number,
    title: _Title,
    home: HomeOption = None,
    version: VersionOption = 0,
) -> None:
    """Rename a Vorgang."""
    from eakte.services import casework

    casework.rename_vorgang(open_desk(home), aktenzeichen, number, title, version)
    _say(_("Renamed Vorgang {number} of {akte}."), aktenzeichen, number)


@app.command("close", help=_("Close a Vorgang: nothing comes into it, and nothing leaves it."))
def close(
    aktenzeichen: AktenzeichenArgument,
    number: _Number,
    home: HomeOption = None,
    version: VersionOption = 0,
) -> None:
    """Close a Vorgang."""
    from eakte.services import casework

    casework.close_vorgang(open_desk(home), aktenzeichen, number, version)
    _say(_("Closed Vorgang {number} of {akte}."), aktenzeichen, number)


@app.command("reopen", help=_("Reopen a closed Vorgang."))
def reopen(
    aktenzeichen: AktenzeichenArgument,
    number: _Number,
    home: HomeOption = None,
    version: VersionOption = 0,
) -> None:
    """Reopen a Vorgang."""
    from eakte.services import casework

    casework.reopen_vorgang(open_desk(home), aktenzeichen, number, version)
    _say(_("Reopened Vorgang {number} of {akte}."), aktenzeichen, number)


def _say(text: str, akte: str, number: int) -> None:
    output.line(text.format(akte=akte, number=number), "green")


@document_app.command(
    "move", help=_("Move a filed document to another Vorgang or Akte; its bytes stay as they are.")
)
def move(
    document: DocumentArgument,
    aktenzeichen: AktenzeichenArgument,
    home: HomeOption = None,
    vorgang: Annotated[
        int, typer.Option(help=_("Number of the Vorgang; else the first open one."), min=0)
    ] = 0,
    version: VersionOption = 0,
) -> None:
    """Move a document."""
    from eakte.services import casework

    moved = casework.move(open_desk(home), document, aktenzeichen, vorgang, version)
    told = _("Moved {document} to {akte}; it is version {version} now.")
    text = told.format(document=moved.id, akte=moved.aktenzeichen, version=moved.version)
    output.line(text, "green")


@document_app.command(
    "correct", help=_("Correct what is said of a filed document; old values stay in the history.")
)
def correct(
    document: DocumentArgument,
    home: HomeOption = None,
    subject: Annotated[str | None, typer.Option(help=_("What it is about."))] = None,
    sender: Annotated[str | None, typer.Option(help=_("Who sent it."))] = None,
    date: Annotated[str | None, typer.Option(help=_("Its date, as 2026-03-31."))] = None,
    confidentiality: ConfidentialityOption = None,
    version: VersionOption = 0,
) -> None:
    """Correct a document's metadata."""
    from eakte.services import casework

    given = {"subject": subject, "sender": sender, "letter_date": date}
    values = {name: value for name, value in given.items() if value is not None}
    made = casework.correct(open_desk(home), document, values, confidentiality, version)
    told = _("{name} is now version {version}.")
    output.line(told.format(name=made.id, version=made.version), "green")
