"""Commands on the search index."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from eakte.cli import output
from eakte.cli.desk import open_desk
from eakte.cli.options import HomeOption, JsonOption
from eakte.errors import ExitCode
from eakte.i18n import _

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.command("check", help=_("Hold the index against itself and the filed letters."))
def check(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Check the index; exit code 4 if it must be rebuilt."""
    from eakte.services import indexing

    found = indexing.check(open_desk(home))
    if as_json:
        output.data(found)
    else:
        output.facts(
            [
                (_("filed letters"), found.filed),
                (_("missing from the index"), found.missing),
                (_("in the index, but not filed"), found.surplus),
                (_("in the index with another sender"), found.outdated),
                (_("search index"), _("sound") if found.sound else _("broken")),
            ]
        )
        for problem in found.problems:
            output.line(f"• {problem}", "yellow")
        if not found.sound:
            output.line(_("Make it anew: eakte index rebuild. Filing goes on meanwhile."))
    raise typer.Exit(ExitCode.OK if found.sound else ExitCode.WAITING)


@app.command("rebuild", help=_("Make the index anew; searching and filing go on meanwhile."))
def rebuild(
    home: HomeOption = None,
    workers: Annotated[
        int, typer.Option(help=_("Processes that analyse; 0: one for each processor."), min=0)
    ] = 0,
) -> None:
    """Rebuild the index."""
    from eakte.services import indexing

    now = indexing.Progress(0, 0)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=output.console(stderr=True)) as bar:
        task = bar.add_task(_("letters"), total=None)
        for now in indexing.rebuild(open_desk(home), workers):
            bar.update(task, completed=now.done, total=now.total)
    count = now.done - len(now.unreadable)
    output.line(_("The index holds {count} letters.").format(count=count))
    if now.unreadable:
        text = _("The texts of these cannot be read: {letters}. See `eakte doctor`.")
        output.line(text.format(letters=", ".join(now.unreadable)), "yellow")
        raise typer.Exit(ExitCode.ENVIRONMENT)
