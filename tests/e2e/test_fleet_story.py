"""An enterprise's story on eight processes: two replicas of each service."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest

from shared.events.catalog import SERVICES, TOPICS
from tests.support.e2e_feed import FAMILY_NAME, NEVER_KEPT, Worker, cut_off, hired, terminated, went_on_leave
from tests.support.e2e_latency import report_latency
from tests.support.e2e_stores import everything, once, published
from tests.support.e2e_story import (
    CARLA,
    COORDINATOR,
    MATCHING,
    OVER,
    PAUSED,
    ZONES,
    Story,
    matched,
    story_of,
)
from tests.support.eventually import eventually
from tests.support.processes import Fleet

ENGAGEMENT = "/api/engagement/v1/matches"
ONE_BY_ONE, TOGETHER = slice(2, 12), slice(12, 22)

pytestmark = pytest.mark.timeout(300)
"""Eight processes start first."""


@pytest.fixture(scope="module")
async def story(fleet: Fleet) -> AsyncIterator[Story]:
    """Twenty-two pairs, hired by HR and active in all four services."""
    async with story_of(fleet) as made:
        await matched(made, pairs=22)
        yield made


async def last_day_is_over(story: Story, match_ids: list[UUID]) -> dict[UUID, float]:
    """HR tells of mentees whose last day was yesterday where they work: seconds until it is over."""
    leavers = [story.pairs[match_id][1] for match_id in match_ids]
    yesterday = [
        datetime.now(ZoneInfo(ZONES[leaver.place[1]])).date() - timedelta(days=1) for leaver in leavers
    ]
    records = [terminated(leaver, day) for leaver, day in zip(leavers, yesterday, strict=True)]
    await story.stores.settled()
    _, seconds = await asyncio.gather(story.feed.say(records), story.reach(OVER, match_ids, 10))
    return seconds


async def test_whoever_hr_hires_is_a_person_in_all_four_services(story: Story) -> None:
    assert await story.stores.counts("select count(*) from person") == dict.fromkeys(SERVICES, 45)
    assert await story.stores.value("matching", "select count(*) from person where status = 'active'") == 45


async def test_a_session_is_planned_logged_and_counted_once(story: Story) -> None:
    match_id, (mentor, mentee) = next(iter(story.pairs.items()))
    before = await story.api.get(f"{ENGAGEMENT}/{match_id}", mentee.login)
    log = {
        "outcome": "held",
        "minutes": 45,
        "themes": ["career"],
        "occurred_at": datetime.now(UTC).isoformat(),
    }
    await story.api.post(f"{ENGAGEMENT}/{match_id}/session-logs", mentor.login, body=log)

    async def reported() -> bool:
        report = await story.api.get(
            f"/api/reporting/v1/programs/{story.program_id}/report", CARLA.login, COORDINATOR
        )
        assert report["sessions"]["held"] == 1, report["sessions"]
        assert report["sessions"]["minutes"] == 45
        return True

    await eventually(reported)
    after = await story.api.get(f"{ENGAGEMENT}/{match_id}", mentee.login)
    health = await story.api.get(
        f"/api/engagement/v1/programs/{story.program_id}/health", CARLA.login, COORDINATOR, limit="200"
    )
    assert [(step["code"], len(step["tasks"])) for step in before["plan"]] == [("getting_started", 1)]
    assert len(before["upcoming_sessions"]) == 1
    assert (before["fit_check_open"], after["fit_check_open"]) == (False, True)
    assert {row["match_id"]: row["health"] for row in health["items"]}[str(match_id)] in {
        "too_early",
        "on_track",
    }


async def test_a_leaver_ends_the_match_in_all_four_stores_within_two_seconds(
    story: Story, record_property: Callable[[str, object], None]
) -> None:
    matches = list(story.pairs)
    alone: dict[UUID, float] = {}
    for match_id in matches[ONE_BY_ONE]:
        alone |= await last_day_is_over(story, [match_id])
    together = await last_day_is_over(story, matches[TOGETHER])

    report_latency(record_property, "HR record to ended in four stores, one by one", alone.values())
    report_latency(record_property, "HR record to ended in four stores, ten at once", together.values())
    assert max(alone.values()) < 2
    assert max(together.values()) < 2


async def test_a_partner_learns_that_the_other_is_unavailable_and_no_more(story: Story) -> None:
    ended, resting = list(story.pairs)[ONE_BY_ONE.start], list(story.pairs)[1]
    on_leave = story.pairs[resting][1]
    await story.feed.say([went_on_leave(on_leave, datetime.now(UTC).date() - timedelta(days=1))])
    await story.reach(PAUSED, [resting], 10)

    seen = {}
    for match_id in (ended, resting):
        shown = await story.api.get(f"{MATCHING}/my/matches/{match_id}", story.pairs[match_id][0].login)
        seen[match_id] = shown["seen"]
        assert set(shown["partners"][0]) == {"person_id", "role", "given_name", "family_name", "job_title"}
    coordinated = await story.api.get(f"{MATCHING}/matches/{ended}", CARLA.login, COORDINATOR)

    assert seen == {ended: "partner_unavailable", resting: "resting"}
    assert coordinated["end_reason"] == "partner_unavailable"


async def test_no_event_is_lost_and_none_counts_twice(story: Story) -> None:
    await story.stores.settled()
    raw = await published(story.fleet, story.stores)
    report = await story.api.get(
        f"/api/reporting/v1/programs/{story.program_id}/report", CARLA.login, COORDINATOR
    )

    for service in SERVICES:
        for topic, left in (await story.stores.sequences(service, "outgoing_stream")).items():
            for consumer in TOPICS[topic].consumers:
                arrived = await story.stores.sequences(consumer, "incoming_stream")
                assert arrived.get(topic) == left, (topic, consumer)
    matches = raw["mentoring.matches.v1"]
    counted = {
        kind: len(once(matches, f"mentoring.match.{kind}.v1")) for kind in ("proposed", "activated", "ended")
    }
    assert counted == {"proposed": 22, "activated": 22, "ended": 20}
    assert {json.loads(r.value)["reason"] for r in once(matches, "mentoring.match.ended.v1")} == {
        "partner_unavailable"
    }
    assert [step["count"] for step in report["funnel"]] == [44, 44, 44, 44, 0]
    assert {tally["code"]: tally["count"] for tally in report["matches"] if tally["count"]} == {
        "paused": 1,
        "active": 1,
        "ended_early": 20,
    }
    assert await story.stores.counts("select count(*) from set_aside") == dict.fromkeys(SERVICES, 0)


async def test_what_is_nobodys_business_is_nowhere(story: Story) -> None:
    """National id, birth date, race, pay, address, kind of leave; names and tokens where they do no good."""
    await story.feed.say([cut_off(hired(Worker("broken")))])

    async def refused() -> bool:
        return bool(await story.stores.value("matching", "select count(*) from set_aside where sealed"))

    await eventually(refused)
    await story.stores.settled()
    raw = await published(story.fleet, story.stores)
    letters = raw["mentoring.matching.dlq"]
    places = {f"topic {topic}": "".join(map(_text, records)) for topic, records in raw.items()}
    places |= {f"log {process.log.name}": process.log.read_text() for process in story.fleet.processes}
    async with httpx.AsyncClient() as client:
        for process in story.fleet.processes:
            shown = await client.get(f"{process.url}/metrics")
            places[f"metrics {process.log.stem}"] = shown.text
    tables = {
        f"table {service}.{table}": rows
        for service in SERVICES
        for table, rows in (await everything(story.stores, service)).items()
    }

    assert len(letters) == 1
    for place, text in (places | tables).items():
        for what, canary in (NEVER_KEPT | {"token": ""}).items():
            for form in _forms(canary) if canary else story.api.tokens():
                assert form not in text, f"{what} in {place}"
    named = {place for place, text in places.items() for form in _forms(FAMILY_NAME) if form in text}
    assert named == {"topic mentoring.people.v1"}
    named = {place for place, text in tables.items() for form in _forms(FAMILY_NAME) if form in text}
    # The answer to a member's command names the partner, and is kept for a day in case it is asked for again.
    assert named <= {
        *(f"table {service}.person" for service in SERVICES),
        *(f"table matching.{table}" for table in ("observation", "person_handle", "idempotency_key")),
    }


def _forms(canary: str) -> set[str]:
    return {canary, canary.lower(), canary.encode().hex(), canary.lower().encode().hex()}


def _text(record: Any) -> str:
    parts = [record.key, record.value, *(value for _, value in record.headers)]
    return "".join((part or b"").decode(errors="replace") for part in parts)
