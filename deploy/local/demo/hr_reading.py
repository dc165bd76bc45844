"""The HR feed, read again by eyes of its own: what the platform must have made of it."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from deploy.local.demo.dump import Raw

_UNKNOWN_NAMES = frozenset({"worker.teleport"})


@dataclass(slots=True)
class HrReading:
    """What a dump of the feed holds, each record counted once."""

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
    """Take the feed apart without the platform's adapter."""
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
