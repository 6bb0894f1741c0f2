"""Commands on backups: make, list, verify, prune; and `restore`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eakte.cli import output
from eakte.cli.desk import open_desk
from eakte.cli.options import HomeOption, JsonOption, OwnerOption
from eakte.domain.clock import SystemClock
from eakte.i18n import _

if TYPE_CHECKING:
    from eakte.domain.ids import Digest
    from eakte.services.backing_up import BackedUp
    from eakte.services.keeping_backups import Listed
    from eakte.services.restoring import Restored

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_Folder = Annotated[Path, typer.Argument(help=_("The folder of backups."), metavar="DEST")]
_NAME = _("A backup, or the beginning of its name; else the newest.")


def register(program: typer.Typer) -> None:
    """Add the command `restore` to the program."""
    program.command("restore", help=_("Make a home of a backup, in a new or empty folder."))(
        restore
    )


@app.command("create", help=_("Back up the home into DEST, while work goes on: only what is new."))
def create(
    folder: _Folder,
    home: HomeOption = None,
    without_keys: Annotated[
        bool,
        typer.Option("--without-keys", help=_("Leave out keys, PINs and passwords of the home.")),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a backup; exit code 20 if the home had lost something already."""
    from eakte.services import backing_up

    made = backing_up.create(open_desk(home), folder, keys=not without_keys)
    if as_json:
        output.data(made)
    else:
        _print_made(made)
    raise typer.Exit(made.exit_code)


@app.command("list", help=_("The backups in DEST, the oldest first."))
def show(folder: _Folder, as_json: JsonOption = False) -> None:
    """List backups."""
    from eakte.services import keeping_backups

    found = keeping_backups.every(folder)
    if as_json:
        output.data(found, tuple[keeping_backups.Listed, ...])
        return
    columns = (_("backup"), _("made"), _("events"), _("files"), _("blobs"), "MB", _("remarks"))
    output.table(_("Backups"), columns, [_row(each) for each in found])


@app.command("verify", help=_("Read again what backups name: exit 20 if anything was changed."))
def verify(
    folder: _Folder,
    name: Annotated[
        str, typer.Argument(help=_("One backup, or the beginning of its name; else all."))
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Verify backups."""
    from eakte.services import keeping_backups

    found = keeping_backups.verify(folder, name)
    if as_json:
        output.data(found)
    else:
        text = _("{backups} backups, {objects} objects, {size} MB read again")
        size = f"{found.bytes / 1e6:.1f}"
        output.line(text.format(backups=len(found.names), objects=found.objects, size=size))
        if found.unnamed:
            text = _("{count} objects are named by no backup; `eakte backup prune` removes them")
            output.line(text.format(count=found.unnamed))
        for each in found.problems:
            output.line(f"• {each}", "red")
        if not found.problems:
            output.line(_("The backups are whole."), "bold green")
    raise typer.Exit(found.exit_code)


@app.command("prune", help=_("Remove all backups but the newest, and what only they needed."))
def prune(
    folder: _Folder,
    keep: Annotated[int, typer.Option("--keep", help=_("So many backups stay."), min=1)],
    as_json: JsonOption = False,
) -> None:
    """Prune backups."""
    from eakte.services import keeping_backups

    done = keeping_backups.prune(folder, keep)
    if as_json:
        output.data(done)
        return
    text = _("{removed} backups removed, {kept} kept; {objects} objects ({size} MB) went")
    counts = {"removed": len(done.removed), "kept": len(done.kept), "objects": done.objects}
    output.line(text.format(size=f"{done.bytes / 1e6:.1f}", **counts))


def restore(
    folder: _Folder,
    root: Annotated[
        Path,
        typer.Argument(help=_("The home to make: nothing yet, or empty."), metavar="HOME"),
    ],
    backup: Annotated[str, typer.Option("--backup", help=_NAME, show_default=False)] = "",
    database: Annotated[
        str,
        typer.Option(
            help=_("PostgreSQL: the URL of an empty database, for a home that had one there."),
            show_default=False,
        ),
    ] = "",
    owner: OwnerOption = "",
    as_json: JsonOption = False,
) -> None:
    """Make a home of a backup."""
    from eakte.services import restoring
    from eakte.services.homes import Database

    where = Database(database, owner)
    done = restoring.restore(folder, root, SystemClock(), backup, where)
    if as_json:
        output.data(done)
    else:
        _print_restored(done)


def _row(each: Listed) -> tuple[object, ...]:
    remarks = [each.problem] if each.problem else []
    if each.lost:
        remarks.append(_("{count} blobs were lost before").format(count=each.lost))
    if each.made_at and not each.keys:
        remarks.append(_("without keys"))
    made = f"{each.made_at:%Y-%m-%d %H:%M:%S} UTC" if each.made_at else ""
    size = f"{each.size / 1e6:.1f}"
    return each.name, made, each.events, each.files, each.blobs, size, "; ".join(remarks)


def _print_made(made: BackedUp) -> None:
    output.line(_("Backup {name}").format(name=made.name), "bold green")
    text = _("{files} files and {blobs} blobs, {size} MB; new: {objects} objects, {new} MB")
    sizes = {"size": f"{made.size / 1e6:.1f}", "new": f"{made.new_bytes / 1e6:.1f}"}
    counts = {"files": made.files, "blobs": made.blobs, "objects": made.new_objects}
    output.line(text.format(**counts, **sizes))
    output.line(_("Its name proves what is in it: note it where nobody can change it."))
    _print_left_out(made.left_out)
    _print_lost(made.lost)


def _print_restored(done: Restored) -> None:
    text = _("Restored {root} from backup {name}.")
    output.line(text.format(root=done.root, name=done.name), "bold green")
    _print_left_out(done.left_out)
    _print_lost(done.lost)
    output.line(
        _(
            "The old home must not run any more: both would go on with the same records, inboxes "
            "and numbers. What happened there after {at} is not in this one: erasures too."
        ).format(at=f"{done.made_at:%Y-%m-%d %H:%M:%S} UTC"),
        "bold yellow",
    )
    output.line(_("Now look at it: eakte doctor, eakte verify --all, eakte audit verify."))


def _print_left_out(left_out: tuple[str, ...]) -> None:
    for each in left_out:
        output.line(_("Not in the backup: {path}").format(path=each), "yellow")


def _print_lost(lost: tuple[Digest, ...]) -> None:
    for each in lost:
        text = _("The home had lost this blob before, or it was damaged: {digest}")
        output.line(text.format(digest=each), "red")
