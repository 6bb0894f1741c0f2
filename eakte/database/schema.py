"""All tables. Times are integers: microseconds since 1970-01-01 UTC; JSON is canonical text."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

APPEND_ONLY = "append_only"
"""Key in the `info` of tables whose rows are added and never changed."""

ERASABLE = "erasable"
"""Value there: rows go when what they tell of is erased, and the audit log tells of that."""

scan = sa.Table(
    "scan",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("station", sa.Text, nullable=False),
    sa.Column("pipeline", sa.Text, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False, default=""),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("pages", sa.Integer, nullable=False, default=0),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("findings", sa.Text, nullable=False, default="[]"),
    sa.Column("attempt", sa.Integer, nullable=False, default=1),
    sa.Column("batch", sa.Text, nullable=False, default=""),
    sa.Column("side", sa.Text, nullable=False, default=""),
    sa.Column("in_order", sa.Boolean, nullable=False, default=False),
    sa.Column("updated_at", sa.BigInteger, nullable=False),
)
"""A received file, named by its content; `attempt` counts intakes, more than one after a retry.

`batch`, `side` and `in_order` are set for halves of a duplex batch.
"""

receipt = sa.Table(
    "receipt",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("digest", sa.String(64), sa.ForeignKey("scan.digest"), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("station", sa.Text, nullable=False),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Column("again", sa.Boolean, nullable=False),
    info={APPEND_ONLY: ERASABLE},
)
"""Every arrival, also of bytes that were there before (`again`)."""

enclosure = sa.Table(
    "enclosure",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("scan", sa.String(64), sa.ForeignKey("scan.digest"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False, index=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.UniqueConstraint("scan", "role", "name", "digest"),
)
"""Files that belong to a received file: what came with it, is in it, or was made from it."""

trouble = sa.Table(
    "trouble",
    metadata,
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("station", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
)
"""What lies in an inbox and could not be taken at the last try; gone when it could."""

akte = sa.Table(
    "akte",
    metadata,
    sa.Column("aktenzeichen", sa.Text, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("office", sa.Text, nullable=False, index=True),
    sa.Column("opened_at", sa.BigInteger, nullable=False),
    sa.Column("uuid", sa.Text, nullable=False, unique=True),
    sa.Column("unit", sa.Text, nullable=False, index=True),
    sa.Column("confidentiality", sa.Text, nullable=False),
    sa.Column("begins", sa.Text, nullable=False),
    sa.Column("ends", sa.Text, nullable=False),
    sa.Column("closed_at", sa.BigInteger, nullable=True),
    sa.Column("version", sa.Integer, nullable=False),
)

vorgang = sa.Table(
    "vorgang",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("aktenzeichen", sa.Text, sa.ForeignKey("akte.aktenzeichen"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("uuid", sa.Text, nullable=False, unique=True),
    sa.Column("closed_at", sa.BigInteger, nullable=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.UniqueConstraint("aktenzeichen", "number"),
)

document = sa.Table(
    "document",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("scan", sa.String(64), sa.ForeignKey("scan.digest"), nullable=False),
    sa.Column("part", sa.Integer, nullable=False),
    sa.Column("pages", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("received_at", sa.BigInteger, nullable=False, index=True),
    sa.Column("class_id", sa.Text, nullable=True, index=True),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("least", sa.Float, nullable=True),
    sa.Column("reasons", sa.Text, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("letter_date", sa.Text, nullable=False),
    sa.Column("aktenzeichen", sa.Text, nullable=False, index=True),
    sa.Column("fields", sa.Text, nullable=False),
    sa.Column("findings", sa.Text, nullable=False),
    sa.Column("text", sa.String(64), nullable=False),
    sa.Column("alto", sa.String(64), nullable=False),
    sa.Column("archive_copy", sa.String(64), nullable=False),
    sa.Column("conversion", sa.Text, nullable=False),
    sa.Column("recognised_at", sa.BigInteger, nullable=False),
    sa.Column("release", sa.Text, nullable=False, default=""),
    sa.Column("transfervermerk", sa.Text, nullable=False, default=""),
    sa.Column("sealed", sa.String(64), nullable=True, unique=True),
    sa.Column("report", sa.String(64), nullable=True),
    sa.Column("verdict", sa.Text, nullable=False, default=""),
    sa.Column("protection", sa.Text, nullable=False, default=""),
    sa.Column("vorgang_id", sa.Integer, sa.ForeignKey("vorgang.id"), nullable=True, index=True),
    sa.Column("version", sa.Integer, nullable=False, default=1),
    sa.Column("deadline", sa.Text, nullable=False, default="", index=True),
    sa.Column("deadline_rule", sa.Text, nullable=False, default=""),
    sa.Column("successors", sa.Text, nullable=False, default="[]"),
    sa.Column("batch", sa.Text, nullable=False, default="", index=True),
    sa.Column("sampled", sa.Boolean, nullable=False, default=False),
    sa.Column("first_look", sa.Text, nullable=False, default=""),
    sa.Column("first_received_at", sa.BigInteger, nullable=True),
    sa.Column("lowered_by", sa.Text, nullable=False, default="[]"),
    sa.Column("delay", sa.Text, nullable=False, default=""),
    sa.Column("confidentiality", sa.Text, nullable=False, default="offen"),
    sa.UniqueConstraint("scan", "part"),
    sa.Index(
        "ix_document_letter_date",
        "letter_date",
        "state",
        "confidentiality",
        "aktenzeichen",
        "class_id",
        "id",
    ),
)
"""A letter: part `part` of a scan. JSON of domain values: `fields`, `findings`, `conversion` …

