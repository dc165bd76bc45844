"""HR sources: one adapter each, and the only place that knows a vendor's words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from services.matching.sources.adp import AdpAdapter
from services.matching.sources.canonical import CanonicalAdapter
from services.matching.sources.port import Adapter, Headers, Refusal, RefusalReason

ADAPTERS: Final[Mapping[str, Adapter]] = MappingProxyType(
    {"adp": AdpAdapter(), "canonical": CanonicalAdapter()}
)

__all__ = ["ADAPTERS", "Adapter", "Headers", "Refusal", "RefusalReason"]
