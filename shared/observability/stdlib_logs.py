"""The standard library's log records as events of ours, without the data that libraries put into them."""

import logging
import re
from collections.abc import Callable, MutableMapping
from typing import Any

# Libraries whose messages are templates of their own; all others' may be built from data.
_TRUSTED = frozenset({"aiokafka", "alembic", "asyncio", "kafka", "uvicorn"})
_MAX_MESSAGE = 300
_NAME = re.compile(r"[\w.:/-]{0,100}")


class StdlibHandler(logging.Handler):
    """Hands each record on as an event `library_message`: logger, place, and the message where it is safe."""

    def __init__(self, write: Callable[[MutableMapping[str, Any]], None]) -> None:
        super().__init__(logging.WARNING)
        self._write = write

    def emit(self, record: logging.LogRecord) -> None:
        try:
            event: dict[str, Any] = {
                "event": "library_message",
                "level": record.levelname.lower(),
                "logger": record.name,
                "message": _message(record),
            }
            if record.exc_info:
                event["exc_info"] = record.exc_info
            self._write(event)
        except Exception:  # noqa: BLE001 - a log line that fails must not end the work that wrote it
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - overrides
        """Say nothing: the standard answer prints the record's arguments."""


def _message(record: logging.LogRecord) -> str:
    place = f"{record.filename}:{record.lineno}"
    if record.name.partition(".")[0] not in _TRUSTED or not isinstance(record.msg, str):
        return place
    # asyncio puts the repr of tasks and exceptions on the lines after the first.
    template = record.msg.partition("\n")[0]
    try:
        text = template % _arguments(record.args) if record.args else template
    except (TypeError, ValueError, KeyError):
        return place
    return f"{text[:_MAX_MESSAGE]} ({place})"


def _arguments(arguments: Any) -> Any:
    if isinstance(arguments, dict):
        return {name: _argument(value) for name, value in arguments.items()}
    return tuple(_argument(value) for value in arguments)


def _argument(value: object) -> object:
    """Numbers and names of hosts, topics and members as they are, everything else as its type."""
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    return f"<{type(value).__name__}>"
