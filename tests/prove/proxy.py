"""A TCP proxy in front of broker and databases that cuts, delays, and lets one direction through.

`python -m tests.prove.proxy` reads commands as JSON lines and answers each with `{"done": …}`:
`listen` (name, host, port or path), `cut` (name), `delay` (name, seconds, lasting), `one_way` (name, to:
which end hears nothing, lasting), `lose_commit_reply` (name, count). Bytes that are held back are never lost
or reordered, as in TCP.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, cast

import uvloop

COMMIT: Final = b"COMMIT;\0"
"""As asyncpg asks for it: the text of a simple query."""


@dataclass(slots=True)
class Route:
    """One listener, where it leads, and what is wrong with it now."""

    connect: Callable[[Callable[[], asyncio.Protocol]], Awaitable[Any]]
    links: set["Link"] = field(default_factory=set)
    delay: float = 0.0
    deaf: str = ""
    lost_replies: int = 0

    def cut(self) -> int:
        """Reset every connection; how many there were."""
        links = list(self.links)
        for link in links:
            link.abort()
        return len(links)

    def slow_down(self, seconds: float, lasting: float) -> None:
        """Every byte arrives so much later, for so long."""
        self.delay = seconds
        asyncio.get_running_loop().call_later(lasting, self._hurry)

    def deafen(self, end: str, lasting: float) -> None:
        """Nothing reaches one end (client or server) for so long."""
        self.deaf = end
        for link in self.links:
            link.listen_to_all()
        asyncio.get_running_loop().call_later(lasting, self._hear)

    def _hurry(self) -> None:
        self.delay = 0.0

    def _hear(self) -> None:
        self.deaf = ""
        for link in self.links:
            link.listen_to_all()


class Link:
    """A client's connection and the one to the server behind it."""

    def __init__(self, route: Route) -> None:
        self.route = route
        self._ends: dict[str, asyncio.Transport] = {}
        self._early: list[bytes] = []
        self._not_before = {"client": 0.0, "server": 0.0}
        self._unheard: set[str] = set()
        self._dies_with_reply = False

    def joined(self, end: str, transport: asyncio.Transport) -> None:
        """One end is there; what the client said before the server was is passed on."""
        self._ends[end] = transport
        self.route.links.add(self)
        self.listen_to_all()
        if end == "server":
            early, self._early = self._early, []
            for data in early:
                self.carry("server", data)

    def carry(self, to: str, data: bytes) -> None:
        """Pass bytes on, now or later, or end it all at the reply to a COMMIT."""
        if to == "client" and self._dies_with_reply:
            self.abort()
            return
        if to == "server" and self.route.lost_replies > 0 and COMMIT in data:
            self.route.lost_replies -= 1
            self._dies_with_reply = True
        if to not in self._ends:
            self._early.append(data)
            return
        loop = asyncio.get_running_loop()
        at = max(self._not_before[to], loop.time() + self.route.delay)
        if self.route.delay or self._not_before[to] > loop.time():
            self._not_before[to] = at
            loop.call_at(at, self._write, to, data)
        else:
            self._write(to, data)

    def listen_to_all(self) -> None:
        """Read from both ends, except for what the deaf one would hear."""
        for end, transport in self._ends.items():
            deaf = self.route.deaf == ("server" if end == "client" else "client")
            if deaf and end not in self._unheard:
                self._unheard.add(end)
                transport.pause_reading()
            elif not deaf and end in self._unheard and not transport.is_closing():
                self._unheard.discard(end)
                transport.resume_reading()

    def abort(self) -> None:
        """Reset both ends."""
        self.route.links.discard(self)
        for transport in self._ends.values():
            transport.abort()

    def _write(self, to: str, data: bytes) -> None:
        if to in self._ends and not self._ends[to].is_closing():
            self._ends[to].write(data)


class _End(asyncio.Protocol):
    def __init__(self, link: Link, name: str) -> None:
        self._link = link
        self._name = name
        self._connecting: asyncio.Task[Any] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are of no class of asyncio's.
        self._link.joined(self._name, cast("asyncio.Transport", transport))
        if self._name == "client":
            self._connecting = asyncio.ensure_future(self._reach())

    def data_received(self, data: bytes) -> None:
        self._link.carry("server" if self._name == "client" else "client", data)

    def connection_lost(self, _: Exception | None) -> None:
        self._link.abort()

    async def _reach(self) -> None:
        try:
            await self._link.route.connect(lambda: _End(self._link, "server"))
        except OSError:
            self._link.abort()


class Proxy:
    """All routes by name."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self._servers: list[asyncio.Server] = []

    async def listen(self, name: str, host: str, port: int, path: str = "", at: int = 0) -> int:
        """Listen on a port of 127.0.0.1 (0: a free one) for a server at host and port, or at a path."""
        loop = asyncio.get_running_loop()

        def connect(protocol: Callable[[], asyncio.Protocol]) -> Awaitable[Any]:
            if path:
                return loop.create_unix_connection(protocol, path)
            return loop.create_connection(protocol, host, port)

        route = self.routes[name] = Route(connect)
        server = await loop.create_server(lambda: _End(Link(route), "client"), "127.0.0.1", at)
        self._servers.append(server)
        bound: int = server.sockets[0].getsockname()[1]
        return bound

    def close(self) -> None:
        """Listen no more, and reset what is connected."""
        for server in self._servers:
            server.close()
        for route in self.routes.values():
            route.cut()

    async def obey(self, command: dict[str, Any]) -> object:
        """Carry out one command."""
        name = command["name"]
        match command["do"]:
            case "listen":
                return await self.listen(
                    name, command["host"], command["port"], command["path"], command["at"]
                )
            case "cut":
                return self.routes[name].cut()
            case "delay":
                self.routes[name].slow_down(command["seconds"], command["lasting"])
            case "one_way":
                self.routes[name].deafen(command["to"], command["lasting"])
            case "lose_commit_reply":
                self.routes[name].lost_replies = command["count"]
            case unknown:
                raise ValueError(unknown)
        return None


async def _main() -> None:
    proxy, reader = Proxy(), asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        sys.stdout.write(json.dumps({"done": await proxy.obey(json.loads(line))}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(_main())
