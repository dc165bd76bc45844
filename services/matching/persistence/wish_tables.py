"""The table of what participants wish for."""

from sqlalchemy import ARRAY, Column, ForeignKey, Table, Uuid

from services.matching.persistence.metadata import METADATA

participant_wish = Table(
    "participant_wish",
    METADATA,
    Column("participant_id", ForeignKey("participant.id"), primary_key=True),
    Column("choices", ARRAY(Uuid), nullable=False, comment="people by rank"),
    Column("apart", ARRAY(Uuid), nullable=False, comment="people never to be matched with"),
)
