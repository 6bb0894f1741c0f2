"""What a scope may see, as conditions for SQL: what is outside is neither found nor counted.

The rule. A letter belongs to the office of the Akte that it is filed in or, before that, of the one
it is proposed for; of an Akte that is yet to be opened, the Aktenzeichen tells. A letter is as
confidential as the more confidential of itself and its Akte. A scope sees

- filed letters, and Akten, of its offices (or of all) up to its clearance;
- letters that are not filed yet only if it says so (`unfiled`, for reviewers), and those that lead
  to no Akte only if it is not limited to some offices (`every_office`) besides;
- of a file that was received: what its letters show; and, as a file without letters, only if it
  sees letters that lead nowhere. The mailroom sees names and states of its stations' files.

Every function gives a condition on the rows of one table of `database.schema`.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from eakte.database import Connection
from eakte.database.schema import (
    akte,
    document,
    enclosure,
    entry,
    history,
    receipt,
    scan,
)
from eakte.domain.access import Scope
from eakte.domain.akten import DocumentState
from eakte.domain.confidentiality import Confidentiality
from eakte.domain.history import RecordKind
from eakte.domain.ids import Digest
from eakte.domain.mail import EnclosureRole

Condition = ColumnElement[bool]
_MEMBER = EnclosureRole.MEMBER.value


def documents(scope: Scope, letter: sa.FromClause = document) -> Condition:
    """Say which rows of `document` (or of an alias of it) may be seen."""
    if scope.everything:
        return sa.true()
    target = akte.alias()
    named = target.c.aktenzeichen == letter.c.aktenzeichen
    mine = sa.exists().where(named, akten(scope, target))
    if not scope.unfiled:
        return _cleared(letter, scope) & (letter.c.state == DocumentState.FILED.value) & mine
    to_be_opened = sa.or_(
        _everywhere(scope),
        *(_begins(letter.c.aktenzeichen, f"{each}{sep}") for each in scope.offices for sep in ".-"),
    )
    return _cleared(letter, scope) & (mine | ~sa.exists().where(named) & to_be_opened)


def akten(scope: Scope, table: sa.FromClause = akte) -> Condition:
    """Say which rows of `akte` (or of an alias of it) may be seen."""
    if scope.everything:
        return sa.true()
    of_offices = (_below(table.c.office, each, ".") for each in scope.offices)
    return _cleared(table, scope) & sa.or_(_everywhere(scope), *of_offices)


def entries(scope: Scope) -> Condition:
    """Say which rows of `entry` may be seen: both ends of a link, and what the others hang on."""
    if scope.everything:
        return sa.true()
    return _either(entry.c.subject, scope) & ((entry.c.other == "") | _either(entry.c.other, scope))


def changes(scope: Scope) -> Condition:
    """Say which rows of `history` of an Akte in scope may be seen: of what is seen in it now."""
    if scope.everything:
        return sa.true()
    of_letter = history.c.kind == RecordKind.DOCUMENT.value
    of_entry = history.c.kind == RecordKind.ENTRY.value
    present = sa.exists().where(entry.c.uuid == history.c.key, entries(scope))
    in_sight = _either(history.c.key, scope)
    return (of_letter & in_sight) | (of_entry & present) | ~(of_letter | of_entry)


def _either(name: ColumnElement[str], scope: Scope) -> Condition:
    """Say that a letter or an Akte of that name may be seen."""
    letter, target = document.alias(), akte.alias()
    return sa.exists().where(letter.c.id == name, documents(scope, letter)) | sa.exists().where(
        target.c.aktenzeichen == name, akten(scope, target)
    )


def scans(scope: Scope) -> Condition:
    """Say which rows of `scan` may be seen because of the letters in them."""
    if scope.everything:
        return sa.true()
    letter = document.alias()
    inside = letter.c.scan == scan.c.digest
    seen = sa.exists().where(inside, documents(scope, letter))
    return seen | ~sa.exists().where(inside) & _everywhere(scope) & _literal(scope.unfiled)


def is_whole(connection: Connection, digest: Digest, scope: Scope) -> bool:
    """Tell whether all of a file may be seen: its letters, and those of what is packed in it."""
    if scope.everything:
        return True
    hidden = sa.select(document.c.id).where(packed_in(digest), ~documents(scope)).limit(1)
    return connection.execute(hidden).first() is None


def packed_in(digest: Digest) -> Condition:
    """Say which rows of `document` came in a file: its letters, and those of what is in it."""
    inside = sa.select(sa.literal(digest).label("digest")).cte("inside", recursive=True)
    packed = (enclosure.c.scan == inside.c.digest) & (enclosure.c.role == _MEMBER)
    inside = inside.union(sa.select(enclosure.c.digest).where(packed))
    return document.c.scan.in_(sa.select(inside.c.digest))


def files(scope: Scope) -> Condition:
    """Say which rows of `scan` may be seen by name and state: of its stations, or by letters."""
    if scope.everything:
        return sa.true()
    return scans(scope) | _of_stations(scan, scope)


def arrivals(scope: Scope) -> Condition:
    """Say which rows of `receipt` may be seen: of its stations, or of files that may be."""
    if scope.everything:
        return sa.true()
    of_file = sa.exists().where(scan.c.digest == receipt.c.digest, files(scope))
    return of_file | _of_stations(receipt, scope)


def to_scan_again(scope: Scope) -> Condition:
    """Say of which rows of `document` may be seen that their paper is to be scanned again."""
    if scope.everything:
        return sa.true()
    of_file = sa.exists().where(scan.c.digest == document.c.scan, _of_stations(scan, scope))
    return documents(scope) | of_file


def _of_stations(table: sa.FromClause, scope: Scope) -> Condition:
    if scope.stations is None:
        return sa.false()
    named = (_below(table.c.station, each, "/") for each in scope.stations)
    return sa.or_(_literal(not scope.stations), *named)


def _cleared(table: sa.FromClause, scope: Scope) -> Condition:
    levels = [each.value for each in Confidentiality if each.rank <= scope.clearance.rank]
    return table.c.confidentiality.in_(levels)


def _everywhere(scope: Scope) -> Condition:
    return _literal(scope.every_office)


def _literal(value: bool) -> Condition:  # noqa: FBT001 - it becomes a constant of SQL
    return sa.true() if value else sa.false()


def _below(column: ColumnElement[str], name: str, separator: str) -> Condition:
    """Say that a column is a name or one below it; unlike LIKE it minds the case everywhere."""
    return (column == name) | _begins(column, f"{name}{separator}")


def _begins(column: ColumnElement[str], beginning: str) -> Condition:
    return sa.func.substr(column, 1, len(beginning)) == beginning
