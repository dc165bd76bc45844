"""The demo tells a small story here, on a platform that was tampered with: it must say so and fail."""

import importlib
import io
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID, uuid4

import pytest

from deploy.local.demo.options import Options
from deploy.local.demo.plan import Plan
from deploy.local.demo.run import run
from deploy.local.demo.telling import WIDTH, Teller
from services.matching.handlers.solver import Solved, Solver
from services.reporting.handlers import engagement as reporting_engagement
from shared.events.base import Event
from shared.events.engagement import SessionLogged
from shared.events.matches import MatchActivated, MatchEnded, MatchProposed
from shared.messaging.publishing import Published, Publisher
from shared.persistence.outbox import decode_headers
from shared.persistence.unit_of_work import UnitOfWork

pytestmark = pytest.mark.timeout(300)

SMALL: Final = Plan(
    people=100,
    mentees=16,
    mentors=14,
    weeks=6,
    hr_week=2,
    rematch_week=3,
    return_week=4,
    cadence_days=7,
    duration_days=28,
    silent=1,
    misfits=1,
    leavers=2,
    leaves=1,
    ended_within_ms=60_000,
)
IMPATIENT: Final = replace(SMALL, settle_seconds=20, ended_seconds=10)
KEYS: Final = (
    "seed people refused participants matches objective bound sessions_held health dead_letters "
    "hr_to_ended_ms install_s start_s story_s"
)
SOMEBODY: Final = "Ada Ben Chiara Deniz Elif Femi Greta Hugo"


@dataclass(frozen=True)
class Ended:
    """One demo that has ended: exit code, what it printed, and its last line."""

    code: int
    text: str
    last: dict[str, Any]


async def told(plan: Plan, seed: int) -> Ended:
    """Tell the story in this process."""
    out = io.StringIO()
    code = await run(Options(seed=seed), plan, Teller(out))
    return Ended(code, out.getvalue(), json.loads(out.getvalue().splitlines()[-1]))


def header(row: Any, name: str) -> str:
    return (dict(decode_headers(row["headers"])).get(name) or b"").decode()


def on_the_way(patch: pytest.MonkeyPatch, event: type[Event], change: Callable[[Any], Any | None]) -> None:
    """The relay changes the first event of a type, or swallows it and claims to have sent it."""
    honest = Publisher.publish
    met: list[int] = []

    async def publish(self: Publisher, rows: Sequence[Any]) -> Published:
        first = next((row for row in rows if header(row, "ce_type") == event.type), None)
        if first is None or met:
            return await honest(self, rows)
        met.append(first["pos"])
        changed = change(first)
        rest = [changed if row is first else row for row in rows]
        published = await honest(self, [row for row in rest if row is not None])
        if changed is None:
            published.positions.append(first["pos"])
        return published

    patch.setattr(Publisher, "publish", publish)


def deafen(patch: pytest.MonkeyPatch, service: str, event: type[Event]) -> None:
    """A service takes an event in and does nothing about it."""
    wiring = importlib.import_module(f"services.{service}.app")
    make_routes = wiring.make_routes

    async def nothing(_: Event, __: UnitOfWork) -> None:
        return None

    def made(*arguments: Any) -> Any:
        return make_routes(*arguments).on(event, nothing)

    patch.setattr(wiring, "make_routes", made)


def count_twice(patch: pytest.MonkeyPatch) -> None:
    """Reporting counts the first session log a second time."""
    honest = reporting_engagement.session_logged
    met: list[UUID] = []

    async def session_logged(event: SessionLogged, uow: UnitOfWork) -> None:
        await honest(event, uow)
        if not met:
            met.append(event.session_log_id)
            await honest(event.model_copy(update={"session_log_id": uuid4()}), uow)

    patch.setattr(reporting_engagement, "session_logged", session_logged)


def name_somebody(patch: pytest.MonkeyPatch) -> None:
    """A name is added to an event about a match."""

    def named(row: Any) -> dict[str, Any]:
        return dict(row) | {"payload": json.dumps(json.loads(row["payload"]) | {"note": SOMEBODY}).encode()}

    on_the_way(patch, MatchProposed, named)


