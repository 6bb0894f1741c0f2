"""Reading pipelines/*.toml, pipelines/classes/*.toml and pipelines/offices/*.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from eakte.classify import patterns
from eakte.domain.codec import from_plain, to_plain
from eakte.domain.ids import Digest, digest_of
from eakte.domain.letters import ClassDefinition
from eakte.domain.levels import needed_seal
from eakte.domain.offices import Office
from eakte.domain.pipelines import PipelineDefinition
from eakte.domain.quality import QualitySettings
from eakte.errors import ConfigurationError
from eakte.i18n import _

T = TypeVar("T")

_DEFAULT_QUALITY = QualitySettings()


@dataclass(frozen=True)
class Definitions:
    """All pipelines, classes and offices of a home; a digest over their files for the audit log."""

    pipelines: dict[str, PipelineDefinition]
    classes: dict[str, ClassDefinition]
    digest: Digest
    offices: tuple[Office, ...] = ()
    """Empty: every Aktenzeichen of a credible year is plausible."""
    quality: QualitySettings = _DEFAULT_QUALITY
    """What the operator set for samples."""

    def pipeline(self, name: str) -> PipelineDefinition:
        """Give a pipeline; raises ConfigurationError if there is no such file."""
        if name not in self.pipelines:
            detail = _("there is no pipeline {name}").format(name=name)
            raise ConfigurationError(path="pipelines/", detail=detail)
        return self.pipelines[name]

    def too_low(self) -> tuple[tuple[PipelineDefinition, tuple[ClassDefinition, ...]], ...]:
        """Give pipelines that seal at a lower level than classes need, and these classes."""
        found = []
        for pipeline in self.pipelines.values():
            classes = tuple(
                each
                for each in self.classes.values()
                if pipeline.seal_level.rank < needed_seal(each.schutzbedarf).rank
            )
            found += [(pipeline, classes)] if classes else []
        return tuple(found)

    def class_of(self, class_id: str | None) -> ClassDefinition | None:
        """Give a class by its id, None if unknown."""
        return self.classes.get(class_id) if class_id else None


def load_definitions(folder: Path) -> Definitions:
    """Read all definitions below `folder`; raises ConfigurationError naming the file."""
    files = sorted(folder.glob("*.toml"))
    class_files = sorted((folder / "classes").glob("*.toml"))
    office_files = sorted((folder / "offices").glob("*.toml"))
    pipelines = [_read(file, PipelineDefinition) for file in files]
    classes = [_read(file, ClassDefinition) for file in class_files]
    content = b"".join(file.read_bytes() for file in (*files, *class_files, *office_files))
    definitions = Definitions(
        {pipeline.name: pipeline for pipeline in pipelines},
        {definition.id: definition for definition in classes},
        digest_of(content),
        tuple(_read(file, Office) for file in office_files),
    )
    _check_references(folder, definitions)
    for file, each in zip(class_files, classes, strict=True):
        _check_rules(file, each)
    return definitions


def _read(file: Path, kind: type[T]) -> T:
    try:
        plain = tomllib.loads(file.read_text(encoding="utf-8"))
        value: T = from_plain(kind, plain)
    except ValidationError as problem:
        first = problem.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(path=file, detail=f"{place}: {first['msg']}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as problem:
        raise ConfigurationError(path=file, detail=str(problem)) from None
    unknown = sorted(_unknown_keys(plain, to_plain(value)))
    if unknown:
        detail = _("unknown key {key}").format(key=unknown[0])
        raise ConfigurationError(path=file, detail=detail)
    return value


def _unknown_keys(given: object, understood: object, place: str = "") -> Iterator[str]:
    """Give the keys of what was given that the value made from it does not have."""
    if isinstance(given, dict) and isinstance(understood, dict):
        for key, value in given.items():
            where = f"{place}.{key}".lstrip(".")
            if key in understood:
                yield from _unknown_keys(value, understood[key], where)
            else:
                yield where
    elif isinstance(given, list) and isinstance(understood, list):
        for item, counterpart in zip(given, understood, strict=True):
            yield from _unknown_keys(item, counterpart, place)


def _check_rules(file: Path, definition: ClassDefinition) -> None:
    """Refuse patterns that are none, or that a letter could make slow."""
    for rule in definition.rules:
        try:
            patterns.check(rule.pattern)
        except (re.error, ValueError, OverflowError, RecursionError) as problem:
            why = _(str(problem))
            detail = f"{rule.name or rule.pattern}: {why}"
            raise ConfigurationError(path=file, detail=detail) from None


def _check_references(folder: Path, definitions: Definitions) -> None:
    for pipeline in definitions.pipelines.values():
        unknown = set(pipeline.release.classes) - set(definitions.classes)
        if unknown:
            detail = _("pipeline {name} names unknown classes: {classes}").format(
                name=pipeline.name, classes=", ".join(sorted(unknown))
            )
            raise ConfigurationError(path=folder / f"{pipeline.name}.toml", detail=detail)