The index by date holds all that a search asks of letters, so that it need not read their rows.
"""
unfiled = sa.case(
    (document.c.state == sa.literal_column("'filed'"), sa.null()), else_=document.c.state
)
"""The state of letters on their way: few, so that it is worth an index, which "filed" is not."""
sa.Index("ix_document_unfiled", unfiled)

aktenplan = sa.Table(
    "aktenplan",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("parent", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("office", sa.Text, nullable=False),
    sa.Column("retention_years", sa.Integer, nullable=True),
    sa.Column("disposal", sa.Text, nullable=False),
    sa.Column("schutzbedarf", sa.Text, nullable=False),
    sa.Column("confidentiality", sa.Text, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
)
"""The units of the Aktenplan, each version in a row of its own; rows are only added."""

drawn_number = sa.Table(
    "drawn_number",
    metadata,
    sa.Column("series", sa.Text, primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)
"""The running number that was drawn last in each series of Aktenzeichen."""

entry = sa.Table(
    "entry",
    metadata,
    sa.Column("uuid", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False, index=True),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("other", sa.Text, nullable=False, index=True),
    sa.Column("due", sa.Text, nullable=False, index=True),
    sa.Column("ended", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)
"""What hangs on an Akte or a document (`subject`): participants, links, notes, Wiedervorlagen.

`content` is JSON of its domain value, `other` the document that a link leads to, `due` the day of a
Wiedervorlage, `ended` if it was removed or is done.
"""

history = sa.Table(
    "history",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("akte", sa.Text, nullable=False, index=True),
    sa.Column("left_akte", sa.Text, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("before", sa.Text, nullable=False),
    sa.Column("after", sa.Text, nullable=False),
    sa.Column("salt", sa.Text, nullable=False),
    sa.UniqueConstraint("kind", "key", "version"),
    info={APPEND_ONLY: ERASABLE},
    sqlite_autoincrement=True,
)
"""Every version of what is in an Akte: who, when, before, after; rows are only added.

`left_akte`: the Akte that it was moved out of, else "". The audit log holds a salted hash of each.
"""

former_seal = sa.Table(
    "former_seal",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("document", sa.Text, sa.ForeignKey("document.id"), nullable=False, index=True),
    sa.Column("sealed", sa.String(64), nullable=False, unique=True),
    sa.Column("report", sa.String(64), nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("protection", sa.Text, nullable=False),
    sa.Column("replaced_at", sa.BigInteger, nullable=False),
    info={APPEND_ONLY: ERASABLE},
    sqlite_autoincrement=True,
)
"""Sealed originals before their time-stamps were renewed: kept, each in its row."""

akte_manifest = sa.Table(
    "akte_manifest",
    metadata,
    sa.Column("akte", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("history", sa.Integer, nullable=False),
    sa.Column("seals", sa.Integer, nullable=False),
    info={APPEND_ONLY: True},
)
"""Manifests of Akten (blobs), from 1: up to which row of `history` and `former_seal` each goes."""

evidence_tree = sa.Table(
    "evidence_tree",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("root", sa.Text, nullable=False),
    sa.Column("token", sa.String(64), nullable=False),
    sa.Column("protection", sa.Text, nullable=False),
    sa.Column("followed_by", sa.Integer, sa.ForeignKey("evidence_tree.id"), nullable=True),
    sa.Column("path", sa.Text, nullable=False),
)
"""Hash trees of evidence records (RFC 4998), each with the blob of its time-stamp; see TreeKind."""

evidence_leaf = sa.Table(
    "evidence_leaf",
    metadata,
    sa.Column("object", sa.String(64), primary_key=True),
    sa.Column("tree", sa.Integer, sa.ForeignKey("evidence_tree.id"), primary_key=True),
    sa.Column("path", sa.Text, nullable=False),
)
"""Which objects (blobs) are in which trees, and their reduced hash trees: lists of base64."""

erasure = sa.Table(
    "erasure",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("name", sa.Text, nullable=False, index=True),
    sa.Column("akte", sa.Text, nullable=False, index=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("proof", sa.Text, nullable=False),
    info={APPEND_ONLY: True},
)
"""Löschnachweise: what remains of a document or an Akte (`name`) that was erased; `proof` is JSON.

The audit log holds the SHA-256 of each `proof`.
"""

erased_blob = sa.Table(
    "erased_blob",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
)
"""Blobs that belonged to what was erased, until they are removed (or found to be needed still)."""

reason = sa.Table(
    "reason",
    metadata,
    sa.Column("commitment", sa.String(64), primary_key=True),
    sa.Column("salt", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    info={APPEND_ONLY: ERASABLE},
)
"""Why a person did something, in words; the audit log holds only the salted hash of it."""

qa_batch = sa.Table(
    "qa_batch",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("station", sa.Text, nullable=False),
    sa.Column("opened_at", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False, index=True),
    sa.Column("seed", sa.Text, nullable=False, default=""),
    sa.Column("closed_at", sa.BigInteger, nullable=True),
    sa.Column("candidates", sa.Text, nullable=False, default=""),
)
"""Letters that a station scanned in one go; quality assurance draws its sample from them."""

verfahren = sa.Table(
    "verfahren",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("adopted_at", sa.BigInteger, nullable=False),
    info={APPEND_ONLY: True},
)
"""The Verfahrensdokumentationen that were put in force; the newest one is."""

audit_event = sa.Table(
    "audit_event",
    metadata,
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("entry", sa.Text, nullable=False),
    sa.Column("leaf", sa.String(64), nullable=False),
    sa.Column("root", sa.String(64), nullable=False),
    info={APPEND_ONLY: True},
)
"""The log: position from 0, canonical JSON, its RFC 6962 leaf hash, and the root it led to."""

audit_head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("root", sa.String(64), nullable=False),
    sa.Column("frontier", sa.Text, nullable=False),
)
"""One row: size and root of the tree, and the roots of its perfect subtrees for appending."""
