"""A batch that is decoded before its turn."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared.messaging.decoding import decode
from shared.messaging.records import Decoded, Record

_DECODED_AT_ONCE: Final = 50
"""Between them the loop is free to hand the database its next statement."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Records and what they are; None for a replay, whose bytes the store keeps."""

    items: Sequence[tuple[Record, Decoded | None]]

    def __len__(self) -> int:
        return len(self.items)


async def prepare(records: Sequence[Record]) -> Prepared:
    """Decode a batch, which may be done while the batch before it is applied."""
    items = []
    for number, record in enumerate(records):
        if number % _DECODED_AT_ONCE == 0:
            await asyncio.sleep(0)
        items.append((record, None if record.replay_of else decode(record)))
    return Prepared(items)
