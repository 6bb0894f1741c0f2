"""Options that many commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eakte.domain.confidentiality import Confidentiality
from eakte.i18n import _

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home", help=_("The eakte home; else EAKTE_HOME, else ./eakte-home."), show_default=False
    ),
]
OwnerOption = Annotated[
    str,
    typer.Option(
        help=_("PostgreSQL: the same URL as the role that owns the tables, if not eakte's."),
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help=_("Print data as JSON."))]
VersionOption = Annotated[
    int,
    typer.Option(
        "--version",
        help=_("The version you looked at: refuse if somebody changed it since."),
        min=0,
        show_default=False,
    ),
]
ConfidentialityOption = Annotated[
    Confidentiality | None, typer.Option(help=_("Vertraulichkeitsstufe."), show_default=False)
]
AktenzeichenArgument = Annotated[
    str, typer.Argument(help=_("Aktenzeichen, as 32.1-112.05/2026-0417."), metavar="AZ")
]
DocumentArgument = Annotated[
    str, typer.Argument(help=_("Document id, or the beginning of it."), metavar="DOC")
]
