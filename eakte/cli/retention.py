"""Commands on the end of records: retention, the offer to the archive, erasure by two persons."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eakte.cli import output
from eakte.cli.desk import open_desk
from eakte.cli.handover import print_package
from eakte.cli.options import AktenzeichenArgument, HomeOption, JsonOption
from eakte.domain.erasures import MEANING, Ground
from eakte.domain.handover import Edition
from eakte.domain.retention import Decision
from eakte.i18n import _

if TYPE_CHECKING:
    from eakte.services.erasing import Asked, Erased
    from eakte.services.retention import Offer

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


class Letter(StrEnum):
    """A letter of Art. 17 (1) GDPR."""

    A = "a"
    B = "b"
    C = "c"
    D = "d"
    E = "e"
    F = "f"

    def ground(self) -> Ground:
        """Give the ground that it stands for."""
        return Ground(f"gdpr-17-1-{self.value}")


_Akten = Annotated[list[str], typer.Argument(help=_("Aktenzeichen, one or more."), metavar="AZ")]
_Folder = Annotated[Path, typer.Option("--out", help=_("Folder for the packages."))]
_EditionOption = Annotated[Edition, typer.Option(help=_("Edition of xdomea."))]
_Recipient = Annotated[str, typer.Option(help=_("Name of the archive."))]
_Reason = Annotated[
    str, typer.Option(help=_("Why, in words; kept beside the log, without names of persons."))
]
_Confirm = Annotated[
    bool, typer.Option("--confirm", help=_("Confirm what somebody else asked for: it is done."))
]


def register(program: typer.Typer) -> None:
    """Add the command to the program."""
    program.command("erase", help=_("Erase one document (GDPR): one asks, one confirms."))(erase)


@app.command("due", help=_("Akten whose retention ended, and what is to be done with them."))
def due(
    home: HomeOption = None,
    days: Annotated[int, typer.Option(help=_("Also what ends within so many days."), min=0)] = 0,
    as_json: JsonOption = False,
) -> None:
    """List the Akten that are due."""
    from eakte.services import retention

    found = retention.due(open_desk(home), days)
    if as_json:
        output.data(found)
        return
    columns = (
        "Aktenzeichen", _("title"), _("closed"), _("years"), _("ends"), _("Bewertung"), _("next"),
    )  # fmt: skip
    rows = [
        (
            each.akte, each.title, each.closed, each.years, each.ends, each.disposal.value,
            each.next_step(),
        )
        for each in found.akten
    ]  # fmt: skip
    output.table(_("Akten whose retention ended"), columns, rows)
    if found.without_retention:
        told = _("{count} closed Akten have no retention in the Aktenplan and are kept.")
        output.line(told.format(count=found.without_retention), "yellow")


@app.command("offer", help=_("Offer closed Akten to the archive: writes 0501 packages."))
def offer(
    akten: _Akten,
    out: _Folder = Path(),
    home: HomeOption = None,
    edition: _EditionOption = Edition.V3_1,
    recipient: _Recipient = "",
) -> None:
    """Offer Akten to the archive."""
    from eakte.services import retention

    desk = open_desk(home)
    for name in akten:
        print_package(retention.offer(desk, name, out, _offer(edition, recipient)))


@app.command("answer", help=_("Note what the archive answered to an offer, or that it has it."))
def answer(  # noqa: PLR0913, PLR0917 - one parameter per option
    aktenzeichen: AktenzeichenArgument,
    home: HomeOption = None,
    reason: _Reason = "",
    message: Annotated[
        Path | None, typer.Option(help=_("The answer as a message of xdomea (0502)."))
    ] = None,
    take: Annotated[bool, typer.Option("--take", help=_("It takes all of it."))] = False,
    destroy: Annotated[bool, typer.Option("--destroy", help=_("It takes nothing."))] = False,
    part: Annotated[
        list[str] | None,
        typer.Option(help=_("It takes this document; may be repeated."), metavar="DOC"),
    ] = None,
    received: Annotated[
        bool, typer.Option("--received", help=_("It has what it took, whole."))
    ] = False,
) -> None:
    """Note an answer."""
    from eakte.services import appraising, retention

    said = {
        Decision.TAKE: take,
        Decision.DESTROY: destroy,
        Decision.PART: bool(part),
        Decision.RECEIVED: received,
    }
    chosen = [each for each, given in said.items() if given]
    if len(chosen) + (message is not None) != 1:
        raise typer.BadParameter(_("one of --message, --take, --destroy, --part and --received"))
    if message is not None:
        appraising.answer_by_message(open_desk(home), aktenzeichen, message)
    else:
        retention.answer(open_desk(home), aktenzeichen, chosen[0], reason, tuple(part or ()))
    output.line(_("Noted the archive's answer for {name}.").format(name=aktenzeichen), "green")


@app.command("deliver", help=_("Give the archive what it takes of an Akte: writes 0503 packages."))
def deliver(
    akten: _Akten,
    out: _Folder = Path(),
    home: HomeOption = None,
    edition: _EditionOption = Edition.V3_1,
    recipient: _Recipient = "",
) -> None:
    """Give Akten to the archive."""
    from eakte.services import retention

    desk = open_desk(home)
    for name in akten:
        print_package(retention.deliver(desk, name, out, _offer(edition, recipient)))


def _offer(edition: Edition, recipient: str) -> Offer:
    from eakte.services.retention import Offer

    return Offer(edition, recipient)


@app.command("hold", help=_("Legal hold: nothing of an Akte is erased until it is lifted."))
def hold(
    aktenzeichen: AktenzeichenArgument,
    reason: _Reason,
    home: HomeOption = None,
    lift: Annotated[bool, typer.Option("--lift", help=_("Lift the hold."))] = False,
) -> None:
    """Put a legal hold on an Akte, or lift it."""
    from eakte.services import retention

    (retention.lift if lift else retention.hold)(open_desk(home), aktenzeichen, reason)
    told = _("Lifted the hold on {name}.") if lift else _("A legal hold is on {name}.")
    output.line(told.format(name=aktenzeichen), "green")


@app.command("destroy", help=_("Destroy Akten whose retention is over: one asks, one confirms."))
def destroy(
    akten: _Akten, home: HomeOption = None, reason: _Reason = "", confirm: _Confirm = False
) -> None:
    """Ask for the destruction of Akten, or confirm it."""
    from eakte.services import erasing

    desk = open_desk(home)
    _require_one(reason, confirm=confirm)
    for name in akten:
        if confirm:
            _print_erased(erasing.confirm_akte(desk, name))
        else:
            _print_asked(erasing.ask_akte(desk, name, reason))


def erase(
    document: Annotated[
        str,
        typer.Argument(
            help=_("Document id, or the whole SHA-256 of a file in quarantine."), metavar="DOC"
        ),
    ],
    home: HomeOption = None,
    ground: Annotated[
        Letter | None, typer.Option(help=_("Letter of Art. 17 (1) GDPR."), show_default=False)
    ] = None,
    reason: _Reason = "",
    confirm: _Confirm = False,
) -> None:
    """Ask for the erasure of a document, or confirm it."""
    from eakte.services import erasing

    desk = open_desk(home)
    _require_one(reason, confirm=confirm)
    if confirm:
        _print_erased(erasing.confirm_document(desk, document))
        return
    if ground is None:
        raise typer.BadParameter(_("name a ground: --ground a … f, Art. 17 (1) GDPR"))
    asked = erasing.ask_document(desk, document, ground.ground(), reason)
    _print_asked(asked)


def _require_one(reason: str, *, confirm: bool) -> None:
    if bool(reason) == confirm:
        raise typer.BadParameter(_("either --reason, to ask for it, or --confirm"))


def _print_asked(asked: Asked) -> None:
    told = _("Asked for the erasure of {name} ({count} documents); another person confirms it.")
    output.line(told.format(name=asked.name, count=len(asked.letters)), "yellow")
    _print_stays(len(asked.stays))


def _print_erased(erased: Erased) -> None:
    told = _("Erased {name}: {count} documents, {blobs} files in the store.")
    told = told.format(name=erased.name, count=len(erased.letters), blobs=erased.blobs)
    output.line(told, "green")
    _print_stays(len(erased.stays))


def _print_stays(count: int) -> None:
    if count:
        told = _("{count} received files stay: other letters are in them.")
        output.line(told.format(count=count), "yellow")


@app.command("erased", help=_("The Löschnachweise: what was erased, when, by whom, and why."))
def erased(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the Löschnachweise."""
    from eakte.services import erasing
    from eakte.services.erasing import Proof

    found = erasing.proofs(open_desk(home))
    if as_json:
        output.data(found, tuple[Proof, ...])
        return
    columns = (
        _("record"), _("Akte"), _("time (UTC)"), _("asked by"), _("confirmed by"), _("ground"),
        _("reason"),
    )  # fmt: skip
    rows = [
        (
            each.name, each.akte, f"{each.at:%Y-%m-%d %H:%M:%S}", each.asked_by,
            each.confirmed_by, _(MEANING[each.ground]), each.reason,
        )
        for each in found
    ]  # fmt: skip
    output.table(_("Löschnachweise"), columns, rows)
