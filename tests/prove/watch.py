"""Samples of what the groups have committed, so that the verdict sees an offset that went back."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Final

from aiokafka.errors import KafkaError

from shared.events.catalog import SERVICES
from tests.prove.platform import PREFIX, Platform
from tests.prove.run_directory import RunDirectory
from tests.support.topics import admin_client

_EVERY_SECONDS: Final = 3.0


@dataclass(slots=True)
class Watch:
    """Looks every few seconds; `undisturbed` is held by whoever sets offsets back."""

    platform: Platform
    run: RunDirectory
    undisturbed: asyncio.Lock = field(default_factory=asyncio.Lock)
    _last: dict[tuple[str, str, int], int] = field(default_factory=dict)

    async def look(self) -> None:
        """Until cancelled; a broker that is away is asked again later."""
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            try:
                async with self.undisturbed, asyncio.timeout(_EVERY_SECONDS * 2):
                    await self._sample()
            except (KafkaError, OSError, TimeoutError):
                continue

    async def _sample(self) -> None:
        async with admin_client([self.platform.bootstrap]) as admin:
            for service in SERVICES:
                group = f"{PREFIX}{service}"
                offsets = await admin.list_consumer_group_offsets(group)
                changed = {
                    (group, at.topic, at.partition): offset.offset
                    for at, offset in offsets.items()
                    if self._last.get((group, at.topic, at.partition)) != offset.offset
                }
                self._last |= changed
                with (self.run.folder / "offsets.jsonl").open("a") as file:
                    for (name, topic, partition), offset in changed.items():
                        sample = {
                            "at": time.time(),
                            "group": name,
                            "topic": topic,
                            "partition": partition,
                            "offset": offset,
                        }
                        file.write(json.dumps(sample) + "\n")
