"""Topics arrive in any order among each other; within one key of one topic the order holds."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from shared.events.base import Event
from shared.events.catalog import topic_of
from shared.events.engagement import FlagRaised, NudgeSent
from shared.events.matches import MatchFlagCode
from shared.events.people import PersonChanged
from shared.events.sessions import CancellationReason
from tests.component.conftest import HarnessFactory
from tests.component.engagement.engagement_world import (
    BEN,
    LIFE,
    PEOPLE,
    activated,
    booked,
    cancelled,
    day,
    moved,
    program,
)
from tests.support.harness import Harness

_IDS_OF_OURS = ("flag_id",)
PEOPLE_TOPIC = topic_of(PersonChanged).name


async def state(h: Harness) -> dict[str, list[dict[str, Any]]]:
    """Every row of the service's tables and of its due work, without the ids that it made itself."""
    tables = [*h.service.kernel.metadata.tables, "due"]
    rows = {}
    for table in sorted(tables):
        found = await h.fetch(f"select to_jsonb(t) as row from {table} t")  # noqa: S608  our own names
        kept = [{k: v for k, v in each["row"].items() if k not in _IDS_OF_OURS} for each in found]
        rows[table] = sorted(kept, key=str)
    return rows


async def play(h: Harness, events: Sequence[Event], topics: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Deliver topic after topic, each in its own order, and let what is to settle settle."""
    for topic in topics:
        await h.deliver(*(event for event in events if topic_of(type(event)).name == topic))
    await h.run_due(day(0.01))
    return await state(h)


RUNNING = (*PEOPLE, program(), program(version=2, cadence_days=7), activated())
STORIES = {
    "running": (*RUNNING, booked(1, day(3)), booked(2, day(9)), moved(1, day(4)), cancelled(2)),
    "flagged": (*RUNNING, LIFE.flagged(), LIFE.flagged(MatchFlagCode.OUT_OF_AUDIENCE), booked(1, day(3))),
    "paused": (
        *RUNNING,
        booked(1, day(3)),
        LIFE.paused(),
        cancelled(1, CancellationReason.MATCH_PAUSED),
    ),
    "resumed": (
        *RUNNING,
        booked(1, day(3)),
        LIFE.paused(),
        cancelled(1, CancellationReason.MATCH_PAUSED),
        LIFE.resumed(day(180)),
        booked(2, day(8)),
    ),
    "completed": (
        *RUNNING,
        booked(1, day(3)),
        LIFE.completed(),
        cancelled(1, CancellationReason.MATCH_ENDED),
    ),
    "ended": (*RUNNING, LIFE.flagged(), booked(1, day(3)), LIFE.ended(), cancelled(1)),
}


@pytest.mark.parametrize("story", STORIES)
async def test_the_state_is_the_same_in_every_order_of_the_topics(
    story: str, harness_factory: HarnessFactory
) -> None:
    events = STORIES[story]
    topics = sorted({topic_of(type(event)).name for event in events} - {PEOPLE_TOPIC})
    assert len(topics) == 3
    states = []
    for number, order in enumerate(permutations(topics)):
        with_people = (PEOPLE_TOPIC, *order) if number % 2 else (*order, PEOPLE_TOPIC)
        states.append(await play(await harness_factory("engagement"), events, with_people))

    assert states[0]["match"] != []
    assert all(other == states[0] for other in states[1:])


async def test_a_session_heard_of_before_its_match_counts_as_booked(engagement: Harness) -> None:
    await engagement.deliver(booked(1, day(35)))
    await engagement.deliver(activated())
    await engagement.deliver(program())

    await engagement.run_due(day(34))

    assert len(await engagement.events(NudgeSent)) == 1
    assert await engagement.events(FlagRaised) == []


async def test_an_end_heard_of_before_the_sessions_leaves_no_work(engagement: Harness) -> None:
    await engagement.deliver(program(), activated(), LIFE.ended())
    await engagement.deliver(booked(1, day(3)), moved(1, day(4)))

    assert await engagement.fetch("select * from due") == []


async def test_erasure_gives_the_same_state_before_and_after_the_match(
    harness_factory: HarnessFactory,
) -> None:
    first, second = await harness_factory("engagement"), await harness_factory("engagement")

    await first.deliver(*PEOPLE, program(), activated())
    await first.erase(PersonChanged, BEN)
    await second.deliver(*PEOPLE)
    await second.erase(PersonChanged, BEN)
    await second.deliver(activated(), program())

    assert await first.state_hash() == await second.state_hash()
    assert await state(first) == await state(second)


async def test_a_second_delivery_changes_nothing(engagement: Harness) -> None:
    records = [engagement.record(event) for event in (*RUNNING, booked(1, day(3)), LIFE.flagged())]
    await engagement.process(*records)
    before, sent = await state(engagement), len(await engagement.records())

    await engagement.process(*records)
    await engagement.process(*reversed(records))

    assert await state(engagement) == before
    assert len(await engagement.records()) == sent


async def test_codes_of_a_later_version_are_taken_as_other(engagement: Harness) -> None:
    """A role and a flag that this version does not know are no poison."""
    await engagement.deliver(*PEOPLE, program())
    life = [activated().model_dump_json(), LIFE.flagged().model_dump_json()]
    future = [text.replace('"mentor"', '"sponsor"').replace("reporting_line", "on_the_moon") for text in life]
    records = [engagement.record(event) for event in (activated(), LIFE.flagged())]
    await engagement.process(
        *(replace(record, value=text.encode()) for record, text in zip(records, future, strict=True))
    )

    assert [flag.code for flag in await engagement.events(FlagRaised)] == ["other"]
    roles = await engagement.fetch("select role from match_member order by position")
    assert [row["role"] for row in roles] == ["other", "mentee"]
