"""Options that many commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eakte.i18n import _

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home", help=_("The eakte home; else EAKTE_HOME, else ./eakte-home."), show_default=False
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help=_("Print data as JSON."))]
DocumentArgument = Annotated[
    str, typer.Argument(help=_("Document id, or the beginning of it."), metavar="DOC")
]
