"""What the modules with tables share."""

from datetime import datetime
from typing import Final

from sqlalchemy import Column, DateTime

from shared.persistence.base import make_metadata

METADATA: Final = make_metadata()


def instant(name: str, *, nullable: bool = True) -> Column[datetime]:
    """A moment in UTC."""
    return Column(name, DateTime(timezone=True), nullable=nullable)
