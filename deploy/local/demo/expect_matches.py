"""Enrolments, match runs and the life of matches: the topics against matching and reporting."""

from collections import Counter
from typing import Any, Final

from deploy.local.demo.checks import Checks, tally
from deploy.local.demo.dump import Dump
from deploy.local.demo.stage import Stage

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
_OVERBOOKED: Final = """
    select count(*) from (
        select m.participant_id from match_member m
        join match x on x.id = m.match_id join participant p on p.id = m.participant_id
        where x.state in ('proposed', 'offered', 'accepted', 'active', 'paused') and m.role = 'mentor'
        group by m.participant_id, p.capacity having count(*) > p.capacity
    ) overbooked
"""
_ENDED: Final = "select end_reason, count(*) from match where end_reason is not null group by 1"
_BEGUN: Final = "select count(*) from match where activated_at is not null"


async def expect_enrolments_and_runs(
    stage: Stage, dump: Dump, checks: Checks, cohort_id: str
) -> dict[str, Any]:
    """Who takes part, and that every run's result is proven and told as it is."""
    checks.about("Enrolments and match runs")
    in_cohort = "select count(*) from participant where cohort_id::text = $1"
    participants = await stage.stores.value("matching", in_cohort, cohort_id)
    checks.same(
        "every enrolment is reported",
        topic=dump.count("mentoring.participant.enrolled.v1"),
        matching=participants,
        reporting=await stage.stores.value("reporting", in_cohort, cohort_id),
    )
    runs = [record.body() for record in dump.of("mentoring.match-run.completed.v1")]
    proposed = [record.body() for record in dump.of("mentoring.match.proposed.v1")]
    for number, run in enumerate(runs, 1):
        scores = [match["score"] for match in proposed if match["match_run_id"] == run["match_run_id"]]
        checks.same(
            f"run {number}: the bound proves the result", objective=run["objective"], bound=run["bound"]
        )
        checks.same(
            f"run {number}: the objective is the sum of its proposals",
            run=run["objective"],
            topic=sum(scores),
            reporting=await stage.stores.value(
                "reporting",
                "select objective from match_run where match_run_id::text = $1",
                run["match_run_id"],
            ),
        )
        checks.some(f"run {number}: it matched somebody", len(scores))
    return {
        "participants": participants,
        "objective": sum(run["objective"] for run in runs),
        "bound": sum(run["bound"] for run in runs),
    }


async def expect_matches(stage: Stage, dump: Dump, checks: Checks) -> dict[str, Any]:
    """Every match in the same state everywhere, and why those that ended did."""
    checks.about("Matches")
    counts, value = stage.stores.counts, stage.stores.value
    last: dict[str, str] = {}
    for record in dump.on("mentoring.matches.v1"):
        if record.type in _STATE_AFTER:
            last[record.header("ce_subject")] = _STATE_AFTER[record.type]
    by_state = "select state, count(*) from match group by state"
    states = tally(await counts("matching", by_state))
    checks.same(
        "every match is in the same state everywhere",
        topic=tally(Counter(last.values())),
        matching=states,
        reporting=tally(await counts("reporting", by_state)),
    )
    checks.same(
        "every relationship that began is known to all",
        topic=dump.count("mentoring.match.activated.v1"),
        matching=await value("matching", _BEGUN),
        scheduling=await value("scheduling", "select count(*) from match where activated_at is not null"),
        engagement=await value("engagement", "select count(*) from match where activated_at is not null"),
        reporting=await value("reporting", _BEGUN),
    )
    reasons = tally(Counter(record.body()["reason"] for record in dump.of("mentoring.match.ended.v1")))
    checks.same(
        "why matches ended is told alike",
        topic=reasons,
        matching=tally(await counts("matching", _ENDED)),
        reporting=tally(await counts("reporting", _ENDED)),
    )
    for reason in ("partner_unavailable", "reporting_line", "not_a_good_fit"):
        checks.some(f"somebody's match ended: {reason}", reasons.get(reason, 0))
    checks.none("no mentor has more matches than seats", await value("matching", _OVERBOOKED))
    return {"matches": states}
