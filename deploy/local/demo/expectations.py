"""What must be true at the end, each fact read from every place that should know it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from deploy.local.demo.checks import Checks, tally
from deploy.local.demo.dump import Dump, dump_topics
from deploy.local.demo.feed import CANARIES, TOPIC
from deploy.local.demo.hr_reading import read_feed
from deploy.local.demo.stage import Stage
from shared.events.catalog import SERVICES, TOPICS

_STATE_AFTER: Final = {
    "mentoring.match.proposed.v1": "proposed",
    "mentoring.match.offered.v1": "offered",
    "mentoring.match.accepted.v1": "accepted",
    "mentoring.match.declined.v1": "declined",
    "mentoring.match.expired.v1": "expired",
    "mentoring.match.activated.v1": "active",
    "mentoring.match.paused.v1": "paused",
    "mentoring.match.resumed.v1": "active",
    "mentoring.match.completed.v1": "completed",
    "mentoring.match.ended.v1": "ended_early",
}
_STORY: Final = (
    "match.accepted",
    "match.declined",
    "match.expired",
    "match.paused",
    "match.resumed",
    "match.completed",
    "match.ended",
    "session.scheduled",
    "session.rescheduled",
    "session.cancelled",
    "session.reminder-due",
    "session.logged",
    "goal.set",
    "goal.progressed",
    "milestone.reached",
    "fit-check.answered",
    "health.changed",
    "nudge.sent",
    "flag.raised",
    "cohort.opened",
    "match-run.completed",
)
_OVERBOOKED: Final = """
    select count(*) from (
        select m.participant_id from match_member m
        join match x on x.id = m.match_id join participant p on p.id = m.participant_id
        where x.state in ('proposed', 'offered', 'accepted', 'active', 'paused') and m.role = 'mentor'
        group by m.participant_id, p.capacity having count(*) > p.capacity
    ) overbooked
"""
_OVERLAPPING: Final = """
    select count(*) from session a join match_member ma on ma.match_id = a.match_id
    join match_member mb on mb.person_id = ma.person_id join session b on b.match_id = mb.match_id
    where a.session_id < b.session_id
    and a.state in ('scheduled', 'held') and b.state in ('scheduled', 'held')
    and a.starts_at < b.ends_at and b.starts_at < a.ends_at
