"""One parent that has imported everything, and forks a process of a service in a fraction of a second.

Requests and answers are JSON lines over the socket whose number is the one argument:
`{"id", "service", "arguments", "environment", "log", "plan"?, "plant"?}` is answered by `{"id", "pid"}`, an
end by `{"pid", "status"}` (a wait status). When the other side closes the socket, everything ends.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import random
import runpy
import select
import signal
import socket
import sys
import traceback
from types import FrameType
from typing import Any, Final

from tests.prove.clocks import shift
from tests.prove.crashing import arm
from tests.prove.poison import apply

SERVICES: Final = ("matching", "scheduling", "engagement", "reporting")
_PR_SET_PDEATHSIG: Final = 1
_LIBC: Final = ctypes.CDLL(None, use_errno=True)


def _warm_up(environments: dict[str, dict[str, str]]) -> None:
    """Import each service and wire it once: what that leaves in caches every child inherits."""
    settings = importlib.import_module("shared.settings")
    importlib.import_module("shared.cli")
    for service in SERVICES:
        app = importlib.import_module(f"services.{service}.app")
        of_service = importlib.import_module(f"services.{service}.settings")
        settings_class = getattr(of_service, f"{service.title()}Settings")
        app.create_service(settings.load_settings(settings_class, environments[service]))
        importlib.import_module(f"services.{service}.migrations.versions.0001_initial")
    gc.collect()
    gc.freeze()


def _become(request: dict[str, Any]) -> None:
    """Run a command of a service in this child, as `python -m services.<name>` does."""
    plan = request.get("plan")
    if request.get("plant"):
        importlib.import_module("tests.prove.plants.catalog").apply(request["plant"])
    if request.get("patches"):
        apply()
    if request.get("skew"):
        shift(request["skew"])
    if plan is not None:
        arm(plan["point"], plan["passing"], request["service"], plan.get("slot"), plan["crashes"])
    runpy.run_module(f"services.{request['service']}", run_name="__main__", alter_sys=True)


def _child(request: dict[str, Any]) -> int:
    os.setpgid(0, 0)
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    log = os.open(request["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a text file, as Python opens it
    random.seed()
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = [f"services.{request['service']}", *request["arguments"]]
    try:
        _become(request)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001  the parent's loop must not go on in a child
        traceback.print_exc()
        return 1
    return 0


class ForkServer:
    """The parent: it forks and buries."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._buffer = b""
        self._children: set[int] = set()

    def serve(self) -> None:
        """Until the other side is gone."""
        woken, wake = socket.socketpair()
        for each in (woken, wake):
            each.setblocking(False)
        signal.set_wakeup_fd(wake.fileno())
        signal.signal(signal.SIGCHLD, _nothing)
        self._tell({"ready": os.getpid()})
        while True:
            ready, _, _ = select.select([self._control, woken], [], [])
            if woken in ready:
                with contextlib.suppress(BlockingIOError):
                    woken.recv(4096)
            self._bury()
            if self._control in ready and not self._read():
                break
        for pid in self._children:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)

    def _read(self) -> bool:
        data = self._control.recv(1 << 16)
        self._buffer += data
        *lines, self._buffer = self._buffer.split(b"\n")
        for line in lines:
            self._fork(json.loads(line))
        return bool(data)

    def _fork(self, request: dict[str, Any]) -> None:
        pid = os.fork()
        if pid == 0:
            self._control.close()
            code = 1
            try:
                code = _child(request)
            finally:
                with contextlib.suppress(Exception):
                    sys.stdout.flush()
                os._exit(code)
        self._children.add(pid)
        self._tell({"id": request["id"], "pid": pid})

    def _bury(self) -> None:
        while self._children:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None:
                return
            # What it started itself (a solver) ends with it; its group is its own until it is buried.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(ended.si_pid, signal.SIGKILL)
            _, status = os.waitpid(ended.si_pid, 0)
            self._children.discard(ended.si_pid)
            self._tell({"pid": ended.si_pid, "status": status})

    def _tell(self, answer: dict[str, Any]) -> None:
        self._control.sendall(json.dumps(answer).encode() + b"\n")


def _nothing(_: int, __: FrameType | None) -> None:
    """The wakeup descriptor says that a child has ended."""


def main() -> None:
    """Serve the socket whose number is the first argument; the second names a file of environments."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with open(sys.argv[2], encoding="utf-8") as file:  # noqa: PTH123  one read
        _warm_up(json.load(file))
    ForkServer(socket.socket(fileno=int(sys.argv[1]))).serve()


if __name__ == "__main__":
    main()
