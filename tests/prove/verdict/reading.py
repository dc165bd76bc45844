"""Raw records as events, and the events of a run in the orders that the invariants speak of."""

import json
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.prove.verdict.contract import ERASED, TOPICS
from tests.prove.verdict.model import Event, Raw, Run, Stream


@dataclass(frozen=True, slots=True)
class Log:
    """The event topics of a run.

    `events` is every event by topic, repeats included, and `once` the first occurrence of each
    id by stream, both in the order of the partition; `foul` is what is no event of its topic's owner.
    """

    events: Mapping[str, Sequence[Event]]
    once: Mapping[Stream, Sequence[Event]]
    by_id: Mapping[str, Event]
    foul: Sequence[Raw]

    def of(self, topic: str) -> list[Event]:
        """The first occurrences on a topic, stream by stream in the order of their sequences."""
        return [
            event
            for stream, events in self.once.items()
            if stream[0] == topic
            for event in sorted(events, key=lambda each: each.sequence)
        ]


def read(run: Run) -> Log:
    """Tell events from everything else."""
    events: dict[str, list[Event]] = {}
    once: dict[Stream, list[Event]] = defaultdict(list)
    by_id: dict[str, Event] = {}
    foul: list[Raw] = []
    injected = {
        (line["topic"], line["partition"], line["offset"])
        for line in run.journal
        if line["kind"] == "injected"
    }
    for topic, contract in TOPICS.items():
        sane = events.setdefault(topic, [])
        for raw in sorted(run.topics.get(topic, ()), key=lambda each: (each.partition, each.offset)):
            event = event_of(raw)
            strange = (topic, raw.partition, raw.offset) in injected
            if event is None or strange or event.source != f"urn:mentoring:{contract.owner}":
                foul.append(raw)
                continue
            sane.append(event)
            if event.id not in by_id:
                by_id[event.id] = event
                once[event.stream].append(event)
    return Log(events, dict(once), by_id, foul)


def event_of(raw: Raw) -> Event | None:
    """The event that a record carries; None when it does not say so in full."""
    text = {name: raw.header(f"ce_{name}") for name in _NEEDED}
    if raw.key is None or any(value is None for value in text.values()):
        return None
    try:
        body = None if raw.value is None else json.loads(raw.value)
        if body is not None and not isinstance(body, dict):
            return None
        if (body is None) != (text["type"] == ERASED):
            return None
        return Event(
            raw=raw,
            topic=raw.topic,
            key=raw.key.decode(),
            sequence=int(text["sequence"] or ""),
            id=str(uuid.UUID(text["id"] or "")),
            type=text["type"] or "",
            source=text["source"] or "",
            subject=text["subject"] or "",
            cause=raw.header("ce_causationid"),
            time=datetime.fromisoformat(text["time"] or ""),
            recorded=datetime.fromisoformat(text["recordedtime"] or ""),
            body=body,
        )
    except (ValueError, RecursionError):
        return None


def set_aside(run: Run, service: str) -> dict[tuple[str, str, int], str]:
    """The events that a service keeps aside: topic, key and sequence, and why."""
    return {
        (row["topic"], row["stream_key"], row["sequence"]): row["status"]
        for row in run.rows(service, "set_aside")
        if row["stream_key"] is not None and row["sequence"] is not None
    }


def applied(run: Run, log: Log, service: str) -> dict[str, list[Event]]:
    """By topic, the events that a service should have applied: all but those that it keeps aside or gave up.

    What was given up by an operator is in the audit, by the id of the record; its letter names the record.
    """
    aside = set(set_aside(run, service)) | dropped(run, service)
    return {
        topic: [event for event in log.of(topic) if (*event.stream, event.sequence) not in aside]
        for topic, contract in TOPICS.items()
        if service in contract.readers
    }


def dropped(run: Run, service: str) -> set[tuple[str, str, int]]:
    """What an operator of a service gave up for good."""
    given_up = {
        str(row["subject_id"]) for row in run.rows(service, "audit") if row["action"] == "dead_letter_dropped"
    }
    found = set()
    for raw in run.topics.get(f"mentoring.{service}.dlq", ()):
        sequence, origin = raw.header("ce_sequence"), raw.header("dlq-original-topic")
        if raw.header("dlq-id") in given_up and raw.key is not None and sequence and origin:
            found.add((origin, raw.key.decode(errors="replace"), _number(sequence)))
    return found


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return -1


def instant(value: Any) -> datetime | None:
    """An instant of a body."""
    return datetime.fromisoformat(value) if isinstance(value, str) else None


_NEEDED = ("id", "type", "source", "subject", "time", "recordedtime", "sequence")
