"""What a pair does: plan, log, goals."""

from uuid import UUID

from shared.events.engagement import (
    GoalProgressed,
    GoalReached,
    GoalSet,
    MilestoneReached,
    SessionLogged,
    SessionOutcome,
)
from tests.component.engagement.engagement_world import (
    ANA,
    BEN,
    EVE,
    LIFE,
    MATCH,
    PEOPLE,
    activated,
    booked,
    cancelled,
    client,
    day,
    get,
    log_held,
    pair,
    post,
    program,
)
from tests.support.harness import Harness

RULES = f"/matches/{MATCH}/milestones/getting_started/tasks/agree_on_rules/done"
EXPECTATIONS = f"/matches/{MATCH}/milestones/getting_started/tasks/write_expectations/done"


async def test_members_see_their_match_with_names_plan_themes_and_what_comes_next(
    engagement: Harness,
) -> None:
    await pair(engagement)
    await engagement.deliver(booked(1, day(3)))

    listed = (await get(engagement, BEN, "/matches")).json()["items"]
    match = (await get(engagement, BEN, f"/matches/{MATCH}")).json()

    assert [(item["match_id"], item["role"], item["state"]) for item in listed] == [
        (str(MATCH), "mentee", "active")
    ]
    assert [(m["given_name"], m["family_name"], m["role"]) for m in match["members"]] == [
        ("Ana", "Araujo", "mentor"),
        ("Ben", "Bauer", "mentee"),
    ]
    assert match["program_title"] == "Leading for the first time"
    assert [(m["code"], m["due_at"], m["reached_at"]) for m in match["plan"]] == [
        ("getting_started", "2027-01-18T09:00:00Z", None),
        ("half_time", "2027-04-04T09:00:00Z", None),
    ]
    assert [(t["code"], t["due_at"], t["role"], t["done"]) for t in match["plan"][0]["tasks"]] == [
        ("agree_on_rules", "2027-01-11T09:00:00Z", None, False),
        ("write_expectations", "2027-01-14T09:00:00Z", "mentee", False),
    ]
    assert match["suggested_themes"] == ["feedback", "delegation", "conflict"]
    assert [session["starts_at"] for session in match["upcoming_sessions"]] == ["2027-01-07T09:00:00Z"]
    assert match["fit_check_open"] is False
    assert match["pulse"] is None


async def test_a_plan_waits_for_its_program_and_moves_with_a_pause(engagement: Harness) -> None:
    await engagement.deliver(*PEOPLE, activated())
    assert (await get(engagement, BEN, f"/matches/{MATCH}")).json()["plan"] == []

    await engagement.deliver(program())
    await engagement.run_due(day(8))
    await engagement.deliver(LIFE.paused())
    await engagement.run_due(day(18))
    await engagement.deliver(LIFE.resumed(day(190)))

    plan = (await get(engagement, BEN, f"/matches/{MATCH}")).json()["plan"]
    assert [milestone["due_at"] for milestone in plan] == ["2027-01-28T09:00:00Z", "2027-04-14T09:00:00Z"]


async def test_the_last_task_of_a_milestone_reaches_it_once(engagement: Harness) -> None:
    await pair(engagement)

    assert (await post(engagement, ANA, RULES)).status_code == 204
    assert await engagement.events(MilestoneReached) == []
    assert (await post(engagement, BEN, EXPECTATIONS)).status_code == 204
    assert (await post(engagement, BEN, EXPECTATIONS)).status_code == 204

    assert [event.milestone for event in await engagement.events(MilestoneReached)] == ["getting_started"]
    plan = (await get(engagement, ANA, f"/matches/{MATCH}")).json()["plan"]
    assert plan[0]["reached_at"] == "2027-01-04T09:00:00Z"
    assert [task["done"] for task in plan[0]["tasks"]] == [True, True]


async def test_a_milestone_may_be_reached_as_a_whole_and_wrong_ones_are_refused(engagement: Harness) -> None:
    await pair(engagement)
    reached = f"/matches/{MATCH}/milestones/half_time/reached"

    assert (await post(engagement, BEN, reached)).status_code == 204
    assert (await post(engagement, ANA, reached)).status_code == 204
    unknown = await post(engagement, ANA, f"/matches/{MATCH}/milestones/moon/reached")
    of_ben = await post(engagement, ANA, EXPECTATIONS)

    assert [event.milestone for event in await engagement.events(MilestoneReached)] == ["half_time"]
    assert (unknown.status_code, unknown.json()["code"]) == (404, "milestone_not_found")
    assert (of_ben.status_code, of_ben.json()["code"]) == (409, "task_of_another_role")


async def test_a_logged_session_is_told_with_codes_and_read_by_both(engagement: Harness) -> None:
    await pair(engagement)
    await engagement.deliver(booked(1, day(2)))
    await engagement.run_due(day(3))

    answer = await log_held(engagement, day(2), session=1)

    assert answer.status_code == 201
    log_id = UUID(answer.json()["id"])
    told = await engagement.events(SessionLogged)
    assert [(e.session_log_id, e.session_id, e.outcome, e.minutes, e.themes) for e in told] == [
        (log_id, UUID(int=1001), SessionOutcome.HELD, 45, ("feedback",))
    ]
    logs = (await get(engagement, BEN, f"/matches/{MATCH}/session-logs")).json()["items"]
    assert [(log["session_log_id"], log["logged_by"], log["occurred_at"]) for log in logs] == [
        (str(log_id), str(ANA), "2027-01-06T09:00:00Z")
    ]
    match = (await get(engagement, BEN, f"/matches/{MATCH}")).json()
    assert match["suggested_themes"] == ["delegation", "conflict", "career"]


