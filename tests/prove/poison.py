"""HR records that the handler cannot bear: patched in by the harness, told apart by their key."""

import functools
from typing import Any, Final

THROWS: Final = "THROWS"
"""Part of the person key of a record whose handler raises, each time."""


def apply() -> None:
    """Have the handlers of foreign topics raise on poisoned records, in this process."""
    from shared.messaging.routes import ForeignHandler, ForeignRecord, Routes  # noqa: PLC0415  a child's own

    original = Routes.on_foreign

    def on_foreign(self: Routes, topic: str, handler: ForeignHandler) -> Routes:
        @functools.wraps(handler)
        async def poisoned(record: ForeignRecord, uow: Any) -> None:
            if record.key is not None and THROWS.encode() in record.key:
                raise RuntimeError("poisoned")
            await handler(record, uow)

        return original(self, topic, poisoned)

    Routes.on_foreign = on_foreign  # type: ignore[method-assign, assignment]
