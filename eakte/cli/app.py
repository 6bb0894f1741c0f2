"""The command line: one module per group of users."""

from __future__ import annotations

import typer

from eakte.cli import (
    akte,
    aktenplan,
    audit,
    auditor,
    classify,
    clerk,
    deadlines,
    entries,
    evidence,
    handover,
    index,
    mailroom,
    operator,
    paper,
    qa,
    quarantine,
    retention,
    review,
    seal,
    search,
    separator,
    trust,
    verfahren,
    vorgang,
)
from eakte.i18n import _

app = typer.Typer(
    help=_("eakte: the digital Posteingang. Scans in, sealed and filed records out."),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    epilog=_(
        "Exit codes: 0 ok, 2 usage, 3 configuration, 4 something waits, 5 not found, 6 refused, "
        "7 environment, 8 unusable input, 9 not allowed, 20 INVALID, 21 INDETERMINATE."
    ),
)
mailroom.register(app)
search.register(app)
clerk.register(app)
deadlines.register(app)
auditor.register(app)
operator.register(app)
separator.register(app)
app.add_typer(audit.app, name="audit", help=_("The audit log: read it, check it, prove it."))
app.add_typer(akte.app, name="akte", help=_("Akten: open, show, change, close, history."))
app.add_typer(aktenplan.app, name="aktenplan", help=_("The Aktenplan."))
app.add_typer(vorgang.app, name="vorgang", help=_("Vorgänge within an Akte."))
app.add_typer(vorgang.document_app, name="document", help=_("Documents filed in a Vorgang."))
app.add_typer(entries.party_app, name="party", help=_("Participants."))
app.add_typer(entries.note_app, name="note", help=_("Notes."))
app.add_typer(entries.link_app, name="link", help=_("Links between documents."))
app.add_typer(entries.wiedervorlage_app, name="wiedervorlage", help=_("Wiedervorlagen."))
app.add_typer(review.app, name="review", help=_("Letters that wait for a person."))
app.add_typer(qa.app, name="qa", help=_("Batches and samples of quality assurance."))
app.add_typer(verfahren.app, name="verfahren", help=_("The Verfahrensdokumentation."))
app.add_typer(paper.app, name="paper", help=_("Which paper may be destroyed."))
retention.register(app)
app.add_typer(handover.export_app, name="export", help=_("Hand records over to others."))
app.add_typer(handover.import_app, name="import", help=_("Take in what others hand over."))
app.add_typer(quarantine.app, name="quarantine", help=_("Files that could not become letters."))
app.add_typer(seal.app, name="seal", help=_("Seals: the key, and what must be renewed."))
app.add_typer(
    evidence.app, name="evidence", help=_("Evidence records (RFC 4998) over sealed originals.")
)
app.add_typer(trust.app, name="trust", help=_("Trusted lists: what is qualified."))
app.add_typer(index.app, name="index", help=_("The search index: check it, make it anew."))
app.add_typer(classify.app, name="classify", help=_("The classifier: what it is worth, training."))
