"""Sessions while the clocks change, and around public holidays."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.events.sessions import SessionScheduled
from shared.ids import new_id
from tests.component.conftest import HarnessFactory
from tests.component.scheduling.scheduling_world import (
    ANNA,
    BELA,
    LOCATIONS,
    activated,
    logged,
    person,
    program,
    starts,
)

DAY = timedelta(days=1)


async def test_a_pair_across_the_atlantic_keeps_fair_hours_while_the_clocks_change(
    harness_factory: HarnessFactory,
) -> None:
    """New York goes forward on 14 March, Berlin on the 28th: the middle of the two days moves twice."""
    monday = datetime(2027, 3, 8, 9, tzinfo=UTC)
    scheduling = await harness_factory("scheduling", now=monday, location_zones=LOCATIONS)
    match_ends = monday + 90 * DAY
    await scheduling.deliver(
        person(ANNA, country="US", location_code="NYC"),
        person(BELA),
        program(cadence_days=7),
        activated(at=monday, ends_at=match_ends),
    )
    await scheduling.run_due()
    for _ in range(3):
        last = (await scheduling.events(SessionScheduled))[-1]
        await scheduling.run_due(last.ends_at)
        await scheduling.deliver(logged(last.session_id, last.starts_at))
        await scheduling.run_due()

    assert [session.starts_at for session in await scheduling.events(SessionScheduled)] == [
        datetime(2027, 3, 9, 14, 30, tzinfo=UTC),  # 09:30 in New York (EST), 15:30 in Berlin (CET)
        datetime(2027, 3, 16, 14, tzinfo=UTC),  # 10:00 (EDT), 15:00 (CET)
        datetime(2027, 3, 23, 14, tzinfo=UTC),
        datetime(2027, 3, 30, 13, 30, tzinfo=UTC),  # 09:30 (EDT), 15:30 (CEST)
    ]


async def test_no_session_falls_on_a_public_holiday_of_the_subdivision(
    harness_factory: HarnessFactory,
) -> None:
    """The feast of Corpus Christi, 27 May 2027, is one in Bavaria and none in Berlin."""
    wednesday = datetime(2027, 5, 26, 6, tzinfo=UTC)
    scheduling = await harness_factory("scheduling", now=wednesday)
    bavarian, berliner = UUID(int=1), UUID(int=2)
    await scheduling.deliver(
        person(ANNA, subdivision="DE-BY"),
        person(BELA, subdivision="DE-BE"),
        program(),
        activated(bavarian, at=wednesday),
    )
    await scheduling.run_due()
    await scheduling.deliver(
        person(new := new_id(), subdivision="DE-BE"),
        person(newer := new_id(), subdivision="DE-BE"),
        activated(berliner, (new, newer), at=wednesday),
    )
    await scheduling.run_due()

    assert await starts(scheduling, bavarian) == [("scheduled", datetime(2027, 5, 28, 10, 30, tzinfo=UTC))]
    assert await starts(scheduling, berliner) == [("scheduled", datetime(2027, 5, 27, 10, 30, tzinfo=UTC))]