def worsen(patch: pytest.MonkeyPatch) -> None:
    """The solver leaves out a pair and calls the result proven."""
    honest = Solver.result

    async def result(self: Solver, run_id: UUID, wait_seconds: float) -> Solved | None:
        solved = await honest(self, run_id, wait_seconds)
        if solved is None:
            return None
        told = solved.record.result
        *kept, left_out = told.proposals
        worse = replace(
            told,
            proposals=tuple(kept),
            matched=len(kept),
            cardinality_bound=len(kept),
            gap=0,
            objective=told.objective - left_out.breakdown.score,
        )
        return replace(solved, record=replace(solved.record, result=worse))

    patch.setattr(Solver, "result", result)


@pytest.fixture(scope="module")
async def honest() -> Ended:
    return await told(SMALL, seed=1)


@pytest.fixture(scope="module")
async def lies() -> AsyncIterator[Ended]:
    """Three lies in one story; the healthy one shows that nothing else fails."""
    with pytest.MonkeyPatch.context() as patch:
        count_twice(patch)
        name_somebody(patch)
        worsen(patch)
        yield await told(SMALL, seed=2)


def test_an_honest_story_holds_every_expectation(honest: Ended) -> None:
    assert honest.last["failed"] == []
    assert honest.code == 0
    assert "FAILED" not in honest.text


def test_the_last_line_is_one_json_object_with_every_figure(honest: Ended) -> None:
    assert set(KEYS.split()) <= set(honest.last)
    assert honest.last["seed"] == 1
    assert honest.last["people"] == 100
    assert honest.last["participants"] == 30
    assert honest.last["refused"] == {
        "malformed_json": 4,
        "placeholder_person_key": 4,
        "unknown_event_name": 4,
    }
    assert honest.last["dead_letters"] == 12
    assert honest.last["objective"] == honest.last["bound"] > 0
    assert honest.last["hr_to_ended_ms"]["measured"] == 2


def test_what_is_told_fits_a_terminal_and_holds_no_log_lines(honest: Ended) -> None:
    lines = honest.text.splitlines()[:-1]

    assert max(map(len, lines)) <= WIDTH
    assert [line for line in lines if line.startswith("{")] == []
    assert lines[0] == "Seed 1: make demo SEED=1 tells this story again."


def test_three_lies_are_three_failures_and_no_more(lies: Ended) -> None:
    assert lies.code == 1
    assert set(lies.last["failed"]) == {
        "every session log is counted once",
        "no name or e-mail is on any topic but people",
        "run 1: the bound proves the result",
        "run 2: the bound proves the result",
    }


@pytest.mark.parametrize(
    "expectation",
    [
        pytest.param("every session log is counted once", id="a duplicate counted twice"),
        pytest.param("no name or e-mail is on any topic but people", id="a name on another topic"),
        pytest.param("run 1: the bound proves the result", id="a worsened result"),
    ],
)
def test_a_lie_is_named(lies: Ended, expectation: str) -> None:
    assert f"FAILED: {expectation}" in lies.text.splitlines()


async def test_an_event_lost_between_outbox_and_topic_fails_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    on_the_way(monkeypatch, SessionLogged, lambda _: None)

    ended = await told(IMPATIENT, seed=3)

    assert ended.code == 1
    assert {"the story came to its end", "what the stores published is on the topics"} <= set(
        ended.last["failed"]
    )
    assert "mentoring.engagement.v1" in ended.text


@pytest.mark.parametrize(
    ("service", "event", "failed"),
    [
        ("reporting", SessionLogged, "every session log is counted once"),
        ("engagement", MatchEnded, "every leaver's match ended"),
        ("scheduling", MatchActivated, "every relationship that began is known to all"),
    ],
)
async def test_a_service_that_does_not_react_fails_the_demo(
    monkeypatch: pytest.MonkeyPatch, service: str, event: type[Event], failed: str
) -> None:
    deafen(monkeypatch, service, event)

    ended = await told(IMPATIENT, seed=4)

    assert ended.code == 1
    assert failed in ended.last["failed"]
