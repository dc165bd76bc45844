"""How long transactions last, commits included, told by the connection pool."""

import time
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.observability.metrics import KernelMetrics

_BEGAN: Final = "mentoring_transaction_began"
_COMMITS: Final = "mentoring_transaction_commits"


def watch_transactions(engine: AsyncEngine, metrics: KernelMetrics) -> None:
    """Observe every transaction of this engine that commits.

    SQLAlchemy tells of a commit before it happens; a connection goes back to the pool right after it.
    """

    def began(connection: Any) -> None:
        connection.info[_BEGAN] = time.perf_counter()

    def commits(connection: Any) -> None:
        connection.info[_COMMITS] = True

    def came_back(_: Any, record: Any) -> None:
        start = record.info.pop(_BEGAN, None)
        if record.info.pop(_COMMITS, False) and start is not None:
            metrics.transaction_duration.observe(time.perf_counter() - start)

    event.listen(engine.sync_engine, "begin", began)
    event.listen(engine.sync_engine, "commit", commits)
    event.listen(engine.sync_engine, "checkin", came_back)
