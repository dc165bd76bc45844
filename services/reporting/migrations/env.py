"""Alembic asks this file how to reach the store."""

from services.reporting.persistence.tables import METADATA
from shared.persistence.migrations import run

run(METADATA)
