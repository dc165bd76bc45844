"""What somebody else puts on our topics: bytes that are no events."""

import asyncio
import hashlib
import random
from collections.abc import Sequence
from typing import Final

from aiokafka import AIOKafkaProducer

from shared.events.catalog import TOPICS
from shared.messaging.broker import Cluster
from tests.prove.run_directory import RunDirectory

Headers = Sequence[tuple[str, bytes]]
_RECORDS: Final[tuple[tuple[bytes | None, bytes | None, Headers], ...]] = (
    (b"not a key", b"not json", ()),
    (b"\xff\xfe", b"{}", (("ce_type", b"mentoring.match.ended.v1"),)),
    (None, b"[" * 5_000, (("ce_id", b"x"), ("ce_type", b"\xff"))),
    (b"", None, (("ce_sequence", b"-1"),)),
    (b"0190aaaa-0000-7000-8000-000000000000", b'{"x": NaN}', (("ce_type", b"nobody.knows.v9"),)),
)


async def inject_malformed(cluster: Cluster, run: RunDirectory, draw: random.Random) -> None:
    """One bad record of each sort on a topic of events each."""
    names = [name for name in TOPICS if not name.endswith((".dlq", ".retry"))]
    producer = AIOKafkaProducer(bootstrap_servers=list(cluster.bootstrap_servers), acks="all")
    await producer.start()
    try:
        for key, value, headers in _RECORDS:
            # A compacted topic takes no record without a key.
            name = draw.choice([one for one in names if key is not None or not TOPICS[one].compacted])
            sent = await producer.send(cluster.full_name(name), value, key, headers=list(headers))
            where = await asyncio.wait_for(sent, 20)
            run.journal(
                {
                    "kind": "injected",
                    "what": "malformed",
                    "topic": name,
                    "partition": where.partition,
                    "offset": where.offset,
                    "sha256": hashlib.sha256(value or b"").hexdigest(),
                }
            )
    finally:
        await producer.stop()
