"""The one collection of matching's tables."""

from typing import Final

from shared.persistence.base import make_metadata

METADATA: Final = make_metadata()
