"""Commands on letters that wait for a person."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eakte.cli import output
from eakte.cli.clerk import show as show_letter
from eakte.cli.desk import open_desk
from eakte.cli.options import DocumentArgument, HomeOption, JsonOption
from eakte.i18n import _

if TYPE_CHECKING:
    from eakte.domain.letters import FieldName
    from eakte.services.reviewing import Corrections, Waiting

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

AkteOption = Annotated[str, typer.Option("--akte", help=_("File it into this Akte."))]
ClassOption = Annotated[str, typer.Option("--class", help=_("It is of this class."))]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help=_("Correct a field: date=2026-03-01, sender=…; without a value it is taken away."),
    ),
]
SeenOption = Annotated[
    int,
    typer.Option(
        "--seen",
        min=0,
        metavar="VERSION",
        help=_("Do it only if the letter is still in this version, as `review show` told."),
    ),
]
PersonOption = Annotated[
    str,
    typer.Option(
        help=_(
            "Your name: you declare that you checked every page, and that it matches the paper in "
            "picture and content."
        )
    ),
]


@app.command("list", help=_("List letters that wait, and why; the nearest deadline first."))
def list_waiting(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List letters that wait."""
    from eakte.services import reviewing

    found = reviewing.waiting(open_desk(home))
    if as_json:
        output.data(found, tuple[reviewing.Waiting, ...])
        return
    columns = (
        _("document"),
        _("deadline"),
        _("class"),
        _("confidence"),
        "Akte",
        _("subject"),
        _("waits because"),
    )
    rows = [
        (
            each.document.id,
            each.deadline,
            each.class_name,
            each.document.classification.confidence,
            each.document.aktenzeichen,
            each.document.subject,
            "\n".join(f"• {reason}" for reason in each.reasons),
        )
        for each in found
    ]
    output.table(_("Waiting for a person"), columns, rows)


@app.command("show", help=_("Show a waiting letter: why it waits, its fields, its pages."))
def show(
    document: DocumentArgument,
    home: HomeOption = None,
    open_pages: Annotated[
        bool, typer.Option("--open", help=_("Open its pages with EAKTE_VIEWER, else xdg-open."))
    ] = False,
    pdf: Annotated[Path | None, typer.Option(help=_("Save its pages to this new file."))] = None,
    as_json: JsonOption = False,
) -> None:
    """Show a waiting letter."""
    from eakte.services import reviewing, viewing

    desk = open_desk(home)
    if open_pages:
        output.line(_("Opened {path}.").format(path=viewing.open_pages(desk, document)))
    if open_pages or pdf is not None:
        if pdf is not None:
            show_letter(document, home, pdf=pdf)
        return
    found = reviewing.look(desk, document)
    if as_json:
        output.data(found)
        return
    show_letter(document, home)
    _print_reasons(found)


def _print_reasons(found: Waiting) -> None:
    output.line()
    if found.document.deadline:
        output.line(_("Deadline: {date}").format(date=found.document.deadline), "bold")
    if found.deadline != found.document.deadline:
        output.line(_("Due of what is held behind it: {date}").format(date=found.deadline), "bold")
    text = _("It waits because (version {version}):")
    output.line(text.format(version=found.document.version), "bold")
    for reason in found.reasons:
        output.line(f"• {reason}")


@app.command("correct", help=_("Correct class, Akte or fields of a waiting letter."))
def correct(
    document: DocumentArgument,
    home: HomeOption = None,
    akte: AkteOption = "",
    class_id: ClassOption = "",
    fields: SetOption = None,
    seen: SeenOption = 0,
) -> None:
    """Correct a letter."""
    from eakte.services import reviewing

    corrections = _corrections(akte, class_id, fields)
    corrected = reviewing.correct(open_desk(home), document, corrections, seen)
    text = _("Corrected {document}; it is version {version} now.")
    output.line(text.format(document=corrected.id, version=corrected.version), "green")


@app.command("release", help=_("Release a letter: you vouch for the scan; `watch` seals it."))
def release(  # noqa: PLR0913, PLR0917 - one parameter per option
    document: DocumentArgument,
    person: PersonOption,
    home: HomeOption = None,
    akte: AkteOption = "",
    class_id: ClassOption = "",
    fields: SetOption = None,
    remark: Annotated[
        str,
        typer.Option(
            help=_("What is to be said of the paper (a copy, a page is missing …): it is sealed.")
        ),
    ] = "",
    seen: SeenOption = 0,
) -> None:
    """Release a letter."""
    from eakte.cli.review_page import release_told
    from eakte.services import reviewing

    corrections = _corrections(akte, class_id, fields)
    released = reviewing.release(open_desk(home), document, corrections, person, seen, remark)
    output.line(release_told(released), "green")


