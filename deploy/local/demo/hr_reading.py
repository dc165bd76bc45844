"""HR records, read again by eyes of its own: what the platform must have made of them."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from deploy.local.demo.dump import Raw

_UNKNOWN_NAMES = frozenset({"worker.teleport"})


@dataclass(slots=True)
class HrReading:
    """What a dump of the story's feed holds, each record counted once."""

    people: set[str] = field(default_factory=set)
    facts: set[str] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)
    names: dict[str, set[tuple[str, str]]] = field(default_factory=dict)

    @property
    def stolen_keys(self) -> int:
        """Keys that came with two names and two hire dates."""
        return sum(
            len({name for name, _ in seen}) > 1 and len({day for _, day in seen}) > 1
            for seen in self.names.values()
        )


def read_feed(records: Sequence[Raw]) -> HrReading:
    """Take the story's feed apart without the platform's adapter."""
    reading = HrReading()
    for value in {record.value or b"" for record in records}:
        try:
            event = json.loads(value)["events"][0]
        except ValueError:
            reading.refused["malformed_json"] += 1
            continue
        _read_event(reading, event)
    return reading


def _read_event(reading: HrReading, event: dict[str, Any]) -> None:
    name = event["eventNameCode"]["codeValue"]
    key = event["data"]["eventContext"]["worker"]["associateOID"]
    if name in _UNKNOWN_NAMES:
        reading.refused["unknown_event_name"] += 1
    elif "{{" in key:
        reading.refused["placeholder_person_key"] += 1
    else:
        reading.people.add(key)
        reading.facts.add(json.dumps({**event, "eventID": None}, sort_keys=True))
        worker = event["data"]["output"]["worker"]
        if "person" in worker:
            legal = worker["person"]["legalName"]
            full_name = f"{legal['givenName']} {legal['familyName1']}"
            reading.names.setdefault(key, set()).add((full_name, worker["workerDates"]["originalHireDate"]))


@dataclass(frozen=True, slots=True)
class Found:
    """The events of any record: in whole, and by what surely makes them different observations."""

    events: int
    whole: frozenset[str]
    plain: frozenset[str]


@dataclass(slots=True)
class Facts:
    """How many observations a set of records must have become, at least and at most."""

    _whole: set[str] = field(default_factory=set)
    _plain: set[str] = field(default_factory=set)
    _perhaps: set[str] = field(default_factory=set)

    def add(self, found: Found) -> None:
        """Nothing of this record was refused."""
        self._whole |= found.whole
        self._plain |= found.plain

    def maybe(self, found: Found) -> None:
        """Something of this record was refused, the rest was not."""
        self._perhaps |= found.whole

    @property
    def at_least(self) -> int:
        """Observations that differ in what is kept."""
        return len(self._plain)

    @property
    def at_most(self) -> int:
        """Events that differ at all, beside their ids."""
        return len(self._whole | self._perhaps)


def facts_of(value: bytes) -> Found:
    """The events of a record, `{"events": […]}` or one by itself; none of what is no JSON."""
    try:
        body = json.loads(value)
    except ValueError:
        return Found(0, frozenset(), frozenset())
    events = body.get("events", [body]) if isinstance(body, dict) else []
    events = [event for event in events if isinstance(event, dict)] if isinstance(events, list) else []
    return Found(
        len(events),
        frozenset(json.dumps({**event, "eventID": None}, sort_keys=True) for event in events),
        frozenset(
            json.dumps([event.get(name) for name in ("eventNameCode", "recordDateTime")], sort_keys=True)
            for event in events
        ),
    )
