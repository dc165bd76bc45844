"""What there is to ask about in each service when every route is called by everybody."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from shared.events.people import PersonChanged, PersonStatus
from tests.component.engagement import engagement_world as engaged
from tests.component.scheduling import scheduling_world as scheduled
from tests.support.harness import START, Harness
from tests.support.hr_world import HrWorld, hired, said
from tests.support.matching_world import person_id, small_world

ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "stranger": (),
    "member": ("participant",),
    "other_coordinator": ("coordinator",),
    "own_coordinator": ("coordinator",),
    "analyst": ("analyst",),
    "ops": ("ops",),
}
"""Who calls, with the roles in the token; everybody is known from HR, and `anonymous` has no token."""
OFFER: Final = {"roles": ["mentee"], "languages": ["en"]}
REASON: Final = {"reason": "other"}
WEEK: Final = [{"weekday": 0, "start_minute": 540, "end_minute": 1020}]


@dataclass(frozen=True, slots=True)
class RouteWorld:
    """Logins by caller, values by path parameter, bodies by route without the service's prefix."""

    logins: Mapping[str, str]
    parameters: Mapping[str, object]
    bodies: Mapping[str, object] = field(default_factory=dict)


async def matching_world(h: Harness) -> RouteWorld:
    """Maria mentors Tom in Carla's program; Dora has one of her own; HR mistakes k1 for somebody else."""
    world = await small_world(h)
    for name in ("dora", "stella", "ann", "otto"):
        await world.add_person(name)
    program_id, match_id = await world.active_match()
    match = await world.call(world.coordinator(), "GET", f"/matches/{match_id}")
    sides = {side["role"]: side["participant_id"] for side in match["members"]}

    as_mentor = OFFER | {"roles": ["mentor"]}
    run = await world.run(match["cohort_id"], dry_run=True)
    held = await _held_person(h)
    await _with_profiles(h)
    program = {"purpose": "leadership", "title": "Another", "coordinator_ids": [str(person_id("carla"))]}
    commands = ("offer", "withdraw", "pause", "resume", "complete", "end", "lock", "unlock")
    return RouteWorld(
        logins=_logins(member="maria", own="carla", other="dora"),
        parameters={
            "program_id": program_id,
            "cohort_id": match["cohort_id"],
            "participant_id": sides["mentor"],
            "mentor_id": sides["mentor"],
            "mentee_id": sides["mentee"],
            "match_id": match_id,
            "run_id": run["id"],
            "other_run_id": run["id"],
            "person_id": held["person_id"],
        },
        bodies={
            "POST /cohorts/{cohort_id}/enrolments": OFFER,
            "POST /cohorts/{cohort_id}/exclusions": {
                "person_ids": [str(person_id("milo")), held["person_id"]]
            },
            "POST /cohorts/{cohort_id}/runs": {"dry_run": True},
            "POST /coordination/cohorts/{cohort_id}/enrolments": OFFER
            | {"person_id": str(person_id("tara"))},
            "PUT /coordination/enrolments/{participant_id}": as_mentor,
            "PUT /my/enrolments/{participant_id}": as_mentor,
            "PUT /my/enrolments/{participant_id}/wishes": {},
            "POST /matches": {"mentor_id": sides["mentor"], "mentee_id": sides["mentee"]},
            "POST /matches/{match_id}/override": REASON | {"flag": "reporting_line"},
            **{f"POST /matches/{{match_id}}/{name}": REASON for name in commands},
            "POST /people/held-leavers/release": {},
            "POST /people/held/{person_id}/decision": {
                "identity": held["held"][0]["identity"],
                "verdict": "same_person",
            },
            "POST /programs": program,
            "PUT /programs/{program_id}/draft": program,
            "POST /programs/{program_id}/diff": program,
            "POST /programs/{program_id}/cohorts": {"starts_on": "2027-02-01"},
        },
    )


async def scheduling_world(h: Harness) -> RouteWorld:
    """Anna meets Bela in Dora's program; Cora has one of her own."""
    others = {"cora": scheduled.CORA, "dora": scheduled.DORA} | _extras()
    await h.deliver(*(scheduled.person(who, login) for login, who in others.items()))
    await h.deliver(scheduled.program(UUID(int=0xB9), coordinator=scheduled.CORA))
    session_id = await scheduled.booked_pair(h)
    hour = {"starts_at": "2027-06-10T07:00:00Z", "ends_at": "2027-06-10T08:00:00Z"}
    async with h.client("anna") as anna:
        made = await anna.post("/api/scheduling/v1/me/busy-times", json=hour)
    return RouteWorld(
        logins=_logins(member="anna", own="dora", other="cora"),
        parameters={
            "match_id": scheduled.MATCH,
            "program_id": scheduled.PROGRAM,
            "session_id": session_id,
            "busy_time_id": made.json()["busy_time_id"],
        },
        bodies={
            "PUT /me/availability/hours": {"hours": WEEK},
            "PUT /me/availability/time-zone": {"time_zone": "Europe/Berlin"},
            "POST /me/busy-times": hour,
            "POST /sessions/{session_id}/move": {"starts_at": "2027-06-09T10:00:00Z"},
        },
    )


