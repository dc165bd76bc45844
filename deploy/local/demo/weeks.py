"""The second half of the story: weeks of business time, with what life and HR bring."""

from datetime import timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from deploy.local.demo.cast import Cast, Fates, draw_fates
from deploy.local.demo.enterprise import Worker
from deploy.local.demo.feed import Feed
from deploy.local.demo.matching import cohort_is_matched_again, matches_of
from deploy.local.demo.meetings import Meetings
from deploy.local.demo.opening import MATCHING
from deploy.local.demo.stage import Stage

_FIGURES: Final = (
    ("matching", "select count(*) from match where state = 'active'"),
    ("engagement", "select count(*) from session_log where outcome = 'held'"),
    ("engagement", "select count(*) from session_log where outcome = 'no_show'"),
    ("scheduling", "select count(*) from session where sequence > 0 and state <> 'cancelled'"),
    ("reporting", "select count(*) from health where health = 'at_risk'"),
    ("reporting", "select count(*) from health where health = 'stalled'"),
    ("engagement", "select count(*) from flag where resolution is null"),
)
_COLUMNS: Final = ("week", "active", "held", "missed", "moved", "at risk", "stalled", "flags open")
_NUMBERS: Final = {4: "four", 6: "six", 10: "ten", 12: "twelve"}


async def weeks_pass(stage: Stage, random: Random, feed: Feed, cast: Cast, seconds: list[float]) -> None:
    """Week after week; `seconds` takes how long each leaver's match took to end in all four stores."""
    plan = stage.plan
    stage.teller.chapter(f"{_NUMBERS.get(plan.weeks, str(plan.weeks)).capitalize()} weeks of business time")
    fates = draw_fates(random, cast, await matches_of(stage, cast, "active"), plan)
    meetings = Meetings(
        random,
        silent=frozenset(str(match["id"]) for match in fates.silent),
        misfits=frozenset(str(match["id"]) for match in fates.misfits),
    )
    start = stage.clock.now()
    rows = []
    for week in range(1, plan.weeks + 1):
        if week == plan.hr_week:
            await _hr_strikes(stage, feed.at(stage.clock.now()), cast, fates, seconds)
        if week == plan.rematch_week:
            stage.teller.say(f"Week {week}: {await cohort_is_matched_again(stage, cast)}")
        if week == plan.return_week:
            await _people_return(stage, feed.at(stage.clock.now()), cast, fates)
        await meetings.one_week(stage, start + timedelta(weeks=week))
        rows.append([week, *[await stage.stores.value(*figure) for figure in _FIGURES]])
    stage.teller.table("Week by week: sessions and health", _COLUMNS, rows)


async def _hr_strikes(stage: Stage, feed: Feed, cast: Cast, fates: Fates, seconds: list[float]) -> None:
    """Leavers, leaves, a transfer under the partner's line, and somebody who will leave."""
    say, week, today = stage.teller.say, stage.plan.hr_week, stage.clock.now().date()
    for match, leaver in fates.leaving:
        zone = ZoneInfo(leaver.site.zone or "America/New_York")
        yesterday = (stage.clock.now().astimezone(zone) - timedelta(days=1)).date()
        record = feed.termination(leaver, yesterday)
        seconds.append(await stage.seconds_until_ended(str(match["id"]), record))
    shown = ", ".join(f"{round(one * 1000)}" for one in seconds)
    say(
        f"Week {week}: {_names([leaver for _, leaver in fates.leaving])} left. HR said so, and {shown} ms "
        "later each match had ended in all four stores. Their partners learn that they are not available, "
        "never why."
    )
    await stage.feed([feed.leave(person, today) for _, person in fates.resting])
    mentor, mentee = cast.pair(fates.transfer)
    await stage.feed([feed.transfer(mentee, today, manager=mentor.key)])
    _, later = fates.leaving_later
    await stage.feed([feed.termination(later, today + timedelta(days=21))])
    await stage.settle()
    say(f"{_names([person for _, person in fates.resting])} went on leave: their matches rest.")
    say(f"{mentee.name} now reports to {mentor.name}, who was the mentor: that match ended.")
    say(f"{later.name} will leave in three weeks: nothing happens yet.")


async def _people_return(stage: Stage, feed: Feed, cast: Cast, fates: Fates) -> None:
    """The leaves end; the pairs are offered to go on, and do."""
    await stage.feed([feed.back(person, stage.clock.now().date()) for _, person in fates.resting])
    await stage.settle()
    resting = {str(match["id"]) for match, _ in fates.resting}
    paused = [match for match in await matches_of(stage, cast, "paused") if str(match["id"]) in resting]
    await stage.together(
        stage.api.post(f"{MATCHING}/my/matches/{match['id']}/confirm", cast.login_of(member["person_id"]))
        for match in paused
        for member in match["members"]
    )
    await stage.settle()
    stage.teller.say(
        f"Week {stage.plan.return_week}: {_names([person for _, person in fates.resting])} came back, "
        f"and {len(paused)} pairs went on."
    )


def _names(people: list[Worker]) -> str:
    names = [person.name for person in people]
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
