"""Commands that hand records over, and take in what others hand over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eakte.cli import output
from eakte.cli.desk import open_desk
from eakte.cli.options import HomeOption, JsonOption
from eakte.domain.handover import Edition, Message
from eakte.i18n import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eakte.handover.publishing import Published
    from eakte.services.bundling import Bundled
    from eakte.services.handing_over import HandedOver
    from eakte.services.importing import ImportedPlan
    from eakte.services.packing_xaip import Packed

export_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
import_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
_MANY = 10


@import_app.callback()
def _import() -> None:
    """Keep `xdomea` a command of its own."""


@export_app.command("xdomea", help=_("Write an Akte as a package of xdomea, with its files."))
def export_xdomea(  # noqa: PLR0913, PLR0917 - one parameter per option
    aktenzeichen: Annotated[
        str, typer.Argument(help=_("Aktenzeichen, as 32.1-112.05/2026-0417."), metavar="AZ")
    ],
    message: Annotated[
        Message,
        typer.Option(
            help=_("0401: to another authority; 0501: offer to the archive; 0503: to the archive.")
        ),
    ],
    out: Annotated[
        Path, typer.Argument(help=_("Folder for the package; default: the present one."))
    ] = Path(),
    home: HomeOption = None,
    edition: Annotated[
        Edition, typer.Option(help=_("Edition of xdomea; 4.0.0 for 0501 and 0503 only."))
    ] = Edition.V3_1,
    recipient: Annotated[str, typer.Option(help=_("Name of the archive or authority."))] = "",
    process: Annotated[
        str,
        typer.Option(help=_("UUID of the process; default: that of the last offer, or a new one.")),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Write an Akte as a package."""
    from eakte.services.handing_over import Order, hand_over

    order = Order(message, edition, recipient, process)
    found = hand_over(open_desk(home), aktenzeichen, out, order)
    if as_json:
        output.data(found)
    else:
        print_package(found)


@export_app.command("xaip", help=_("Write a document or an Akte with its proofs (TR-ESOR XAIP)."))
def export_xaip(
    what: Annotated[str, typer.Argument(help=_("Document id or Aktenzeichen."), metavar="WHAT")],
    out: Annotated[Path, typer.Argument(help=_("The new file, as akte.xml."))],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a package with evidence records."""
    from eakte.seal.opening import open_archive_stamper
    from eakte.services.packing_xaip import pack

    desk = open_desk(home)
    found = pack(desk, open_archive_stamper(desk.home, desk.clock), what, out)
    if as_json:
        output.data(found)
    else:
        _print_xaip(found)


@export_app.command("evidence", help=_("Write a document or an Akte with all that proves it."))
def export_evidence(
    what: Annotated[str, typer.Argument(help=_("Document id or Aktenzeichen."), metavar="DOC|AZ")],
    out: Annotated[Path, typer.Argument(help=_("The new file, as evidence.zip."), metavar="OUT")],
    home: HomeOption = None,
    whole_scans: Annotated[
        bool, typer.Option("--whole-scans", help=_("Scans with letters of others in them, too."))
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write an evidence bundle."""
    from eakte.seal.opening import open_sealer
    from eakte.services.bundling import bundle

    desk = open_desk(home)
    found = bundle(
        desk, what, out, lambda: open_sealer(desk.home, desk.clock), whole_scans=whole_scans
    )
    if as_json:
        output.data(found)
    else:
        _print_bundle(found)


def _print_bundle(found: Bundled) -> None:
    more = [
        (_("documents"), found.documents),
        (_("events of the log"), found.events),
        (_("files in it"), found.bundle.files),
    ]
    _print_written(found.bundle, more, found)


def _print_xaip(found: Packed) -> None:
    more = [(_("documents"), found.documents), (_("evidence records"), found.records)]
    _print_written(found.package, more, found)


def print_package(found: HandedOver) -> None:
    """Print what was written, and what is worth a thought."""
    more = [
        (_("documents"), found.documents),
        (_("files in it"), found.package.files),
        ("ProzessID", found.process),
    ]
    _print_written(found.package, more, found)


def _print_written(
    file: Published,
    more: Sequence[tuple[str, object]],
    found: Bundled | Packed | HandedOver,
) -> None:
    output.line(_("Wrote {path}.").format(path=file.path), "green")
    size = _("{count} bytes").format(count=file.size)
    output.facts([("SHA-256", file.sha256), (_("size"), size), *more])
    for warning in found.warnings:
        output.line(f"• {warning}", "yellow")
    output.qualification(found.levels)


@import_app.command("xdomea", help=_("Take the Aktenplan out of a message of xdomea (XML, zip)."))
def import_xdomea(
    file: Annotated[Path, typer.Argument(help=_("The message, or the package that holds it."))],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in an Aktenplan."""
    from eakte.services import importing

    found = importing.import_xdomea(open_desk(home), file)
    if as_json:
        output.data(found)
    else:
        _print_plan(found)


def _print_plan(found: ImportedPlan) -> None:
    plan, imported = found.plan, found.imported
    head = _("{title}, version {version}: {added} units new, {changed} changed, {same} as before.")
    output.line(
        head.format(
            title=plan.title,
            version=plan.version,
            added=imported.added,
            changed=imported.changed,
            same=imported.unchanged,
        ),
        "green",
    )
    for told, keys in (
        (_("kept without end, so that no retention is noted"), plan.endless),
        (_("stillgelegt, taken over like the others"), plan.closed),
        (_("with an Aussonderungsart of the sender's own, none is noted"), plan.configured),
    ):
        if keys:
            more = " …" if len(keys) > _MANY else ""
            output.line(f"• {told}: {', '.join(keys[:_MANY])}{more}", "yellow")
