"""A home as an outsider checks it, and what its keeper could do to it with database and files."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from eakte.audit import log, tree
from eakte.config import open_home
from eakte.database import transaction
from eakte.database.schema import metadata
from eakte.domain.akten import Document
from eakte.domain.clock import SystemClock
from eakte.domain.erasures import Ground
from eakte.pipeline.context import Context
from eakte.pipeline.desk import Desk
from eakte.seal.opening import open_archive_stamper
from eakte.services import anchoring, casework, erasing, evidence_renewing, evidence_trees
from tests.acceptance.acting import Said, act
from tests.integration import sealed_letters
from tests.integration.erasing_office import AKTE, OTHER, acting, letters_of, new_office

Entries = list[dict[str, Any]]
ANCHORS = "outside"
"""The folder beside the home where somebody else keeps copies of its signed checkpoints."""


def new_home(folder: Path) -> Path:
    """Make it: two Akten, three letters and one that was erased, evidence renewed, two anchors."""
    root = new_office(folder)
    context = Context(open_home(root), SystemClock())
    gone = sealed_letters.seal(context, OTHER, "4")
    with transaction(context.engine) as connection:
        sealed_letters.file(connection, context, gone)
    stamper = open_archive_stamper(context.home, context.clock)
    evidence_trees.create(context, stamper)
    _anchored(context)
    with acting("a.frager"):
        erasing.ask_document(context, gone.id, Ground.UNLAWFUL, "Antrag")
    with acting("b.zeuge"):
        erasing.confirm_document(context, gone.id)
    letter = letters_of(context, AKTE)[0]
    casework.correct(context, letter.id, {"subject": "Berichtigt"})
    evidence_trees.create(context, stamper)
    evidence_renewing.renew(context, stamper, 4000)
    _anchored(context)
    context.engine.dispose()
    return root


def _anchored(context: Context) -> None:
    made = anchoring.sign_checkpoint(context, context.sealer)
    anchoring.write_checkpoint(context)
    outside = context.home.root.parent / ANCHORS
    outside.mkdir(exist_ok=True)
    for file in made.files:
        shutil.copy(file, outside)


@dataclass(frozen=True)
class Keeper:
    """Whoever has the home: its database as its owner, and its files."""

    root: Path
    outside: Path

    @property
    def desk(self) -> Desk:
        """Open the home."""
        return Desk(open_home(self.root), SystemClock())

    def letters(self) -> tuple[Document, Document, Document]:
        """Give the two letters of the one Akte, and that of the other one."""
        desk = self.desk
        (first, second), (third,) = letters_of(desk, AKTE), letters_of(desk, OTHER)
        desk.engine.dispose()
        return first, second, third

    def do(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """Do something in the database, with nothing in its way that eakte put there."""
        with closing(sqlite3.connect(self.root / "eakte.db")) as connection, connection:
            return connection.execute(statement, values).fetchall()

    def blob(self, digest: str) -> Path:
        """Give the file of a blob, to be written to."""
        path = self.root / "store" / "blobs" / digest[:2] / digest[2:]
        if path.exists():
            path.chmod(0o600)
        return path

    def put(self, content: bytes) -> str:
        """Put a blob into the store as eakte does."""
        return self.desk.store.put(content)

    def entries(self) -> Entries:
        """Give all events."""
        rows = self.do("SELECT entry FROM audit_event ORDER BY position")
        return [json.loads(entry) for (entry,) in rows]

    def position(self, action: str, nth: int = -1) -> int:
        """Give the place of an event of a kind."""
        told = (place for place, each in enumerate(self.entries()) if each["action"] == action)
        return list(told)[nth]

    def rebuild(self, change: Callable[[Entries], object]) -> None:
        """Write the whole log anew, with everything that is computed from it."""
        entries = self.entries()
        change(entries)
        self.unguard()
        self.do("DELETE FROM audit_event")
        desk, frontier, root = self.desk, (), tree.EMPTY_ROOT
        with transaction(desk.engine) as connection:
            for place, said in enumerate(entries):
                text = log.canonical(said | {"n": place})
                leaf = tree.leaf_hash(text.encode())
                frontier = tree.append(frontier, place, leaf)
                root = tree.root_of(frontier)
                row = {"position": place, "entry": text, "leaf": leaf.hex(), "root": root.hex()}
                connection.execute(log.audit_event.insert().values(row))
            parts = json.dumps([part.hex() for part in frontier])
            head = {"size": len(entries), "root": root.hex(), "frontier": parts}
            connection.execute(log.audit_head.update().values(head))
        desk.engine.dispose()

    def forge_anchors(self) -> None:
        """Remove what was anchored in the home, and write its plain line anew."""
        for each in (self.root / "anchors").iterdir():
            each.unlink()
        desk = self.desk
        anchoring.write_checkpoint(desk)
        desk.engine.dispose()

    def replace(self, old: str, new: str) -> None:
        """Replace a word in every column of every table, and rebuild the log and its lines."""
        self.unguard()
        for table in metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, sa.Text | sa.String) and table.name != "audit_event":
                    self.do(
                        f"UPDATE {table.name} SET {column.name} = replace({column.name}, :o, :n)"
                        f" WHERE {column.name} LIKE :like",
                        o=old, n=new, like=f"%{old}%",
                    )  # fmt: skip

        def change(entries: Entries) -> None:
            entries[:] = json.loads(json.dumps(entries).replace(old, new))

        self.rebuild(change)
        self.forge_anchors()

    def unguard(self) -> None:
        """Drop all triggers."""
        rows = self.do("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in rows:
            self.do(f"DROP TRIGGER {name}")

    def ask(self, command: str) -> Said:
        """Give what one of the commands of an outsider says."""
        return act(self.root, "root", *_COMMANDS[command], *self._with(command))

    def _with(self, command: str) -> Iterator[str]:
        if command == "anchor":
            yield from ("--anchor", str(self.outside))


_COMMANDS = {
    "audit": ("audit", "verify", "--json"),
    "anchor": ("audit", "verify", "--json"),
    "verify": ("verify", "--all", "--json"),
    "evidence": ("evidence", "verify", "--all", "--json"),
}
"""What finds it: `anchor` is `audit verify` with the copies of checkpoints kept elsewhere."""
