"""Commands on seals: the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from eakte.cli import output
from eakte.cli.options import HomeOption, JsonOption
from eakte.i18n import _
from eakte.services.desks import open_desk

if TYPE_CHECKING:
    from eakte.domain.seal_keys import SealKeyFacts

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
key = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(key, name="key", help=_("The seal key and its certificate."))


@key.command("show", help=_("Show what the seal key's certificate is; nothing is signed."))
def show(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show the key."""
    from eakte.domain.seal_keys import SealKeyFacts
    from eakte.services import sealing_keys

    desk = open_desk(home)
    found = sealing_keys.show(desk.home, desk.clock)
    if as_json:
        output.data(found, SealKeyFacts)
        return
    _print(found)


@key.command("retry", help=_("Allow one more try of a PIN that was refused."))
def retry(home: HomeOption = None) -> None:
    """Forget that a PIN was refused."""
    from eakte.services import sealing_keys

    if sealing_keys.allow_pin(open_desk(home).home):
        output.line(_("The PIN is tried once more; `eakte seal key show` does so."))
    else:
        output.line(_("No PIN was refused."))


def _print(found: SealKeyFacts) -> None:
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
