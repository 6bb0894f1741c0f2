"""`make schemas`: write the JSON Schemas of what eakte reads and prints into schemas/."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from eakte.config import Settings
from eakte.domain.events import Event
from eakte.domain.letters import ClassDefinition
from eakte.domain.offices import Office
from eakte.domain.pipelines import PipelineDefinition
from eakte.domain.transfervermerk import Transfervermerk
from eakte.domain.verification import VerificationReport
from eakte.services.audit_report import AuditReport

FOLDER = Path(__file__).parents[2] / "schemas"
_KINDS: dict[str, Any] = {
    "settings": Settings,
    "pipeline": PipelineDefinition,
    "class": ClassDefinition,
    "office": Office,
    "audit-event": Event,
    "transfervermerk": Transfervermerk,
    "verification-report": VerificationReport,
    "audit-report": AuditReport,
}


def generated() -> dict[str, str]:
    """Give the text of every schema file by its name."""
    return {
        f"{name}.schema.json": json.dumps(_schema(kind), indent=2, sort_keys=True) + "\n"
        for name, kind in _KINDS.items()
    }


def _schema(kind: Any) -> dict[str, Any]:
    schema = TypeAdapter(kind).json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def main() -> None:
    """Write all files."""
    for name, text in generated().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(FOLDER / name)


if __name__ == "__main__":
    main()
