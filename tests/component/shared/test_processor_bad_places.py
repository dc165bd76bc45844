"""A record without a key or a sequence that is delivered again is one dead letter all the same."""

from dataclasses import replace

from shared.messaging.records import Record
from tests.support.records import MATCHES
from tests.support.sandbox import Sandbox

DLQ = "mentoring.engagement.dlq"
BAD = Record(topic=MATCHES, partition=3, offset=7, key=None, value=b"not json", headers=())


async def test_a_record_that_is_delivered_again_is_one_dead_letter(sandbox: Sandbox) -> None:
    """As after a kill between the commits of database and offsets, or after offsets were set back."""
    await sandbox.processor.process([BAD])
    await sandbox.processor.process([BAD, BAD])

    assert await sandbox.waiting() == [("dead", "no_key_or_sequence", None)]
    assert len(await sandbox.outbox(DLQ)) == 1


async def test_the_same_bytes_at_another_place_are_a_record_of_their_own(sandbox: Sandbox) -> None:
    await sandbox.processor.process([BAD, replace(BAD, offset=8), replace(BAD, partition=4)])

    assert len(await sandbox.waiting()) == 3


async def test_other_bytes_at_the_same_place_are_a_record_of_their_own(sandbox: Sandbox) -> None:
    """A topic that was deleted and made anew counts its offsets from the beginning."""
    await sandbox.processor.process([BAD])
    await sandbox.processor.process([replace(BAD, value=b"still not json")])

    assert len(await sandbox.waiting()) == 2
