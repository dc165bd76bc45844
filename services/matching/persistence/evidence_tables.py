"""The table of what a run is explained from and replayed with."""

from sqlalchemy import Boolean, Column, ForeignKey, LargeBinary, Table, Text

from services.matching.persistence.metadata import METADATA

run_evidence = Table(
    "run_evidence",
    METADATA,
    Column("run_id", ForeignKey("match_run.id"), primary_key=True),
    Column("log", Text, nullable=False, comment="the decision log, byte for byte"),
    Column("inputs", LargeBinary, nullable=False, comment="canonical JSON, zlib"),
    Column("redacted", Boolean, nullable=False, comment="somebody in the inputs was forgotten"),
    Column("deals", LargeBinary, nullable=False, comment="allowed pairs with scores, zlib"),
    Column("prices", LargeBinary, nullable=False, comment="seat prices by mentor, zlib"),
)
