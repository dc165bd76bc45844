"""record runs."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "run_evidence",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("log", sa.Text(), nullable=False, comment="the decision log, byte for byte"),
        sa.Column("inputs", sa.LargeBinary(), nullable=False, comment="canonical JSON, zlib"),
        sa.Column("redacted", sa.Boolean(), nullable=False, comment="somebody in the inputs was forgotten"),
        sa.Column("deals", sa.LargeBinary(), nullable=False, comment="allowed pairs with scores, zlib"),
        sa.Column("prices", sa.LargeBinary(), nullable=False, comment="seat prices by mentor, zlib"),
        sa.ForeignKeyConstraint(["run_id"], ["match_run.id"], name=op.f("fk_run_evidence_run_id_match_run")),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run_evidence")),
    )
    op.drop_constraint(op.f("ck_match_run_state"), "match_run")
    op.create_check_constraint(
        op.f("ck_match_run_state"),
        "match_run",
        "state in ('queued', 'solving', 'publishing', 'published', 'solved', 'refused', 'failed')",
    )
