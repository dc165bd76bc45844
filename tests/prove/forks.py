"""The driver's side of the fork server: start a process, learn when and how it ends."""

import asyncio
import contextlib
import itertools
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
_READY_SECONDS: Final = 60.0


@dataclass(slots=True)
class Child:
    """A process that the fork server started."""

    pid: int
    ended: asyncio.Future[int] = field(repr=False)

    @property
    def running(self) -> bool:
        """Whether it is alive, as far as is known here."""
        return not self.ended.done()

    def send(self, number: signal.Signals) -> None:
        """Send a signal; one that has ended takes it quietly."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def wait(self, within: float) -> int | None:
        """Its exit code, negative for a signal; None when it goes on."""
        try:
            status = await asyncio.wait_for(asyncio.shield(self.ended), within)
        except TimeoutError:
            return None
        return os.waitstatus_to_exitcode(status)


class Forks:
    """Asks the fork server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pid: int) -> None:
        self._reader = reader
        self._writer = writer
        self.pid = pid
        self._ids = itertools.count()
        self._asked: dict[int, asyncio.Future[Child]] = {}
        self._children: dict[int, Child] = {}

    async def start(
        self,
        service: str,
        environment: Mapping[str, str],
        log: Path,
        *,
        arguments: Sequence[str] = (),
        **more: Any,
    ) -> Child:
        """Start a command of a service; `more` are its plan, its plant and its patches."""
        request = {
            "id": next(self._ids),
            "service": service,
            "arguments": list(arguments),
            "environment": dict(environment),
            "log": str(log),
            **more,
        }
        answer: asyncio.Future[Child] = asyncio.get_running_loop().create_future()
        self._asked[request["id"]] = answer
        self._writer.write(json.dumps(request).encode() + b"\n")
        await self._writer.drain()
        return await answer

    async def listen(self) -> None:
        """Take its answers until it is gone."""
        while line := await self._reader.readline():
            answer = json.loads(line)
            if "id" in answer:
                ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
                child = self._children[answer["pid"]] = Child(answer["pid"], ended)
                self._asked.pop(answer["id"]).set_result(child)
            elif answer["pid"] in self._children:
                self._children.pop(answer["pid"]).ended.set_result(answer["status"])


@contextlib.asynccontextmanager
async def fork_server(environments: Mapping[str, Mapping[str, str]], folder: Path) -> AsyncIterator[Forks]:
    """A fork server that has warmed up; at the end it and all its children are gone."""
    path = folder / "warm-up.json"
    path.write_text(json.dumps({service: dict(values) for service, values in environments.items()}))
    ours, theirs = socket.socketpair()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.prove.fork_server",
        str(theirs.fileno()),
        str(path),
        cwd=ROOT,
        env=_environment(),
        pass_fds=[theirs.fileno()],
        stdin=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    theirs.close()
    reader, writer = await asyncio.open_connection(sock=ours)
    listening: asyncio.Task[None] | None = None
    try:
        ready = json.loads(await asyncio.wait_for(reader.readline(), _READY_SECONDS))
        forks = Forks(reader, writer, ready["ready"])
        listening = asyncio.create_task(forks.listen())
        yield forks
    finally:
        writer.close()
        try:
            await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:
            process.kill()
            await process.wait()
        if listening is not None:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


def _environment() -> dict[str, str]:
    """One thread a process: a fork copies the one that forks and no other."""
    return os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
