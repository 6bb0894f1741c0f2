"""The spine: scans, documents, Akten, audit log with guards, search index."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables, the triggers that keep the log append-only, and the log's empty head."""
    op.create_table(
        "scan",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("station", sa.Text, nullable=False),
        sa.Column("pipeline", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("findings", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("batch", sa.Text, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("in_order", sa.Boolean, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_scan"),
    )
    op.create_index("ix_scan_state", "scan", ["state"])
    op.create_table(
        "receipt",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("station", sa.Text, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("again", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_receipt"),
        sa.ForeignKeyConstraint(["digest"], ["scan.digest"], name="fk_receipt_digest_scan"),
    )
    op.create_index("ix_receipt_digest", "receipt", ["digest"])
    op.create_table(
        "enclosure",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("scan", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_enclosure"),
        sa.ForeignKeyConstraint(["scan"], ["scan.digest"], name="fk_enclosure_scan_scan"),
        sa.UniqueConstraint("scan", "role", "name", "digest", name="uq_enclosure_scan_role_name_digest"),
    )
    op.create_index("ix_enclosure_digest", "enclosure", ["digest"])
    op.create_table(
        "trouble",
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("station", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("path", name="pk_trouble"),
    )
    op.create_table(
        "akte",
        sa.Column("aktenzeichen", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("office", sa.Text, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("uuid", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("confidentiality", sa.Text, nullable=False),
        sa.Column("begins", sa.Text, nullable=False),
        sa.Column("ends", sa.Text, nullable=False),
        sa.Column("closed_at", sa.BigInteger, nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("aktenzeichen", name="pk_akte"),
        sa.UniqueConstraint("uuid", name="uq_akte_uuid"),
    )
    for column in ("office", "unit"):
        op.create_index(f"ix_akte_{column}", "akte", [column])
    op.create_table(
        "vorgang",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("aktenzeichen", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("uuid", sa.Text, nullable=False),
        sa.Column("closed_at", sa.BigInteger, nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vorgang"),
        sa.ForeignKeyConstraint(
            ["aktenzeichen"], ["akte.aktenzeichen"], name="fk_vorgang_aktenzeichen_akte"
        ),
        sa.UniqueConstraint("aktenzeichen", "number", name="uq_vorgang_aktenzeichen_number"),
        sa.UniqueConstraint("uuid", name="uq_vorgang_uuid"),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("scan", sa.String(64), nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("pages", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("class_id", sa.Text, nullable=True),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("least", sa.Float, nullable=True),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("letter_date", sa.Text, nullable=False),
        sa.Column("aktenzeichen", sa.Text, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("findings", sa.Text, nullable=False),
        sa.Column("text", sa.String(64), nullable=False),
        sa.Column("alto", sa.String(64), nullable=False),
        sa.Column("archive_copy", sa.String(64), nullable=False),
        sa.Column("conversion", sa.Text, nullable=False),
        sa.Column("recognised_at", sa.BigInteger, nullable=False),
        sa.Column("release", sa.Text, nullable=False),
        sa.Column("transfervermerk", sa.Text, nullable=False),
        sa.Column("sealed", sa.String(64), nullable=True),
        sa.Column("report", sa.String(64), nullable=True),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("protection", sa.Text, nullable=False),
        sa.Column("vorgang_id", sa.Integer, nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("deadline", sa.Text, nullable=False),
        sa.Column("deadline_rule", sa.Text, nullable=False),
        sa.Column("successors", sa.Text, nullable=False),
        sa.Column("batch", sa.Text, nullable=False),
        sa.Column("sampled", sa.Boolean, nullable=False),
        sa.Column("first_look", sa.Text, nullable=False),
        sa.Column("first_received_at", sa.BigInteger, nullable=True),
        sa.Column("lowered_by", sa.Text, nullable=False),
        sa.Column("delay", sa.Text, nullable=False),
        sa.Column("confidentiality", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
        sa.ForeignKeyConstraint(["scan"], ["scan.digest"], name="fk_document_scan_scan"),
        sa.ForeignKeyConstraint(["vorgang_id"], ["vorgang.id"], name="fk_document_vorgang_id_vorgang"),
        sa.UniqueConstraint("sealed", name="uq_document_sealed"),
        sa.UniqueConstraint("scan", "part", name="uq_document_scan_part"),
    )
    columns = ("received_at", "class_id", "aktenzeichen", "vorgang_id", "deadline", "batch")
    for column in columns:
        op.create_index(f"ix_document_{column}", "document", [column])
    told = ["letter_date", "state", "confidentiality", "aktenzeichen", "class_id", "id"]
    op.create_index("ix_document_letter_date", "document", told)
    unfiled = sa.text("(CASE WHEN (state = 'filed') THEN NULL ELSE state END)")
    op.create_index("ix_document_unfiled", "document", [unfiled])
    op.create_table(
        "former_seal",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("sealed", sa.String(64), nullable=False),
        sa.Column("report", sa.String(64), nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("protection", sa.Text, nullable=False),
        sa.Column("replaced_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_former_seal"),
        sa.ForeignKeyConstraint(["document"], ["document.id"], name="fk_former_seal_document_document"),
        sa.UniqueConstraint("sealed", name="uq_former_seal_sealed"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_former_seal_document", "former_seal", ["document"])
    _create_evidence()
    _create_records()
    _create_erasures()
    _create_quality()
    _create_audit_log()


def _create_evidence() -> None:
    op.create_table(
        "akte_manifest",
        sa.Column("akte", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("history", sa.Integer, nullable=False),
        sa.Column("seals", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("akte", "number", name="pk_akte_manifest"),
        sa.UniqueConstraint("digest", name="uq_akte_manifest_digest"),
    )
    op.create_table(
        "evidence_tree",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("root", sa.Text, nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("protection", sa.Text, nullable=False),
        sa.Column("followed_by", sa.Integer, nullable=True),
        sa.Column("path", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_tree"),
        sa.ForeignKeyConstraint(
            ["followed_by"], ["evidence_tree.id"], name="fk_evidence_tree_followed_by_evidence_tree"
        ),
    )
    op.create_table(
        "evidence_leaf",
        sa.Column("object", sa.String(64), nullable=False),
        sa.Column("tree", sa.Integer, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("object", "tree", name="pk_evidence_leaf"),
        sa.ForeignKeyConstraint(["tree"], ["evidence_tree.id"], name="fk_evidence_leaf_tree_evidence_tree"),
    )


def _create_records() -> None:
    op.create_table(
        "aktenplan",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("parent", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("office", sa.Text, nullable=False),
        sa.Column("retention_years", sa.Integer, nullable=True),
        sa.Column("disposal", sa.Text, nullable=False),
        sa.Column("schutzbedarf", sa.Text, nullable=False),
        sa.Column("confidentiality", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", "version", name="pk_aktenplan"),
    )
    op.create_table(
        "drawn_number",
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("series", name="pk_drawn_number"),
    )
    op.create_table(
        "entry",
        sa.Column("uuid", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("other", sa.Text, nullable=False),
        sa.Column("due", sa.Text, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("uuid", name="pk_entry"),
    )
    for column in ("subject", "other", "due"):
        op.create_index(f"ix_entry_{column}", "entry", [column])
    op.create_table(
        "history",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("akte", sa.Text, nullable=False),
        sa.Column("left_akte", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("salt", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_history"),
        sa.UniqueConstraint("kind", "key", "version", name="uq_history_kind_key_version"),
        sqlite_autoincrement=True,
    )
    for column in ("akte", "left_akte"):
        op.create_index(f"ix_history_{column}", "history", [column])


def _create_erasures() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("akte", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("proof", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
    )
    for column in ("name", "akte"):
        op.create_index(f"ix_erasure_{column}", "erasure", [column])
    op.create_table(
        "erased_blob",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_erased_blob"),
    )
    op.create_table(
        "reason",
        sa.Column("commitment", sa.String(64), nullable=False),
        sa.Column("salt", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("commitment", name="pk_reason"),
    )


def _create_quality() -> None:
    op.create_table(
        "qa_batch",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("station", sa.Text, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("seed", sa.Text, nullable=False),
        sa.Column("closed_at", sa.BigInteger, nullable=True),
        sa.Column("candidates", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_qa_batch"),
    )
    op.create_index("ix_qa_batch_state", "qa_batch", ["state"])
    op.create_table(
        "verfahren",
        sa.Column("id", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("adopted_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_verfahren"),
    )


def _create_audit_log() -> None:
    op.create_table(
        "audit_event",
        sa.Column("position", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("leaf", sa.String(64), nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_audit_event"),
    )
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("frontier", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    empty_root = hashlib.sha256(b"").hexdigest()
    op.bulk_insert(head, [{"id": 1, "size": 0, "root": empty_root, "frontier": "[]"}])
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
        _create_sqlite_index()
    else:
        _guard_postgresql()
        _create_postgresql_index()


def _guard_sqlite() -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_event_no_{verb.lower()} BEFORE {verb} ON audit_event "
            "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()"
    )


def _create_sqlite_index() -> None:
    op.execute("CREATE TABLE search_document (id INTEGER PRIMARY KEY, document TEXT NOT NULL UNIQUE)")
    op.execute("CREATE TABLE search_state (analyser TEXT NOT NULL)")
    op.execute(
        """
        CREATE TABLE search_text (
            id INTEGER PRIMARY KEY,
            t TEXT NOT NULL,
            p TEXT NOT NULL,
            x TEXT NOT NULL,
            s TEXT NOT NULL
        )
        """
    )
    op.execute("CREATE TABLE search_page (id INTEGER PRIMARY KEY, pages TEXT NOT NULL)")
    op.execute("CREATE TABLE search_amount (id INTEGER, cents INTEGER, PRIMARY KEY (id, cents)) WITHOUT ROWID")
    op.execute(
        """
        CREATE TABLE search_near (
            key TEXT,
            form TEXT,
            stem TEXT,
            PRIMARY KEY (key, form, stem)
        ) WITHOUT ROWID
        """
    )
    op.execute(
        """
        CREATE VIRTUAL TABLE search_index USING fts5(
            t, p, x, s,
            content='search_text', content_rowid='id', prefix='3 5',
            tokenize="unicode61 remove_diacritics 0 tokenchars '_'"
        )
        """
    )


def _create_postgresql_index() -> None:
    op.execute("CREATE TABLE search_document (id INTEGER PRIMARY KEY, document TEXT NOT NULL UNIQUE)")
    op.execute("CREATE TABLE search_state (analyser TEXT NOT NULL)")
    op.execute(
        """
        CREATE TABLE search_text (
            id INTEGER PRIMARY KEY,
            t TEXT COMPRESSION lz4 NOT NULL,
            p TEXT COMPRESSION lz4 NOT NULL,
            x TEXT COMPRESSION lz4 NOT NULL,
            s TEXT COMPRESSION lz4 NOT NULL
        ) WITH (toast_tuple_target = 8160)
        """
    )
    op.execute("CREATE TABLE search_page (id INTEGER PRIMARY KEY, pages TEXT COMPRESSION lz4 NOT NULL)")
    op.execute(
        """
        CREATE TABLE search_terms (
            id INTEGER PRIMARY KEY,
            terms TSVECTOR COMPRESSION lz4 NOT NULL
        ) WITH (toast_tuple_target = 128)
        """
    )
    op.execute("CREATE INDEX ON search_terms USING gin (terms) WITH (fastupdate = off)")
    op.execute("CREATE TABLE search_amount (id INTEGER, cents BIGINT, PRIMARY KEY (id, cents))")
    op.execute(
        """
        CREATE TABLE search_near (
            key TEXT COLLATE "C",
            form TEXT COLLATE "C",
            stem TEXT COLLATE "C",
            PRIMARY KEY (key, form, stem)
        )
        """
    )


def downgrade() -> None:
    """There is no way back: evidence is not thrown away by a migration."""
    raise NotImplementedError
