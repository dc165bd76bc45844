"""Fit checks, pulses and nudges: asked of each member alone, told without a name."""

from typing import Any
from uuid import UUID

import pytest

from shared.events.base import Event
from shared.events.engagement import FitAnswer, FitCheckAnswered, NudgeSent, PulseAnswered
from tests.component.engagement.engagement_world import (
    ANA,
    BEN,
    CLEO,
    EVE,
    LIFE,
    MATCH,
    PEOPLE,
    PROGRAM,
    activated,
    client,
    day,
    get,
    log_held,
    pair,
    post,
    program,
)
from tests.support.harness import Harness

FIT = f"/matches/{MATCH}/fit-check"
PULSE = f"/matches/{MATCH}/pulse"


async def match_of(h: Harness, person: UUID) -> dict[str, Any]:
    answer: dict[str, Any] = (await get(h, person, f"/matches/{MATCH}")).json()
    return answer


async def fit_answers(h: Harness) -> list[FitAnswer]:
    return [event.answer for event in await h.events(FitCheckAnswered)]


async def test_the_first_held_session_opens_the_fit_check_for_both(engagement: Harness) -> None:
    await pair(engagement)
    early = await post(engagement, ANA, FIT, {"answer": "good_fit"})
    await engagement.run_due(day(2))
    await log_held(engagement, day(1))

    assert (early.status_code, early.json()["code"]) == (409, "fit_check_not_open")
    assert (await match_of(engagement, ANA))["fit_check_open"] is True
    assert (await match_of(engagement, BEN))["fit_check_open"] is True


async def test_a_missed_session_asks_nothing(engagement: Harness) -> None:
    await pair(engagement)
    body = {"outcome": "no_show", "minutes": 0, "occurred_at": day(0).isoformat()}
    await post(engagement, ANA, f"/matches/{MATCH}/session-logs", body)

    assert (await match_of(engagement, ANA))["fit_check_open"] is False


async def test_whoever_is_still_deciding_is_asked_again_after_the_next_session(engagement: Harness) -> None:
    await pair(engagement)
    await engagement.run_due(day(15))
    await log_held(engagement, day(1))
    await post(engagement, ANA, FIT, {"answer": "still_deciding"})
    await post(engagement, BEN, FIT, {"answer": "good_fit"})
    again = await post(engagement, ANA, FIT, {"answer": "good_fit"})

    await log_held(engagement, day(14))

    assert (again.status_code, again.json()["code"]) == (409, "fit_check_not_open")
    assert (await match_of(engagement, ANA))["fit_check_open"] is True
    assert (await match_of(engagement, BEN))["fit_check_open"] is False
    assert (await post(engagement, ANA, FIT, {"answer": "not_a_good_fit"})).status_code == 204
    assert await fit_answers(engagement) == [
        FitAnswer.STILL_DECIDING,
        FitAnswer.GOOD_FIT,
        FitAnswer.NOT_A_GOOD_FIT,
    ]


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        (FIT, {"answer": "not_a_good_fit"}, FitCheckAnswered),
        (PULSE, {"answers": {"trust": 2}}, PulseAnswered),
    ],
)
async def test_an_answer_names_nobody_but_in_the_audit(
    engagement: Harness, path: str, body: object, kind: type[Event]
) -> None:
    await pair(engagement)
    await engagement.run_due(day(31))
    await log_held(engagement, day(30), by=BEN)

    assert (await post(engagement, ANA, path, body)).status_code == 204

    told = [record for record in await engagement.records() if record["type"] == kind.type]
    assert len(told) == 1
    assert str(ANA).encode() not in repr(told).encode()
    assert "ce_actorid" not in told[0]["headers"]
    assert told[0]["headers"]["ce_actortype"] == b"person"
    audited = await engagement.fetch("select actor_id from audit where subject_type = 'match'")
    assert audited == [{"actor_id": str(ANA)}]
    seen_by_partner = await match_of(engagement, BEN)
    assert "not_a_good_fit" not in str(seen_by_partner)


async def test_pulses_are_asked_on_day_30_and_every_60_days_and_answered_once(engagement: Harness) -> None:
    await pair(engagement)
    await engagement.run_due(day(29))
    assert (await match_of(engagement, ANA))["pulse"] is None

    await engagement.run_due(day(30))
    pulse = (await match_of(engagement, ANA))["pulse"]
    assert (pulse["round"], pulse["questions"]) == (1, ["sessions_useful", "trust", "progress"])

    answered = await post(engagement, ANA, PULSE, {"answers": {"trust": 4, "progress": 2}})
    again = await post(engagement, ANA, PULSE, {"answers": {"trust": 5}})
    unknown = await post(engagement, BEN, PULSE, {"answers": {"salary": 5}})
    too_high = await post(engagement, BEN, PULSE, {"answers": {"trust": 6}})

    assert answered.status_code == 204
    assert (again.status_code, again.json()["code"]) == (409, "pulse_not_open")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_question")
    assert too_high.status_code == 422
    assert [(e.question, e.rating) for e in await engagement.events(PulseAnswered)] == [
        ("progress", 2),
        ("trust", 4),
    ]
    assert (await match_of(engagement, ANA))["pulse"] is None

    await engagement.run_due(day(90))
    assert (await match_of(engagement, ANA))["pulse"]["round"] == 2
    assert (await match_of(engagement, BEN))["pulse"]["round"] == 2


