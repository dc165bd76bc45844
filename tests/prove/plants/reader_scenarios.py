"""Scenarios of the reading side, with reporting, whose counters tell of every fact that counts twice."""

from typing import Final

from tests.prove.plants import seeds
from tests.prove.plants.stage import Stage

DEATH_SECONDS: Final = 5.0


async def killed_in_a_batch(stage: Stage) -> None:
    """Everything lies there before the group does; the first reader is killed before it commits."""
    await stage.publish(seeds.lives())
    victim = await stage.start("reporting", dies_at="batch.before_commit")
    await victim.wait(DEATH_SECONDS)
    await stage.start("reporting")
    await stage.ready("reporting")
    await stage.rest()


async def killed_after_a_batch(stage: Stage) -> None:
    """The reader is killed between the commits of store and offsets; one event is of a type from tomorrow."""
    match = seeds.MATCHES[0]
    unknown = seeds.of_match(match, 5, "applauded", loudness=11)
    await stage.publish([*seeds.lives(), unknown, seeds.of_match(match, 6, "completed")])
    victim = await stage.start("reporting", dies_at="offsets.before")
    await victim.wait(DEATH_SECONDS)
    await stage.start("reporting")
    await stage.ready("reporting")
    await stage.rest()


async def records_in_another_order(stage: Stage) -> None:
    """Batches arrive reversed: what is ahead of its turn has to wait."""
    await stage.publish(seeds.lives())
    await stage.start("reporting", 0, "batches_come_reversed")
    await stage.ready("reporting")
    await stage.rest()


async def a_poison_record(stage: Stage) -> None:
    """One record of a key is broken; the reader is killed when it has kept it."""
    match = seeds.MATCHES[0]
    await stage.publish(
        [
            *seeds.lives(),
            seeds.of_match(match, 5, "paused", reason=7),
            seeds.of_match(match, 6, "resumed", ends_at=seeds.NOW),
            seeds.of_match(match, 7, "completed"),
        ]
    )
    victim = await stage.start("reporting", dies_at="batch.set_aside")
    await victim.wait(DEATH_SECONDS)
    await stage.start("reporting")
    await stage.ready("reporting")
    await stage.rest()


async def the_store_is_away(stage: Stage) -> None:
    """For a while no batch can be applied."""
    await stage.publish(seeds.lives())
    await stage.start("reporting", 0, "store_is_away")
    await stage.ready("reporting")
    await stage.rest(within=9)
    stage.about["retries_per_s"] = stage.retries_a_second("reporting")
