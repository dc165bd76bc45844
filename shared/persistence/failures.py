"""Which failures pass by themselves and which will come back for ever."""

from typing import Final

import asyncpg
from aiokafka.errors import KafkaError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

_TRANSIENT_CLASSES: Final = ("08", "25P03", "40", "53", "55P03", "57")
"""SQLSTATE classes: connection, idle timeout, rollback (serialization, deadlock), resources, lock,
operator."""


def is_transient(error: BaseException) -> bool:
    """Whether the infrastructure is at fault, so that the same work will succeed later."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        if state is not None:
            return str(state).startswith(_TRANSIENT_CLASSES)
        return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    return isinstance(
        error, PoolTimeoutError | OSError | TimeoutError | KafkaError | asyncpg.InternalClientError
    )


def is_rolled_back(error: BaseException) -> bool:
    """Whether the database itself rolled the transaction back for another's sake: deadlock, serialization."""
    return isinstance(error, DBAPIError) and str(getattr(error.orig, "sqlstate", "")).startswith("40")


def class_of(error: BaseException) -> str:
    """The name of an error's class: all of it that may be kept, for its text may quote what people wrote."""
    return type(error).__name__
