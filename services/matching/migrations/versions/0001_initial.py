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
        "availability",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column(
            "hours",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="list of [weekday, start minute, end minute]",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_availability")),
    )
    op.create_table(
        "erased",
        sa.Column(
            "keyed_hash",
            sa.LargeBinary(),
            nullable=False,
            comment="HMAC-SHA256 of a person key or of a content",
        ),
        sa.PrimaryKeyConstraint("keyed_hash", name=op.f("pk_erased")),
        comment="whom, or what, a replayed HR record must not bring back",
    )
    op.create_table(
        "identity_link",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("person_key", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False, comment="empty: whom the key means by itself"),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("source", "person_key", "identity", name=op.f("pk_identity_link")),
        sa.UniqueConstraint("person_id", name=op.f("uq_identity_link_person_id")),
    )
    op.create_table(
        "observation",
        sa.Column("content_hash", sa.Text(), nullable=False, comment="SHA-256 of what was said"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("person_key", sa.Text(), nullable=False),
        sa.Column("employment_key", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("effective", sa.Text(), nullable=False, comment="as Effective writes it"),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="when the source learned it"
        ),
        sa.Column("occasion", sa.Text(), nullable=False, comment="digest of what the source called it"),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("content_hash", name=op.f("pk_observation")),
        comment="append-only; only erasure deletes",
    )
    op.create_index(
        op.f("ix_observation_source_person_key"), "observation", ["source", "person_key"], unique=False
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False, comment="a PersonStatus of domain.people"),
        sa.Column("given_name", sa.Text(), nullable=True),
        sa.Column("family_name", sa.Text(), nullable=True),
        sa.Column("work_email", sa.Text(), nullable=True),
        sa.Column(
            "login_subject", sa.Text(), nullable=True, comment="two people with the same one: it is nobody's"
        ),
        sa.Column("job_title", sa.Text(), nullable=True),
        sa.Column("job_level", sa.Integer(), nullable=True),
        sa.Column("function", sa.Text(), nullable=True),
        sa.Column("business_unit", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("worker_type", sa.Text(), nullable=True),
        sa.Column("location_code", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("subdivision", sa.Text(), nullable=True),
        sa.Column(
            "manager_ids",
            sa.ARRAY(sa.Uuid()),
            server_default="{}",
            nullable=False,
            comment="resolved, the line first",
        ),
        sa.Column("manager_id", sa.Uuid(), nullable=True, comment="the first of the line, as published"),
        sa.Column(
            "dangling_managers", sa.Integer(), nullable=False, comment="pointers that nobody answers to"
        ),
        sa.Column("self_managed", sa.Boolean(), nullable=False),
        sa.Column(
            "profile",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="the PersonProfile that the columns are taken from",
        ),
        sa.Column(
            "held",
            sa.Boolean(),
            nullable=False,
            comment="the key came back as somebody else: a human decides",
        ),
        sa.Column("next_change_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "leaving",
            sa.Text(),
            nullable=True,
            comment="held: the leaving waits for a human; released: it may happen",
        ),
        sa.Column(
            "leaving_noticed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="system time, for the mass-change brake",
        ),
        sa.CheckConstraint("leaving in ('held', 'released')", name=op.f("ck_person_leaving")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index("ix_person_held", "person", ["id"], unique=False, postgresql_where=sa.text("held"))
    op.create_index(
        "ix_person_leaving", "person", ["id"], unique=False, postgresql_where=sa.text("leaving = 'held'")
    )
    op.create_index("ix_person_leaving_noticed_at", "person", ["leaving_noticed_at"], unique=False)
    op.create_index(op.f("ix_person_login_subject"), "person", ["login_subject"], unique=False)
    op.create_index("ix_person_manager_ids", "person", ["manager_ids"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_person_status"), "person", ["status"], unique=False)
    op.create_table(
        "program",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("draft", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("published", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("coordinator_ids", sa.ARRAY(sa.Uuid()), nullable=False, comment="who may act in it"),
        sa.CheckConstraint("(version = 0) = (published is null)", name=op.f("ck_program_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program")),
    )
    op.create_table(
        "cohort",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("evergreen", sa.Boolean(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f("fk_cohort_program_id_program")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort")),
    )
    op.create_index(op.f("ix_cohort_program_id"), "cohort", ["program_id"], unique=False)
    op.create_table(
        "manager_ref",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="a ManagerRefKind"),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False, comment="a ManagerRelation"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_manager_ref_person_id_person"),
            ondelete="cascade",
            initially="deferred",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("person_id", "kind", "value", "relation", name=op.f("pk_manager_ref")),
        comment="manager pointers as HR wrote them",
    )
    op.create_index(
        op.f("ix_manager_ref_source_kind_value"), "manager_ref", ["source", "kind", "value"], unique=False
    )
    op.create_table(
        "person_handle",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="a ManagerRefKind"),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_person_handle_person_id_person"),
            ondelete="cascade",
            initially="deferred",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("source", "kind", "value", "person_id", name=op.f("pk_person_handle")),
        comment="what a manager pointer may point with",
    )
    op.create_index(op.f("ix_person_handle_person_id"), "person_handle", ["person_id"], unique=False)
    op.create_table(
        "program_version",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["program_id"], ["program.id"], name=op.f("fk_program_version_program_id_program")
        ),
        sa.PrimaryKeyConstraint("program_id", "version", name=op.f("pk_program_version")),
    )
    op.create_table(
        "match",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("breakdown", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_days", sa.Integer(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("flags", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("overridden", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("waived", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("health", sa.Text(), nullable=True, comment="as engagement last said"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_match_cohort_id_cohort")),
        sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f("fk_match_program_id_program")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match")),
    )
    op.create_index("ix_match_cohort_state", "match", ["cohort_id", "state"], unique=False)
    op.create_index("ix_match_program", "match", ["program_id", "id"], unique=False)
    op.create_index(op.f("ix_match_run_id"), "match", ["run_id"], unique=False)
    op.create_table(
        "match_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("program_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("replace_proposals", sa.Boolean(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True, comment="why nothing was published"),
        sa.Column("cursor", sa.Integer(), server_default="0", nullable=False, comment="proposals dealt with"),
        sa.Column("published", sa.Integer(), server_default="0", nullable=False),
        sa.Column("eligible", sa.Integer(), nullable=True),
        sa.Column(
            "figures",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="what the run found, as RunFigures",
        ),
        sa.Column("solver", sa.Uuid(), nullable=True, comment="the process that works on it"),
        sa.Column(
            "solver_seen_at", sa.DateTime(timezone=True), nullable=True, comment="system time: it is a lease"
        ),
        sa.CheckConstraint(
            "state in ('queued', 'solving', 'publishing', 'published', 'solved', 'refused')",
            name=op.f("ck_match_run_state"),
        ),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_match_run_cohort_id_cohort")),
        sa.ForeignKeyConstraint(["program_id"], ["program.id"], name=op.f("fk_match_run_program_id_program")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_run")),
    )
    op.create_index("ix_match_run_cohort", "match_run", ["cohort_id", "id"], unique=False)
    op.create_index(
        "uq_match_run_one_at_a_time",
        "match_run",
        ["cohort_id"],
        unique=True,
        postgresql_where=sa.text("not dry_run and state in ('queued', 'solving', 'publishing')"),
    )
    op.create_table(
        "pair_exclusion",
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("first_person_id", sa.Uuid(), nullable=False),
        sa.Column("second_person_id", sa.Uuid(), nullable=False),
        sa.Column("match_id", sa.Uuid(), nullable=True, comment="null: a coordinator's own"),
        sa.CheckConstraint("first_person_id < second_person_id", name=op.f("ck_pair_exclusion_order")),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_pair_exclusion_cohort_id_cohort")
        ),
        sa.PrimaryKeyConstraint(
            "cohort_id", "first_person_id", "second_person_id", name=op.f("pk_pair_exclusion")
        ),
    )
    op.create_table(
        "participant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("cohort_id", sa.Uuid(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("capacity", sa.SmallInteger(), nullable=False),
        sa.Column("languages", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("skills_wanted", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("skills_offered", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status in ('enrolled', 'paused', 'withdrawn')", name=op.f("ck_participant_status")
        ),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_participant_cohort_id_cohort")),
        sa.ForeignKeyConstraint(
            ["program_id"], ["program.id"], name=op.f("fk_participant_program_id_program")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
    )
    op.create_index("ix_participant_cohort", "participant", ["cohort_id", "id"], unique=False)
    op.create_index("ix_participant_person", "participant", ["person_id", "program_id"], unique=False)
    op.create_index(
        "uq_participant_once",
        "participant",
        ["cohort_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'withdrawn'"),
    )
    op.create_table(
        "match_member",
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("away", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["match_id"], ["match.id"], name=op.f("fk_match_member_match_id_match")),
        sa.PrimaryKeyConstraint("match_id", "participant_id", name=op.f("pk_match_member")),
    )
    op.create_index(op.f("ix_match_member_person_id"), "match_member", ["person_id"], unique=False)
    op.create_table(
        "run_proposal",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("mentor_id", sa.Uuid(), nullable=False),
        sa.Column("mentee_id", sa.Uuid(), nullable=False),
        sa.Column("mentor_person_id", sa.Uuid(), nullable=False),
        sa.Column("mentee_person_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("shared_minutes", sa.Integer(), nullable=True),
        sa.Column("breakdown", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "match_id",
            sa.Uuid(),
            nullable=True,
            comment="null: not published, or the people were no longer free",
        ),
        sa.ForeignKeyConstraint(["run_id"], ["match_run.id"], name=op.f("fk_run_proposal_run_id_match_run")),
        sa.PrimaryKeyConstraint("run_id", "position", name=op.f("pk_run_proposal")),
    )
    op.create_table(
        "run_unmatched",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("dominating", sa.Text(), nullable=True),
        sa.Column("feasible_partners", sa.Integer(), nullable=False),
        sa.Column("refusals", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["match_run.id"], name=op.f("fk_run_unmatched_run_id_match_run")),
        sa.PrimaryKeyConstraint("run_id", "position", name=op.f("pk_run_unmatched")),
    )
    op.execute(
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'audit is append-only' USING ERRCODE = 'insufficient_privilege'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
    )
