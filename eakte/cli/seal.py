"""Commands on seals: the key, what must be renewed, and renewing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from eakte.cli import output
from eakte.cli.options import HomeOption, JsonOption
from eakte.i18n import _

if TYPE_CHECKING:
    from eakte.domain.seal_keys import SealKeyFacts
    from eakte.services.renewing import Renewed

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
key = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(key, name="key", help=_("The seal key and its certificate."))

WithinOption = Annotated[
    int, typer.Option("--within", help=_("What ends within so many days."), metavar="DAYS", min=0)
]


@app.command("due", help=_("Show which sealed originals need another time-stamp, and by when."))
def due(home: HomeOption = None, within: WithinOption = 90, as_json: JsonOption = False) -> None:
    """Show the plan."""
    from eakte.seal.lasting import CERTIFICATE
    from eakte.services import renewing
    from eakte.services.desks import open_desk

    found = renewing.due(open_desk(home), within)
    if as_json:
        output.data(found, tuple[renewing.Due, ...])
        return
    columns = (
        _("document"),
        _("level"),
        _("time-stamp of"),
        _("to be renewed by"),
        _("state"),
        _("because of"),
    )
    rows = [
        (
            each.document,
            each.level.value,
            f"{each.stamped_at:%Y-%m-%d}" if each.stamped_at else "–",
            f"{each.by:%Y-%m-%d}",
            _("overdue") if each.overdue else _("in time"),
            _("a certificate") if each.because == CERTIFICATE else each.because,
        )
        for each in found
    ]
    output.table(_("Time-stamps to be renewed"), columns, rows)


@app.command("renew", help=_("Give another time-stamp to what needs one, if it is VALID."))
def renew(
    documents: Annotated[
        list[str] | None,
        typer.Argument(help=_("Only these letters."), metavar="DOC", show_default=False),
    ] = None,
    home: HomeOption = None,
    within: WithinOption = 90,
    as_json: JsonOption = False,
) -> None:
    """Renew what is due."""
    from eakte.config import open_home
    from eakte.domain.clock import SystemClock
    from eakte.pipeline.context import Context
    from eakte.services import renewing

    context = Context(open_home(home), SystemClock())
    done = tuple(renewing.renew(context, within, tuple(documents or ())))
    if as_json:
        output.data(done, tuple[renewing.Renewed, ...])
    else:
        _print(done)
    raise typer.Exit(renewing.exit_code(done))


def _print(done: tuple[Renewed, ...]) -> None:
    columns = (_("document"), _("outcome"), _("holds until"), _("because"))
    rows = [
        (
            each.document,
            _(each.outcome.value),
            f"{each.until:%Y-%m-%d}" if each.until else "",
            each.reason,
        )
        for each in done
    ]
    output.table(_("Renewed time-stamps"), columns, rows)


@key.command("show", help=_("Show what the seal key's certificate is; nothing is signed."))
def show(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show the key."""
    from eakte.domain.seal_keys import SealKeyFacts
    from eakte.services import sealing_keys
    from eakte.services.desks import open_desk

    found = sealing_keys.show(open_desk(home))
    if as_json:
        output.data(found, SealKeyFacts)
        return
    _print_key(found)


@key.command("retry", help=_("Allow one more try of a PIN that was refused."))
def retry(home: HomeOption = None) -> None:
    """Forget that a PIN was refused."""
    from eakte.services import sealing_keys
    from eakte.services.desks import open_desk

    if sealing_keys.allow_pin(open_desk(home)):
        output.line(_("The PIN is tried once more; `eakte seal key show` does so."))
    else:
        output.line(_("No PIN was refused."))


def _print_key(found: SealKeyFacts) -> None:
    yes, no = _("yes"), _("no")
    claims, certificate = found.claims, found.certificate
    stated = _("yes, by its own statement (QcCompliance)") if claims.qualified_in_eu else no
    links = " < ".join(each.subject for each in (certificate, *found.chain))
    output.facts(
        [
            (_("key"), found.reference),
            (_("certificate"), certificate.subject),
            (_("issued by"), certificate.issuer),
            (_("serial number"), certificate.serial),
            ("SHA-256", found.sha256),
            (_("algorithm"), found.algorithm),
            (_("purpose"), _(claims.purpose.value)),
            (_("qualified"), stated),
            (_("qualified device (QSCD)"), yes if claims.device else no),
            (_("disclosure statements"), ", ".join(claims.disclosure) or "–"),
            (_("valid"), f"{certificate.not_before:%Y-%m-%d} – {certificate.not_after:%Y-%m-%d}"),
            (_("chain"), links),
            (_("leads to a trust anchor"), yes if found.complete else no),
        ]
    )
    for warning in found.warnings:
        output.line(_("Warning: {what}").format(what=warning), "yellow")
