"""What HR was told is accepted: on its topic, read, observed or refused; and nothing that it never said."""

import hashlib
import json
from collections import defaultdict
from datetime import datetime

from tests.prove.verdict.contract import ERASED
from tests.prove.verdict.findings import Findings, Invariant
from tests.prove.verdict.model import Raw, Row, Run
from tests.prove.verdict.reading import Log

_Where = tuple[str, int, int]
"""Topic, partition and offset."""


def every_record_of_hr_was_read(run: Run, log: Log, found: Findings) -> None:
    """I1: whatever lies on a topic of HR was read, also what nobody acknowledged to the client."""
    if "matching" not in run.stores:
        return
    read = {bytes(row["record_id"]).hex() for row in run.rows("matching", "inbox")}
    for place, raw in _records(run).items():
        found.saw("records of HR")
        if _digest(raw) not in read:
            found.add(Invariant.LOSS, f"matching has never read the HR record at {place}")


def acknowledged_hr_records_took_effect(run: Run, log: Log, found: Findings) -> None:
    """I1: each acknowledged record is on its topic, and became observations or a dead letter.

    Nobody can tell who was erased, only how many were: so many people may be unknown for all their records.
    """
    if "matching" not in run.stores:
        return
    raws = _records(run)
    copies: dict[str, list[_Where]] = defaultdict(list)
    for place, raw in raws.items():
        copies[_digest(raw)].append(place)
    observed = {(row["person_key"], row["recorded_at"]) for row in run.rows("matching", "observation")}
    refused = _refused(run)
    missing: dict[str, _Where] = {}
    for line in _lines(run):
        place = (line["topic"], line["partition"], line["offset"])
        there = raws.get(place)
        found.saw("acknowledged HR records")
        if there is None or _digest(there) != line["sha256"]:
            found.add(Invariant.LOSS, f"the HR record acknowledged at {place} is not there")
        elif not refused.intersection(copies[line["sha256"]]):
            expected = _observations(there)
            missing |= {key: place for key, at in expected if (key, at) not in observed}
            if not expected:
                found.add(Invariant.LOSS, f"the HR record at {place} is neither observed nor refused")
    erased = sum(event.type == ERASED for event in log.by_id.values())
    for person, place in list(missing.items())[erased:]:
        found.add(Invariant.LOSS, f"the HR record of {person} at {place} is neither observed nor refused")


def matching_knows_only_what_hr_said(run: Run, log: Log, found: Findings) -> None:
    """I2: an observation that no human made has a record of HR about that person."""
    said = {key for raw in _records(run).values() for key, _ in _observations(raw)}
    for row in run.rows("matching", "observation"):
        if said and row["kind"] != "decision" and row["person_key"] not in said:
            found.add(Invariant.PHANTOM, f"an observation of {row['person_key']}, of whom HR said nothing")


def _lines(run: Run) -> list[Row]:
    return [line for line in run.journal if line["kind"] == "hr"]


def _records(run: Run) -> dict[_Where, Raw]:
    topics = {line["topic"] for line in _lines(run)} | set(run.about.get("hr_topics", ()))
    return {
        (raw.topic, raw.partition, raw.offset): raw for topic in topics for raw in run.topics.get(topic, ())
    }


def _digest(raw: Raw) -> str:
    return hashlib.sha256(raw.value or b"").hexdigest()


def _refused(run: Run) -> set[_Where]:
    found = {
        (row["topic"], row["source_partition"], row["source_offset"])
        for row in run.rows("matching", "set_aside")
    }
    for raw in run.topics.get("mentoring.matching.dlq", ()):
        topic, partition, offset = (
            raw.header(f"dlq-original-{name}") for name in ("topic", "partition", "offset")
        )
        if topic and partition and offset:
            found.add((topic, int(partition), int(offset)))
    return found


def _observations(raw: Raw) -> list[tuple[str, datetime]]:
    """Whom the record names, and when HR learned it; nothing of a record that is not whole."""
    try:
        events = json.loads(raw.value or b"")["events"]
        return [
            (
                event["data"]["output"]["worker"]["associateOID"],
                datetime.fromisoformat(event["recordDateTime"]),
            )
            for event in events
        ]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
