"""The yearly report of an auditor as pages: text, tables and charts in the reader's language."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from eakte.charts import Columns
from eakte.domain.figures import SENTENCES, Anomaly, Figures, Sighting, Volume
from eakte.i18n import N_, _
from eakte.services.audit_parts import (
    FACTS,
    Part,
    bars,
    chart_and_table,
    counted,
    facts,
    finding,
    moment,
)
from eakte.services.audit_report import AuditReport, Dues, KeyUse, LogState, Worth
from eakte.services.printed import as_pdfa, placed
from eakte.typeset import Heading, Table, Text

_READS = {
    "viewed": N_("views"),
    "searched": N_("searches"),
    "exported": N_("exports"),
    "verified": N_("verifications"),
}
_VOLUME = (
    N_("files"),
    N_("duplicates"),
    N_("pages"),
    N_("letters made"),
    N_("in quarantine"),
    N_("letters rejected"),
    N_("letters filed"),
    "MB",
)
_VOLUME_SHARES = (1.8, 0.95, 1.0, 0.8, 1.1, 1.2, 1.2, 1.15, 0.75)


def write(report: AuditReport, out: Path) -> str:
    """Write the report as PDF/A, readable by its owner only, and give its SHA-256.

    An existing file is replaced. Raises UnusableInputError if it cannot be written or made to
    conform.
    """
    title = _("Report of the audit log")
    digests = list[str]()

    def make(draft: Path) -> None:
        as_pdfa(title, blocks(report), draft)
        digests.append(hashlib.sha256(draft.read_bytes()).hexdigest())

    placed(out, make)
    return digests[0]


def blocks(report: AuditReport) -> Iterator[Part]:
    """Give what the report says, a changed log first of all."""
    yield Heading(_("Report of the audit log"))
    period = report.period
    span = _("{first} to {last}, days in Germany").format(first=period.first, last=period.last)
    yield facts(
        [
            (_("public authority"), report.organisation),
            (_("period"), span),
            (_("made at"), moment(report.made_at)),
            (_("made by"), f"eakte {report.version}"),
        ]
    )
    yield from _log(report.log, report.figures)
    yield from _volumes(report.figures)
    yield from _findings(report.figures)
    yield from _quality(report.figures)
    yield from _releases(report.figures)
    yield from _seals(report)
    yield from _access(report.figures)
    yield from _anomalies(report)
    yield from _events(report.figures)


def _log(state: LogState, figures: Figures) -> Iterator[Part]:
    verdict = state.verdict
    if not state.intact:
        yield Heading(_("THE AUDIT LOG WAS CHANGED"), 2)
        yield Text(_("The figures below are what is left of it; do not rely on them."))
        places = (
            (_("whole log") if each.position is None else f"#{each.position}", each.detail)
            for each in verdict.defects
        )
        yield Table(tuple(places), FACTS)
    yield Heading(_("State of the log"), 2)
    yield facts(
        [
            (_("whole log"), _("intact") if state.intact else _("CHANGED")),
            (_("events in the whole log"), str(verdict.size)),
            (_("root of the whole log"), verdict.root),
            (_("events before the period"), str(state.begin.size)),
            (_("root before the period"), state.begin.root),
            (_("events at its end"), str(state.end.size)),
            (_("root at its end"), state.end.root),
            (_("events of the period"), str(figures.events)),
            (_("entries that are no events"), str(figures.unreadable)),
            (_("checkpoints of the period"), str(state.checkpoints)),
            (_("confirmed by checkpoints"), _confirmed(state)),
            (_("not confirmed yet"), str(verdict.size - verdict.anchored)),
            (_("unreadable checkpoints"), str(verdict.unreadable_checkpoints)),
        ]
    )
    yield Text(
        _(
            "The whole log was checked for this report: every event, every root, every checkpoint. "
            "The figures are counted in the events whose time is in the period; whoever reads the "
            "log counts the same. A checkpoint proves only as much as the place where it is kept."
        )
    )


def _confirmed(state: LogState) -> str:
    if not state.verdict.anchored:
        return _("no event")
    text = _("{count} events, by checkpoints of {first} to {last}")
    first, last = state.confirmed_since[:19], state.confirmed_until[:19]
    return text.format(count=state.verdict.anchored, first=first, last=last)


def _volumes(figures: Figures) -> Iterator[Part]:
    yield Heading(_("Volumes"), 2)
    months = figures.months
    series = [
        (_("files"), [each.files for each in months.values()]),
        (_("letters"), [each.letters for each in months.values()]),
        (_("filed"), [each.filed for each in months.values()]),
    ]
    yield Columns(
        _("Arrivals by month"),
        tuple(months),
        tuple((name, tuple(values)) for name, values in series),
    )
    yield _volume_table(_("month"), months)
    yield bars(_("Files by station"), {name: each.files for name, each in figures.stations.items()})
    yield _volume_table(_("station"), figures.stations)
    yield _volume_table(_("pipeline"), figures.pipelines)


def _volume_table(name: str, volumes: Mapping[str, Volume]) -> Table:
    lines = [(each or "–", *_amounts(volume)) for each, volume in volumes.items()]
    if len(lines) > 1:
        total = zip(*(_numbers(each) for each in volumes.values()), strict=True)
        lines.append((_("total"), *_told([sum(column) for column in total])))
    head = (name, *(_(each) for each in _VOLUME))
    right = frozenset(range(1, len(head)))
    return Table(tuple(lines), _VOLUME_SHARES, head, right)


def _amounts(volume: Volume) -> tuple[str, ...]:
    return _told(_numbers(volume))


def _numbers(volume: Volume) -> tuple[int, ...]:
    each = volume
    arrived = (each.files, each.duplicates, each.pages, each.letters)
    return (*arrived, each.quarantined, each.rejected, each.filed, each.octets)


def _told(numbers: Sequence[int]) -> tuple[str, ...]:
    *whole, octets = numbers
    return (*map(str, whole), f"{octets / 1e6:.1f}")


def _findings(figures: Figures) -> Iterator[Part]:
    yield Heading(_("Findings"), 2)
    kinds = (
        (_("Why no rule could release a letter"), figures.held),
        (_("Why files came into quarantine"), figures.quarantine),
    )
    for title, counts in kinds:
        named = {finding(code): count for code, count in counts.items()}
        yield from chart_and_table(title, named)


def _quality(figures: Figures) -> Iterator[Part]:
    yield Heading(_("Quality assurance"), 2)
    drawn = sum(each.drawn for each in figures.batches)
    candidates = sum(each.candidates for each in figures.batches)
    results = [each.result for each in figures.batches]
    passed, failed = results.count("passed"), results.count("failed")
    rest = len(results) - passed - failed
    yield facts(
        [
            (_("batches"), str(len(figures.batches))),
            (_("letters drawn"), _share(drawn, candidates)),
            (_("passed"), str(passed)),
            (_("failed"), _share(failed, passed + failed)),
            (_("not concluded in the period"), str(rest)),
        ]
    )
    if not figures.batches:
        return
    yield bars(_("Samples"), {_("passed"): passed, _("failed"): failed, _("not concluded"): rest})
    head = (_("batch"), _("drawn of"), _("result"), _("seed"), _("seed from"))
    lines = (
        (
            each.name,
            f"{each.drawn} / {each.candidates}",
            " ".join(filter(None, (_(each.result) if each.result else "–", each.reason))),
            each.seed,
            each.origin,
        )
        for each in figures.batches
    )
    yield Table(tuple(lines), (2.0, 0.9, 1.4, 2.6, 0.9), head)


def _share(part: int, whole: int) -> str:
    text = _("{part} of {whole}").format(part=part, whole=whole)
    return f"{text} ({100 * part / whole:.1f} %)" if whole else text


def _releases(figures: Figures) -> Iterator[Part]:
    yield Heading(_("Releases and corrections"), 2)
    persons, rules = figures.released_by_person, figures.released_by_rule
    yield facts(
        [
            (_("released by persons"), str(sum(persons.values()))),
            (_("of these by two persons"), str(figures.two_persons)),
            (_("released by rules"), str(sum(rules.values()))),
            (_("corrected before release"), str(figures.actions.get("corrected", 0))),
            (_("corrected after filing"), str(figures.actions.get("document-corrected", 0))),
            (_("rejected"), str(sum(figures.rejected_by.values()))),
        ]
    )
    yield from chart_and_table(_("Releases by person"), persons)
    yield from chart_and_table(_("Releases by rule"), rules)
    for title, counts in (
        (_("First looks where two persons release"), figures.first_looks),
        (_("Releases by how they were checked"), figures.checks),
        (_("Corrections by person"), figures.corrected_by),
        (_("Corrections by field"), figures.corrected_fields),
        (_("Rejections by person"), figures.rejected_by),
    ):
        yield from counted(title, counts)


def _seals(report: AuditReport) -> Iterator[Part]:
    figures, worth = report.figures, report.seals
    yield Heading(_("Seals, time-stamps and evidence records"), 2)
    created = figures.evidence_created.values()
    renewed = figures.evidence_renewed.values()
    trees = _("{trees} hash trees over {objects} objects")
    yield facts(
        [
            (_("seals"), str(figures.actions.get("sealed", 0))),
            (_("seals delayed"), str(sum(figures.delayed_seals.values()))),
            (_("seals refused"), str(sum(figures.refused_seals.values()))),
            (_("renewals of sealed originals"), str(sum(figures.renewals.values()))),
            (_("time-stamps due"), _due(report.seals_due)),
            (
                _("evidence records created"),
                trees.format(
                    trees=sum(each.trees for each in created),
                    objects=sum(each.objects for each in created),
                ),
            ),
            (
                _("evidence records renewed"),
                trees.format(
                    trees=sum(each.trees for each in renewed),
                    objects=sum(each.objects for each in renewed),
                ),
            ),
            (_("evidence records due"), _due(report.evidence_due)),
            (_("sealed originals verified"), _verified(report)),
        ]
    )
    yield from chart_and_table(_("Seals by level"), figures.seals)
    yield from _worth(worth)
    reasons = {finding(code): count for code, count in figures.refused_seals.items()}
    yield from counted(_("Why seals were refused"), reasons)
    delays = {_(reason): count for reason, count in figures.delayed_seals.items()}
    yield from counted(_("Why seals were delayed"), delays)
    if report.originals is not None and report.originals.failed:
        yield Heading(_("Sealed originals that are not VALID"), 3)
        lines = (
            (each.document, each.verdict.value, each.reason) for each in report.originals.failed
        )
        yield Table(tuple(lines), (1, 0.8, 2.2), (_("document"), _("verdict"), _("because")))


def _verified(report: AuditReport) -> str:
    if report.originals is None:
        return _("not verified in this report")
    verdicts = report.originals.verdicts.items()
    return ", ".join(f"{verdict}: {count}" for verdict, count in verdicts) or _("none")


def _due(due: Dues) -> str:
    text = _("overdue {overdue}; within 90 days {soon}; later within a year {later}")
    return text.format(overdue=due.overdue, soon=due.soon, later=due.later)


def _worth(worth: Worth) -> Iterator[Part]:
    named = {_(rank): count for rank, count in worth.qualifications.items()}
    yield from counted(_("Seals by qualification, when they were made"), named)
    if worth.without_report:
        text = _("Of {count} seals the report that judged them is not in the store.")
        yield Text(text.format(count=worth.without_report))
    if worth.keys:
        yield Heading(_("Certificates of the seals"), 3)
        head = (_("subject"), "SHA-256", _("seals"), _("first"), _("last"), _("expires"))
        lines = tuple(map(_key, worth.keys))
        yield Table(lines, (2, 2, 0.6, 1, 1, 1), head, frozenset({2}))


def _key(use: KeyUse) -> tuple[str, ...]:
    days = (use.first, use.last, use.certificate.not_after)
    dates = (f"{each:%Y-%m-%d}" for each in days)
    return (use.certificate.subject, use.certificate.sha256, str(use.seals), *dates)


def _access(figures: Figures) -> Iterator[Part]:
    yield Heading(_("Access"), 2)
    reads = {_(_READS[action]): sum(counts.values()) for action, counts in figures.reads.items()}
    yield bars(_("Views, searches, exports and verifications"), reads)
    actors = sorted({actor for counts in figures.reads.values() for actor in counts})
    head = (_("actor"), *(_(_READS[action]) for action in figures.reads))
    lines = tuple(
        (actor, *(str(counts.get(actor, 0)) for counts in figures.reads.values()))
        for actor in actors
    )
    right = frozenset(range(1, len(head)))
    if lines:
        yield Table(lines, (2.0, *(1.0,) * (len(head) - 1)), head, right)
    yield from counted(_("What verifications found"), figures.verdicts)
    refused = {
        f"{actor}: {permission}": count
        for actor, counts in figures.refused.items()
        for permission, count in counts.items()
    }
    yield from counted(_("Access refused, by person and permission"), refused)


def _anomalies(report: AuditReport) -> Iterator[Part]:
    yield Heading(_("Anomalies"), 2)
    yield Text(_("Each rule asks a question; what it finds proves nothing by itself."))
    found = {each.rule: each for each in report.anomalies}
    limits = asdict(report.limits)
    lines = (
        (rule.value, _(sentence).format(**limits), str(found[rule].count) if rule in found else "0")
        for rule, sentence in SENTENCES.items()
    )
    head = (_("rule"), _("what it finds"), _("count"))
    yield Table(tuple(lines), (1, 3, 0.5), head, frozenset({2}))
    for each in report.anomalies:
        yield from _sightings(each)


def _sightings(anomaly: Anomaly) -> Iterator[Part]:
    yield Heading(anomaly.rule.value, 3)
    if anomaly.count > len(anomaly.first):
        text = _("The first {shown} of {count}.")
        yield Text(text.format(shown=len(anomaly.first), count=anomaly.count))
    head = ("#", _("time"), _("object"), _("actor"), _("detail"))
    yield Table(tuple(map(_sighting, anomaly.first)), (0.5, 1.5, 1.6, 1, 1.6), head)


def _sighting(each: Sighting) -> tuple[str, ...]:
    return (f"{each.position}", moment(each.at), each.object[:24], each.actor, each.detail)


def _events(figures: Figures) -> Iterator[Part]:
    yield Heading(_("All events of the period by action"), 2)
    yield from counted(_("action"), figures.actions)
