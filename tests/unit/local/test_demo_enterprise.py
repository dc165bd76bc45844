"""The made-up enterprise: every seed must give the story what it needs."""

from datetime import UTC, date, datetime
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.local.demo.enterprise import Worker, make_enterprise, with_dangling_managers
from deploy.local.demo.feed import Feed, Notification, first_load
from deploy.local.demo.plan import Plan
from deploy.local.demo.program import MENTEE_LEVELS, MENTOR_LEVEL

TODAY = date(2027, 1, 11)
PLAN = Plan()
seeds = st.integers(min_value=0, max_value=2**63 - 1)


def enterprise(seed: int) -> list[Worker]:
    return make_enterprise(Random(seed), size=PLAN.people, today=TODAY)  # noqa: S311  no secret


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_five_hundred_people_work_in_nine_countries_under_one_chief(seed: int) -> None:
    workers = enterprise(seed)

    assert len({worker.key for worker in workers}) == 500
    assert len({worker.email for worker in workers}) == 500
    assert len({worker.site.country for worker in workers}) == 9
    assert [worker for worker in workers if worker.manager is None] == workers[:1]


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_everybody_reports_to_somebody_above(seed: int) -> None:
    workers = enterprise(seed)
    level = {worker.key: worker.level for worker in workers}

    assert all(level[worker.manager] > worker.level for worker in workers if worker.manager)


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_there_are_enough_people_for_every_part(seed: int) -> None:
    workers = enterprise(seed)
    low, high = MENTEE_LEVELS
    # Two keys that come back wait for a human, and one person coordinates.
    spare = 3

    assert sum(low <= worker.level <= high for worker in workers) >= PLAN.mentees + spare
    assert sum(worker.level >= MENTOR_LEVEL for worker in workers) >= PLAN.mentors + spare
    assert sum(worker.level < low for worker in workers) >= 1 + spare
    assert any(worker.level == 5 and worker.function == "people" for worker in workers)


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_a_seed_gives_the_same_feed_again(seed: int) -> None:
    assert [record.value for record in _load(seed)] == [record.value for record in _load(seed)]


def test_the_feed_has_the_dirt_of_real_ones() -> None:
    values = [record.value for record in _load(7)]

    assert len(values) == 500 + 4 * 4 + 2 + 25
    assert sum(b"worker.teleport" in value for value in values) == 4
    assert sum(b"{{aoid}}" in value for value in values) == 4
    assert sum(not value.endswith(b"}") for value in values) == 4
    assert sum(b"G9UNKNOWN" in value for value in set(values)) >= 20
    assert sum(b"Somebody" in value for value in values) == 2


def _load(seed: int) -> list[Notification]:
    chance = Random(seed)  # noqa: S311  no secret
    workers = with_dangling_managers(chance, make_enterprise(chance, size=PLAN.people, today=TODAY), 0.05)
    return first_load(chance, Feed(chance, datetime(2027, 1, 8, 6, tzinfo=UTC)), workers, TODAY)
