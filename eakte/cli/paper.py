"""Commands on paper: what may be destroyed, and who decided so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from eakte.cli import output
from eakte.cli.desk import open_desk
from eakte.cli.options import HomeOption, JsonOption
from eakte.domain.page_numbers import ranges
from eakte.i18n import _

if TYPE_CHECKING:
    from eakte.services.paper import PaperOfBatch

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def paper() -> None:
    """Paper of scanned letters."""


@app.command(
    "release", help=_("Say which paper of a batch may be destroyed, when, and what forbids it.")
)
def release(
    batch: Annotated[str, typer.Option(help=_("The batch, as `eakte qa list` names it."))],
    home: HomeOption = None,
    person: Annotated[
        str, typer.Option(help=_("Your name: you give free what may go; it is logged."))
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Judge the paper of a batch; with a person, note the decision."""
    from eakte.services import paper as papers

    desk = open_desk(home)
    asked = (desk, batch, desk.home.trust)
    found = papers.decide(*asked, person) if person else papers.look(*asked)
    if as_json:
        output.data(found)
    else:
        _print(found)


def _print(found: PaperOfBatch) -> None:
    columns = (_("document"), _("file"), _("pages"), _("may go from"), _("forbidden because"))
    rows = [
        (
            each.document,
            each.file,
            ranges(each.pages),
            "" if each.forbidden or each.allowed_from is None else each.allowed_from.isoformat(),
            "\n".join(f"• {reason}" for reason in each.forbidden),
        )
        for each in (*found.may_go, *found.later, *found.forbidden)
    ]
    output.table(_("Paper of batch {batch}").format(batch=found.batch), columns, rows)
    for name in found.in_no_letter:
        text = _("{file} became no letter (yet): keep its sheets.")
        output.line(text.format(file=name), "yellow")
    count = len(found.may_go)
    text = _("May be destroyed today: {count}") if count else _("No paper may be destroyed today.")
    output.line(text.format(count=count), "bold")
