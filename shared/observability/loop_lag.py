"""How late the event loop wakes: the first sign of work that belongs into a process of its own."""

import asyncio
from typing import Never

from shared.observability.metrics import KernelMetrics


async def watch_loop_lag(metrics: KernelMetrics, *, interval_s: float = 0.5) -> Never:
    """Measure until cancelled; the gauge holds the seconds by which the last sleep was exceeded."""
    loop = asyncio.get_running_loop()
    while True:
        start = loop.time()
        await asyncio.sleep(interval_s)
        metrics.event_loop_lag.set(max(0.0, loop.time() - start - interval_s))
