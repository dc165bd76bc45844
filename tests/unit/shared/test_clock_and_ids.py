"""Business time moves forward by hand and wakes who waits; ids rise and carry their version."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from threading import Thread
from uuid import RFC_4122, UUID

import pytest

from shared.clock import DrivenClock, SystemClock, system_now
from shared.ids import new_id

START = datetime(2026, 3, 1, tzinfo=UTC)


def test_driven_time_stands_still_until_it_is_moved() -> None:
    clock = DrivenClock(START)
    clock.advance(timedelta(days=1))
    clock.move_to(datetime(2026, 3, 2, 3, tzinfo=timezone(timedelta(hours=2))))

    assert clock.now() == datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


def test_driven_time_never_goes_backwards() -> None:
    clock = DrivenClock(START)
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(timedelta(seconds=-1))

    assert clock.now() == START


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        DrivenClock(datetime(2026, 3, 1))  # noqa: DTZ001 - that is what is refused


async def test_moving_the_clock_wakes_every_waiter_once() -> None:
    clock = DrivenClock(START)
    waiters = [asyncio.create_task(clock.wait_for_change(10)) for _ in range(3)]
    await asyncio.sleep(0)
    clock.advance(timedelta(hours=1))

    assert await asyncio.gather(*waiters) == [True, True, True]
    assert await clock.wait_for_change(0.01) is False


async def test_the_systems_clock_is_never_moved_by_hand() -> None:
    assert await SystemClock().wait_for_change(0.001) is False
    assert system_now() - SystemClock().now() < timedelta(seconds=1)


def test_ids_are_version_7_and_hold_the_time() -> None:
    before = int(system_now().timestamp() * 1000) - 1
    made = new_id()

    assert (made.version, made.variant) == (7, RFC_4122)
    assert before <= made.int >> 80 <= before + 60_000


def test_ids_rise_strictly_also_within_a_millisecond_and_across_threads() -> None:
    ids = [new_id() for _ in range(20_000)]
    shared: list[UUID] = []
    threads = [Thread(target=lambda: shared.extend(new_id() for _ in range(2_000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ids == sorted(ids)
    assert len(set(ids)) == 20_000
    assert len(set(shared)) == 8_000