@app.command("reject", help=_("Close a letter without sealing; what came in is kept."))
def reject(
    document: DocumentArgument,
    reason: Annotated[str, typer.Option(help=_("Why; it stands in the record."))],
    home: HomeOption = None,
    seen: SeenOption = 0,
) -> None:
    """Reject a letter."""
    from eakte.services import reviewing

    rejected = reviewing.reject(open_desk(home), document, reason, seen)
    output.line(_("Rejected {document}.").format(document=rejected.id))


@app.command(
    "rescan", help=_("Close a letter until its paper was scanned again, or take that back.")
)
def rescan(
    document: DocumentArgument,
    home: HomeOption = None,
    reason: Annotated[
        str, typer.Option(help=_("What the mailroom should do; it stands in the record."))
    ] = "",
    withdraw: Annotated[
        bool,
        typer.Option("--withdraw", help=_("No new scan will come: the letter waits here again.")),
    ] = False,
    seen: SeenOption = 0,
) -> None:
    """Ask for a new scan, or do without it."""
    from eakte.services import rescanning

    if bool(reason) == withdraw:
        raise typer.BadParameter(_("give --reason, or --withdraw"))
    if withdraw:
        back = rescanning.withdraw(open_desk(home), document, seen)
        text = _("{document} waits for a person again; no new scan will come.")
        output.line(text.format(document=back.id))
        return
    closed = rescanning.ask(open_desk(home), document, reason, seen)
    text = _("{document} waits for a new scan; `eakte status` tells the mailroom.")
    output.line(text.format(document=closed.id))


@app.command("replace", help=_("Say which letter is the new scan of one that waits for it."))
def replace(
    document: DocumentArgument,
    new: Annotated[str, typer.Argument(help=_("The letter of the new scan."), metavar="NEW")],
    home: HomeOption = None,
) -> None:
    """Name the letter of a new scan."""
    from eakte.services import rescanning

    old, found = rescanning.replace(open_desk(home), document, new)
    output.line(_("{new} stands for {old} now.").format(new=found.id, old=old.id))


@app.command("split", help=_("Divide a letter; `watch` makes the new ones, this one is kept."))
def split(
    document: DocumentArgument,
    after: Annotated[
        list[int],
        typer.Option(help=_("Divide after this page of the letter, counted from 1.")),
    ],
    home: HomeOption = None,
    seen: SeenOption = 0,
) -> None:
    """Divide a letter."""
    from eakte.services import regrouping

    _print_new(regrouping.split(open_desk(home), document, tuple(after), seen))


@app.command("join", help=_("Make one letter of several of one scan; they are kept."))
def join(
    documents: Annotated[
        list[str], typer.Argument(help=_("Document ids, parts of the same scan."), metavar="DOC")
    ],
    home: HomeOption = None,
    seen: Annotated[
        list[int] | None,
        typer.Option(
            "--seen",
            min=0,
            metavar="VERSION",
            help=_("Once for each DOC, in their order: only if it is still in this version."),
        ),
    ] = None,
) -> None:
    """Join letters."""
    from eakte.services import regrouping

    versions = tuple(seen or ())
    if versions and len(versions) != len(documents):
        raise typer.BadParameter(_("give --seen once for each letter, or not at all"))
    _print_new(regrouping.join(open_desk(home), tuple(documents), versions))


def _print_new(new: tuple[str, ...]) -> None:
    text = _("`eakte watch` makes the new letters: {documents}")
    output.line(text.format(documents=", ".join(new)), "green")


@app.command("work", help=_("Work through the queue in the terminal, by keyboard."))
def work(
    person: PersonOption,
    home: HomeOption = None,
    plain: Annotated[
        bool,
        typer.Option("--plain", help=_("Lines and prompts only: for screen readers and scripts.")),
    ] = False,
) -> None:
    """Work through the queue."""
    from eakte.cli.review_form import Form
    from eakte.cli.review_keys import keyboard
    from eakte.services.reviewing import reviewer

    desk = open_desk(home)
    Form(desk, reviewer(desk, person), keyboard(plain=plain)).run()


def _corrections(akte: str, class_id: str, fields: list[str] | None) -> Corrections:
    from eakte.services.reviewing import Corrections

    return Corrections(akte, class_id, tuple(_assignments(fields or [])))


def _assignments(fields: list[str]) -> list[tuple[FieldName, str]]:
    """Read FIELD=VALUE; wrong usage ends with exit code 2."""
    from eakte.domain.letters import FieldName

    names = {name.value: name for name in FieldName}
    found = []
    for text in fields:
        name, equals, value = text.partition("=")
        if not equals or name.strip() not in names:
            problem = _("{text} is not FIELD=VALUE; fields are {names}")
            raise typer.BadParameter(problem.format(text=text, names=", ".join(names)))
        found.append((names[name.strip()], value))
    return found
