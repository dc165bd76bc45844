"""Loading in this process, or in several that each take a share of the partitions."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Final

import uvloop

from services.reporting.rebuild.loading import SERVICE, Loader
from services.reporting.rebuild.schemas import engine_on
from services.reporting.rebuild.spans import Span, shared_out, total
from services.reporting.rebuild.topic_reader import TopicReader
from shared.garbage import settle_collector
from shared.observability.logging import configure_logging
from shared.observability.metrics import distribution_version
from shared.settings import ServiceSettings

PROCESSES: Final = 2
WORTH_PROCESSES: Final = 50_000
"""Records that take longer to apply than a process takes to start."""
_LOOK_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Target:
    """Whose topics are read, and the schema that their records go to."""

    settings: ServiceSettings
    schema: str


async def load(target: Target, spans: Sequence[Span], tell: Callable[[int], None]) -> None:
    """Apply the records of spans; tells how many have been applied, again and again."""
    if not total(spans):
        return
    processes = PROCESSES if total(spans) >= WORTH_PROCESSES else 1
    shares = shared_out(spans, processes)
    if processes == 1:
        await _load_share(target, shares[0], _Sum(tell))
        return
    context = get_context("spawn")
    applied = context.Value("q", 0)
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(processes, context, _Worker.begin, (target, applied)) as pool:
        working = {loop.run_in_executor(pool, _Worker.work, share) for share in shares}
        while working:
            done, working = await asyncio.wait(
                working, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_EXCEPTION
            )
            for share in done:
                share.result()
            tell(applied.value)


class _Sum:
    """Tells a sum of what it is told."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        self._tell = tell
        self._sum = 0

    def __call__(self, more: int) -> None:
        self._sum += more
        self._tell(self._sum)


class _Worker:
    """What a process of its own knows."""

    target: Target
    applied: Any

    @classmethod
    def begin(cls, target: Target, applied: Any) -> None:
        """Called once in a new process."""
        cls.target, cls.applied = target, applied
        settle_collector()
        configure_logging(SERVICE, target.settings.log_level, version=distribution_version())

    @classmethod
    def work(cls, share: tuple[Span, ...]) -> None:
        """Load a share."""
        uvloop.run(_load_share(cls.target, share, cls.count))

    @classmethod
    def count(cls, more: int) -> None:
        """Add to what all processes have applied."""
        with cls.applied.get_lock():
            cls.applied.value += more


async def _load_share(target: Target, share: tuple[Span, ...], count: Callable[[int], None]) -> None:
    engine = engine_on(target.settings.database_url.get_secret_value(), target.schema)
    reader = TopicReader(target.settings.cluster)
    try:
        await reader.start()
        await Loader(target.settings, engine).load(reader.batches(share), count)
    finally:
        await reader.stop()
        await engine.dispose()
