"""What the console keeps, which is on no topic."""

from sqlalchemy import ARRAY, Column, Index, LargeBinary, Table, Text

from services.reporting.persistence.columns import METADATA, instant

web_session = Table(
    "web_session",
    METADATA,
    Column("token_hash", LargeBinary, primary_key=True, comment="SHA-256 of the cookie's value"),
    Column("subject", Text, nullable=False),
    Column("login", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("csrf_token", Text, nullable=False),
    instant("created_at", nullable=False),
    instant("seen_at", nullable=False),
    instant("expires_at", nullable=False),
    Index(None, "subject", "created_at"),
    Index(None, "expires_at"),
)
