"""What an operator sends again takes effect in order, once; what is given up holds up nobody."""

import pytest

from shared.events.matches import MatchAcceptedBySide
from shared.events.people import PersonChanged
from shared.messaging.operations import Selection
from shared.messaging.records import Record
from shared.messaging.routes import ForeignRecord
from shared.messaging.set_aside import Status
from shared.persistence.unit_of_work import UnitOfWork
from tests.support.records import ADA, MATCH, OTHER_MATCH, broken, person, record_of, step
from tests.support.sandbox import Sandbox, note

RETRY = "mentoring.engagement.retry"


class Handler:
    """Fails on the numbers that it is told to fail on."""

    def __init__(self, *failing: int) -> None:
        self.failing = set(failing)
        self.__name__ = "side_accepted"

    async def __call__(self, event: MatchAcceptedBySide, uow: UnitOfWork) -> None:
        if event.accepted in self.failing:
            raise ValueError("no")
        await note(uow, event.match_id, str(event.accepted))


async def person_changed(event: PersonChanged, uow: UnitOfWork) -> None:
    await note(uow, event.person_id, event.given_name or "")


@pytest.fixture
async def parked(sandbox: Sandbox) -> tuple[Sandbox, Handler]:
    """A key of which 1 is applied, 2 is dead, 3 and 4 wait; another key that is well."""
    handler = Handler(2)
    sandbox.routes.on(MatchAcceptedBySide, handler).on(PersonChanged, person_changed)
    await sandbox.processor.process([record_of(step(number), number) for number in (1, 2, 3, 4)])
    await sandbox.processor.process([record_of(step(1, OTHER_MATCH), 1)])
    assert await values(sandbox) == ["1"]
    return sandbox, handler


async def values(sandbox: Sandbox) -> list[str]:
    return [value for subject, value in await sandbox.effects() if subject == str(MATCH)]


async def audited(sandbox: Sandbox) -> list[tuple[str, str, str]]:
    rows = await sandbox.fetch("select actor_id, action, reason from audit order by at, id")
    return [(row["actor_id"], row["action"], row["reason"]) for row in rows]


async def test_a_replay_brings_a_key_back_in_order(parked: tuple[Sandbox, Handler]) -> None:
    sandbox, handler = parked
    handler.failing.clear()

    assert await sandbox.operations().replay(Selection(key=str(MATCH))) == 3
    await sandbox.processor.process(await sandbox.replays())
    await sandbox.processor.process([record_of(step(5), 5)])

    assert await values(sandbox) == ["1", "2", "3", "4", "5"]
    assert await sandbox.waiting() == []
    assert await audited(sandbox) == [
        ("operator", "dead_letter_replayed", "handler_failed"),
        ("operator", "dead_letter_replayed", "key_parked"),
        ("operator", "dead_letter_replayed", "key_parked"),
    ]


async def test_a_replay_goes_to_the_retry_topic_with_its_key_bytes_and_headers(
    parked: tuple[Sandbox, Handler],
) -> None:
    sandbox, _ = parked

    await sandbox.operations().replay(Selection(key=str(MATCH), statuses=(Status.DEAD,)))

    (copy,) = await sandbox.outbox(RETRY)
    assert copy.key == str(MATCH).encode()
    assert copy.value == step(2).model_dump_json().encode()
    assert copy.header["retry-original-topic"] == b"mentoring.matches.v1"
    assert copy.header["ce_sequence"] == b"0000000000000000002"


async def test_the_dead_record_alone_brings_back_what_waited_behind_it(
    parked: tuple[Sandbox, Handler],
) -> None:
    sandbox, handler = parked
    handler.failing.clear()

    await sandbox.operations().replay(Selection(reason="handler_failed"))
    await sandbox.processor.process(await sandbox.replays())

    assert await values(sandbox) == ["1", "2", "3", "4"]
    assert await sandbox.waiting() == []


async def test_replays_that_come_twice_or_in_disorder_have_one_effect_in_order(
    parked: tuple[Sandbox, Handler],
) -> None:
    sandbox, handler = parked
    handler.failing.clear()
    await sandbox.operations().replay(Selection(key=str(MATCH)))
    replays = await sandbox.replays()

    for replay in [*reversed(replays), *replays]:
        await sandbox.processor.process([replay])

    assert await values(sandbox) == ["1", "2", "3", "4"]
    assert await sandbox.waiting() == []


async def test_a_replay_that_fails_again_stays_where_it_is_and_keeps_its_followers_waiting(
    parked: tuple[Sandbox, Handler],
) -> None:
    sandbox, _ = parked

    await sandbox.operations().replay(Selection(key=str(MATCH)))
    await sandbox.processor.process(await sandbox.replays())
    await sandbox.processor.process([record_of(step(5), 5)])

    assert await values(sandbox) == ["1"]
    assert [(status, sequence) for status, _, sequence in await sandbox.waiting()] == [
        ("dead", 2),
        ("parked", 3),
        ("parked", 4),
        ("parked", 5),
    ]


