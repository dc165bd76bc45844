"""The README's table of events, read back."""

import re
from dataclasses import dataclass
from typing import Final

from shared.events.catalog import EVENTS, SERVICES, Topic
from tests.architecture.source_files import ROOT

README: Final = ROOT / "README.md"
_ROW: Final = re.compile(r"^\|(.+)\| `(mentoring\.[\w.-]+)`( \(compacted\))? \|(.+)\|$", re.MULTILINE)
_FIRST_WORD: Final = re.compile(r"[A-Z][a-z]+")
_TOMBSTONE: Final = "its tombstone "
_KNOWN: Final = frozenset(event.__name__ for event in EVENTS.values())


@dataclass(frozen=True, slots=True)
class Row:
    """What the README says of one topic; names of events are written out."""

    events: frozenset[str]
    tombstone: str | None
    producer: str
    consumers: frozenset[str]
    compacted: bool
    key: str


def rows(text: str) -> dict[str, Row]:
    """The rows by topic."""
    found = {}
    for before, topic, compacted, key in _ROW.findall(text):
        events, producer, consumers = (cell.strip() for cell in before.split("|")[:3])
        named = [name.strip() for name in events.split(",")]
        told = [name.removeprefix(_TOMBSTONE) for name in named if name.startswith(_TOMBSTONE)]
        found[topic] = Row(
            events=_written_out([name for name in named if not name.startswith(_TOMBSTONE)]),
            tombstone=told[0] if told else None,
            producer=producer,
            consumers=frozenset(SERVICES if consumers == "all" else consumers.split(", ")),
            compacted=bool(compacted),
            key=key.strip(),
        )
    return found


def row_of(topic: Topic) -> Row:
    """What the README must say of a topic."""
    tombstone = None
    if topic.tombstone is not None:
        _, noun, verb, _ = topic.tombstone.split(".")
        tombstone = f"{noun.title()}{verb.title()}"
    return Row(
        events=frozenset(event.__name__ for event in topic.events),
        tombstone=tombstone,
        producer=topic.producer,
        consumers=frozenset(topic.consumers),
        compacted=topic.compacted,
        key=(topic.key or "").removesuffix("_id").replace("_", " "),
    )


def _written_out(names: list[str]) -> frozenset[str]:
    """`MatchProposed, Offered` says MatchProposed and MatchOffered."""
    word = _FIRST_WORD.match(names[0])
    prefix = word.group() if word else ""
    return frozenset(name if name in _KNOWN else prefix + name for name in names)