async def test_a_pause_moves_the_pulse_and_an_end_calls_it_off(engagement: Harness) -> None:
    await pair(engagement)
    await engagement.run_due(day(20))
    await engagement.deliver(LIFE.paused())
    await engagement.run_due(day(50))
    await engagement.deliver(LIFE.resumed(day(210)))

    await engagement.run_due(day(59))
    assert (await match_of(engagement, ANA))["pulse"] is None
    await engagement.run_due(day(60))
    assert (await match_of(engagement, ANA))["pulse"]["round"] == 1

    await engagement.deliver(LIFE.ended())
    await engagement.run_due(day(300))
    assert (await match_of(engagement, ANA))["pulse"] is None
    assert await engagement.fetch("select count(*) as pulses from pulse") == [{"pulses": 1}]


async def test_ratings_are_shown_to_coordinators_from_five_answers_on(engagement: Harness) -> None:
    """Three pairs; the fifth answer makes the figures visible."""
    second, third = UUID(int=11), UUID(int=12)
    await engagement.deliver(*PEOPLE, program(), activated())
    await engagement.deliver(activated(second, (EVE, BEN)), activated(third, (ANA, EVE)))
    await engagement.run_due(day(30))
    answers = [(ANA, MATCH, 5), (BEN, MATCH, 4), (EVE, second, 4), (BEN, second, 2), (ANA, third, 3)]

    shown = []
    for person, match, rating in answers:
        await post(engagement, person, f"/matches/{match}/pulse", {"answers": {"trust": rating}})
        shown.append(
            (await get(engagement, CLEO, f"/programs/{PROGRAM}/pulses", "coordinator")).json()["items"]
        )

    assert shown[:4] == [[], [], [], []]
    assert shown[4] == [{"round": 1, "question": "trust", "answers": 5, "mean": 360}]


async def test_the_store_has_no_row_that_says_who_rated_what(engagement: Harness) -> None:
    await pair(engagement)
    await engagement.run_due(day(30))
    await post(engagement, ANA, PULSE, {"answers": {"trust": 1}})

    columns = await engagement.fetch(
        "select column_name from information_schema.columns where table_name = 'pulse_tally'"
    )
    assert {row["column_name"] for row in columns} == {"program_id", "round", "question", "rating", "answers"}


async def test_a_nudge_reaches_the_inbox_in_the_readers_language_until_it_is_seen(
    engagement: Harness,
) -> None:
    await pair(engagement)
    await engagement.run_due(day(22))

    async with client(engagement, BEN) as c:
        german = (await c.get("/api/engagement/v1/nudges", headers={"Accept-Language": "de-AT, en"})).json()
    english = (await get(engagement, ANA, "/nudges")).json()["items"]
    nudge = german["items"][0]

    assert nudge["text"] == "Ihr letztes Treffen ist lange her; geplant war alle 14 Tage eines."
    assert english[0]["text"] == "You have not met for a while; a session every 14 days is planned."
    assert (nudge["code"], nudge["parameters"]) == ("session_overdue", {"cadence_days": 14})
    assert [str(event.nudge_id) for event in await engagement.events(NudgeSent)] == [nudge["nudge_id"]]

    seen = f"/nudges/{nudge['nudge_id']}/seen"
    assert (await post(engagement, EVE, seen)).status_code == 404
    assert [(await post(engagement, BEN, seen)).status_code for _ in range(2)] == [204, 204]
    assert (await get(engagement, BEN, "/nudges")).json()["items"] == []
    assert len((await get(engagement, BEN, "/nudges?unseen=false")).json()["items"]) == 1
    assert len((await get(engagement, ANA, "/nudges")).json()["items"]) == 1


async def test_only_those_who_have_not_answered_a_pulse_are_reminded_once(engagement: Harness) -> None:
    await pair(engagement)
    await engagement.run_due(day(30))
    await log_held(engagement, day(29))
    await post(engagement, ANA, PULSE, {"answers": {"trust": 4}})

    await engagement.run_due(day(45))

    pulse_nudges = [event for event in await engagement.events(NudgeSent) if event.code == "pulse_waiting"]
    assert len(pulse_nudges) == 1
    codes = [item["code"] for item in (await get(engagement, BEN, "/nudges")).json()["items"]]
    assert codes.count("pulse_waiting") == 1
    codes = [item["code"] for item in (await get(engagement, ANA, "/nudges")).json()["items"]]
    assert codes.count("pulse_waiting") == 0
