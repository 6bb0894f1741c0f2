"""Commands on evidence records (RFC 4998)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eakte.cli import output
from eakte.cli.options import DocumentArgument, HomeOption, JsonOption
from eakte.domain.verification import Verdict
from eakte.errors import ExitCode
from eakte.i18n import _

if TYPE_CHECKING:
    from eakte.pipeline.desk import Desk
    from eakte.seal.evidence.stamping import ArchiveStamper
    from eakte.services.evidence_renewing import Run
    from eakte.services.evidence_trees import Created
    from eakte.services.verifying import Verified

_EXIT = {
    Verdict.VALID: ExitCode.OK,
    Verdict.INVALID: ExitCode.INVALID,
    Verdict.INDETERMINATE: ExitCode.INDETERMINATE,
}

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def _opened(home: Path | None) -> tuple[Desk, ArchiveStamper]:
    from eakte.seal.opening import open_archive_stamper
    from eakte.services.desks import open_desk

    desk = open_desk(home)
    return desk, open_archive_stamper(desk.home, desk.clock)


@app.command("create", help=_("One hash tree and time-stamp over all that has no record yet."))
def create(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Make evidence records."""
    from eakte.services import evidence_trees

    done = evidence_trees.create(*_opened(home))
    if as_json:
        output.data(done, evidence_trees.Created)
    else:
        _print_created(done)
    raise typer.Exit(done.exit_code)


def _print_created(done: Created) -> None:
    if done.kept is not None:
        text = _("Evidence records for {count} sealed originals and {manifests} manifests of Akten")
        count = done.kept.objects - done.manifests
        output.line(text.format(count=count, manifests=done.manifests))
        output.line(_("Root of the hash tree: {root}").format(root=done.kept.root))
    elif not done.flaws:
        output.line(_("Nothing to do: everything has an evidence record."))
    for each in done.flaws:
        told = _("No evidence record for {name}: {reason}")
        output.line(told.format(name=each.name, reason=each.reason), "red")