"""


@dataclass(slots=True)
class Findings:
    """The expectations, and the figures for the last line."""

    checks: Checks = field(default_factory=Checks)
    figures: dict[str, Any] = field(default_factory=dict)


async def read_back(stage: Stage, cohort_id: str) -> Findings:
    """Read everything back by SQL and from a raw dump of the topics."""
    dump = await dump_topics(stage.platform.cluster, [*TOPICS, TOPIC])
    found = Findings()
    await _people(stage, dump, found)
    await _participants_and_runs(stage, dump, found, cohort_id)
    await _matches(stage, dump, found)
    await _sessions_and_health(stage, dump, found)
    await _delivery(stage, dump, found)
    await _privacy(stage, dump, found)
    for name in _STORY:
        found.checks.some(f"the story has {name}", dump.count(f"mentoring.{name}.v1"))
    return found


async def _people(stage: Stage, dump: Dump, found: Findings) -> None:
    feed = read_feed(dump.on(TOPIC))
    value = stage.stores.value
    found.checks.same(
        "every person of the feed is known everywhere",
        feed=len(feed.people),
        topic=len({record.key for record in dump.of("mentoring.person.changed.v1")}),
        **{service: await value(service, "select count(*) from person") for service in SERVICES},
    )
    found.checks.same(
        "every fact of the feed is one observation",
        feed=len(feed.facts),
        matching=await value("matching", "select count(*) from observation"),
    )
    by_reason = "select reason, count(*) from set_aside group by reason"
    refused = tally(await stage.stores.counts("matching", by_reason))
    letters = Counter(record.header("dlq-reason") for record in dump.on("mentoring.matching.dlq"))
    found.checks.same(
        "every record that says nothing is refused with its reason",
        feed=tally(feed.refused),
        matching=refused,
        dead_letters=tally(letters),
    )
    found.checks.same(
        "a key that came back as somebody else waits for a human",
        feed=feed.stolen_keys,
        matching=await value("matching", "select count(*) from person where held"),
    )
    found.checks.some("keys came back as somebody else", feed.stolen_keys)
    found.figures |= {"people": await value("matching", "select count(*) from person"), "refused": refused}


async def _participants_and_runs(stage: Stage, dump: Dump, found: Findings, cohort_id: str) -> None:
    value = stage.stores.value
    participants = await value("matching", "select count(*) from participant where cohort_id = $1", cohort_id)
    found.checks.same(
        "every enrolment is reported",
        topic=dump.count("mentoring.participant.enrolled.v1"),
        matching=participants,
        reporting=await value(
            "reporting", "select count(*) from participant where cohort_id = $1", cohort_id
        ),
    )
    runs = [record.body() for record in dump.of("mentoring.match-run.completed.v1")]
    for number, run in enumerate(runs, 1):
        scores = [
            record.body()["score"]
            for record in dump.of("mentoring.match.proposed.v1")
            if record.body()["match_run_id"] == run["match_run_id"]
        ]
        found.checks.same(
            f"run {number}: the objective is the sum of its proposals",
            run=run["objective"],
            topic=sum(scores),
        )
        found.checks.same(
            f"run {number}: the bound proves it", objective=run["objective"], bound=run["bound"]
        )
        found.checks.same(
            f"run {number}: reported as published",
            topic=run["objective"],
            reporting=await value(
                "reporting", "select objective from match_run where match_run_id = $1", run["match_run_id"]
            ),
        )
    found.figures |= {
        "participants": participants,
        "objective": sum(run["objective"] for run in runs),
        "bound": sum(run["bound"] for run in runs),
    }


async def _matches(stage: Stage, dump: Dump, found: Findings) -> None:
    counts, value = stage.stores.counts, stage.stores.value
    last: dict[str, str] = {}
    for record in dump.on("mentoring.matches.v1"):
        if record.type in _STATE_AFTER:
            last[record.header("ce_subject")] = _STATE_AFTER[record.type]
    by_state = "select state, count(*) from match group by state"
    states = tally(await counts("matching", by_state))
    found.checks.same(
        "every match is in the same state everywhere",
        topic=tally(Counter(last.values())),
        matching=states,
        reporting=tally(await counts("reporting", by_state)),
    )
    begun = dump.count("mentoring.match.activated.v1")
    found.checks.same(
        "every relationship that began is known to all",
        topic=begun,
        matching=await value("matching", "select count(*) from match where activated_at is not null"),
        reporting=await value("reporting", "select count(*) from match where activated_at is not null"),
    )
    reasons = tally(Counter(record.body()["reason"] for record in dump.of("mentoring.match.ended.v1")))
    found.checks.same(
        "why matches ended is told alike",
        topic=reasons,
        matching=tally(
            await counts(
                "matching", "select end_reason, count(*) from match where end_reason is not null group by 1"
            )
        ),
        reporting=tally(
            await counts(
                "reporting", "select end_reason, count(*) from match where end_reason is not null group by 1"
            )
        ),
    )
    for reason in ("partner_unavailable", "reporting_line", "not_a_good_fit"):
        found.checks.some(f"somebody's match ended: {reason}", reasons.get(reason, 0))
    found.checks.none("no mentor has more matches than seats", await value("matching", _OVERBOOKED))
    found.figures["matches"] = states


async def _sessions_and_health(stage: Stage, dump: Dump, found: Findings) -> None:
    counts, value = stage.stores.counts, stage.stores.value
    logs = "select outcome, count(*) from session_log group by outcome"
    held = tally(await counts("engagement", logs))
    found.checks.same(
        "every session log is counted once",
        topic=tally(Counter(record.body()["outcome"] for record in dump.of("mentoring.session.logged.v1"))),
        engagement=held,
        reporting=tally(await counts("reporting", logs)),
    )
    found.checks.same(
        "every booked session is known",
        topic=dump.count("mentoring.session.scheduled.v1"),
        scheduling=await value("scheduling", "select count(*) from session"),
        reporting=await value("reporting", "select count(*) from session"),
        engagement=await value("engagement", "select count(*) from session"),
    )
    found.checks.none("nobody is booked twice at once", await value("scheduling", _OVERLAPPING))
    last = {record.key: record.body()["health"] for record in dump.of("mentoring.health.changed.v1")}
    reported = tally(await counts("reporting", "select health, count(*) from health group by health"))
    found.checks.same("health is told alike", topic=tally(Counter(last.values())), reporting=reported)
    found.checks.same(
        "every nudge was told",
        topic=dump.count("mentoring.nudge.sent.v1"),
        engagement=await value("engagement", "select count(*) from nudge"),
    )
    found.figures |= {"sessions_held": held.get("held", 0), "health": reported}


async def _delivery(stage: Stage, dump: Dump, found: Findings) -> None:
    value = stage.stores.value
    found.checks.none("the sequence of every key is unbroken on every topic", dump.sequence_breaks())
    dead = 0
    for service in SERVICES:
        letters = len(dump.on(f"mentoring.{service}.dlq"))
        aside = await value(service, "select count(*) from set_aside")
        found.checks.same(f"{service}: every dead letter is kept and told", topic=letters, store=aside)
        dead += letters
        if service != "matching":
            found.checks.none(f"{service}: nothing was refused", aside)
    found.figures["dead_letters"] = dead


async def _privacy(stage: Stage, dump: Dump, found: Findings) -> None:
    ours = [record for record in dump.records if record.topic.startswith("mentoring.")]
    found.checks.none(
        "no national id, birth date, race, pay, address or kind of leave is on any topic",
        [
            record.topic
            for record in ours
            if any(canary.encode() in (record.value or b"") for canary in CANARIES)
        ],
    )
    found.checks.none(
        "no name or e-mail is on any topic but people",
        [
            r.topic
            for r in ours
            if r.topic != "mentoring.people.v1" and b"@enterprise.example" in (r.value or b"")
        ],
    )
    for service in SERVICES:
        found.checks.none(f"{service}: none of it is in the store", await _stored_canaries(stage, service))


async def _stored_canaries(stage: Stage, service: str) -> list[str]:
    tables = await stage.stores.rows(
        service, "select tablename as name from pg_tables where schemaname = 'public'"
    )
    found = []
    for table in tables:
        statement = f'select count(*) from "{table["name"]}" t where t::text like any($1::text[])'  # noqa: S608
        if await stage.stores.value(service, statement, [f"%{canary}%" for canary in CANARIES]):
            found.append(str(table["name"]))
    return found
