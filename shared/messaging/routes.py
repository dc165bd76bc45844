"""Which event goes to which handler: a table, built anew for each service."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar
from uuid import UUID

from shared.events.base import Event
from shared.events.catalog import topic_of
from shared.messaging.records import Record
from shared.persistence.unit_of_work import UnitOfWork

ForeignRecord = Record

E = TypeVar("E", bound=Event)
EventHandler = Callable[[Any, UnitOfWork], Awaitable[None]]
KeyHandler = Callable[[UUID, UnitOfWork], Awaitable[None]]
ForeignHandler = Callable[[ForeignRecord, UnitOfWork], Awaitable[None]]


@dataclass(slots=True)
class Routes:
    """The reactions of one service."""

    events: dict[type[Event], EventHandler] = field(default_factory=dict)
    tombstones: dict[str, KeyHandler] = field(default_factory=dict)
    foreign: dict[str, ForeignHandler] = field(default_factory=dict)
    due: dict[str, KeyHandler] = field(default_factory=dict)
    retold: dict[str, str] = field(default_factory=dict)
    """By compacted topic, the kind of due work that tells a key again."""

    def on(self, event: type[E], handler: Callable[[E, UnitOfWork], Awaitable[None]]) -> Self:
        """React to an event."""
        self.events[event] = handler
        return self

    def on_tombstone(self, state: type[Event], handler: KeyHandler) -> Self:
        """React to the erasure of a key on the topic of a state."""
        self.tombstones[topic_of(state).name] = handler
        return self

    def on_foreign(self, topic: str, handler: ForeignHandler) -> Self:
        """React to every record, whatever it holds, of a topic outside the contract."""
        self.foreign[topic] = handler
        return self

    def on_retell(self, state: type[Event], handler: KeyHandler) -> Self:
        """Tell the state of a key as it is now, when an older one may lie behind it on its compacted topic.

        The handler emits it whatever it is, under a new sequence; a tombstone for a key that was erased.
        """
        topic = topic_of(state).name
        self.retold[topic] = kind = f"retell:{topic}"
        return self.on_due(kind, handler)

    def on_due(self, kind: str, handler: KeyHandler) -> Self:
        """Do a kind of due work."""
        self.due[kind] = handler
        return self
