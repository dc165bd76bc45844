"""The topics against the stores that own and read them: nothing lost, invented, torn or out of order."""

import hashlib
from collections import Counter, defaultdict

from tests.prove.verdict.codes import is_known
from tests.prove.verdict.contract import REPEATS_AN_INTERRUPTION, TOPICS
from tests.prove.verdict.findings import Findings, Invariant
from tests.prove.verdict.model import Run
from tests.prove.verdict.reading import Log, dropped, set_aside


def every_key_counts_one_two_three(run: Run, log: Log, found: Findings) -> None:
    """I4: first occurrences are 1, 2, 3 … in the order of the partition; a key stays in its partition.

    What compaction removed leaves a jump forward, never one back.
    """
    for (topic, key), events in log.once.items():
        compacted = TOPICS[topic].compacted and _was_compacted(run)
        last = 0
        for event in events:
            jumps = event.sequence > last if compacted else event.sequence == last + 1
            if not jumps:
                found.add(Invariant.ORDER, f"{event} follows no. {last}")
            last = max(last, event.sequence)
        if len({event.raw.partition for event in events}) > 1:
            found.add(Invariant.ORDER, f"{topic} {key} lies in several partitions")
    found.saw("streams", len(log.once))


def the_same_event_has_the_same_bytes(run: Run, log: Log, found: Findings) -> None:
    """I5: key, value and headers, wherever an id occurs; and I3: repeats have a cause.

    A relay repeats at most two pages, and only when it, its broker or its store was interrupted.
    """
    seen: dict[str, bytes] = {}
    repeats: Counter[str] = Counter()
    for topic, events in log.events.items():
        for event in events:
            digest = hashlib.sha256(
                repr((event.raw.key, event.raw.value, event.raw.headers)).encode()
            ).digest()
            if event.id in seen:
                repeats[topic] += 1
            if seen.setdefault(event.id, digest) != digest:
                found.add(Invariant.AGREEMENT, f"{event} was seen with other bytes under {event.id}")
    found.saw("events", len(seen))
    found.saw("repeats", repeats.total())
    interruptions = int(run.about.get("kills", 0)) + len(run.faults) + len(run.crashes)
    for topic, repeated in repeats.items():
        on_purpose = sum(
            int(fault.get("records", 0))
            for fault in run.faults
            if fault.get("kind") == "duplicated" and fault.get("target") == topic
        )
        if repeated > REPEATS_AN_INTERRUPTION * interruptions + on_purpose:
            found.add(
                Invariant.ONCE, f"{repeated} records of {topic} came again, {interruptions} interruptions"
            )


def compaction_would_keep_the_latest_state(run: Run, log: Log, found: Findings) -> None:
    """I7: on a compacted topic the record that lies last is the state that counts.

    Readers pass over an old state that comes again; compaction takes it for the latest.
    """
    on_purpose = {fault.get("target") for fault in run.faults if fault.get("kind") == "duplicated"}
    for topic, events in log.events.items():
        if not TOPICS[topic].compacted or topic in on_purpose:
            continue
        last = {event.key: event for event in events}
        for key, event in last.items():
            latest = max(each.sequence for each in log.once[topic, key])
            if event.sequence < latest:
                found.add(Invariant.CONVERGENCE, f"{event} lies last on its key, the state is no. {latest}")


def one_place_one_event(run: Run, log: Log, found: Findings) -> None:
    """I2: two events with one number in one stream: one of them was rolled back, or both were."""
    for events in log.once.values():
        places: dict[int, str] = {}
        for event in events:
            if places.setdefault(event.sequence, event.id) != event.id:
                found.add(Invariant.PHANTOM, f"{event}: another event has this number too")


def what_was_numbered_is_on_the_topic(run: Run, log: Log, found: Findings) -> None:
    """I1: each owner's committed numbers, all of them, and an outbox that is empty in the end.

    I2: nothing on a topic is beyond the last committed number.
    """
    for service in run.stores:
        numbered = {
            (row["topic"], row["key"]): row["last_sequence"] for row in run.rows(service, "outgoing_stream")
        }
        for stream, last in numbered.items():
            there = {event.sequence for event in log.once.get(stream, ())}
            wanted = {last} if TOPICS[stream[0]].compacted and _was_compacted(run) else range(1, last + 1)
            for number in wanted:
                if number not in there:
                    found.add(Invariant.LOSS, f"{stream[0]} {stream[1]} no. {number} of {last} never left")
        for stream, events in log.once.items():
            if TOPICS[stream[0]].owner == service:
                for event in events:
                    if event.sequence > numbered.get(stream, 0):
                        found.add(Invariant.PHANTOM, f"{event} was never committed")
        for row in run.rows(service, "outbox"):
            found.add(Invariant.LOSS, f"{service}: {row['type']} {row['aggregateid']} still waits to leave")


