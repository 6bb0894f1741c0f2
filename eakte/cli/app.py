"""The command line: one module per group of users."""

from __future__ import annotations

import typer

from eakte.cli import (
    akte,
    auditor,
    classify,
    clerk,
    deadlines,
    evidence,
    mailroom,
    operator,
    paper,
    qa,
    quarantine,
    review,
    seal,
    separator,
    trust,
    verfahren,
)
from eakte.i18n import _

app = typer.Typer(
    help=_("eakte: the digital Posteingang. Scans in, sealed and filed records out."),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    epilog=_(
        "Exit codes: 0 ok, 2 usage, 3 configuration, 4 something waits, 5 not found, 6 refused, "
        "7 environment, 8 unusable input, 20 INVALID, 21 INDETERMINATE."
    ),
)
mailroom.register(app)
clerk.register(app)
deadlines.register(app)
auditor.register(app)
operator.register(app)
separator.register(app)
app.add_typer(akte.app, name="akte", help=_("Akten: list, show, open."))
app.add_typer(review.app, name="review", help=_("Letters that wait for a person."))
app.add_typer(qa.app, name="qa", help=_("Batches and samples of quality assurance."))
app.add_typer(verfahren.app, name="verfahren", help=_("The Verfahrensdokumentation."))
app.add_typer(paper.app, name="paper", help=_("Which paper may be destroyed."))
app.add_typer(quarantine.app, name="quarantine", help=_("Files that could not become letters."))
app.add_typer(seal.app, name="seal", help=_("Seals: the key, and what must be renewed."))
app.add_typer(
    evidence.app, name="evidence", help=_("Evidence records (RFC 4998) over sealed originals.")
)
app.add_typer(trust.app, name="trust", help=_("Trusted lists: what is qualified."))
app.add_typer(classify.app, name="classify", help=_("The classifier: what it is worth, training."))
