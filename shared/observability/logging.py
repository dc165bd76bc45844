"""JSON lines on stdout with an allow-list of fields: what is not named here never leaves.

A value is a number, a time, an id or a code. Text that somebody wrote (it has a blank or an @) is dropped,
and so are the messages of exceptions, which may quote data. What is dropped is counted.
"""

import logging
import re
import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from shared.clock import system_now
from shared.observability.stacks import error_fields
from shared.observability.stdlib_logs import StdlibHandler

ALLOWED_FIELDS = frozenset(
    {
        *("ts", "level", "service", "version", "event", "logger", "error", "stack", "message"),
        *("correlation_id", "causation_id", "event_id", "event_type", "trace_id"),
        *("handler", "topic", "partition", "offset", "group", "member", "shard", "sequence"),
        *("method", "route", "status", "kind", "reason", "outcome", "state", "check", "variable"),
        *("count", "attempt", "duration_ms", "lag", "host", "port", "mode", "revision", "expected", "signal"),
    }
)
_ORDER = ("ts", "level", "service", "version", "event")
# Made by this package from allow-listed parts, so the pattern for values does not apply.
_RENDERED = frozenset({"ts", "error", "stack", "message"})
_CODE = re.compile(r"[\w.:/{}\[\]()<>=,+*-]{0,200}", re.ASCII)

Event = MutableMapping[str, Any]
_bound = structlog.contextvars


class _Settings:
    """What every line says; set by `configure_logging`."""

    service = ""
    version = ""
    dropped: Callable[[], None] = staticmethod(lambda: None)


def configure_logging(
    service: str, level: str = "INFO", *, version: str = "", on_dropped: Callable[[], None] | None = None
) -> None:
    """Route structlog and the standard library through one renderer; a second call replaces the first.

    `service` is said where no task or request has bound the name of its own service.
    `level` holds for our own events; other libraries speak from WARNING on. `on_dropped` is called once
    for each field that was dropped: `KernelMetrics.log_fields_dropped.inc`.
    """
    _Settings.service = service
    _Settings.version = version
    _Settings.dropped = staticmethod(on_dropped or (lambda: None))
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, _render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_: _Stdout(),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [StdlibHandler(_write_with_context)]
    root.setLevel(logging.WARNING)
    for name in list(logging.root.manager.loggerDict):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
        if library.level:
            library.setLevel(max(library.level, logging.WARNING))


@contextmanager
def bound_context(**fields: object) -> Iterator[None]:
    """Every line inside of the block carries `fields`."""
    with _bound.bound_contextvars(**fields):
        yield


def bind_context(**fields: object) -> Mapping[str, Any]:
    """Every later line of this task carries `fields`; the answer goes to `reset_context`."""
    return _bound.bind_contextvars(**fields)


def clear_context() -> None:
    """Drop all that was bound in this task."""
    _bound.clear_contextvars()


def _write_with_context(event: Event) -> None:
    _Stdout().msg(_render(None, "", _bound.merge_contextvars(None, "", event)))


class _Stdout:
    """Looks stdout up at each line, so that whoever replaces it gets the lines."""

    def msg(self, line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    debug = info = warning = error = critical = exception = msg


def _render(_: Any, __: str, event: Event) -> str:
    error = event.pop("exc_info", None)
    fields: dict[str, Any] = {
        "ts": system_now().isoformat(timespec="milliseconds"),
        "level": event.pop("level", "info"),
        "service": _Settings.service,
        "version": _Settings.version,
    }
    for name, value in event.items():
        if name not in ALLOWED_FIELDS or (clean := _clean(name, value)) is None:
            _Settings.dropped()
        else:
            fields[name] = clean
    fields.setdefault("event", "unnamed")
    if error:
        fields |= error_fields(error)
    ordered = {name: fields.pop(name) for name in _ORDER} | fields
    return str(_to_json(None, "", ordered))


_to_json = structlog.processors.JSONRenderer()


def _clean(name: str, value: object) -> object:
    """The value as JSON takes it; None when it may not be logged."""
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str) and (name in _RENDERED or _CODE.fullmatch(value)):
        return str(value)
    return None