async def test_the_log_is_read_in_pages(engagement: Harness) -> None:
    await pair(engagement)
    await engagement.run_due(day(5))
    for number in (1, 2, 3):
        assert (await log_held(engagement, day(number))).status_code == 201

    first = (await get(engagement, ANA, f"/matches/{MATCH}/session-logs?limit=2")).json()
    cursor = first["next_cursor"]
    second = (await get(engagement, ANA, f"/matches/{MATCH}/session-logs?limit=2&cursor={cursor}")).json()
    forged = await get(engagement, ANA, f"/matches/{MATCH}/session-logs?cursor=bm9uc2Vuc2U")

    times = [item["occurred_at"] for item in first["items"] + second["items"]]
    assert times == ["2027-01-07T09:00:00Z", "2027-01-06T09:00:00Z", "2027-01-05T09:00:00Z"]
    assert second["next_cursor"] is None
    assert (forged.status_code, forged.json()["code"]) == (400, "cursor_invalid")


async def test_what_cannot_be_logged_is_refused_and_leaves_nothing(engagement: Harness) -> None:
    await pair(engagement)
    await engagement.deliver(booked(1, day(2)), booked(2, day(2)), cancelled(2))
    await engagement.run_due(day(3))
    await log_held(engagement, day(2), session=1)

    again = await log_held(engagement, day(2), session=1, by=BEN)
    off = await log_held(engagement, day(2), session=2)
    future = await log_held(engagement, day(4))
    before = await log_held(engagement, day(-1))
    stranger = await log_held(engagement, day(2), by=EVE)

    assert [(a.status_code, a.json()["code"]) for a in (again, off, future, before, stranger)] == [
        (409, "session_already_logged"),
        (409, "session_cancelled"),
        (422, "session_in_future"),
        (422, "session_outside_match"),
        (404, "match_not_found"),
    ]
    assert len(await engagement.events(SessionLogged)) == 1
    assert await engagement.fetch("select count(*) as logs from session_log") == [{"logs": 1}]


async def test_a_theme_must_be_the_programs_own(engagement: Harness) -> None:
    await pair(engagement)
    body = {"outcome": "held", "minutes": 30, "themes": ["salary"], "occurred_at": day(0).isoformat()}

    answer = await post(engagement, ANA, f"/matches/{MATCH}/session-logs", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_theme")
    assert answer.json()["errors"] == [{"field": "themes", "reason": "unknown_theme"}]


async def test_a_command_sent_twice_has_one_effect(engagement: Harness) -> None:
    await pair(engagement)
    body = {"outcome": "held", "minutes": 30, "occurred_at": day(0).isoformat()}

    answers = [
        await post(engagement, ANA, f"/matches/{MATCH}/session-logs", body, key="tap-1") for _ in range(2)
    ]

    assert answers[0].json() == answers[1].json()
    assert len(await engagement.events(SessionLogged)) == 1
    audit = await engagement.fetch("select actor_id, action, subject_id from audit")
    assert audit == [
        {"actor_id": str(ANA), "action": "session_logged", "subject_id": UUID(answers[0].json()["id"])}
    ]


async def test_goals_are_set_moved_and_reached_by_either_member(engagement: Harness) -> None:
    await pair(engagement)
    goals = f"/matches/{MATCH}/goals"

    made = await post(
        engagement, BEN, goals, {"words": "Lead my first retrospective", "due_on": "2027-03-01"}
    )
    goal = made.json()["id"]
    async with client(engagement, ANA) as c:
        url = f"/api/engagement/v1{goals}/{goal}/progress"
        moves = [(await c.put(url, json={"percent": percent})).status_code for percent in (40, 40, 100, 50)]
    late = await post(engagement, BEN, f"{goals}/{goal}/reached")

    assert made.status_code == 201
    assert moves == [204, 204, 204, 409]
    assert (late.status_code, late.json()["code"]) == (409, "goal_already_reached")
    assert [str(event.due_on) for event in await engagement.events(GoalSet)] == ["2027-03-01"]
    assert [event.percent for event in await engagement.events(GoalProgressed)] == [40, 100]
    assert [str(event.goal_id) for event in await engagement.events(GoalReached)] == [goal]
    shown = (await get(engagement, ANA, f"/matches/{MATCH}")).json()["goals"]
    assert [(g["words"], g["percent"], g["set_by"]) for g in shown] == [
        ("Lead my first retrospective", 100, str(BEN))
    ]


async def test_nothing_changes_in_a_closed_match_but_it_can_be_read(engagement: Harness) -> None:
    await pair(engagement)
    await engagement.run_due(day(10))
    await engagement.deliver(LIFE.completed())

    answers = [
        await post(engagement, ANA, RULES),
        await post(engagement, ANA, f"/matches/{MATCH}/goals", {"words": "too late"}),
        await post(engagement, ANA, f"/matches/{MATCH}/notes", {"words": "too late"}),
        await post(engagement, ANA, f"/matches/{MATCH}/fit-check", {"answer": "good_fit"}),
        await post(engagement, ANA, f"/matches/{MATCH}/pulse", {"answers": {"trust": 3}}),
    ]
    late_log = await log_held(engagement, day(9))

    assert [(a.status_code, a.json()["code"]) for a in answers] == [(409, "match_closed")] * 5
    assert late_log.status_code == 201
    assert (await get(engagement, ANA, f"/matches/{MATCH}")).json()["state"] == "completed"
