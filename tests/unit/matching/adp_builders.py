"""Short ways to say what ADP sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from services.matching.domain.people.observation import Observation
from services.matching.sources import ADAPTERS, Refusal

FEED = (Path(__file__).parent / "fixtures_hris" / "adp_dirty_feed.jsonl").read_bytes().splitlines()


def parse(raw: bytes) -> list[Observation | Refusal]:
    return ADAPTERS["adp"].parse(raw, [])


def event(name: object = "worker.work-assignment.modify", **changes: object) -> dict[str, object]:
    """Build one completed event about G1; a change of None leaves that key out."""
    whole: dict[str, object] = {
        "eventNameCode": {"codeValue": name},
        "eventStatusCode": {"codeValue": "COMPLETED"},
        "recordDateTime": "2026-02-20T09:00:00.000+0000",
        "effectiveDateTime": "2026-03-01T05:00:00.000+0000",
        "data": {"output": {"worker": {"associateOID": "G1"}}},
        **changes,
    }
    return {key: value for key, value in whole.items() if value is not None}


def observed(one: Mapping[str, object]) -> Observation:
    (result,) = parse(json.dumps({"events": [one]}).encode())
    assert isinstance(result, Observation), result
    return result


def refused(one: Mapping[str, object]) -> Refusal:
    (result,) = parse(json.dumps({"events": [one]}).encode())
    assert isinstance(result, Refusal), result
    return result


def with_worker(**worker: object) -> dict[str, object]:
    return {"output": {"worker": {"associateOID": "G1", **worker}}}


def kept(one: Mapping[str, object]) -> dict[str, object]:
    return {name.value: value for name, value in observed(one).fields.items()}
