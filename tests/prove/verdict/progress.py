"""Offsets, recovery and responsiveness: what was measured while the run went on, and where it ended."""

from collections.abc import Mapping
from typing import Final

from tests.prove.verdict.contract import TOPICS
from tests.prove.verdict.findings import Findings, Invariant
from tests.prove.verdict.model import Row, Run
from tests.prove.verdict.reading import Log

RECOVERY_S: Final = 120.0
SILENCE_S: Final = 1.0
"""Of an event loop, as its HTTP server shows it; a third of the shortest session timeout."""
RETRIES_A_SECOND: Final = 20.0


def offsets_move_forward_to_the_end(run: Run, log: Log, found: Findings) -> None:
    """I9: committed offsets never exceed the end, reach it in the end, and went back only when told to."""
    for service, committed in run.committed.items():
        if service not in run.stores:
            continue
        hr = tuple(run.about.get("hr_topics", ())) if service == "matching" else ()
        for (topic, partition), end in run.ends.items():
            contract = TOPICS.get(topic)
            reads = topic in hr if contract is None else service in contract.readers
            if not reads and topic != f"mentoring.{service}.retry":
                continue
            offset = committed.get((topic, partition))
            found.saw("partitions")
            if (offset or 0) > end:
                found.add(
                    Invariant.OFFSETS, f"{service} committed {offset} of {topic} {partition}, end {end}"
                )
            elif end and offset != end:
                found.add(Invariant.OFFSETS, f"{service} ends at {offset} of {end} in {topic} {partition}")
    reset = [
        float(fault["at"]) for fault in run.faults if "offset" in str(fault.get("kind", "")) and "at" in fault
    ]
    last: dict[tuple[str, str, int], Row] = {}
    for sample in run.offset_samples:
        place = (sample["group"], sample["topic"], sample["partition"])
        before = last.get(place)
        if before is not None and sample["offset"] < before["offset"]:
            told = any(before["at"] <= at <= sample["at"] for at in reset)
            if not told:
                found.add(
                    Invariant.OFFSETS, f"{place} went back from {before['offset']} to {sample['offset']}"
                )
        last[place] = sample


def the_system_recovers(run: Run, log: Log, found: Findings) -> None:
    """I10: after the last fault lag and outbox are zero within the bound; no loop is silent, none storms."""
    about: Mapping[str, object] = run.about
    recovery, bound = about.get("recovery_s"), _number(about.get("recovery_bound_s"), RECOVERY_S)
    if recovery is None and "recovered" not in about:
        found.could_not("recovery: run.json has no recovery_s")
    elif recovery is None or about.get("recovered") is False or _number(recovery, 0.0) > bound:
        found.add(Invariant.RECOVERY, f"recovered after {recovery} s of {bound} s")
    silence = about.get("longest_silence_s")
    silence_bound = _number(about.get("silence_bound_s"), SILENCE_S)
    if silence is not None and _number(silence, 0.0) > silence_bound:
        found.add(Invariant.RECOVERY, f"an event loop was silent for {silence} s of {silence_bound} s")
    rate = about.get("retries_per_s")
    if rate is not None and _number(rate, 0.0) > RETRIES_A_SECOND:
        found.add(Invariant.RECOVERY, f"a batch was tried {rate} times a second")


def _number(value: object, otherwise: float) -> float:
    return float(value) if isinstance(value, (int, float)) else otherwise
