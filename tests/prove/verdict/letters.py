"""Dead letters against what waits, and what operators did: each is accounted for, and none twice."""

from collections import Counter, defaultdict

from tests.prove.verdict.contract import TOPICS, letters_of
from tests.prove.verdict.findings import Findings, Invariant
from tests.prove.verdict.model import Raw, Row, Run
from tests.prove.verdict.reading import Log

_AUDITED = frozenset({"dead_letter_replayed", "dead_letter_dropped"})


def letters_are_accounted_for(run: Run, log: Log, found: Findings) -> None:
    """I11: every letter waits, or was replayed or dropped by somebody, or was made void by what came after.

    Void: on a compacted topic a later state replaced it; a parked record was freed by the one before it.
    """
    for service in run.stores:
        letters: dict[str, Raw] = {}
        for raw in run.topics.get(letters_of(service), ()):
            letters.setdefault(raw.header("dlq-id") or f"{raw.partition}/{raw.offset}", raw)
        found.saw("dead letters", len(letters))
        waiting = {str(row["id"]): row for row in run.rows(service, "set_aside")}
        audited = {str(row["subject_id"]) for row in run.rows(service, "audit") if row["action"] in _AUDITED}
        for record_id, row in waiting.items():
            if row["status"] in {"dead", "parked"} and record_id not in letters:
                found.add(Invariant.LETTERS, f"{service} keeps {_what(row)} and no letter tells of it")
        for record_id, raw in letters.items():
            if (
                record_id not in waiting
                and record_id not in audited
                and not _is_void(run, service, raw, audited)
            ):
                found.add(Invariant.LETTERS, f"{service}: nothing is known of the letter {record_id}")
        _none_twice(service, letters, found)


def _none_twice(service: str, letters: dict[str, Raw], found: Findings) -> None:
    times: Counter[tuple[str | None, ...]] = Counter(
        tuple(
            raw.header(f"dlq-{name}")
            for name in ("original-topic", "original-partition", "original-offset", "status", "reason")
        )
        for raw in letters.values()
    )
    for place, written in times.items():
        if written > 1:
            found.add(Invariant.LETTERS, f"{service} wrote {written} letters about {place}")


def _is_void(run: Run, service: str, raw: Raw, audited: set[str]) -> bool:
    topic, sequence = raw.header("dlq-original-topic"), raw.header("ce_sequence")
    if topic is not None and topic in TOPICS and TOPICS[topic].compacted:
        return True
    if raw.header("dlq-status") != "parked" or raw.key is None or not sequence:
        return False
    freed = {
        (other.key, other.header("dlq-original-topic"))
        for other in run.topics.get(letters_of(service), ())
        if (other.header("dlq-id") or "") in audited
    }
    return (raw.key, topic) in freed


def _what(row: Row) -> str:
    return f"{row['status']} {row['topic']} {row['source_partition']}/{row['source_offset']}"


def by_reason(run: Run) -> dict[str, int]:
    """How many dead letters there are of each reason, all services together."""
    reasons: dict[str, set[str]] = defaultdict(set)
    for service in run.stores:
        for raw in run.topics.get(letters_of(service), ()):
            reasons[raw.header("dlq-reason") or "unknown"].add(raw.header("dlq-id") or "")
    return {reason: len(ids) for reason, ids in sorted(reasons.items())}
