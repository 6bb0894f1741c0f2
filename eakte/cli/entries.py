"""Commands on what hangs on Akten and documents: participants, notes, links, Wiedervorlagen."""

from __future__ import annotations

from typing import Annotated

import typer

from eakte.cli import output
from eakte.cli.desk import open_desk
from eakte.cli.options import DocumentArgument, HomeOption, JsonOption, VersionOption
from eakte.i18n import _

party_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
note_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
link_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
wiedervorlage_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_Where = Annotated[
    str, typer.Argument(help=_("Aktenzeichen, or a document filed in one."), metavar="AZ|DOC")
]
_Entry = Annotated[
    str, typer.Argument(help=_("The entry, as `eakte akte show` names it."), metavar="ENTRY")
]
_Text = Annotated[str, typer.Argument(help=_("One line of text."), metavar="TEXT")]


@party_app.command("add", help=_("Note who has to do with an Akte or document, and as what."))
def add_party(
    where: _Where,
    name: Annotated[str, typer.Argument(help=_("Name of the participant."))],
    role: Annotated[str, typer.Option(help=_("As what: sender, applicant, lawyer …"))],
    address: Annotated[str, typer.Option(help=_("Address in one line."))] = "",
    home: HomeOption = None,
) -> None:
    """Add a participant."""
    from eakte.domain.entries import Party
    from eakte.services import attaching

    _say(attaching.attach(open_desk(home), where, Party(role, name, address)).uuid)


@party_app.command("change", help=_("Change name, role or address of a participant."))
def change_party(
    entry: _Entry,
    name: Annotated[str | None, typer.Option(help=_("Another name."))] = None,
    role: Annotated[str | None, typer.Option(help=_("Another role."))] = None,
    address: Annotated[str | None, typer.Option(help=_("Another address."))] = None,
    home: HomeOption = None,
    version: VersionOption = 0,
) -> None:
    """Change a participant."""
    _amend(home, entry, {"name": name, "role": role, "address": address}, version)


@party_app.command("remove", help=_("Take a participant away; the history keeps them."))
def remove_party(entry: _Entry, home: HomeOption = None, version: VersionOption = 0) -> None:
    """Remove a participant."""
    _end(home, entry, version)


@note_app.command("add", help=_("Put a note on an Akte or document."))
def add_note(where: _Where, text: _Text, home: HomeOption = None) -> None:
    """Add a note."""
    from eakte.domain.entries import Note
    from eakte.services import attaching

    _say(attaching.attach(open_desk(home), where, Note(text)).uuid)


@note_app.command("change", help=_("Change a note; the history keeps what it said."))
def change_note(
    entry: _Entry, text: _Text, home: HomeOption = None, version: VersionOption = 0
) -> None:
    """Change a note."""
    _amend(home, entry, {"text": text}, version)


@note_app.command("remove", help=_("Take a note away; the history keeps it."))
def remove_note(entry: _Entry, home: HomeOption = None, version: VersionOption = 0) -> None:
    """Remove a note."""
    _end(home, entry, version)


@link_app.command("add", help=_("Link a filed document with another one."))
def add_link(
    document: DocumentArgument,
    other: DocumentArgument,
    relation: Annotated[str, typer.Option(help=_("How they belong together."))] = "",
    home: HomeOption = None,
) -> None:
    """Add a link."""
    from eakte.domain.entries import Link
    from eakte.services import attaching

    _say(attaching.attach(open_desk(home), document, Link(other, relation)).uuid)


@link_app.command("remove", help=_("Take a link away; the history keeps it."))
def remove_link(entry: _Entry, home: HomeOption = None, version: VersionOption = 0) -> None:
    """Remove a link."""
    _end(home, entry, version)


@wiedervorlage_app.command("set", help=_("Have an Akte or document looked at again on a day."))
def set_wiedervorlage(
    where: _Where,
    date: Annotated[str, typer.Argument(help=_("The day, as 2026-03-31."))],
    text: _Text,
    person: Annotated[str, typer.Option("--for", help=_("Who is to look at it."))] = "",
    home: HomeOption = None,
) -> None:
    """Set a Wiedervorlage."""
    from eakte.domain.entries import Wiedervorlage
    from eakte.services import attaching

    _say(attaching.attach(open_desk(home), where, Wiedervorlage(date, text, person)).uuid)


@wiedervorlage_app.command("list", help=_("The Wiedervorlagen that are due, the oldest first."))
def list_wiedervorlagen(
    days: Annotated[int, typer.Option(help=_("Also those of the next so many days."), min=0)] = 0,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what is due."""
    from eakte.domain.codec import to_plain
    from eakte.services import attaching

    found = attaching.due(open_desk(home), days)
    if as_json:
        output.data(found, tuple[attaching.Due, ...])
        return
    rows = [
        (
            *(to_plain(each.entry.content)[name] for name in ("due", "person", "text")),
            each.akte,
            each.title,
            each.entry.uuid[:8],
        )
        for each in found
    ]
    columns = (_("due"), _("for"), _("content"), "Akte", _("title"), _("entry"))
    output.table(_("Wiedervorlagen"), columns, rows)


@wiedervorlage_app.command("change", help=_("Change day, text or person of a Wiedervorlage."))
def change_wiedervorlage(
    entry: _Entry,
    date: Annotated[str | None, typer.Option(help=_("Another day."))] = None,
    text: Annotated[str | None, typer.Option(help=_("Another text."))] = None,
    person: Annotated[str | None, typer.Option("--for", help=_("Another person."))] = None,
    home: HomeOption = None,
    version: VersionOption = 0,
) -> None:
    """Change a Wiedervorlage."""
    _amend(home, entry, {"due": date, "text": text, "person": person}, version)


@wiedervorlage_app.command("done", help=_("Note that a Wiedervorlage is done."))
def done(entry: _Entry, home: HomeOption = None, version: VersionOption = 0) -> None:
    """Note that a Wiedervorlage is done."""
    _end(home, entry, version)


def _amend(home: HomeOption, entry: str, given: dict[str, str | None], version: int) -> None:
    from eakte.services import attaching

    values = {name: value for name, value in given.items() if value is not None}
    changed = attaching.amend(open_desk(home), entry, values, version)
    told = _("{name} is now version {version}.")
    output.line(told.format(name=changed.uuid[:8], version=changed.version), "green")


def _end(home: HomeOption, entry: str, version: int) -> None:
    from eakte.services import attaching

    ended = attaching.end(open_desk(home), entry, version)
    output.line(_("Ended {name}; its history stays.").format(name=ended.uuid[:8]), "green")


def _say(name: str) -> None:
    output.line(_("Noted as {name}.").format(name=name[:8]), "green")
