"""How far the agreed rhythm is kept, counted by hand."""

from datetime import timedelta

from services.reporting.domain.figures import (
    Interval,
)
from shared.events.matches import (
    EndReason,
    MatchEnded,
    MatchPaused,
    MatchResumed,
    PauseReason,
)
from tests.component.reporting.reporting_story import (
    Story,
    activated,
    logged,
    of_match,
)
from tests.component.reporting.reporting_world import START


async def test_the_cadence_counts_whole_intervals_of_active_time(story: Story) -> None:
    """Match 1: days 0-10, 10-20, 20-30 with sessions on 5 and 25. Match 2 rested on days 12-17.

    So the second interval of match 2 ends on day 25 (a session on day 22 is in it), and on day 31 its third
    is not over. Match 3 ended on day 8 and has no whole interval.
    """
    await story.on(0, *(activated(number, number, number + 10, 0) for number in (1, 2, 3)))
    await story.on(8, logged(1, 5), logged(2, 3), MatchEnded(**of_match(3), reason=EndReason.WITHDRAWN))
    await story.on(12, MatchPaused(**of_match(2), reason=PauseReason.COORDINATOR))
    await story.on(17, MatchResumed(**of_match(2), ends_at=START + timedelta(days=105)))
    await story.on(26, logged(2, 22), logged(1, 25))

    cadence = (await story.report(31)).cadence

    assert cadence.intervals == (Interval(1, 2, 0), Interval(2, 1, 1), Interval(3, 1, 0))
    assert cadence.overall == Interval(0, 4, 1)
    assert cadence.overall.share == 800_000


async def test_a_match_that_rests_now_makes_no_interval(story: Story) -> None:
    await story.on(0, activated(1, 1, 11, 0))
    await story.on(9, MatchPaused(**of_match(1), reason=PauseReason.COORDINATOR))

    assert (await story.report(40)).cadence.intervals == ()


async def test_a_session_at_the_very_end_of_an_interval_is_of_the_next(story: Story) -> None:
    await story.on(0, activated(1, 1, 11, 0))
    await story.on(10, logged(1, 10))

    assert (await story.report(20)).cadence.intervals == (Interval(1, 0, 1), Interval(2, 1, 0))