@app.command("renew", help=_("Renew what ends: time-stamps, or hash trees by reading all again."))
def renew(
    home: HomeOption = None,
    within: Annotated[
        int, typer.Option("--within", help=_("What ends within so many days."), min=0)
    ] = 90,
    digest: Annotated[
        str, typer.Option("--digest", help=_("Read all again by this: sha384, sha512, …"))
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Renew evidence records."""
    from eakte.seal.evidence.hashtree import DIGESTS
    from eakte.services import evidence_renewing

    if digest and digest not in DIGESTS:
        raise typer.BadParameter(_("known are: {names}").format(names=", ".join(sorted(DIGESTS))))
    run = evidence_renewing.renew(*_opened(home), within, digest)
    if as_json:
        output.data(run, evidence_renewing.Run)
    else:
        _print_run(run)
    raise typer.Exit(run.exit_code)


def _print_run(run: Run) -> None:
    if not run.results:
        output.line(_("Nothing to do: no evidence record ends so soon."))
        return
    rows = [(each.name, _(each.outcome.value), each.reason) for each in run.results]
    columns = (_("hash tree or object"), _("outcome"), _("because"))
    output.table(_("Renewed evidence records"), columns, rows)
    for kept in run.kept:
        text = _("New hash tree evidence-{id} ({kind}) over {count}; root {root}")
        output.line(
            text.format(id=kept.id, kind=kept.kind.value, count=kept.objects, root=kept.root)
        )


@app.command("verify", help=_("Verify records: 0 VALID, 20 INVALID, 21 INDETERMINATE."))
def verify(  # noqa: PLR0913, PLR0917 - one parameter per option
    what: Annotated[
        list[str] | None,
        typer.Argument(
            help=_("Letters or Akten; with --record: the files that it is about."), metavar="WHAT"
        ),
    ] = None,
    home: HomeOption = None,
    everything: Annotated[bool, typer.Option("--all", help=_("Every sealed original."))] = False,
    record: Annotated[
        Path | None, typer.Option(help=_("An evidence record (.ers); no home is needed."))
    ] = None,
    trust: Annotated[
        list[Path] | None, typer.Option(help=_("With --record: trust anchors (PEM), repeatable."))
    ] = None,
    revocation: Annotated[
        list[Path] | None,
        typer.Option(help=_("With --record: a newer revocation list or OCSP answer (DER).")),
    ] = None,
    report: Annotated[
        list[Path] | None,
        typer.Option(
            help=_("Also write a report: OUT.txt, .pdf, .xml (ETSI TS 119 102-2), .json.")
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Verify evidence records."""
    from eakte.services import evidence_checks, verification_reports
    from eakte.services.verifying import Verified, overall

    names = tuple(what or ())
    for each in report or ():
        if not verification_reports.is_known(each):
            raise typer.BadParameter(_("a report ends in .txt, .pdf, .xml or .json"))
    if record is not None:
        found: tuple[Verified, ...] = (_of_file(record, names, trust, revocation),)
    elif bool(names) == everything or trust or revocation:
        raise typer.BadParameter(
            _("name letters or Akten, or use --all; --trust and --revocation go with --record")
        )
    else:
        found = evidence_checks.verify(*_opened(home), names)
    for each in report or ():
        verification_reports.write(found, each)
    if as_json:
        output.data(found, tuple[Verified, ...])
    else:
        _print(found)
    raise typer.Exit(_EXIT[overall(found)])


def _of_file(
    record: Path, names: tuple[str, ...], trust: list[Path] | None, revocation: list[Path] | None
) -> Verified:
    from eakte.domain.clock import SystemClock
    from eakte.seal.evidence.verify import Case
    from eakte.services import evidence_checks

    if not trust:
        raise typer.BadParameter(_("--record needs --trust"))
    objects = tuple(Path(name) for name in names)
    case = Case(record, objects, tuple(trust), tuple(revocation or ()))
    return evidence_checks.verify_file(case, SystemClock().now())


def _print(found: tuple[Verified, ...]) -> None:
    if len(found) == 1:
        _explain(found[0])
        return
    from eakte.services.verifying import worth

    rows = [
        (each.name, each.title, each.report.verdict.value, each.report.reason) for each in found
    ]
    columns = (_("document"), _("subject"), _("verdict"), _("because"))
    output.table(_("Evidence records"), columns, rows)
    for text in sorted({worth(one) for each in found for one in each.report.timestamps}):
        output.line(_("Time-stamps: {qualification}").format(qualification=text), "yellow")
    good = sum(each.report.verdict is Verdict.VALID for each in found)
    output.line(_("{good} of {all} are VALID").format(good=good, all=len(found)), "bold")


def _explain(verified: Verified) -> None:
    from eakte.services.verifying import worth

    report = verified.report
    output.facts([(verified.name, report.verdict.value), (_("subject"), verified.title)])
    if report.reason:
        output.line(_("Because: {reason}").format(reason=report.reason), "yellow")
    output.facts([("SHA-256", report.sha256), (_("trust anchors"), report.trusted)])
    marks = {True: _("yes"), False: _("NO"), None: _("not possible")}
    stamps = [
        (
            each.field,
            f"{each.time:%Y-%m-%d %H:%M:%S} UTC",
            each.authority.subject,
            marks[each.valid],
            worth(each),
        )
        for each in report.timestamps
    ]
    columns = ("#", _("time"), _("authority"), _("valid"), _("qualification"))
    output.table(_("Archive time-stamps"), columns, stamps)
    checks = [(each.number, each.name, marks[each.passed], each.detail) for each in report.checks]
    output.table(_("Checks"), ("#", _("check"), _("passed"), _("detail")), checks)


@app.command("show", help=_("Show the evidence record of a letter; --out writes it as a file."))
def show(
    document: DocumentArgument,
    home: HomeOption = None,
    out: Annotated[
        Path | None, typer.Option(help=_("Write the record (DER) there, such as letter.ers."))
    ] = None,
) -> None:
    """Show a record."""
    from eakte.services import evidence_checks
    from eakte.services.desks import open_desk

    desk = open_desk(home)
    letter, chains = evidence_checks.record_of(desk, document)
    rows = [
        (
            f"{chain_number}.{number}",
            each.digest,
            sum(map(len, each.lists)),
            f"{each.stated.time:%Y-%m-%d %H:%M:%S} UTC",
        )
        for chain_number, chain in enumerate(chains, start=1)
        for number, each in enumerate(chain, start=1)
    ]
    columns = ("#", _("digest"), _("hashes beside it"), _("time"))
    output.table(_("Evidence record of {document}").format(document=letter.id), columns, rows)
    if out is not None:
        evidence_checks.export(desk, document, out)
        output.line(_("Written to {path}").format(path=out))