def every_reader_got_everything(run: Run, log: Log, found: Findings) -> None:
    """I1: each event was dealt with by each service that reads its topic, or waits there, set aside.

    I2: no reader is further than its topic.
    """
    for service in run.stores:
        aside = set_aside(run, service)
        reached = {
            (row["topic"], row["key"]): row["last_sequence"] for row in run.rows(service, "incoming_stream")
        }
        for stream, events in log.once.items():
            if service not in TOPICS[stream[0]].readers:
                continue
            for event in events:
                found.saw(f"events read by {service}")
                if event.sequence > reached.get(stream, 0) and (*stream, event.sequence) not in aside:
                    found.add(Invariant.LOSS, f"{service} has never seen {event}")
        foul = {(raw.topic, (raw.key or b"").decode(errors="replace")) for raw in log.foul}
        for stream, last in reached.items():
            top = max((event.sequence for event in log.once.get(stream, ())), default=0)
            if stream[0] in TOPICS and last > top and stream not in foul:
                found.add(Invariant.PHANTOM, f"{service} is at {last} of {stream}, which ends at {top}")


def nothing_passes_a_dead_letter(run: Run, log: Log, found: Findings) -> None:
    """I4 at the effect: behind a dead record of a key everything waits, and no gap stays open."""
    for service in run.stores:
        first_dead: dict[tuple[str, str], int] = {}
        aside = set_aside(run, service)
        for (topic, key, sequence), status in aside.items():
            if status == "gap":
                found.add(Invariant.LOSS, f"{service} still waits for what precedes {topic} {key} {sequence}")
            if status == "dead" and not TOPICS[topic].compacted:
                first_dead[topic, key] = min(sequence, first_dead.get((topic, key), sequence))
        given_up = dropped(run, service)
        for stream, dead in first_dead.items():
            for event in log.once.get(stream, ()):
                place = (*stream, event.sequence)
                if event.sequence > dead and place not in aside and place not in given_up:
                    found.add(Invariant.ORDER, f"{service} applied {event} past the dead no. {dead}")


def unknown_types_are_kept_for_later(run: Run, log: Log, found: Findings) -> None:
    """I1: what a reader does not know yet waits until a later version does."""
    for service in run.stores:
        aside = set(set_aside(run, service)) | dropped(run, service)
        for (topic, key), events in log.once.items():
            if service not in TOPICS[topic].readers:
                continue
            for event in events:
                if not is_known(event.type) and (topic, key, event.sequence) not in aside:
                    found.add(Invariant.LOSS, f"{service} did not keep {event}, of a type unknown to it")


def what_is_no_event_was_refused(run: Run, log: Log, found: Findings) -> None:
    """I1: a record that is no event of its topic's owner was set aside by each reader, or is known."""
    origins: dict[str, set[tuple[str, int, int]]] = defaultdict(set)
    for service in run.stores:
        for row in run.rows(service, "set_aside"):
            origins[service].add((row["topic"], row["source_partition"], row["source_offset"]))
        for raw in run.topics.get(f"mentoring.{service}.dlq", ()):
            place = (raw.header("dlq-original-partition"), raw.header("dlq-original-offset"))
            topic = raw.header("dlq-original-topic")
            if topic and all(part and part.isdigit() for part in place):
                origins[service].add((topic, int(place[0] or 0), int(place[1] or 0)))
    contents: dict[tuple[str, bytes | None, bytes | None], list[tuple[str, int, int]]] = defaultdict(list)
    for raw in log.foul:
        contents[raw.topic, raw.key, raw.value].append((raw.topic, raw.partition, raw.offset))
    for (topic, key, _), places in contents.items():
        for service in run.stores:
            if service not in TOPICS[topic].readers:
                continue
            reached = {(row["topic"], row["key"]) for row in run.rows(service, "incoming_stream")}
            known = (topic, (key or b"").decode(errors="replace")) in reached
            if not known and not origins[service].intersection(places):
                found.add(Invariant.LOSS, f"{service} swallowed the foul record at {places[0]}")
    found.saw("foul records", len(log.foul))


def _was_compacted(run: Run) -> bool:
    return any("compact" in str(fault.get("kind", "")) for fault in run.faults)
