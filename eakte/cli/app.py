"""The command line: one module per group of users, imported when a command of it is called."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

import typer

from eakte.i18n import N_, _

_COMMANDS = {
    "init": "mailroom",
    "watch": "mailroom",
    "submit": "mailroom",
    "status": "mailroom",
    "search": "search",
    "show": "clerk",
    "deadlines": "deadlines",
    "verify": "auditor",
    "doctor": "operator",
    "migrate": "operator",
    "separator": "separator",
    "erase": "retention",
    "restore": "backup",
}
"""Commands, each with the module whose `register` adds it."""
_GROUPS = {
    "audit": ("audit", "app", N_("The audit log: read it, check it, prove it.")),
    "akte": ("akte", "app", N_("Akten: open, show, change, close, history.")),
    "aktenplan": ("aktenplan", "app", N_("The Aktenplan.")),
    "vorgang": ("vorgang", "app", N_("Vorgänge within an Akte.")),
    "document": ("vorgang", "document_app", N_("Documents filed in a Vorgang.")),
    "party": ("entries", "party_app", N_("Participants.")),
    "note": ("entries", "note_app", N_("Notes.")),
    "link": ("entries", "link_app", N_("Links between documents.")),
    "wiedervorlage": ("entries", "wiedervorlage_app", N_("Wiedervorlagen.")),
    "review": ("review", "app", N_("Letters that wait for a person.")),
    "qa": ("qa", "app", N_("Batches and samples of quality assurance.")),
    "verfahren": ("verfahren", "app", N_("The Verfahrensdokumentation.")),
    "paper": ("paper", "app", N_("Which paper may be destroyed.")),
    "export": ("handover", "export_app", N_("Hand records over to others.")),
    "import": ("handover", "import_app", N_("Take in what others hand over.")),
    "quarantine": ("quarantine", "app", N_("Files that could not become letters.")),
    "seal": ("seal", "app", N_("Seals: the key, and what must be renewed.")),
    "evidence": ("evidence", "app", N_("Evidence records (RFC 4998) over sealed originals.")),
    "trust": ("trust", "app", N_("Trusted lists: what is qualified.")),
    "index": ("index", "app", N_("The search index: check it, make it anew.")),
    "retention": ("retention", "app", N_("Retention: what is due, offered, destroyed.")),
    "backup": ("backup", "app", N_("Backups of the home: make, list, verify, prune.")),
    "classify": ("classify", "app", N_("The classifier: what it is worth, training.")),
}
"""Groups of commands, each with its module, its Typer there, and what they are about."""


def program(words: Sequence[str] = ()) -> typer.Typer:
    """Build the command line; where the first word is a command of it, only what that needs.

    All of it takes as long as most commands take.
    """
    app = typer.Typer(
        callback=_whole,
        help=_("eakte: the digital Posteingang. Scans in, sealed and filed records out."),
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        epilog=_(
            "Exit codes: 0 ok, 2 usage, 3 configuration, 4 something waits, 5 not found, "
            "6 refused, 7 environment, 8 unusable input, 9 not allowed, 20 INVALID, "
            "21 INDETERMINATE."
        ),
    )
    called = {*words[:1]} & {*_COMMANDS, *_GROUPS}
    commands = [each for each in _COMMANDS if each in called or not called]
    for module in dict.fromkeys(_COMMANDS[each] for each in commands):
        import_module(f"eakte.cli.{module}").register(app)
    for name, (module, group, about) in _GROUPS.items():
        if name in called or not called:
            found = getattr(import_module(f"eakte.cli.{module}"), group)
            app.add_typer(found, name=name, help=_(about))
    return app


def _whole() -> None:
    """Keep the name of a command part of the line, also where it is the only one."""
