"""The second half of the story: twelve weeks of business time, with what life brings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from deploy.local.demo.enterprise import Worker
from deploy.local.demo.feed import Feed
from deploy.local.demo.opening import Cast, cohort_is_matched_again, matches_of
from deploy.local.demo.stage import Stage

ENGAGEMENT = "/api/engagement/v1"
SCHEDULING = "/api/scheduling/v1"
MATCHING = "/api/matching/v1"
WEEKS = 12
_MISSED = 0.1

_TO_LOG = """
    select s.session_id, s.match_id, s.starts_at, array_agg(p.login_subject order by p.person_id) as logins
    from session s join match_member m using (match_id) join person p on p.person_id = m.person_id
    where s.state = 'scheduled' and s.ends_at <= $1
    group by s.session_id order by s.ends_at, s.session_id
"""
_NEXT = """
    select s.session_id, s.match_id, array_agg(p.login_subject order by p.person_id) as logins
    from session s join match_member m using (match_id) join person p on p.person_id = m.person_id
    where s.state = 'scheduled' and s.starts_at > $1
    group by s.session_id order by s.starts_at, s.session_id
"""


@dataclass(slots=True)
class Life:
    """What is going to happen to whom; matches by id."""

    random: Random
    silent: set[str] = field(default_factory=set)
    misfit: set[str] = field(default_factory=set)
    welcomed: set[str] = field(default_factory=set)
    away: list[tuple[str, Worker]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


async def weeks_pass(stage: Stage, random: Random, feed: Feed, cast: Cast) -> Life:
    """Week after week: sessions are held, missed, moved; HR moves people; health changes."""
    stage.teller.chapter("Twelve weeks")
    life = Life(random)
    active = [str(match["id"]) for match in await matches_of(stage, cast, "active")]
    random.shuffle(active)
    life.silent, life.misfit = set(active[:3]), set(active[3:5])
    spare = active[5:]
    start = stage.clock.now()
    rows = []
    for week in range(1, WEEKS + 1):
        if week == 3:  # noqa: PLR2004  the third week
            await _hr_strikes(stage, feed.at(stage.clock.now()), cast, life, spare)
        if week == 5:  # noqa: PLR2004
            await cohort_is_matched_again(stage, cast)
        if week == 7:  # noqa: PLR2004
            await _people_return(stage, feed.at(stage.clock.now()), cast, life)
        await _one_week(stage, life, start + timedelta(weeks=week))
        rows.append([week, *await _figures(stage)])
    stage.teller.table(
        "Week by week",
        ("week", "active", "sessions held", "missed", "moved", "at risk", "stalled", "flags open"),
        rows,
    )
    return life


async def _one_week(stage: Stage, life: Life, end: datetime) -> None:
    while stage.clock.now() < end:
        await stage.advance_to(min(end, stage.clock.now() + timedelta(hours=42)))
        over = await stage.stores.rows("scheduling", _TO_LOG, stage.clock.now())
        heard = [s for s in over if not life.silent & life.welcomed & {str(s["match_id"])}]
        firsts = [session for session in heard if await _log(stage, life, session)]
        await stage.settle()
        for session in firsts:
            await _begin_well(stage, life, session)
        await stage.settle()
    await _move_one(stage)
    await stage.settle()


async def _log(stage: Stage, life: Life, session: dict[str, Any]) -> bool:
    """A member logs what became of a session; whether it was the first that was held."""
    match_id, login = str(session["match_id"]), life.random.choice(session["logins"])
    missed = match_id in life.welcomed and life.random.random() < _MISSED
    body = {
        "outcome": "no_show" if missed else "held",
        "minutes": 0 if missed else life.random.randrange(35, 65),
        "themes": [] if missed else [life.random.choice(("feedback", "career", "strategy"))],
        "occurred_at": session["starts_at"].isoformat(),
        "session_id": str(session["session_id"]),
    }
    await stage.api.post(f"{ENGAGEMENT}/matches/{match_id}/session-logs", login, (), body)
    if match_id in life.welcomed:
        return False
    life.welcomed.add(match_id)
    return True


async def _begin_well(stage: Stage, life: Life, session: dict[str, Any]) -> None:
    """After the first session: a goal, a milestone, and the fit check."""
    match_id, login = str(session["match_id"]), session["logins"][0]
    path = f"{ENGAGEMENT}/matches/{match_id}"
    goal = await stage.api.post(f"{path}/goals", login, (), {"words": "Lead my first project"})
    await stage.api.put(f"{path}/goals/{goal['id']}/progress", login, (), {"percent": 40})
    await stage.api.post(f"{path}/milestones/halfway/reached", login)
    if match_id in life.misfit:
        await stage.api.post(f"{path}/fit-check", login, (), {"answer": "not_a_good_fit"})
        return
    for member in session["logins"]:
        await stage.api.post(f"{path}/fit-check", member, (), {"answer": "good_fit"})


async def _move_one(stage: Stage) -> None:
    """Somebody needs another time: the first of the alternatives that the platform offers."""
    upcoming = await stage.stores.rows("scheduling", _NEXT, stage.clock.now() + timedelta(days=2))
    for session in upcoming[:3]:
        path, login = f"{SCHEDULING}/sessions/{session['session_id']}", session["logins"][0]
        slots = (await stage.api.get(f"{path}/slots", login))["slots"]
        if slots:
            await stage.api.post(f"{path}/move", login, (), {"starts_at": slots[0]["starts_at"]})
            return


async def _hr_strikes(stage: Stage, feed: Feed, cast: Cast, life: Life, spare: list[str]) -> None:
    """Leavers, a leave, and a transfer under the partner's line."""
    members = {str(match["id"]): match["members"] for match in await matches_of(stage, cast, "active")}
    pairs = [match_id for match_id in spare if match_id in members and match_id not in life.misfit]
    for match_id in pairs[:4]:
        leaver = cast.worker_of(members[match_id][0]["person_id"])
        zone = ZoneInfo(leaver.site.zone or "America/New_York")
        yesterday = (stage.clock.now().astimezone(zone) - timedelta(days=1)).date()
        life.seconds.append(await stage.seconds_until_ended(match_id, feed.termination(leaver, yesterday)))
    today = stage.clock.now().date()
    for match_id in pairs[4:6]:
        worker = cast.worker_of(members[match_id][1]["person_id"])
        life.away.append((match_id, worker))
        await stage.feed([feed.leave(worker, today)])
    mentor, mentee = _mentor_first(members[pairs[6]])
    moved = cast.worker_of(mentee)
    await stage.feed([feed.transfer(moved, today, manager=cast.keys[mentor])])
    later = cast.worker_of(members[pairs[7]][0]["person_id"])
    await stage.feed([feed.termination(later, today + timedelta(days=21))])
    await stage.settle()
    stage.teller.say(
        "Four people left, two went on leave, one now reports to the mentor; one will leave in three weeks."
    )