async def engagement_world(h: Harness) -> RouteWorld:
    """Ana mentors Ben in Cleo's program, and they have let things slide; Eve coordinates another program."""
    other = engaged.program(program_id=UUID(int=29)).model_copy(update={"coordinator_ids": (engaged.EVE,)})
    await engaged.pair(h)
    await h.deliver(other, *(_person(who, login) for login, who in _extras().items()))
    await engaged.log_held(h, START)
    path = f"/matches/{engaged.MATCH}"
    goal = (await engaged.post(h, engaged.ANA, f"{path}/goals", {"words": "Speak"})).json()["id"]
    note = (await engaged.post(h, engaged.ANA, f"{path}/notes", {"words": "Mine"})).json()["id"]
    await h.run_due(engaged.day(40))
    nudges = (await engaged.get(h, engaged.ANA, "/nudges")).json()["items"]
    flags = await engaged.get(h, engaged.CLEO, f"/programs/{engaged.PROGRAM}/flags", "coordinator")
    return RouteWorld(
        logins=_logins(member="ana", own="cleo", other="eve"),
        parameters={
            "match_id": engaged.MATCH,
            "program_id": engaged.PROGRAM,
            "goal_id": goal,
            "note_id": note,
            "nudge_id": nudges[0]["nudge_id"],
            "flag_id": flags.json()["items"][0]["flag_id"],
            "milestone": "getting_started",
            "task": "agree_on_rules",
        },
        bodies={
            "POST /flags/{flag_id}/resolve": {"resolution": "members_contacted"},
            "POST /matches/{match_id}/fit-check": {"answer": "good_fit"},
            "POST /matches/{match_id}/goals": {"words": "Listen"},
            "PUT /matches/{match_id}/goals/{goal_id}/progress": {"percent": 40},
            "POST /matches/{match_id}/notes": {"words": "A note"},
            "PUT /matches/{match_id}/notes/{note_id}": {"words": "Another"},
            "POST /matches/{match_id}/pulse": {"answers": {"trust": 4}},
            "POST /matches/{match_id}/session-logs": {
                "outcome": "held",
                "minutes": 30,
                "occurred_at": engaged.day(39).isoformat(),
            },
        },
    )


async def reporting_world(h: Harness) -> RouteWorld:
    """Cleo's program, in which Ana takes part; Eve coordinates another one."""
    other = engaged.program(program_id=UUID(int=29)).model_copy(update={"coordinator_ids": (engaged.EVE,)})
    people = (*engaged.PEOPLE, *(_person(who, login) for login, who in _extras().items()))
    await h.deliver(*people, engaged.program(), other, engaged.activated())
    return RouteWorld(
        logins=_logins(member="ana", own="cleo", other="eve"),
        parameters={"program_id": engaged.PROGRAM, "program": engaged.PROGRAM, "name": "console.css"},
    )


WORLDS: Final[Mapping[str, Callable[[Harness], Awaitable[RouteWorld]]]] = {
    "matching": matching_world,
    "scheduling": scheduling_world,
    "engagement": engagement_world,
    "reporting": reporting_world,
}


def _logins(*, member: str, own: str, other: str) -> dict[str, str]:
    return {
        "stranger": "stella",
        "member": member,
        "other_coordinator": other,
        "own_coordinator": own,
        "analyst": "ann",
        "ops": "otto",
    }


def _extras() -> dict[str, UUID]:
    return {"stella": UUID(int=0xE1), "ann": UUID(int=0xE2), "otto": UUID(int=0xE3)}


def _person(who: UUID, login: str) -> PersonChanged:
    return PersonChanged(
        person_id=who, status=PersonStatus.ACTIVE, given_name=login.title(), login_subject=login
    )


async def _held_person(h: Harness) -> dict[str, Any]:
    hr = HrWorld(h)
    await hr.say(hired("k2", given_name="Mary", family_name="Ward", hire_date="2021-02-01"))
    await hr.say(hired("k1", given_name="Ada", family_name="Byron", hire_date="2020-01-06"))
    fields = {"given_name": "Grace", "family_name": "Murray", "hire_date": "2026-10-01"}
    await hr.say(said("k1", "hire", "2026-10-01", "2026-09-15T00:00:00Z", **fields))
    async with h.client("carla", ["coordinator"]) as client:
        found = await client.get("/api/matching/v1/people/held")
    held: dict[str, Any] = found.json()["items"][0]
    return held


async def _with_profiles(h: Harness) -> None:
    """People who were written by SQL get the profile of one whom HR told of: views are made of it."""
    async with h.service.kernel.units.begin() as uow:
        await uow.connection.execute(
            text(
                "update person set profile = (select p.profile from person p join identity_link l "
                "on l.person_id = p.id where l.person_key = 'k2') where profile = '{}'"
            )
        )
