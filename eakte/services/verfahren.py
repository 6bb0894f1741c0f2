"""The Verfahrensdokumentation of a home: writing a draft, putting a version in force, showing it.

What stands in a Transfervermerk is what was put in force, not what lies in the file: editing the
file changes nothing until a person adopts it. Without one in force `eakte watch` does not start,
and no letter is sealed; a demo home gets the draft in force when it is made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from eakte import __version__
from eakte.audit import log
from eakte.config import Home
from eakte.database import transaction
from eakte.domain.codec import to_plain
from eakte.domain.events import Action, Event
from eakte.domain.ids import Digest, digest_of
from eakte.domain.letters import ClassDefinition
from eakte.domain.quality import german_percent
from eakte.domain.transfervermerk import Verfahren
from eakte.errors import RefusedError, SystemRefusedError
from eakte.i18n import _
from eakte.pipeline.definition import Definitions
from eakte.pipeline.desk import Desk
from eakte.records import verfahren
from eakte.records.verfahren import Adopted
from eakte.resources import data_dir
from eakte.review.sampling import rate_of
from eakte.services import actor
from eakte.services.access import Permission, require, require_name
from eakte.services.desks import note

OBJECT = "verfahrensdokumentation"
"""Its name in the audit log."""
_TEMPLATE = "verfahrensdokumentation.md"
_OPEN = re.compile(r"\[AUSFÜLLEN\b")
_VERSION = re.compile(r"^Version:\s*(\S.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Shown:
    """What is in force, whether the file still says so, and what was in force before."""

    adopted: Adopted | None
    path: str
    file_sha256: str
    """Digest of the file as it is now, empty if there is none."""
    earlier: tuple[Adopted, ...]

    @property
    def is_current(self) -> bool:
        """Tell whether the file is what is in force."""
        return self.adopted is not None and self.adopted.verfahren.sha256 == self.file_sha256


def begin(desk: Desk) -> Path:
    """Write the template where the settings say; never over a file that is there."""
    require(desk, Permission.OPERATE)
    return write_draft(desk.home, desk.definitions, desk.home.settings.organisation)


def write_draft(home: Home, definitions: Definitions, organisation: str) -> Path:
    """Write the template, filled with what the home knows; never over a file that is there."""
    path = home.verfahrensdokumentation()
    if path.exists():
        detail = _("{path} exists already; eakte overwrites nothing").format(path=path)
        raise RefusedError(detail=detail)
    path.write_text(draft(definitions, organisation), encoding="utf-8")
    path.chmod(0o600)
    return path


def draft(definitions: Definitions, organisation: str) -> str:
    """Fill the template: organisation, software, classes with Schutzbedarf and rates, rules."""
    template = (data_dir("schemas") / _TEMPLATE).read_text(encoding="utf-8")
    operator = definitions.quality.sample_rate
    classes = "\n".join(
        f"| {each.name} | {each.schutzbedarf.value} | {_rates(each, definitions)} "
        f"| {'bleibt' if each.keep_original else f'nach {each.paper_days} Tagen'} |"
        for each in definitions.classes.values()
    )
    rules = "\n".join(
        f"| {each.title} | {each.release.rule} {each.release.version} | {each.release.owner} "
        f"| {german_percent(each.release.sample_rate if operator is None else operator)} |"
        for each in definitions.pipelines.values()
    )
    return template.format(
        organisation=organisation, version=__version__, classes=classes, rules=rules
    )


def adopt(desk: Desk, person: str) -> Adopted:
    """Put the file in force in the name of a person: its digest stands in what is sealed from now.

    Raises RefusedError if it names no version, names one that was in force with another text, or
    (but in a demo) still has places to fill in.
    """
    require(desk, Permission.OPERATE)
    text = _read(desk.home.verfahrensdokumentation())
    version = _version(text)
    if not require_name(desk, person).strip():
        raise RefusedError(detail=_("{option} must not be empty").format(option="--person"))
    if _OPEN.search(text):
        detail = _("places marked [AUSFÜLLEN …] are not filled in yet: {count}")
        raise RefusedError(detail=detail.format(count=len(_OPEN.findall(text))))
    return put_in_force(desk, text, version, person.strip())


def put_in_force(desk: Desk, text: str, version: str, person: str) -> Adopted:
    """Keep the text, and note in record and audit log that it is in force from now on."""
    new = Verfahren(version, digest_of(text.encode()))
    adopted = Adopted(new, person, desk.clock.now())
    desk.store.put(text.encode())
    with transaction(desk.engine) as connection:
        known = verfahren.every(connection)
        if known and known[0].verfahren == new:
            raise RefusedError(detail=_("this text is in force already"))
        if any(each.verfahren.version == version for each in known):
            detail = _("version {version} was in force before; give the new text another version")
            raise RefusedError(detail=detail.format(version=version))
        verfahren.adopt(connection, adopted)
        log.append(connection, _event(known, adopted, actor.current(desk)))
    return adopted


def _event(known: tuple[Adopted, ...], adopted: Adopted, account: str) -> Event:
    before = to_plain(known[0].verfahren) if known else {}
    after = to_plain(adopted.verfahren) | {"person": adopted.person}
    return Event(Action.VERFAHREN_ADOPTED, OBJECT, account, "", adopted.at, before, after)


def show(desk: Desk) -> Shown:
    """Tell what is in force, and whether the file was changed since."""
    require(desk, Permission.STATUS)
    path = desk.home.verfahrensdokumentation()
    present = digest_of(path.read_bytes()) if path.is_file() else ""
    with desk.engine.connect() as connection:
        known = verfahren.every(connection)
    return Shown(known[0] if known else None, str(path), present, known[1:])


def text_in_force(desk: Desk) -> str:
    """Give the text that is in force; raises RefusedError if there is none."""
    adopted = show(desk).adopted
    if adopted is None:
        raise RefusedError(detail=_("no Verfahrensdokumentation is in force"))
    note(desk, Action.VIEWED, OBJECT)
    return desk.store.get(Digest(adopted.verfahren.sha256)).decode()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise SystemRefusedError(detail=str(problem)) from None


def _version(text: str) -> str:
    """Give what its line `Version: …` says."""
    found = _VERSION.search(text)
    if found is None:
        raise RefusedError(detail=_("it has no line `Version: …`"))
    return found[1].strip()


def _rates(definition: ClassDefinition, definitions: Definitions) -> str:
    """Say how often a letter of a class is drawn: the operator's setting comes first."""
    rates = {
        rate_of(definition, pipeline, definitions.quality)
        for pipeline in definitions.pipelines.values()
    }
    return " oder ".join(german_percent(rate) for rate in sorted(rates))