async def _people_return(stage: Stage, feed: Feed, cast: Cast, life: Life) -> None:
    """The leaves end; the pairs are offered to go on, and do."""
    for match_id, worker in life.away:
        await stage.feed([feed.back(worker, stage.clock.now().date())])
        await stage.settle()
        match = next(m for m in await matches_of(stage, cast, "paused") if str(m["id"]) == match_id)
        for member in match["members"]:
            login = cast.logins[member["person_id"]]
            await stage.api.post(f"{MATCHING}/my/matches/{match_id}/confirm", login)
    await stage.settle()


def _mentor_first(members: Sequence[dict[str, Any]]) -> tuple[str, str]:
    by_role = {member["role"]: str(member["person_id"]) for member in members}
    return by_role["mentor"], by_role["mentee"]


async def _figures(stage: Stage) -> list[int]:
    count = stage.stores.value
    return [
        await count("matching", "select count(*) from match where state = 'active'"),
        await count("engagement", "select count(*) from session_log where outcome = 'held'"),
        await count("engagement", "select count(*) from session_log where outcome = 'no_show'"),
        await count("scheduling", "select count(*) from session where sequence > 0 and state <> 'cancelled'"),
        await count("reporting", "select count(*) from health where health = 'at_risk'"),
        await count("reporting", "select count(*) from health where health = 'stalled'"),
        await count("engagement", "select count(*) from flag where resolution is null"),
    ]
