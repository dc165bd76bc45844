"""initial."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "audit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("business_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column("actor_type", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("correlation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_index("ix_audit_subject", "audit", ["subject_type", "subject_id", "at"], unique=False)
    op.create_table(
        "due",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", name=op.f("pk_due")),
    )
    op.create_index(op.f("ix_due_due_at"), "due", ["due_at"], unique=False)
    op.create_table(
        "idempotency_key",
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("caller", "route", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index("ix_idempotency_key_created_at", "idempotency_key", ["created_at"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("record_id", sa.LargeBinary(), nullable=False, comment="SHA-256 of the value"),
        sa.Column(
            "seen_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("topic", "record_id", name=op.f("pk_inbox")),
    )
    op.create_index(op.f("ix_inbox_seen_at"), "inbox", ["seen_at"], unique=False)
    op.create_table(
        "incoming_stream",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "key", name=op.f("pk_incoming_stream")),
    )
    op.create_table(
        "outbox",
        sa.Column("pos", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("aggregatetype", sa.Text(), nullable=False),
        sa.Column("aggregateid", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("shard", sa.SmallInteger(), nullable=False),
        sa.Column(
            "raw_key",
            sa.LargeBinary(),
            nullable=True,
            comment="the key of a dead letter whose key is no text",
        ),
        sa.Column("payload", sa.LargeBinary(), nullable=True, comment="null: a tombstone"),
        sa.Column("headers", sa.Text(), nullable=False, comment="JSON list of name and value"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("pos", name=op.f("pk_outbox")),
        sa.UniqueConstraint("id", name=op.f("uq_outbox_id")),
        postgresql_with={"autovacuum_vacuum_scale_factor": 0, "autovacuum_vacuum_threshold": 1000},
    )
    op.create_index(op.f("ix_outbox_shard_pos"), "outbox", ["shard", "pos"], unique=False)
    op.create_table(
        "outgoing_stream",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "key", name=op.f("pk_outgoing_stream")),
    )
    op.create_table(
        "pending",
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("reaction", sa.Text(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("missing", "reaction", "subject", name=op.f("pk_pending")),
    )
    op.create_table(
        "set_aside",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("stream_key", sa.Text(), nullable=True, comment="null: the record has no usable key"),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("event_type", sa.Text(), server_default="", nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False, comment="key, headers and value, packed"),
        sa.Column(
            "sealed",
            sa.Boolean(),
            nullable=False,
            comment="the record is encrypted: it may hold personal data",
        ),
        sa.Column("source_partition", sa.Integer(), nullable=False),
        sa.Column("source_offset", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column(
            "first_failed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "status in ('dead', 'parked', 'skipped', 'gap')", name=op.f("ck_set_aside_status")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_aside")),
    )
    op.create_index(
        op.f("ix_set_aside_status_first_failed_at"), "set_aside", ["status", "first_failed_at"], unique=False
    )
    op.create_index(
        op.f("ix_set_aside_topic_stream_key_sequence"),
        "set_aside",
        ["topic", "stream_key", "sequence"],
        unique=False,
    )
    op.create_table(
        "flag",
        sa.Column("flag_id", sa.Uuid(), nullable=False),
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("flag_id", name=op.f("pk_flag")),
    )
    op.create_index(op.f("ix_flag_program_id_flag_id"), "flag", ["program_id", "flag_id"], unique=False)
    op.create_index(
        "uq_flag_open",
        "flag",
        ["match_id", "code"],
        unique=True,
        postgresql_where=sa.text("resolved_at is null"),
    )
    op.create_table(
        "match",
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "pauses",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="list of start and end; an open one ends with null",
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("health", sa.Text(), nullable=True),
        sa.Column("pulses", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(
            "(closed_at is null) = (state in ('active', 'paused'))", name=op.f("ck_match_closed")
        ),
        sa.CheckConstraint(
            "state in ('active', 'paused', 'completed', 'ended_early')", name=op.f("ck_match_state")
        ),
        sa.PrimaryKeyConstraint("match_id", name=op.f("pk_match")),
    )
    op.create_index(op.f("ix_match_program_id_match_id"), "match", ["program_id", "match_id"], unique=False)
    op.create_table(
        "person",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=True),
        sa.Column("family_name", sa.Text(), nullable=True),
        sa.Column("login_subject", sa.Text(), nullable=True),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "not erased or num_nonnulls(given_name, family_name, login_subject) = 0",
            name=op.f("ck_person_erased_is_empty"),
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person")),
    )
    op.create_index(op.f("ix_person_login_subject"), "person", ["login_subject"], unique=False)
    op.create_table(
        "program",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("cadence_days", sa.Integer(), nullable=False),
        sa.Column("coordinator_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("milestones", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("themes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "recheck_after",
            sa.Uuid(),
            nullable=True,
            comment="the last match seen with a new cadence; null: all were",
        ),
        sa.PrimaryKeyConstraint("program_id", name=op.f("pk_program")),
    )
    op.create_table(
        "pulse_tally",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=False),
        sa.Column("answers", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("rating between 1 and 5", name=op.f("ck_pulse_tally_rating")),
        sa.PrimaryKeyConstraint("program_id", "round", "question", "rating", name=op.f("pk_pulse_tally")),
    )
    op.create_table(
        "session",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_match_id"), "session", ["match_id"], unique=False)
    op.create_table(
        "fit_check",
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["match_id"], ["match.match_id"], name=op.f("fk_fit_check_match_id_match")),
        sa.PrimaryKeyConstraint("match_id", "person_id", name=op.f("pk_fit_check")),
    )
    op.create_index(op.f("ix_fit_check_person_id"), "fit_check", ["person_id"], unique=False)
    op.create_table(
        "goal",
        sa.Column("goal_id", sa.Uuid(), nullable=False),
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("percent", sa.SmallInteger(), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True, comment="null: forgotten"),
        sa.CheckConstraint("percent between 0 and 100", name=op.f("ck_goal_percent")),
        sa.ForeignKeyConstraint(["match_id"], ["match.match_id"], name=op.f("fk_goal_match_id_match")),
        sa.PrimaryKeyConstraint("goal_id", name=op.f("pk_goal")),
    )
    op.create_index(op.f("ix_goal_match_id"), "goal", ["match_id"], unique=False)
    op.create_table(
        "match_key",
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column(
            "wrapped",
            sa.LargeBinary(),
            nullable=False,
            comment="the key of the pair's words, itself encrypted",
        ),
        sa.ForeignKeyConstraint(["match_id"], ["match.match_id"], name=op.f("fk_match_key_match_id_match")),
        sa.PrimaryKeyConstraint("match_id", name=op.f("pk_match_key")),
    )
    op.create_table(
        "match_member",
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["match_id"], ["match.match_id"], name=op.f("fk_match_member_match_id_match")
        ),
        sa.PrimaryKeyConstraint("match_id", "participant_id", name=op.f("pk_match_member")),
    )
    op.create_index(
        op.f("ix_match_member_person_id_match_id"), "match_member", ["person_id", "match_id"], unique=False
    )
    op.create_table(
        "milestone_reached",
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("milestone", sa.Text(), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["match_id"], ["match.match_id"], name=op.f("fk_milestone_reached_match_id_match")
        ),
        sa.PrimaryKeyConstraint("match_id", "milestone", name=op.f("pk_milestone_reached")),
    )
    op.create_table(
        "note",
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["match_id"], ["match.match_id"], name=op.f("fk_note_match_id_match")),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_note")),
    )
    op.create_index(op.f("ix_note_match_id_note_id"), "note", ["match_id", "note_id"], unique=False)
    op.create_table(
        "nudge",
        sa.Column("nudge_id", sa.Uuid(), nullable=False),
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["match_id"], ["match.match_id"], name=op.f("fk_nudge_match_id_match")),
        sa.PrimaryKeyConstraint("nudge_id", name=op.f("pk_nudge")),
    )
    op.create_table(
        "pulse",
        sa.Column("pulse_id", sa.Uuid(), nullable=False),
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["match_id"], ["match.match_id"], name=op.f("fk_pulse_match_id_match")),
        sa.PrimaryKeyConstraint("pulse_id", name=op.f("pk_pulse")),
        sa.UniqueConstraint("match_id", "round", name=op.f("uq_pulse_match_id_round")),
    )
    op.create_table(
        "session_log",
        sa.Column("session_log_id", sa.Uuid(), nullable=False),
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("logged_by", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("themes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["match_id"], ["match.match_id"], name=op.f("fk_session_log_match_id_match")),
        sa.PrimaryKeyConstraint("session_log_id", name=op.f("pk_session_log")),
        sa.UniqueConstraint("match_id", "session_id", name=op.f("uq_session_log_match_id_session_id")),
    )
    op.create_index(
        op.f("ix_session_log_match_id_occurred_at"), "session_log", ["match_id", "occurred_at"], unique=False
    )
    op.create_table(
        "tick",
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("milestone", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["match_id"], ["match.match_id"], name=op.f("fk_tick_match_id_match")),
        sa.PrimaryKeyConstraint("match_id", "milestone", "task", "person_id", name=op.f("pk_tick")),
    )
    op.create_table(
        "nudge_recipient",
        sa.Column("nudge_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["nudge_id"], ["nudge.nudge_id"], name=op.f("fk_nudge_recipient_nudge_id_nudge")
        ),
        sa.PrimaryKeyConstraint("nudge_id", "person_id", name=op.f("pk_nudge_recipient")),
    )
    op.create_index(
        op.f("ix_nudge_recipient_person_id_nudge_id"),
        "nudge_recipient",
        ["person_id", "nudge_id"],
        unique=False,
    )
    op.create_table(
        "pulse_reply",
        sa.Column("pulse_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["pulse_id"], ["pulse.pulse_id"], name=op.f("fk_pulse_reply_pulse_id_pulse")),
        sa.PrimaryKeyConstraint("pulse_id", "person_id", name=op.f("pk_pulse_reply")),
    )
    op.create_index(op.f("ix_pulse_reply_person_id"), "pulse_reply", ["person_id"], unique=False)
    op.execute(
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'audit is append-only' USING ERRCODE = 'insufficient_privilege'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
    )
