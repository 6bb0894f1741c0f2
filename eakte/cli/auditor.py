"""Commands of auditors: verify; those on the audit log are in `eakte.cli.audit`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eakte.cli import output
from eakte.cli.desk import open_desk
from eakte.cli.options import HomeOption, JsonOption
from eakte.domain.clock import SystemClock
from eakte.domain.verification import Verdict
from eakte.errors import ExitCode
from eakte.i18n import _

if TYPE_CHECKING:
    from eakte.services.verifying import Verified

_EXIT = {
    Verdict.VALID: ExitCode.OK,
    Verdict.INVALID: ExitCode.INVALID,
    Verdict.INDETERMINATE: ExitCode.INDETERMINATE,
}


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "verify", help=_("Verify sealed originals: 0 VALID, 20 INVALID, 21 INDETERMINATE.")
    )(verify)


def verify(
    what: Annotated[
        str,
        typer.Argument(help=_("Document id, Aktenzeichen, or a PDF or .p7m file."), metavar="WHAT"),
    ] = "",
    home: HomeOption = None,
    everything: Annotated[bool, typer.Option("--all", help=_("Every sealed original."))] = False,
    trust: Annotated[
        list[Path] | None,
        typer.Option(help=_("Trust anchors (PEM), may be repeated; else those of the home.")),
    ] = None,
    signature: Annotated[
        Path | None, typer.Option(help=_("A detached signature (.p7s, .p7m) of the file."))
    ] = None,
    report: Annotated[
        list[Path] | None,
        typer.Option(
            help=_("Also write a report: OUT.txt, .pdf, .xml (ETSI TS 119 102-2), .json.")
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Verify sealed originals."""
    from eakte.services import verification_reports
    from eakte.services.verifying import Verified, overall

    if bool(what) == everything or (signature and everything):
        raise typer.BadParameter(_("name a document, an Akte or a file, or use --all"))
    for each in report or ():
        if not verification_reports.is_known(each):
            raise typer.BadParameter(_("a report ends in .txt, .pdf, .xml or .json"))
    verified = _verified(what, home, tuple(trust or ()), signature)
    for each in report or ():
        verification_reports.write(verified, each)
    if as_json:
        output.data(verified, tuple[Verified, ...])
    elif len(verified) == 1 and verified[0].report.sha256:
        _explain(verified[0])
    else:
        _summarise(verified)
    raise typer.Exit(_EXIT[overall(verified)])


def _verified(
    what: str, home: Path | None, trust: tuple[Path, ...], signature: Path | None
) -> tuple[Verified, ...]:
    from eakte.records.documents import is_document_id
    from eakte.services import verifying

    names_akte = bool(what) and _names_akte(what, home)
    if signature or (what and not names_akte and not is_document_id(what)):
        anchors = trust or (verifying.anchors_of(open_desk(home)),)
        return (verifying.verify_file(Path(what), anchors, SystemClock().now(), signature),)
    if len(trust) > 1:
        raise typer.BadParameter(_("for documents of the home, --trust is given once"))
    desk = open_desk(home)
    place = trust[0] if trust else desk.home.trust
    if not what:
        return verifying.verify_all(desk, place)
    if names_akte:
        return verifying.verify_akte(desk, what, place)
    return (verifying.verify_document(desk, what, place),)


def _names_akte(what: str, home: Path | None) -> bool:
    """Tell an Aktenzeichen from a file; the pattern of its own that a home may have counts."""
    from eakte.config import home_path, open_home
    from eakte.domain.akten import is_aktenzeichen
    from eakte.domain.numbering import Numbering

    if is_aktenzeichen(what) or Path(what).exists() or not home_path(home).is_dir():
        return is_aktenzeichen(what)
    return Numbering(open_home(home).settings.records.aktenzeichen).fits(what)


def _explain(verified: Verified) -> None:
    """Print one report step by step."""
    from eakte.services import verification_reports
    from eakte.services.verifying import worth

    report = verified.report
    output.facts([(verified.name, report.verdict.value), (_("subject"), verified.title)])
    if report.reason:
        output.line(_("Because: {reason}").format(reason=report.reason), "yellow")
    output.facts(
        [
            ("SHA-256", report.sha256),
            (_("verified at"), f"{report.verified_at:%Y-%m-%d %H:%M:%S} UTC"),
            (_("trust anchors"), report.trusted),
        ]
    )
    if report.outside:
        told = verification_reports.beside(report)
        output.facts([(_("evidence beside the file"), "; ".join(told))])
    for seal in report.signatures:
        output.facts(
            [
                (_("seal"), f"{seal.field}: {seal.indication} {seal.sub_indication}".strip()),
                (_("signer"), seal.signer.subject if seal.signer else _("unknown")),
                (_("level"), seal.level),
                (_("proven to exist at"), verification_reports.proven_at(seal, report)),
                (_("chain"), " < ".join(link.subject for link in seal.chain)),
                (_("qualification"), worth(seal)),
            ]
        )
    columns = (_("time-stamp"), _("time"), _("authority"), _("valid"), _("qualification"))
    rows = [
        (
            stamp.kind,
            _moment(stamp.time),
            stamp.authority.subject,
            _yes_no(stamp.valid),
            worth(stamp),
        )
        for stamp in report.timestamps
    ]
    output.table(_("Time-stamps"), columns, rows)
    steps = [
        (step.clause, step.name, step.result, step.detail)
        for seal in report.signatures
        for step in seal.steps
    ]
    output.table(_("Steps of ETSI EN 319 102-1"), ("§", _("step"), _("result"), _("detail")), steps)
    checks = [(each.number, each.name, _yes_no(each.passed), each.detail) for each in report.checks]
    output.table(_("Checks"), ("#", _("check"), _("passed"), _("detail")), checks)


def _summarise(verified: tuple[Verified, ...]) -> None:
    rows = [
        (each.name, each.title, each.report.verdict.value, each.report.reason) for each in verified
    ]
    columns = (_("document"), _("subject"), _("verdict"), _("because"))
    output.table(_("Akten and sealed originals"), columns, rows)
    for text in sorted(
        {_(seal.qualification) for each in verified for seal in each.report.signatures}
    ):
        output.line(_("Seals: {qualification}").format(qualification=text), "yellow")
    for text in sorted({each.report.trusted for each in verified} - {""}):
        output.line(_("Trust anchors: {anchors}").format(anchors=text))
    good = sum(each.report.verdict is Verdict.VALID for each in verified)
    output.line(_("{good} of {all} are VALID").format(good=good, all=len(verified)), "bold")


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else ""


def _yes_no(passed: bool | None) -> str:
    return {True: _("yes"), False: _("NO"), None: _("not possible")}[passed]
