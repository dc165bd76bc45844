"""Scenarios of the writing side, with engagement: its commands, its outbox, its relay."""

import asyncio
from datetime import datetime, timedelta
from typing import Final
from unittest.mock import patch as replaced
from uuid import UUID

from sqlalchemy import text

from shared.clock import system_now
from shared.events.engagement import GoalProgressed, GoalSet
from shared.persistence import unit_of_work
from shared.persistence.unit_of_work import UnitOfWork
from tests.prove.plants import seeds
from tests.prove.plants.reader_scenarios import DEATH_SECONDS
from tests.prove.plants.stage import Stage, wait_for

GOALS: Final = f"/api/engagement/v1/matches/{seeds.MATCHES[0]}/goals"
MANY: Final = 1300
"""More than the page that a relay sends and the one that it reads ahead."""


async def a_slow_transaction(stage: Stage) -> None:
    """A transaction takes its place in the outbox first and commits last."""
    first, second = seeds.MATCHES[:2]
    await seeds.pair_in_engagement(stage, first)
    await stage.start("engagement")
    await stage.ready("engagement")
    async with stage.units("engagement") as units, units.begin() as slow:
        await seeds.insert_goal(slow.connection, seeds.ident(5, 1))
        slow.emit(GoalSet(match_id=first, program_id=seeds.PROGRAM, goal_id=seeds.ident(5, 1)))
        await slow.flush()
        async with units.begin() as quick:
            await seeds.insert_goal(quick.connection, seeds.ident(5, 2))
            quick.emit(GoalSet(match_id=second, program_id=seeds.PROGRAM, goal_id=seeds.ident(5, 2)))
        await wait_for(lambda: _relayed(stage), 3)
        await asyncio.sleep(0.3)
    await stage.rest(within=4)


async def an_older_transaction_comes_last(stage: Stage) -> None:
    """Of three transactions the youngest writes first, the oldest second, and one between stays open."""
    match, goal = seeds.MATCHES[0], seeds.ident(5, 1)
    await seeds.pair_in_engagement(stage, match)
    await stage.start("engagement")
    await stage.ready("engagement")
    async with stage.units("engagement") as units, units.engine.connect() as between:
        async with units.begin() as oldest:
            await oldest.connection.execute(text("select pg_current_xact_id()"))
            await between.execute(text("select pg_current_xact_id()"))
            async with units.begin() as youngest:
                await seeds.insert_goal(youngest.connection, goal)
                youngest.emit(GoalSet(match_id=match, program_id=seeds.PROGRAM, goal_id=goal))
            await _progress(oldest, goal, 10)
        await wait_for(lambda: _relayed(stage), 1.5)
        await between.rollback()
    await stage.rest(within=4)


async def two_relays(stage: Stage) -> None:
    """Two relays are at work; whoever reads a full page is held up before it is sent."""
    await seeds.pair_in_engagement(stage)
    for slot in (0, 1):
        await stage.start("engagement", slot, "full_pages_go_out_slowly")
    for slot in (0, 1):
        await stage.ready("engagement", slot)
    goal = seeds.ident(5, 1)
    async with stage.units("engagement") as units, units.begin() as uow:
        await seeds.insert_goal(uow.connection, goal)
        uow.emit(GoalSet(match_id=seeds.MATCHES[0], program_id=seeds.PROGRAM, goal_id=goal))
        for number in range(MANY):
            uow.emit(_progressed(goal, number % 90))
        await _progress(uow, goal, 95)
    await wait_for(lambda: _relayed(stage), 8)
    # The one that was held up may still have to send what the other one has sent long ago.
    await asyncio.sleep(2)
    await stage.rest()


async def killed_before_a_send(stage: Stage) -> None:
    """The relay is killed when it has read a page."""
    await seeds.pair_in_engagement(stage)
    await _write_goals(stage, 5)
    victim = await stage.start("engagement", dies_at="relay.read")
    await victim.wait(DEATH_SECONDS)
    await stage.start("engagement")
    await stage.ready("engagement")
    await stage.rest()


