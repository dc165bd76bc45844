"""What a run left behind, as plain data: the judge's only input. Nothing in here knows the product."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

Row = Mapping[str, Any]
Place = tuple[str, int]
"""A topic, by its name in the contract, and a partition."""
Stream = tuple[str, str]
"""A topic and a key."""


@dataclass(frozen=True, slots=True)
class Raw:
    """A record as it lies on the broker; `topic` is the name in the contract, without the run's prefix."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]

    def header(self, name: str) -> str | None:
        """The first header of this name as text; None when there is none or it is no text."""
        for found, value in self.headers:
            if found == name and value is not None:
                return value.decode(errors="replace")
        return None


@dataclass(frozen=True, slots=True)
class Event:
    """A record that says what it is: every CloudEvents header that the verdict needs could be read."""

    raw: Raw
    topic: str
    key: str
    sequence: int
    id: str
    type: str
    source: str
    subject: str
    cause: str | None
    time: datetime
    recorded: datetime
    body: Mapping[str, Any] | None
    """None: a tombstone."""

    @property
    def stream(self) -> Stream:
        """The events among which its sequence counts."""
        return self.topic, self.key

    def __str__(self) -> str:
        return f"{self.type} {self.key} no. {self.sequence} at {self.raw.partition}/{self.raw.offset}"


@dataclass(frozen=True, slots=True)
class Rebuild:
    """What the product's own rebuild said."""

    exit_code: int
    said: str


@dataclass(frozen=True, slots=True)
class Run:
    """Everything about one run.

    `stores` and `committed` are by service; one that is not in `stores` took no part, and what it owns is
    nobody's to judge.
    """

    about: Mapping[str, Any]
    journal: Sequence[Row] = ()
    faults: Sequence[Row] = ()
    crashes: Sequence[Row] = ()
    offset_samples: Sequence[Row] = ()
    topics: Mapping[str, Sequence[Raw]] = field(default_factory=lambda: MappingProxyType({}))
    stores: Mapping[str, Mapping[str, Sequence[Row]]] = field(default_factory=lambda: MappingProxyType({}))
    committed: Mapping[str, Mapping[Place, int]] = field(default_factory=lambda: MappingProxyType({}))
    ends: Mapping[Place, int] = field(default_factory=lambda: MappingProxyType({}))
    rebuild: Rebuild | None = None

    def rows(self, service: str, table: str) -> Sequence[Row]:
        """The rows of a table; none of a service that took no part."""
        return self.stores.get(service, {}).get(table, ())

    @property
    def skew(self) -> float:
        """Seconds by which the clocks of two processes of this run may differ."""
        return float(self.about.get("clock_skew_s", 0.0))
