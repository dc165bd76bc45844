"""Sessions, logs, health and nudges: the topics against the stores that own and count them."""

from collections import Counter
from typing import Any, Final

from deploy.local.demo.checks import Checks, tally
from deploy.local.demo.dump import Dump
from deploy.local.demo.stage import Stage

_LOGS: Final = "select outcome, count(*) from session_log group by outcome"
_OVERLAPPING: Final = """
    select count(*) from session a join match_member ma on ma.match_id = a.match_id
    join match_member mb on mb.person_id = ma.person_id join session b on b.match_id = mb.match_id
    where a.session_id < b.session_id
    and a.state in ('scheduled', 'held') and b.state in ('scheduled', 'held')
    and a.starts_at < b.ends_at and b.starts_at < a.ends_at
"""


async def expect_meetings(stage: Stage, dump: Dump, checks: Checks) -> dict[str, Any]:
    """Every session, every log once, and health told alike."""
    checks.about("Sessions and health")
    counts, value = stage.stores.counts, stage.stores.value
    logs = tally(await counts("engagement", _LOGS))
    told = Counter(record.body()["outcome"] for record in dump.of("mentoring.session.logged.v1"))
    checks.same(
        "every session log is counted once",
        topic=tally(told),
        engagement=logs,
        reporting=tally(await counts("reporting", _LOGS)),
    )
    checks.same(
        "every session that was held is held in the calendar",
        engagement=logs.get("held", 0),
        scheduling=await value("scheduling", "select count(*) from session where state = 'held'"),
    )
    checks.same(
        "every booked session is known",
        topic=dump.count("mentoring.session.scheduled.v1"),
        scheduling=await value("scheduling", "select count(*) from session"),
        engagement=await value("engagement", "select count(*) from session"),
        reporting=await value("reporting", "select count(*) from session"),
    )
    checks.none("nobody is booked twice at once", await value("scheduling", _OVERLAPPING))
    last = {record.key: record.body()["health"] for record in dump.of("mentoring.health.changed.v1")}
    health = tally(await counts("reporting", "select health, count(*) from health group by health"))
    checks.same("health is told alike", topic=tally(Counter(last.values())), reporting=health)
    checks.same(
        "every nudge was told",
        topic=dump.count("mentoring.nudge.sent.v1"),
        engagement=await value("engagement", "select count(*) from nudge"),
    )
    return {"sessions_held": logs.get("held", 0), "health": health}
