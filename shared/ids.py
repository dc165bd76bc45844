"""Ids: UUIDv7, so that rows and events made one after the other lie side by side in an index."""

import os
import secrets
import threading
import time
from collections.abc import Callable
from uuid import UUID

NewId = Callable[[], UUID]
"""The factory that is passed to whatever makes ids; tests pass their own."""

_COUNTER_BITS = 12
_COUNTER_MAX = (1 << _COUNTER_BITS) - 1
_RANDOM_BITS = 62
_RANDOM_BYTES = 8
_RANDOM_STOCK = 4096
"""Bytes that are asked of the system at once: a call to it costs more than all the rest of an id."""


class _Generator:
    """RFC 9562 §5.7 with the counter of §6.2 method 1: 48 bits of milliseconds, 12 of counter, 62 random.

    The counter starts below its half in each millisecond; one that overflows borrows the next
    millisecond. So the ids of one process rise strictly, also when the system's clock steps back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._millisecond = 0
        self._counter = 0
        self._stock = b""
        self._used = 0
        os.register_at_fork(after_in_child=self._forget_stock)

    def __call__(self) -> UUID:
        with self._lock:
            now = time.time_ns() // 1_000_000
            if now > self._millisecond:
                self._millisecond = now
                self._counter = secrets.randbits(_COUNTER_BITS - 1)
            elif self._counter < _COUNTER_MAX:
                self._counter += 1
            else:
                self._millisecond += 1
                self._counter = secrets.randbits(_COUNTER_BITS - 1)
            head = (self._millisecond << 16) | (0x7 << 12) | self._counter
            tail = self._random()
        return UUID(int=(head << 64) | (0b10 << _RANDOM_BITS) | tail)

    def _random(self) -> int:
        if self._used == len(self._stock):
            self._stock, self._used = os.urandom(_RANDOM_STOCK), 0
        taken = self._stock[self._used : self._used + _RANDOM_BYTES]
        self._used += _RANDOM_BYTES
        return int.from_bytes(taken) >> (8 * _RANDOM_BYTES - _RANDOM_BITS)

    def _forget_stock(self) -> None:
        """A child process must not make the ids of its parent."""
        self._lock = threading.Lock()
        self._stock, self._used = b"", 0


new_id: NewId = _Generator()
