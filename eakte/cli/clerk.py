"""The command of clerks that shows a letter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eakte.cli import output
from eakte.cli.desk import open_desk
from eakte.cli.options import DocumentArgument, HomeOption, JsonOption
from eakte.domain.findings import sentences
from eakte.domain.page_numbers import ranges
from eakte.i18n import _

if TYPE_CHECKING:
    from eakte.domain.akten import Document
    from eakte.domain.preservation import SealedVersion
    from eakte.domain.transfervermerk import Transfervermerk
    from eakte.pipeline.desk import Desk
    from eakte.services.records import Shown

_STANDARD_OUTPUT = Path("-")


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("show", help=_("Show a letter, its text, or save its bytes."))(show)


def show(  # noqa: PLR0913, PLR0917 - one parameter per option
    document: DocumentArgument,
    home: HomeOption = None,
    text: Annotated[bool, typer.Option("--text", help=_("Print the recognised text."))] = False,
    alto: Annotated[
        bool, typer.Option("--alto", help=_("Print the words with their places as ALTO XML."))
    ] = False,
    hocr: Annotated[
        bool, typer.Option("--hocr", help=_("Print the words with their places as hOCR."))
    ] = False,
    transfervermerk: Annotated[
        bool, typer.Option("--transfervermerk", help=_("Print the Transfervermerk (German)."))
    ] = False,
    pdf: Annotated[
        Path | None, typer.Option(help=_("Save the sealed original to this new file (-: print)."))
    ] = None,
    original: Annotated[
        Path | None, typer.Option(help=_("Save the scan as received to this new file (-: print)."))
    ] = None,
    enclosures: Annotated[
        Path | None, typer.Option(help=_("Save what came with its file to this new folder."))
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show a letter."""
    from eakte.services import records

    desk = open_desk(home)
    _save(desk, document, pdf, original, enclosures)
    if text:
        output.raw("\n\f\n".join(page.text for page in records.text_of(desk, document)))
    if alto:
        output.stream(records.alto_of(desk, document))
    if hocr:
        output.stream(records.hocr_of(desk, document))
    if transfervermerk:
        output.raw(records.transfervermerk_of(desk, document))
    if any((transfervermerk, pdf, original, enclosures, text, alto, hocr)):
        return
    shown = records.show(desk, document)
    if as_json:
        output.data(shown)
    else:
        _print_letter(shown)


def _save(
    desk: Desk, document: str, pdf: Path | None, original: Path | None, enclosures: Path | None
) -> None:
    """Save what was asked for, and say where."""
    from eakte.services import records

    saved = list[Path]()
    if pdf == _STANDARD_OUTPUT:
        output.stream([records.pdf_of(desk, document)])
    elif pdf is not None:
        saved.append(records.export_pdf(desk, document, pdf))
    if original == _STANDARD_OUTPUT:
        output.stream([records.original_of(desk, document)])
    elif original is not None:
        saved.append(records.export_original(desk, document, original))
    if enclosures is not None:
        saved += records.export_enclosures(desk, document, enclosures)
    for path in saved:
        output.line(_("Saved {path}.").format(path=path))


def _deadline(document: Document) -> str:
    """Say until when, and how that was counted."""
    return f"{document.deadline} ({document.deadline_rule})" if document.deadline else ""


def _former(version: SealedVersion) -> tuple[str, ...]:
    held = version.protection
    if held is None:
        return ("", "", "", version.verdict, version.sealed)
    stamped = f"{held.stamped_at:%Y-%m-%d}" if held.stamped_at else "–"
    until = f"{held.until:%Y-%m-%d}"
    return (held.level.value, stamped, until, version.verdict, version.sealed)


def _print_letter(shown: Shown) -> None:
    document = shown.document
    classification, conversion = document.classification, document.conversion
    class_name = shown.class_name or _("unknown")
    output.facts(
        [
            (_("document"), document.id),
            (_("file"), f"{shown.scan.scan.name} (SHA-256 {document.scan})"),
            (_("received"), f"{document.received_at:%Y-%m-%d %H:%M:%S} UTC"),
            (_("pages"), ranges(document.pages)),
            (_("class"), f"{class_name} ({classification.confidence:.1%})"),
            (_("reasons"), "; ".join(classification.reasons)),
            ("Akte", document.aktenzeichen),
            (_("deadline"), _deadline(document)),
            (_("state"), document.state.value),
            *(((_("new letters"), ", ".join(document.successors)),) if document.successors else ()),
            (_("verdict"), document.verdict),
            (_("sealed original"), document.sealed),
            *(((_("level"), document.seal_level.pades),) if document.sealed else ()),
            (_("archive copy"), conversion.sentence(document.pages)),
            (_("worst page"), conversion.compared()),
        ]
    )
    output.table(
        _("Fields"),
        (
            _("field"),
            _("value"),
            _("as read"),
            _("confidence"),
            _("page"),
            _("rule"),
            _("doubt"),
        ),
        [
            (
                field.name.value,
                field.value,
                field.read,
                field.confidence,
                field.page,
                field.rule,
                _(field.doubt) if field.doubt else "",
            )
            for field in document.extraction.fields
        ],
    )
    if shown.former:
        columns = (_("level"), _("time-stamp of"), _("held until"), _("verdict"), "SHA-256")
        output.table(_("Sealed originals before renewals"), columns, map(_former, shown.former))
    if shown.enclosures:
        rows = [(each.role.value, each.name, each.digest) for each in shown.enclosures]
        output.table(_("Enclosures"), (_("role"), _("name"), "SHA-256"), rows)
    for sentence in sentences(document.findings):
        output.line(f"• {sentence}", "yellow")
    if document.transfervermerk is not None:
        _print_note(document.transfervermerk)


def _print_note(note: Transfervermerk) -> None:
    output.line(f"Transfervermerk: {note.qa_result} {note.match_statement}")
    output.qualification([note.level_reached])
    if note.level_missing:
        text = _("Schutzbedarf {need}: its seal reaches “{reached}”; missing: {lacks}")
        lacks = "; ".join(_(lack.value) for lack in note.level_missing)
        reached = _(note.level_reached)
        told = text.format(need=note.schutzbedarf, reached=reached, lacks=lacks)
        output.line(told, "yellow")
