"""Commands on files that could not become letters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eakte.cli import output
from eakte.cli.desk import open_desk
from eakte.cli.options import HomeOption, JsonOption
from eakte.domain.findings import sentences
from eakte.i18n import _

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_ARGUMENT = typer.Argument(
    help=_("File name, or the beginning of its SHA-256."), metavar="FILE", show_default=False
)
_File = Annotated[str, _ARGUMENT]
_OneFile = Annotated[str | None, _ARGUMENT]


@app.command("list", help=_("List the files in quarantine, and why."))
def list_files(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the files in quarantine."""
    from eakte.records.scans import ScanRecord
    from eakte.services import quarantining

    found = quarantining.quarantined(open_desk(home))
    if as_json:
        output.data(found, tuple[ScanRecord, ...])
        return
    columns = (_("file"), "SHA-256", _("received"), _("bytes"), _("why"))
    rows = [
        (
            each.scan.name,
            each.scan.digest[:16],
            f"{each.scan.received_at:%Y-%m-%d %H:%M}",
            each.scan.size,
            "; ".join(sentences(each.findings)),
        )
        for each in found
    ]
    output.table(_("Quarantine"), columns, rows)


@app.command("show", help=_("Show one file in quarantine."))
def show(name: _File, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show one file in quarantine."""
    from eakte.services import quarantining

    found = quarantining.show(open_desk(home), name)
    if as_json:
        output.data(found)
        return
    output.facts(
        [
            (_("file"), found.scan.name),
            ("SHA-256", found.scan.digest),
            (_("station"), found.scan.station),
            (_("received"), f"{found.scan.received_at:%Y-%m-%d %H:%M:%S} UTC"),
            (_("bytes"), found.scan.size),
            (_("attempts"), found.attempt),
            (_("why"), "; ".join(sentences(found.findings))),
        ]
    )


@app.command("retry", help=_("Try a file in quarantine again; `watch` does it."))
def retry(
    name: _OneFile = None,
    home: HomeOption = None,
    everything: Annotated[
        bool, typer.Option("--all", help=_("Try every file in quarantine again."))
    ] = False,
) -> None:
    """Try a file again, or all of them."""
    from eakte.services import quarantining

    if everything == (name is not None):
        raise typer.BadParameter(_("name one file, or give --all"))
    desk = open_desk(home)
    records = quarantining.retry_all(desk) if name is None else (quarantining.retry(desk, name),)
    for record in records:
        text = _("{name} will be tried again by `eakte watch`.")
        output.line(text.format(name=record.scan.name))


@app.command("unlock", help=_("Give the password of an encrypted PDF; it is not stored."))
def unlock(
    name: _File,
    home: HomeOption = None,
    password_file: Annotated[
        Path | None, typer.Option(help=_("Read the password from this file instead of asking."))
    ] = None,
) -> None:
    """Open an encrypted file for reading and try it again."""
    from eakte.services import unlocking

    if password_file is None:
        password = typer.prompt(_("Password"), hide_input=True)
    else:
        password = password_file.read_text(encoding="utf-8").rstrip("\r\n")
    record = unlocking.unlock(open_desk(home), name, password)
    text = _("{name} will be tried again by `eakte watch`.")
    output.line(text.format(name=record.scan.name))
