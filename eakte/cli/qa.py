"""Commands on batches and samples of quality assurance."""

from __future__ import annotations

from typing import Annotated

import typer

from eakte.cli import output
from eakte.cli.desk import open_desk
from eakte.cli.options import HomeOption, JsonOption
from eakte.errors import ExitCode
from eakte.i18n import _

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.command("list", help=_("List the batches, their states and samples."))
def list_batches(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the batches."""
    from eakte.services import qa

    found = qa.overview(open_desk(home))
    if as_json:
        output.data(found, tuple[qa.BatchLine, ...])
        return
    columns = (_("batch"), _("state"), _("letters"), _("sample"), _("seed"))
    rows = [
        (
            each.batch.id,
            _(each.batch.state.value),
            ", ".join(" ".join((_(state), str(count))) for state, count in each.states.items()),
            "\n".join(each.sampled),
            each.batch.seed,
        )
        for each in found
    ]
    output.table(_("Batches"), columns, rows)


@app.command("draw", help=_("Draw the sample of a batch again, from the audit log alone."))
def draw(
    batch: Annotated[
        str, typer.Argument(help=_("The batch, as `eakte qa list` names it."), metavar="BATCH")
    ],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draw a sample again; exit code 20 if log or records say otherwise."""
    from eakte.services import qa

    found = qa.draw(open_desk(home), batch)
    if as_json:
        output.data(found)
    else:
        seed = f"{found.seed} ({found.origin})"
        output.facts([(_("batch"), found.batch), (_("seed"), seed)])
        rows = [
            (each.document, each.rate, _("drawn") if each.document in found.drawn else "")
            for each in found.candidates
        ]
        output.table(_("Sample"), (_("document"), _("rate"), _("sample")), rows)
        for sentence in found.contradictions:
            output.line(sentence, "bold red")
    raise typer.Exit(ExitCode.INVALID if found.contradictions else ExitCode.OK)
