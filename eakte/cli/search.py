"""The search command."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from eakte.cli import output
from eakte.cli.desk import open_desk
from eakte.cli.options import HomeOption, JsonOption
from eakte.i18n import _

if TYPE_CHECKING:
    from eakte.search.finding import Total
    from eakte.services.searching import Found, Result


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("search", help=_("Find filed letters by their text."))(search)


def search(  # noqa: PLR0913, PLR0917 - one parameter per option
    query: Annotated[
        list[str],
        typer.Argument(
            help=_(
                'Words that must all occur; "a phrase", -not, OR, prefix*, (groups), '
                "az: klasse: von: datum: betrag: iban:"
            )
        ),
    ],
    home: HomeOption = None,
    akte: Annotated[str, typer.Option(help=_("Only this Aktenzeichen."))] = "",
    class_id: Annotated[str, typer.Option("--class", help=_("Only this class."))] = "",
    since: Annotated[
        str, typer.Option("--from", help=_("Letters dated YYYY-MM-DD or later."))
    ] = "",
    until: Annotated[
        str, typer.Option("--to", help=_("Letters dated YYYY-MM-DD or earlier."))
    ] = "",
    limit: Annotated[int, typer.Option(help=_("At most this many hits."), min=1, max=1000)] = 10,
    page: Annotated[int, typer.Option(help=_("Which page of so many hits, from 1."), min=1)] = 1,
    offset: Annotated[int, typer.Option(help=_("Skip so many hits first."), min=0)] = 0,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help=_("Print a table as CSV."))] = False,
) -> None:
    """Find filed letters."""
    from eakte.services.searching import Filters
    from eakte.services.searching import search as find

    filters = Filters(akte, class_id, _iso_date(since), _iso_date(until))
    skipped = offset + (page - 1) * limit
    result = find(open_desk(home), " ".join(query), filters, limit=limit, offset=skipped)
    if as_json:
        output.data(result)
    elif as_csv:
        _print_csv(result)
    else:
        _print_hits(result)


def _iso_date(text: str) -> str:
    """Check a date of the command line; wrong usage ends with exit code 2."""
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        problem = _("{text} is no date like 2026-03-31").format(text=text)
        raise typer.BadParameter(problem) from None


def _print_csv(result: Result) -> None:
    columns = ("number", "document", "rank", "similar", "akte", "class", "date", "page", "verdict")
    output.csv(
        (*columns, "subject", "snippet"),
        (
            (
                each.number,
                each.document.id,
                f"{each.hit.rank:.3f}",
                "yes" if each.hit.similar else "",
                each.document.aktenzeichen,
                each.document.classification.class_id or "",
                each.document.letter_date,
                _page(each),
                each.document.verdict,
                each.document.subject,
                each.hit.snippet.text,
            )
            for each in result.found
        ),
    )


def _print_hits(result: Result) -> None:
    output.line(_count(result.total), "bold")
    exact = True
    for each in result.found:
        if exact and each.hit.similar:
            exact = False
            output.line(_("Similar (typing or reading errors):"), "bold yellow")
        _print_hit(each)
    if result.found:
        last, total = result.found[-1].number, result.total
        if total.more or last < total.count:
            output.line(_("Further hits: --page, or --offset {last}").format(last=last))
    output.qualification(each.document.level_reached for each in result.found)


def _count(total: Total) -> str:
    if total.more:
        return _("Hits: more than {count}; the newest {count} are ranked").format(count=total.exact)
    if total.similar:
        text = _("Hits: {count}, and {similar} similar")
        return text.format(count=total.exact, similar=total.similar)
    return _("Hits: {count}").format(count=total.exact)


def _print_hit(each: Found) -> None:
    document = each.document
    output.line(f"{each.number}. {document.id}  {document.subject}", "bold cyan")
    place = _("   {akte} · {kind} · {date} · page {page} · {verdict}")
    output.line(
        place.format(
            akte=document.aktenzeichen,
            kind=each.class_name,
            date=document.letter_date,
            page=_page(each),
            verdict=document.verdict,
        )
    )
    output.marked(each.hit.snippet.text, each.hit.snippet.marks, "   ")


def _page(each: Found) -> int:
    """Give the page of the scan; a text of other pages than the record's counts from 1."""
    pages = each.document.pages
    return pages[each.hit.page - 1] if each.hit.page <= len(pages) else each.hit.page
