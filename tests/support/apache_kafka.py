"""A single Apache Kafka node that tests may stop, kill and restart on the same port and the same log."""

import base64
import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Mapping
from pathlib import Path
from string import Template
from types import TracebackType
from typing import Self

from deploy.local.probe import BrokerDidNotStart, free_ports, wait_until_broker_answers
from tests.support.kafka_jars import fetched_jars

_PROPERTIES = Path(__file__).parents[2] / "deploy/kafka/single-node.properties"
_LAST_LOG_BYTES = 4_000


class ApacheKafka:
    """One broker process with a temporary log directory; ends only the process it started.

    Every method blocks (a first start takes about 5 s, a later one 3 s, and 12 s after a kill, until the dead
    incarnation's session is over): in a coroutine use `asyncio.to_thread`. `overrides` are added to the
    properties and win; `$broker_port` and `$controller_port` in them are filled in.
    """

    def __init__(self, overrides: Mapping[str, str] | None = None, *, heap: str = "1g") -> None:
        self._port, self._controller_port = free_ports(2)
        self._overrides = dict(overrides or {})
        self._heap = heap
        self._directory: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> list[str]:
        """What clients connect to first; the same through all restarts."""
        return [f"127.0.0.1:{self._port}"]

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.poll() is None

    @property
    def process_id(self) -> int:
        """For drills that signal the broker themselves (SIGSTOP, SIGCONT)."""
        if self._process is None:
            raise RuntimeError("the broker is not running")
        return self._process.pid

    def start(self) -> Self:
        """Start on an empty log the first time, on what is there later; returns once the broker answers.

        BrokerDidNotStart carries the end of the server's log.
        """
        if self.running:
            return self
        if self._directory is None:
            self._directory = Path(tempfile.mkdtemp(prefix="mentoring-kafka-"))
            self._format(self._directory)
        log = self._directory / "server.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                self._java("kafka.Kafka", str(self._directory / "server.properties"), heap=self._heap),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            wait_until_broker_answers(self._process, self._port, within=60)
        except BrokerDidNotStart as failed:
            self.kill()
            raise BrokerDidNotStart(f"{failed}\n{_end_of(log)}") from failed
        return self

    def stop(self) -> None:
        """SIGTERM and wait: a controlled shutdown; SIGKILL after 30 s."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """SIGKILL: what a crashed machine looks like, except that the page cache survives."""
        if self._process is None:
            return
        if self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def restart(self, *, kill: bool = False) -> None:
        """Stop (or kill) and start again on the same log directory and port."""
        if kill:
            self.kill()
        else:
            self.stop()
        self.start()

    def destroy(self) -> None:
        """Kill the broker and delete its log directory."""
        self.kill()
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.destroy()

    def _format(self, directory: Path) -> None:
        text = _PROPERTIES.read_text()
        text += "".join(f"{name}={value}\n" for name, value in self._overrides.items())
        properties = Template(text).substitute(
            broker_port=self._port, controller_port=self._controller_port, log_dir=directory / "log"
        )
        path = directory / "server.properties"
        path.write_text(properties)
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        tool = self._java("kafka.tools.StorageTool", "format", "-t", f"x{cluster_id[1:]}", "-c", str(path))
        done = subprocess.run(tool, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise BrokerDidNotStart(f"formatting the log directory failed\n{done.stdout}{done.stderr}")

    def _java(self, *arguments: str, heap: str = "256m") -> list[str]:
        return ["java", f"-Xmx{heap}", "-cp", f"{fetched_jars()}/*", *arguments]


def _end_of(log: Path) -> str:
    return log.read_bytes()[-_LAST_LOG_BYTES:].decode(errors="replace")
