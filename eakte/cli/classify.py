"""Commands on the classifier: train it on confirmed letters, tell what it is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from eakte.cli import output
from eakte.cli.desk import open_desk
from eakte.cli.options import HomeOption, JsonOption
from eakte.i18n import N_, _

if TYPE_CHECKING:
    from eakte.classify.evidence import Evidence, Level
    from eakte.services.classifying import Report, Standing

VOID = N_(
    "Class rules were changed since the live model was measured: what it proved counts no more, "
    "and every class is a suggestion until `eakte classify train` measures it anew."
)

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

_Precision = Annotated[
    float,
    typer.Option(
        min=0.5,
        max=0.9999,
        help=_("Share of right letters that a class must be proven to have to be released."),
    ),
]
_Proven = Annotated[
    float,
    typer.Option(
        min=0.99,
        max=0.9999,
        help=_("Share of right letters that a class must be proven to have to be released."),
    ),
]


@app.command("report", help=_("Show what confirmed letters prove: coverage against precision."))
def report(
    home: HomeOption = None, precision: _Precision = 0.99, as_json: JsonOption = False
) -> None:
    """Show what the classifier is worth."""
    from eakte.services import classifying

    told = classifying.report(open_desk(home), precision)
    if as_json:
        output.data(told)
        return
    _print(told)


@app.command("train", help=_("Train on confirmed letters; goes live unless it is worse."))
def train(home: HomeOption = None, precision: _Proven = 0.99, as_json: JsonOption = False) -> None:
    """Train on confirmed letters."""
    from eakte.services import classifying

    trained = classifying.learn(open_desk(home), precision)
    if as_json:
        output.data(trained)
        return
    _print(trained.report)
    label = trained.report.trained.model
    if trained.rejected:
        text = _("{model} did not go live: {reason}.")
        output.line(text.format(model=label, reason=_(trained.rejected)), "yellow")
    else:
        output.line(_("{model} is live.").format(model=label), "green")


def _print(told: Report) -> None:
    """Print the letters, the comparison, the levels of all letters, and every class."""
    if told.void:
        output.line(_(VOID), "yellow")
    if not told.letters:
        text = _("No letter has been confirmed by a person yet: every class is a suggestion.")
        output.line(text, "yellow")
        return
    best = told.trials[0].algorithm.value if told.trials else ""
    output.facts(
        [
            (_("letters that persons confirmed"), str(told.letters)),
            (_("of them held out for comparing"), str(told.held_out)),
            (_("invented letters that were added"), str(told.base)),
            (_("chosen by cross-validation"), best),
            (_("live model on the held-out letters"), _standing(told.live, told.held_out)),
            (_("new model on the held-out letters"), _standing(told.trained, told.held_out)),
        ]
    )
    columns = (_("from confidence"), _("letters"), _("coverage"), _("precision"), _("at least"))
    rows = [_row(each) for each in told.overall.levels]
    output.table(_("All letters, each judged by a model that had not seen it"), columns, rows)
    counted = (_("class"), _("confirmed"), _("said"), _("right"), _("coverage"), _("precision"))
    names = (*counted, _("at least"), _("release from"))
    output.table(_("Classes"), names, [*map(_class_row, told.classes)])
    text = _(
        "“At least”: lower confidence bound (Clopper-Pearson, one-sided, 95 %). "
        "The threshold is the lowest with which it reaches {target}."
    )
    output.line(text.format(target=f"{told.target:.2%}"))


def _standing(one: Standing, of: int) -> str:
    text = _("{right} of {all} right, {wrong} wrong and sure ({model})")
    return text.format(right=one.right, all=of, wrong=one.surely_wrong, model=one.model)


def _row(level: Level) -> tuple[str, int, str, str, str]:
    return (f"{level.threshold:.0%}", level.sure, *_shares(level))


def _class_row(evidence: Evidence) -> tuple[object, ...]:
    level = evidence.chosen or evidence.levels[0]
    proposed = f"{evidence.proposed:.0%}" if evidence.proposed else _("suggest only")
    shares = _shares(level)
    counts = (evidence.confirmed, evidence.said, evidence.right)
    return (evidence.class_id, *counts, *shares, proposed)


def _shares(level: Level) -> tuple[str, str, str]:
    if not level.sure:
        return "", "", ""
    return f"{level.coverage:.1%}", f"{level.precision:.1%}", f"{level.bound:.1%}"
