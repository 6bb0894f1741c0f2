"""The command that makes separator sheets and Vorblätter to print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eakte.cli import output
from eakte.domain.akten import is_aktenzeichen
from eakte.domain.mail import Batch, Side
from eakte.i18n import _

MAX_SHEETS = 500
MAX_PAGES = 9999


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("separator", help=_("Make separator sheets or a Vorblatt to print, as PDF."))(
        separator
    )


def separator(
    out: Annotated[Path, typer.Argument(help=_("The PDF to make."), metavar="OUT.pdf")],
    count: Annotated[
        int, typer.Option(min=1, max=MAX_SHEETS, help=_("How many separator sheets."))
    ] = 1,
    aktenzeichen: Annotated[
        str,
        typer.Option(help=_("The Akte of the letter after the sheet.")),
    ] = "",
    cover: Annotated[
        str, typer.Option(metavar="BATCH", help=_("Make a Vorblatt for the batch of that number."))
    ] = "",
    pages: Annotated[
        int, typer.Option(min=0, max=MAX_PAGES, help=_("Pages of the scan besides the Vorblatt."))
    ] = 0,
    side: Annotated[Side, typer.Option(help=_("The sides that the scan holds."))] = Side.BOTH,
    in_order: Annotated[
        bool, typer.Option("--in-order", help=_("Even sides that are not scanned back to front."))
    ] = False,
) -> None:
    """Make sheets to print."""
    from eakte.services import sheets

    if cover:
        sheets.write_cover(out, _batch(cover, pages, side, in_order, count, aktenzeichen))
    else:
        if pages or in_order or side is not Side.BOTH:
            raise typer.BadParameter(_("--pages, --side and --in-order belong to --cover"))
        sheets.write_separators(out, count, _checked(aktenzeichen))
    output.line(_("Made {path}.").format(path=out), "green")


def _batch(
    number: str, pages: int, side: Side, in_order: bool, count: int, aktenzeichen: str
) -> Batch:
    from eakte.pages.barcodes import is_batch_number

    if count != 1 or aktenzeichen:
        raise typer.BadParameter(_("--count and --aktenzeichen do not go with --cover"))
    if in_order and side is not Side.EVEN:
        raise typer.BadParameter(_("--in-order belongs to --side even"))
    if not is_batch_number(number):
        raise typer.BadParameter(_("a batch number is 1 to 20 of A-Z, 0-9 and inner hyphens"))
    return Batch(number, pages, side, in_order)


def _checked(aktenzeichen: str) -> str:
    if aktenzeichen and not is_aktenzeichen(aktenzeichen):
        raise typer.BadParameter(_("“{akte}” is no Aktenzeichen").format(akte=aktenzeichen))
    return aktenzeichen
