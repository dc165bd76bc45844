"""add wishes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "participant_wish",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("choices", sa.ARRAY(sa.Uuid()), nullable=False, comment="people by rank"),
        sa.Column("apart", sa.ARRAY(sa.Uuid()), nullable=False, comment="people never to be matched with"),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_participant_wish_participant_id_participant"),
        ),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_participant_wish")),
    )
