"""From a manual match to its end, over HTTP, on a real store."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.events import matches as events
from shared.events.base import Event
from shared.events.engagement import FitAnswer, FitCheckAnswered, Health, HealthChanged
from tests.component.conftest import HarnessFactory
from tests.support.matching_world import World, person_id, small_world


@pytest.fixture
async def world(harness_factory: HarnessFactory) -> World:
    """Carla, Maria, Milo, Tom and Tara."""
    return await small_world(await harness_factory("matching"))


async def told(world: World, kind: type[Event]) -> list[dict[str, Any]]:
    """The events of a kind, with who caused them."""
    return [row for row in await world.harness.records() if row["type"] == kind.type]


async def test_no_event_tells_who_said_yes_last_not_even_the_beginning_that_it_caused(world: World) -> None:
    await world.active_match()

    (activated,) = await told(world, events.MatchActivated)
    assert activated["headers"]["ce_actortype"] == b"system"
    accepted = [*await told(world, events.MatchAcceptedBySide), *await told(world, events.MatchAccepted)]
    assert [row["headers"].get("ce_actorid") for row in (*accepted, activated)] == [None] * 4


async def test_an_answer_that_is_kept_for_its_key_holds_no_name(world: World) -> None:
    _, cohort_id = await world.program()
    one = await world.enrol(cohort_id, "maria", "mentor")
    other = await world.enrol(cohort_id, "tom", "mentee")
    match_id = await world.pair(cohort_id, one, other)
    await world.offer(match_id)
    async with world.member("tom") as tom:
        path = f"/api/matching/v1/my/matches/{match_id}/accept"
        answer = await tom.post(path, headers={"Idempotency-Key": "one"})

    assert (answer.status_code, answer.json()["partners"][0]["given_name"]) == (200, None)
    kept = await world.harness.fetch("select convert_from(body, 'utf8') as body from idempotency_key")
    assert [row["body"] for row in kept if "Maria" in row["body"] or "maria" in row["body"]] == []


async def test_a_manual_match_is_proposed_offered_accepted_and_active_at_once(world: World) -> None:
    """The cohort has begun, so the last yes begins the relationship."""
    now = world.harness.clock.now()
    _, match_id = await world.active_match(duration_days=90)

    assert await world.state(match_id) == "active"
    left: list[Event] = await world.harness.events()
    kinds = [type(event) for event in left if isinstance(event, events.MatchEvent)]
    assert kinds == [
        events.MatchProposed,
        events.MatchOffered,
        events.MatchAcceptedBySide,
        events.MatchAcceptedBySide,
        events.MatchAccepted,
        events.MatchActivated,
    ]
    (activated,) = await world.harness.events(events.MatchActivated)
    assert (activated.activated_at, activated.ends_at) == (now, now + timedelta(days=90))
    assert {member.person_id for member in activated.members} == {person_id("maria"), person_id("tom")}


async def test_a_match_completes_at_its_planned_end(world: World) -> None:
    _, match_id = await world.active_match(duration_days=90)

    await world.later(days=89)
    assert await world.state(match_id) == "active"
    await world.later(days=1)
    assert await world.state(match_id) == "completed"


async def test_an_offer_that_not_everybody_answers_expires(world: World) -> None:
    _, cohort_id = await world.program(proposal_expiry_days=10)
    mentor = await world.enrol(cohort_id, "maria", "mentor")
    mentee = await world.enrol(cohort_id, "tom", "mentee")
    match_id = await world.pair(cohort_id, mentor, mentee)
    await world.offer(match_id)
    await world.answer(match_id, "maria", "accept")
    await world.later(days=10)

    assert await world.state(match_id) == "expired"
    assert len(await world.harness.events(events.MatchExpired)) == 1
    again = await world.pair(cohort_id, mentor, mentee)
    assert await world.state(again) == "proposed"


async def test_nobody_learns_who_declined_but_the_audit(world: World) -> None:
    _, cohort_id = await world.program()
    mentor = await world.enrol(cohort_id, "maria", "mentor")
    mentee = await world.enrol(cohort_id, "tom", "mentee")
    match_id = await world.pair(cohort_id, mentor, mentee)
    await world.offer(match_id)
    await world.answer(match_id, "maria", "accept")
    declined = await world.answer(match_id, "tom", "decline")

    assert declined["seen"] == "not_going_ahead"
    other = await world.call(world.member("maria"), "GET", f"/my/matches/{match_id}")
    assert (other["seen"], other["may"]) == ("not_going_ahead", [])
    for kind in (events.MatchAcceptedBySide, events.MatchDeclined):
        (record,) = await told(world, kind)
        assert "ce_actorid" not in record["headers"]
        assert str(person_id("tom")).encode() not in record["payload"]
    shown = await world.call(world.coordinator(), "GET", f"/matches/{match_id}")
    assert "accepted" not in str(shown["members"])
    audit = await world.harness.fetch("select actor_id from audit where action = 'match_declined'")
    assert audit == [{"actor_id": str(person_id("tom"))}]


async def test_a_declined_pair_is_kept_apart_in_its_cohort(world: World) -> None:
    _, cohort_id = await world.program()
    mentor = await world.enrol(cohort_id, "maria", "mentor")
    mentee = await world.enrol(cohort_id, "tom", "mentee")
    match_id = await world.pair(cohort_id, mentor, mentee)
    await world.offer(match_id)
    await world.answer(match_id, "tom", "decline")

    body = {"mentor_id": mentor, "mentee_id": mentee}
    assert await world.refused(world.coordinator(), "POST", "/matches", json=body) == (409, "rule_violated")
    waived = await world.pair(cohort_id, mentor, mentee, waive=["excluded"], reason="both_asked")
    assert (await world.call(world.coordinator(), "GET", f"/matches/{waived}"))["waived"] == ["excluded"]


async def test_a_manual_match_in_one_reporting_line_cannot_be_waived(world: World) -> None:
    await world.add_person("boss", job_level=8)
    await world.add_person("middle", managers=["boss"])
    await world.add_person("junior", managers=["middle"])
    await world.works("boss", "junior")
    _, cohort_id = await world.program()
    mentor = await world.enrol(cohort_id, "boss", "mentor")
    mentee = await world.enrol(cohort_id, "junior", "mentee")

    body = {"mentor_id": mentor, "mentee_id": mentee, "waive": ["reporting_line"], "reason": "both_asked"}
    assert await world.refused(world.coordinator(), "POST", "/matches", json=body) == (409, "rule_violated")


async def test_two_in_a_match_are_not_matched_a_second_time(world: World) -> None:
    _, cohort_id = await world.program()
    mentor = await world.enrol(cohort_id, "maria", "mentor", capacity=2)
    mentee = await world.enrol(cohort_id, "tom", "mentee")
    await world.pair(cohort_id, mentor, mentee)

    body = {"mentor_id": mentor, "mentee_id": mentee}
    refused = await world.refused(world.coordinator(), "POST", "/matches", json=body)
    assert refused == (409, "already_together")


async def test_not_a_good_fit_ends_a_match_without_blame_and_frees_both(world: World) -> None:
    program_id, match_id = await world.active_match()
    answered = FitCheckAnswered(
        match_id=UUID(match_id), program_id=UUID(program_id), answer=FitAnswer.NOT_A_GOOD_FIT
    )
    await world.harness.deliver(answered)

    shown = await world.call(world.coordinator(), "GET", f"/matches/{match_id}")
    assert (shown["state"], shown["end_reason"]) == ("ended_early", "not_a_good_fit")
    mine = await world.call(world.member("tom"), "GET", f"/my/matches/{match_id}")
    assert mine["seen"] == "ended"
    (ended,) = await told(world, events.MatchEnded)
    assert "ce_actorid" not in ended["headers"]
    enrolments = await world.harness.fetch("select distinct status from participant")
    assert enrolments == [{"status": "enrolled"}]


async def test_a_good_fit_changes_nothing_and_health_is_shown(world: World) -> None:
    program_id, match_id = await world.active_match()
    await world.harness.deliver(
        FitCheckAnswered(match_id=UUID(match_id), program_id=UUID(program_id), answer=FitAnswer.GOOD_FIT),
        HealthChanged(match_id=UUID(match_id), program_id=UUID(program_id), health=Health.AT_RISK),
    )

    shown = await world.call(world.coordinator(), "GET", f"/matches/{match_id}")
    assert (shown["state"], shown["health"]) == ("active", "at_risk")


async def test_a_paused_match_goes_on_with_a_later_end(world: World) -> None:
    end = world.harness.clock.now() + timedelta(days=100)
    _, match_id = await world.active_match(duration_days=90)
    await world.later(days=80)
    await world.command(match_id, "pause")
    await world.later(days=10)
    await world.command(match_id, "resume")

    (resumed,) = await world.harness.events(events.MatchResumed)
    assert resumed.ends_at == end
    await world.later(days=9)
    assert await world.state(match_id) == "active"
    await world.later(days=1)
    assert await world.state(match_id) == "completed"


async def test_a_cohort_that_has_not_begun_keeps_its_accepted_matches_waiting(world: World) -> None:
    made = await world.draft()
    path = f"/programs/{made['id']}"
    await world.call(world.coordinator(), "POST", f"{path}/publish", headers={"If-Match": '"1"'})
    starts_on = (world.harness.clock.now() + timedelta(days=20)).date().isoformat()
    cohort = await world.call(world.coordinator(), "POST", f"{path}/cohorts", json={"starts_on": starts_on})
    mentor = await world.enrol(cohort["id"], "maria", "mentor")
    mentee = await world.enrol(cohort["id"], "tom", "mentee")
    match_id = await world.pair(cohort["id"], mentor, mentee)
    await world.offer(match_id)
    await world.answer(match_id, "maria", "accept")
    await world.answer(match_id, "tom", "accept")

    assert await world.state(match_id) == "accepted"
    await world.later(days=20)
    assert await world.state(match_id) == "active"


async def test_a_match_does_not_exist_for_a_stranger_and_not_before_its_offer(world: World) -> None:
    _, cohort_id = await world.program()
    mentor = await world.enrol(cohort_id, "maria", "mentor")
    mentee = await world.enrol(cohort_id, "tom", "mentee")
    match_id = await world.pair(cohort_id, mentor, mentee)

    path = f"/my/matches/{match_id}"
    assert await world.refused(world.member("tom"), "GET", path) == (404, "match_not_found")
    assert await world.refused(world.member("tara"), "POST", f"{path}/accept") == (404, "match_not_found")
    await world.offer(match_id)
    assert (await world.call(world.member("tom"), "GET", path))["partners"][0]["given_name"] == "Maria"
    assert await world.refused(world.member("tara"), "GET", path) == (404, "match_not_found")


async def test_another_programs_coordinator_may_not_touch_a_match(world: World) -> None:
    await world.add_person("otto")
    program_id, match_id = await world.active_match()
    body = {"reason": "other"}

    for method, path in (
        ("POST", f"/matches/{match_id}/end"),
        ("POST", f"/matches/{match_id}/lock"),
        ("GET", f"/matches/{match_id}"),
        ("GET", f"/programs/{program_id}/matches"),
    ):
        sent = {"json": body} if method == "POST" else {}
        refused = await world.refused(world.coordinator("otto"), method, path, **sent)
        assert refused == (403, "not_your_program")
        assert await world.refused(world.member("tom"), method, path, **sent) == (403, "forbidden")


async def test_an_illegal_command_is_a_conflict_and_changes_nothing(world: World) -> None:
    _, match_id = await world.active_match()
    before = await world.harness.state_hash()

    path = f"/matches/{match_id}/offer"
    refused = await world.refused(world.coordinator(), "POST", path, json={"reason": "other"})
    assert refused == (409, "illegal_transition")
    assert await world.harness.state_hash() == before


async def test_a_command_sent_twice_is_done_once(world: World) -> None:
    _, match_id = await world.active_match()
    key = {"Idempotency-Key": "pause-1"}
    path, body = f"/matches/{match_id}/pause", {"reason": "other"}
    first = await world.call(world.coordinator(), "POST", path, json=body, headers=key)
    second = await world.call(world.coordinator(), "POST", path, json=body, headers=key)

    assert first == second
    assert len(await world.harness.events(events.MatchPaused)) == 1
