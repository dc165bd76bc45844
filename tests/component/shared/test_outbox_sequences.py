"""Per key and topic, sequence, `pos` and commit order are one, whoever writes at the same time."""

import asyncio
import json
from collections import defaultdict
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.events.people import PersonChanged
from shared.persistence.outbox import OversizedEventError, decode_headers, encode_headers, shard_of
from tests.support.records import ADA, MATCH, OTHER_MATCH, person, step
from tests.support.sandbox import Sandbox

MATCHES = "mentoring.matches.v1"
PEOPLE = "mentoring.people.v1"


def sequences(rows: list[dict[str, object]]) -> dict[str, list[int]]:
    """The sequence numbers of each key, in `pos` order."""
    found: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        header = dict(decode_headers(str(row["headers"])))
        found[str(row["aggregateid"])].append(int(header["ce_sequence"] or b"0"))
    return found


async def test_twenty_transactions_on_the_same_keys_number_without_gap_and_in_the_order_of_their_commits(
    sandbox: Sandbox,
) -> None:
    """Each key is written in another order by every transaction, which must not end in a deadlock either."""
    keys = [UUID(int=number) for number in range(1, 6)]

    async def work(number: int) -> None:
        async with sandbox.units.begin() as uow:
            for key in keys[number % 5 :] + keys[: number % 5]:
                uow.emit(step(number + 1, key))
            uow.emit(step(100 + number, keys[0]))

    await asyncio.gather(*(work(number) for number in range(20)))

    rows = await sandbox.fetch("select aggregateid, headers from outbox order by pos")
    found = sequences(rows)
    assert found[str(keys[0])] == list(range(1, 41))
    for key in keys[1:]:
        assert found[str(key)] == list(range(1, 21))


async def test_who_commits_later_has_the_higher_numbers(sandbox: Sandbox) -> None:
    """A second transaction of the same key waits for the first: commit order is sequence order."""
    order: list[str] = []
    written = asyncio.Event()
    go = asyncio.Event()

    async def first() -> None:
        async with sandbox.units.begin() as uow:
            uow.emit(step(1))
            await uow.flush()
            written.set()
            await go.wait()
        order.append("first")

    async def second() -> None:
        await written.wait()
        async with sandbox.units.begin() as uow:
            uow.emit(step(2))
            flush = asyncio.create_task(uow.flush())
            done, _ = await asyncio.wait([flush], timeout=0.2)
            assert not done, "the stream's row is locked"
            go.set()
            await flush
        order.append("second")

    await asyncio.gather(first(), second())

    rows = await sandbox.fetch("select aggregateid, headers, payload from outbox order by pos")
    assert order == ["first", "second"]
    assert [json.loads(row["payload"])["accepted"] for row in rows] == [1, 2]
    assert sequences(rows) == {str(MATCH): [1, 2]}


async def test_a_unit_that_rolls_back_leaves_no_hole(sandbox: Sandbox) -> None:
    async def fail() -> None:
        async with sandbox.units.begin() as uow:
            uow.emit(step(2))
            await uow.flush()
            raise LookupError

    async with sandbox.units.begin() as uow:
        uow.emit(step(1))
    with pytest.raises(LookupError):
        await fail()
    async with sandbox.units.begin() as uow:
        uow.emit(step(3))

    rows = await sandbox.fetch("select aggregateid, headers, payload from outbox order by pos")
    assert [json.loads(row["payload"])["accepted"] for row in rows] == [1, 3]
    assert sequences(rows) == {str(MATCH): [1, 2]}


async def test_each_topic_counts_for_itself(sandbox: Sandbox) -> None:
    async with sandbox.units.begin() as uow:
        uow.emit(step(1, ADA))
        uow.emit(person("Ada"))
        uow.emit(step(2, ADA))
        uow.emit_tombstone(PersonChanged, ADA)

    matches, people = await sandbox.outbox(MATCHES), await sandbox.outbox(PEOPLE)
    assert [row.header["ce_sequence"] for row in matches] == [b"0000000000000000001", b"0000000000000000002"]
    assert [row.header["ce_sequence"] for row in people] == [b"0000000000000000001", b"0000000000000000002"]
    assert people[1].value is None
    assert people[1].header["ce_type"] == b"mentoring.person.erased.v1"


async def test_a_topic_without_tombstones_refuses_one(sandbox: Sandbox) -> None:
    async with sandbox.units.begin() as uow:
        with pytest.raises(ValueError, match=r"mentoring\.matches\.v1 has no tombstone"):
            uow.emit_tombstone(type(step(1)), MATCH)


async def test_an_event_that_no_broker_would_take_is_refused_where_it_is_emitted(sandbox: Sandbox) -> None:
    huge = person("Ada").model_copy(update={"job_title": "x" * 900_001})

    async with sandbox.units.begin() as uow:
        with pytest.raises(OversizedEventError, match=r"mentoring\.person\.changed\.v1 of 900\d\d\d bytes"):
            uow.emit(huge)
        uow.emit(step(1))

    assert await sandbox.outbox(PEOPLE) == []
    assert len(await sandbox.outbox(MATCHES)) == 1


async def test_the_records_of_a_key_stay_in_one_shard(sandbox: Sandbox) -> None:
    async with sandbox.units.begin() as uow:
        for number in range(1, 4):
            uow.emit(step(number, MATCH))
            uow.emit(step(number, OTHER_MATCH))

    rows = await sandbox.fetch("select distinct aggregateid, shard from outbox")
    assert len(rows) == 2
    # CRC 32's check value is 0xCBF43926; the shard stays for ever, because two releases relay side by side.
    assert shard_of("123456789") == 0x6


HEADERS = st.lists(
    st.tuples(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.none() | st.binary(max_size=40)
    ),
    max_size=10,
)


@given(HEADERS)
@example(
    [("name", None), ("name", b""), ("name", b"\0"), ("name", b"\xff\xfe"), ("", b"[]"), ("n\0", b'["eA=="]')]
)
def test_headers_come_out_of_the_outbox_as_they_went_in(headers: list[tuple[str, bytes | None]]) -> None:
    """Also what is no text, what looks like the encoding itself, and what is not there."""
    assert decode_headers(encode_headers(headers)) == headers
