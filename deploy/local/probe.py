"""Free ports, and whether a Kafka broker answers: the standard library only, no client."""

import socket
import struct
import subprocess
import time
from contextlib import ExitStack

_API_VERSIONS = 18
_LARGEST_ANSWER = 1 << 16


class BrokerDidNotStart(RuntimeError):
    """The broker's process ended, or did not answer in time; the message carries what it logged last."""


def free_ports(count: int) -> list[int]:
    """Different TCP ports of 127.0.0.1 that nobody listens on right now."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def api_keys(host: str, port: int, timeout: float = 2.0) -> frozenset[int]:
    """The requests that the broker understands: the answer to ApiVersions v0, Kafka protocol.

    Raises OSError when nobody answers, or when the answer is not Kafka's.
    """
    request = struct.pack(">hhih", _API_VERSIONS, 0, 1, -1)
    with socket.create_connection((host, port), timeout=timeout) as connection:
        connection.settimeout(timeout)
        connection.sendall(struct.pack(">i", len(request)) + request)
        with connection.makefile("rb") as stream:
            (size,) = struct.unpack(">i", _exactly(stream.read(4), 4))
            if not 0 < size <= _LARGEST_ANSWER:
                raise ConnectionError(f"{host}:{port} does not speak Kafka's protocol")
            body = _exactly(stream.read(size), size)
    _correlation, error, count = struct.unpack_from(">ihi", body)
    if error:
        raise ConnectionError(f"{host}:{port} answered ApiVersions with error {error}")
    return frozenset(struct.unpack_from(">hhh", body, 10 + 6 * index)[0] for index in range(count))


def wait_until_broker_answers(process: subprocess.Popen[bytes], port: int, *, within: float) -> None:
    """Block until it answers on 127.0.0.1; BrokerDidNotStart when it ends or `within` seconds pass."""
    deadline = time.monotonic() + within
    while True:
        if (code := process.poll()) is not None:
            raise BrokerDidNotStart(f"the broker ended with code {code} before it answered")
        try:
            api_keys("127.0.0.1", port)
        except OSError as refused:
            if time.monotonic() > deadline:
                raise BrokerDidNotStart(f"no answer on port {port} within {within:.0f} s") from refused
            time.sleep(0.02)
        else:
            return


def _exactly(data: bytes, size: int) -> bytes:
    if len(data) != size:
        raise ConnectionError("the broker closed the connection in the middle of an answer")
    return data
