"""Ingest only: files of HR payloads, each sent as one record."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from deploy.local.demo.checks import Checks, tally
from deploy.local.demo.dump import Raw, dump_topics
from deploy.local.demo.feed import TOPIC, Notification
from deploy.local.demo.hr_reading import Facts, facts_of
from deploy.local.demo.stage import Stage

_SHOWN: Final = 50
_PEOPLE: Final = """
    select l.person_key, p.given_name, p.family_name, p.status, p.country, p.location_code, p.job_title,
        p.held
    from person p join identity_link l on l.person_id = p.id
    order by l.person_key limit $1
"""
_REFUSED: Final = """
    select source_partition as partition, source_offset as at, reason from set_aside where topic = $1
"""


async def replay_payloads(stage: Stage, files: Sequence[Path]) -> tuple[dict[str, Any], Checks]:
    """Every file becomes observations, refusals with their reasons, or both; the people are listed."""
    stage.teller.chapter(f"{len(files)} files of HR payloads")
    values = [path.read_bytes() for path in files]
    # The adapter reads the body, any key does: equal files get equal ones, so that they keep their order.
    await stage.feed(Notification(hashlib.sha256(value).hexdigest(), value) for value in values)
    await stage.settle()
    stores = stage.stores
    kinds = await stores.counts("matching", "select kind, count(*) from observation group by kind")
    reasons = tally(
        await stores.counts(
            "matching", "select reason, count(*) from set_aside where topic = $1 group by reason", TOPIC
        )
    )
    people = await stores.value("matching", "select count(*) from person")
    stage.teller.counts("Observations", "kind", kinds)
    stage.teller.counts("Refused: kept sealed, told as dead letters", "reason", reasons)
    await _list_people(stage, people)
    stage.teller.chapter("Read back by SQL, and from a raw dump of the topics")
    checks = Checks()
    topics = [TOPIC, "mentoring.people.v1", "mentoring.matching.dlq"]
    dump = await dump_topics(stage.platform.cluster, topics, at_least=len(files))
    letters = dump.on("mentoring.matching.dlq")
    records = dump.on(TOPIC)
    checks.about("HR records")
    checks.same("every file is a record", files=len(files), topic=len(records))
    checks.same(
        "every different record was taken in once",
        topic=len({record.value for record in records}),
        matching=await stores.value("matching", "select count(*) from inbox where topic = $1", TOPIC),
    )
    refused = await stores.rows("matching", _REFUSED, TOPIC)
    _each_is_one(checks, records, refused, sum(kinds.values()))
    checks.same(
        "every refusal is told with its reason",
        matching=reasons,
        dead_letters=tally(Counter(letter.header("dlq-reason") for letter in letters)),
    )
    checks.same(
        "every person is told",
        matching=people,
        topic=len({record.key for record in dump.of("mentoring.person.changed.v1")}),
    )
    return {
        "people": people,
        "refused": reasons,
        "dead_letters": len(letters),
        "records": len(records),
        "observations": sum(kinds.values()),
    }, checks


def _each_is_one(
    checks: Checks, records: Sequence[Raw], refused: Sequence[dict[str, Any]], observations: int
) -> None:
    """A record with one event is one refusal or one observation; with several, there is something of each.

    Two records that say the same are one observation. They may differ in what is never kept, so what they
    say is known from below (what surely differs) and from above (what differs in any way).
    """
    reasons = Counter((row["partition"], row["at"]) for row in refused)
    first: dict[bytes, Raw] = {}
    for record in records:
        first.setdefault(record.value or b"", record)
    facts = Facts()
    twice = []
    for value, record in first.items():
        found = facts_of(value)
        times = reasons.pop((record.partition, record.offset), 0)
        if times > max(1, found.events):
            twice.append(f"{times} refusals at {record.partition}/{record.offset}")
        if not times:
            facts.add(found)
        elif found.events > 1:
            facts.maybe(found)
    checks.none("no record is refused more often than it has events", twice)
    checks.none("every refusal is of a record", [f"{at} {count}" for at, count in reasons.items()])
    held = facts.at_least <= observations <= facts.at_most
    checks.fact(
        "every record became an observation or a refusal",
        held=held,
        found=f"{len(first)} different records: {observations} observations, {len(refused)} refusals"
        + ("" if held else f", where {facts.at_least} to {facts.at_most} observations were due"),
    )


async def _list_people(stage: Stage, count: int) -> None:
    rows = await stage.stores.rows("matching", _PEOPLE, _SHOWN)
    more = f", the first {_SHOWN} of {count:,}" if count > _SHOWN else ""
    stage.teller.table(
        f"People{more}",
        ("HR key", "name", "status", "place", "job", "waits"),
        [
            [
                row["person_key"],
                " ".join(part for part in (row["given_name"], row["family_name"]) if part),
                row["status"],
                " ".join(part for part in (row["country"], row["location_code"]) if part),
                row["job_title"] or "",
                "for a human" if row["held"] else "",
            ]
            for row in rows
        ],
    )
