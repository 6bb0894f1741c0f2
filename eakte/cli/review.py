"""Commands on letters that wait for a person."""

from __future__ import annotations

from typing import Annotated

import typer

from eakte.cli import output
from eakte.cli.clerk import show as show_letter
from eakte.cli.options import DocumentArgument, HomeOption, JsonOption
from eakte.domain.findings import sentences
from eakte.i18n import _
from eakte.services.desks import open_desk

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.command("list", help=_("List letters that wait, and why; the oldest first."))
def list_waiting(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List letters that wait."""
    from eakte.domain.akten import Document
    from eakte.services import reviewing

    found = reviewing.waiting(open_desk(home))
    if as_json:
        output.data(found, tuple[Document, ...])
        return
    columns = (_("document"), _("class"), _("confidence"), "Akte", _("subject"), _("waits because"))
    rows = [
        (
            each.id,
            each.classification.class_id,
            each.classification.confidence,
            each.aktenzeichen,
            each.subject,
            "\n".join(f"• {sentence}" for sentence in sentences(each.findings)),
        )
        for each in found
    ]
    output.table(_("Waiting for a person"), columns, rows)


@app.command("show", help=_("Show a waiting letter with all that is known."))
def show(document: DocumentArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show a waiting letter."""
    show_letter(document, home, text=False, pdf=None, original=None, as_json=as_json)


@app.command("release", help=_("Release a letter: you vouch for the scan; `watch` seals it."))
def release(
    document: DocumentArgument,
    person: Annotated[
        str, typer.Option(help=_("Your name: you declare that you looked at every page."))
    ],
    home: HomeOption = None,
    akte: Annotated[str, typer.Option(help=_("File it into this Akte."))] = "",
    class_id: Annotated[str, typer.Option("--class", help=_("It is of this class."))] = "",
) -> None:
    """Release a letter."""
    from eakte.services import reviewing

    corrections = reviewing.Corrections(akte, class_id)
    released = reviewing.release(open_desk(home), document, corrections, person)
    text = _("Released {document}; `eakte watch` seals and files it.")
    if released.first_look is not None:
        text = _("Noted for {document}; a second person must release it, too.")
    output.line(text.format(document=released.id), "green")


@app.command("reject", help=_("Close a letter without sealing; what came in is kept."))
def reject(
    document: DocumentArgument,
    reason: Annotated[str, typer.Option(help=_("Why; it stands in the audit log."))],
    home: HomeOption = None,
) -> None:
    """Reject a letter."""
    from eakte.services import reviewing

    rejected = reviewing.reject(open_desk(home), document, reason)
    output.line(_("Rejected {document}.").format(document=rejected.id))
