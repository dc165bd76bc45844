"""The port that the embedded platform answers on."""

import socket
from typing import Final

from deploy.local.probe import free_ports

DEFAULT_PORT: Final = 8080
_HOST: Final = "127.0.0.1"


def choose_port(wanted: str | None) -> int:
    """The port that was asked for, else 8080, else a free one.

    Raises:
        ValueError: what was asked for is no port, or is taken.
    """
    if not wanted:
        return DEFAULT_PORT if _is_free(DEFAULT_PORT) else free_ports(1)[0]
    if not wanted.isdecimal() or not 0 < int(wanted) < 1 << 16:
        raise ValueError(f"PORT must be a number from 1 to 65535, not {wanted!r}")
    if not _is_free(int(wanted)):
        raise ValueError(f"PORT {wanted} is taken: choose another one, or none for any that is free")
    return int(wanted)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # What an ended server left in TIME_WAIT is no hindrance, a listening one is.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
    return True