async def test_a_second_dead_record_stops_the_release(parked: tuple[Sandbox, Handler]) -> None:
    sandbox, handler = parked
    handler.failing = {4}

    await sandbox.operations().replay(Selection(reason="handler_failed"))
    await sandbox.processor.process(await sandbox.replays())
    await sandbox.processor.process([record_of(step(5), 5)])

    assert await values(sandbox) == ["1", "2", "3"]
    assert [(status, sequence) for status, _, sequence in await sandbox.waiting()] == [
        ("dead", 4),
        ("parked", 5),
    ]


async def test_a_dropped_record_frees_its_key(parked: tuple[Sandbox, Handler]) -> None:
    sandbox, _ = parked

    counts = await sandbox.operations().drop(Selection(key=str(MATCH), statuses=(Status.DEAD,)))
    await sandbox.processor.process(await sandbox.replays())
    await sandbox.processor.process([record_of(step(5), 5)])

    assert counts == {"dropped": 1, "freed": 2}
    assert await values(sandbox) == ["1", "3", "4", "5"]
    assert await sandbox.waiting() == []
    assert await audited(sandbox) == [("operator", "dead_letter_dropped", "handler_failed")]


async def test_a_drop_frees_nothing_that_another_dead_record_holds_up(sandbox: Sandbox) -> None:
    sandbox.routes.on(MatchAcceptedBySide, Handler(1))
    await sandbox.processor.process([record_of(step(number), number) for number in (1, 2)])
    (dead, _) = await sandbox.operations().find(Selection())

    counts = await sandbox.operations().drop(Selection(reason="key_parked"))

    assert counts == {"dropped": 1, "freed": 0}
    assert [row["id"] for row in await sandbox.operations().find(Selection())] == [dead["id"]]


async def test_the_keys_that_wait_can_be_listed(parked: tuple[Sandbox, Handler]) -> None:
    sandbox, _ = parked

    (key,) = await sandbox.operations().parked()

    assert (key.topic, key.key, key.dead, key.parked) == ("mentoring.matches.v1", str(MATCH), 1, 2)


async def test_an_older_state_is_never_replayed_over_a_newer_one(sandbox: Sandbox) -> None:
    sandbox.routes.on(PersonChanged, person_changed)
    await sandbox.processor.process([broken(person("old"), 1, value=b"{")])
    await sandbox.operations().replay(Selection())
    await sandbox.processor.process([record_of(person("new"), 2)])
    await sandbox.processor.process(await sandbox.replays())

    assert await sandbox.effects() == [(str(ADA), "new")]
    assert await sandbox.waiting() == []


async def test_a_personal_record_is_replayed_by_a_pointer_and_nothing_personal_leaves(
    sandbox: Sandbox,
) -> None:
    """The service applies the bytes that it sealed; the topic of the replays holds no names."""
    fails = [True]

    async def once(event: PersonChanged, uow: UnitOfWork) -> None:
        if fails:
            raise ValueError
        await person_changed(event, uow)

    sandbox.routes.on(PersonChanged, once)
    await sandbox.processor.process([record_of(person("Lovelace"), 1)])
    fails.clear()

    await sandbox.operations().replay(Selection())
    (copy,) = await sandbox.outbox(RETRY)
    await sandbox.processor.process(await sandbox.replays())

    assert copy.value is None
    assert [name for name, _ in copy.headers] == ["retry-original-topic", "retry-id"]
    assert await sandbox.effects() == [(str(ADA), "Lovelace")]
    assert await sandbox.waiting() == []


async def test_a_foreign_record_can_be_replayed_though_it_was_seen(sandbox: Sandbox) -> None:
    known = False

    async def hr_record(record: ForeignRecord, uow: UnitOfWork) -> None:
        if not known:
            uow.refuse("unknown_person")
            return
        await note(uow, record.topic, (record.value or b"").decode())

    sandbox.routes.on_foreign("hris.test", hr_record)
    await sandbox.processor.process([Record("hris.test", 3, 7, b"E7", b"row", ())])
    await sandbox.operations().replay(Selection())
    await sandbox.processor.process(await sandbox.replays())
    assert await sandbox.waiting() == [("dead", "unknown_person", None)], "refused again: it stays"
    known = True
    await sandbox.processor.process(await sandbox.replays())
    await sandbox.processor.process(await sandbox.replays())

    assert await sandbox.effects() == [("hris.test", "row")]
    assert await sandbox.waiting() == []


async def test_a_sealed_record_is_shown_only_when_asked_for_and_that_is_audited(sandbox: Sandbox) -> None:
    await sandbox.processor.process([broken(person("Ada"), 1, value=b'"Lovelace"')])
    (row,) = await sandbox.operations().find(Selection())

    closed = await sandbox.operations().show(row["id"], reveal=False)
    assert closed is not None
    assert closed[1] is None
    assert await audited(sandbox) == []
    opened = await sandbox.operations().show(row["id"], reveal=True)

    assert opened is not None
    assert opened[1] is not None
    assert opened[1].value == b'"Lovelace"'
    assert await audited(sandbox) == [("operator", "dead_letter_revealed", "bad_body")]
