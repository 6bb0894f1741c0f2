"""The one place that finds pipelines/ and schemas/: in the wheel, else in the repository."""

from __future__ import annotations

from pathlib import Path


def data_dir(name: str) -> Path:
    """Give the folder `pipelines` or `schemas` of this installation."""
    package = Path(__file__).parent
    bundled = package / "_data" / name
    return bundled if bundled.is_dir() else package.parent / name