async def a_batch_is_refused(stage: Stage) -> None:
    """The broker refuses one batch and takes the next ones."""
    await seeds.pair_in_engagement(stage)
    await _write_goals(stage, 10)
    await stage.start("engagement", 0, "first_batch_is_refused")
    await stage.ready("engagement")
    await stage.rest()


async def a_clock_was_ahead(stage: Stage) -> None:
    """The first of two events of a key was written by a replica whose clock was an hour ahead."""
    stage.about["clock_skew_s"] = 3700

    def ahead() -> datetime:
        return system_now() + timedelta(hours=1)

    await seeds.pair_in_engagement(stage)
    with replaced.object(unit_of_work, "system_now", ahead):
        await _write_goals(stage, 1)
    async with stage.units("engagement") as units, units.begin() as uow:
        await _progress(uow, seeds.ident(5, 0), 10)
    await stage.start("engagement")
    await stage.ready("engagement")
    await stage.rest()


async def the_answer_is_lost(stage: Stage) -> None:
    """A command is committed, its process killed; the client asks again under the same key."""
    await _command_meets_a_death(stage, "command.after_commit")


async def killed_before_a_commit(stage: Stage) -> None:
    """A command is killed before it commits; the client asks again under the same key."""
    await _command_meets_a_death(stage, "command.before_commit")


async def _command_meets_a_death(stage: Stage, point: str) -> None:
    await seeds.pair_in_engagement(stage)
    victim = await stage.start("engagement", dies_at=point)
    await stage.ready("engagement")
    commands = stage.commands("engagement")
    try:
        asked = asyncio.create_task(commands.send("POST", GOALS, seeds.MENTOR_LOGIN, body={"words": "Speak"}))
        await victim.wait(DEATH_SECONDS)
        await stage.start("engagement")
        await asked
    finally:
        await commands.aclose()
    await stage.rest()


async def two_replicas_write(stage: Stage) -> None:
    """Commands about one match are answered by two replicas in turn."""
    await seeds.pair_in_engagement(stage)
    for slot in (0, 1):
        await stage.start("engagement", slot)
    for slot in (0, 1):
        await stage.ready("engagement", slot)
    commands = stage.commands("engagement", slots=2)
    try:
        for number in range(6):
            await commands.send("POST", GOALS, seeds.MENTOR_LOGIN, body={"words": f"Goal {number}"})
    finally:
        await commands.aclose()
    await stage.rest()


async def killed_after_due_work(stage: Stage) -> None:
    """A reminder was due and is sent; its process is killed right after that is committed."""
    await seeds.pair_in_engagement(stage)
    async with stage.store("engagement") as store:
        asked = seeds.NOW - timedelta(days=8)
        await store.execute(
            "insert into pulse values ($1, $2, 1, $3)", seeds.ident(6, 1), seeds.MATCHES[0], asked
        )
        await store.execute(
            "insert into due values ('pulse_reminder', $1, $2)",
            seeds.MATCHES[0],
            seeds.NOW - timedelta(days=1),
        )
    victim = await stage.start("engagement", dies_at="due.after_commit")
    await victim.wait(DEATH_SECONDS)
    await stage.start("engagement")
    await stage.ready("engagement")
    await asyncio.sleep(1.5)
    await stage.rest()


async def _write_goals(stage: Stage, count: int) -> None:
    async with stage.units("engagement") as units:
        for number in range(count):
            async with units.begin() as uow:
                goal = seeds.ident(5, number)
                await seeds.insert_goal(uow.connection, goal)
                uow.emit(GoalSet(match_id=seeds.MATCHES[0], program_id=seeds.PROGRAM, goal_id=goal))


async def _relayed(stage: Stage) -> bool:
    return not await stage.value("engagement", "select count(*) from outbox")


async def _progress(uow: UnitOfWork, goal: UUID, percent: int) -> None:
    await uow.connection.execute(
        text("update goal set percent = :percent where goal_id = :goal"), {"percent": percent, "goal": goal}
    )
    uow.emit(_progressed(goal, percent))


def _progressed(goal: UUID, percent: int) -> GoalProgressed:
    return GoalProgressed(match_id=seeds.MATCHES[0], program_id=seeds.PROGRAM, goal_id=goal, percent=percent)
