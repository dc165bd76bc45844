"""Each record has one effect, in the order of its key, however the records arrive."""

import asyncio
import itertools
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.local.database_url import DatabaseUrl
from shared.events.matches import MatchAcceptedBySide
from shared.events.people import PersonChanged
from shared.persistence.unit_of_work import UnitOfWork
from tests.support.records import ADA, MATCH, OTHER_MATCH, person, record_of, step, tombstone_of
from tests.support.sandbox import Sandbox, make_sandbox, note


async def side_accepted(event: MatchAcceptedBySide, uow: UnitOfWork) -> None:
    await note(uow, event.match_id, str(event.accepted))


async def person_changed(event: PersonChanged, uow: UnitOfWork) -> None:
    await note(uow, event.person_id, event.given_name or "")


async def person_erased(key: UUID, uow: UnitOfWork) -> None:
    await note(uow, key, "erased")


@pytest.fixture
def counting(sandbox: Sandbox) -> Sandbox:
    sandbox.routes.on(MatchAcceptedBySide, side_accepted).on(PersonChanged, person_changed)
    sandbox.routes.on_tombstone(PersonChanged, person_erased)
    return sandbox


async def test_a_record_that_comes_twice_has_one_effect(counting: Sandbox) -> None:
    first = record_of(step(1), 1)

    await counting.processor.process([first, first])
    await counting.processor.process([first])

    assert await counting.effects() == [(str(MATCH), "1")]
    assert await counting.waiting() == []


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3, 4])), ids=str)
async def test_four_records_of_a_key_have_their_effects_in_order_however_they_arrive(
    counting: Sandbox, order: tuple[int, ...]
) -> None:
    for number in order:
        await counting.processor.process([record_of(step(number), number)])

    assert await counting.effects() == [(str(MATCH), text) for text in ("1", "2", "3", "4")]
    assert await counting.waiting() == []


async def test_in_one_batch_a_gap_heals_as_well(counting: Sandbox) -> None:
    await counting.processor.process([record_of(step(number), number) for number in (3, 1, 4, 2)])

    assert [value for _, value in await counting.effects()] == ["1", "2", "3", "4"]
    assert await counting.waiting() == []


async def test_a_gap_holds_up_its_own_key_only(counting: Sandbox) -> None:
    await counting.processor.process(
        [record_of(step(2), 2), record_of(step(1, OTHER_MATCH), 1), record_of(step(2, OTHER_MATCH), 2)]
    )

    assert await counting.effects() == [(str(OTHER_MATCH), "1"), (str(OTHER_MATCH), "2")]
    assert await counting.waiting() == [("gap", "sequence_gap", 2)]


async def test_a_compacted_topic_may_jump_forward_and_never_goes_back(counting: Sandbox) -> None:
    await counting.processor.process([record_of(person("Ada"), 3), record_of(person("Lovelace"), 9)])
    await counting.processor.process([record_of(person("too late"), 4)])

    assert [value for _, value in await counting.effects()] == ["Ada", "Lovelace"]
    assert await counting.waiting() == []


async def test_a_tombstone_reaches_the_handler_of_erasure(counting: Sandbox) -> None:
    await counting.processor.process([record_of(person("Ada"), 1), tombstone_of(ADA, 2)])
    await counting.processor.process([record_of(person("Ada"), 1)])

    assert await counting.effects() == [(str(ADA), "Ada"), (str(ADA), "erased")]


async def test_an_event_without_a_handler_is_passed_over(counting: Sandbox) -> None:
    counting.routes.events.clear()

    await counting.processor.process([record_of(step(1), 1)])
    counting.routes.on(MatchAcceptedBySide, side_accepted)
    await counting.processor.process([record_of(step(1), 1), record_of(step(2), 2)])

    assert [value for _, value in await counting.effects()] == ["2"]


async def test_two_members_with_the_same_records_at_once_have_one_effect(counting: Sandbox) -> None:
    batch = [record_of(step(number), number) for number in (1, 2, 3)]

    await asyncio.gather(*(counting.processor.process(batch) for _ in range(4)))

    assert [value for _, value in await counting.effects()] == ["1", "2", "3"]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    deliveries=st.lists(
        st.lists(st.tuples(st.sampled_from([MATCH, OTHER_MATCH]), st.integers(1, 4)), max_size=6), max_size=6
    )
)
async def test_any_mixture_of_duplicates_and_disorder_ends_in_the_same_state(
    sandbox_database: DatabaseUrl, deliveries: list[list[tuple[UUID, int]]]
) -> None:
    """Whatever came before, one delivery of everything brings the store where it belongs."""
    sandbox = await make_sandbox(sandbox_database)
    sandbox.routes.on(MatchAcceptedBySide, side_accepted)
    whole = [(match, number) for number in (1, 2, 3, 4) for match in (MATCH, OTHER_MATCH)]

    for delivery in [*deliveries, whole]:
        await sandbox.processor.process(
            [record_of(step(number, match), number) for match, number in delivery]
        )

    effects = await sandbox.effects()
    for match in (MATCH, OTHER_MATCH):
        assert [value for subject, value in effects if subject == str(match)] == ["1", "2", "3", "4"]
    assert await sandbox.waiting() == []
    await sandbox.engine.dispose()
