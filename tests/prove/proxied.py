"""The driver's side of the proxy: it runs in a process of its own and ends with its standard input."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

from tests.prove.forks import ROOT


class Proxied:
    """Tells the proxy what to do to a route: kafka, or the database of a service."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._one_at_a_time = asyncio.Lock()

    async def listen(self, name: str, host: str, port: int, *, path: str = "", at: int = 0) -> int:
        """A new route; the port it listens on."""
        return int(await self._tell(name, "listen", host=host, port=port, path=path, at=at))

    async def cut(self, name: str) -> int:
        """Reset all connections of a route; how many."""
        return int(await self._tell(name, "cut"))

    async def delay(self, name: str, seconds: float, lasting: float) -> None:
        """Slow a route down for a while."""
        await self._tell(name, "delay", seconds=seconds, lasting=lasting)

    async def one_way(self, name: str, to: str, lasting: float) -> None:
        """Let nothing through to one end for a while."""
        await self._tell(name, "one_way", to=to, lasting=lasting)

    async def lose_commit_reply(self, name: str, count: int) -> None:
        """Cut the next connections that ask for a COMMIT, when its answer comes."""
        await self._tell(name, "lose_commit_reply", count=count)

    async def _tell(self, name: str, do: str, **more: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._one_at_a_time:
            self._process.stdin.write(json.dumps({"name": name, "do": do, **more}).encode() + b"\n")
            answer = json.loads(await self._process.stdout.readline())
        return answer["done"]


@contextlib.asynccontextmanager
async def running_proxy() -> AsyncIterator[Proxied]:
    """A proxy without routes; gone at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.prove.proxy",
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield Proxied(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 3)
        except TimeoutError:
            process.kill()
            await process.wait()
