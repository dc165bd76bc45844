"""How far the work is, on the terminal of whoever waits, and how long each step took."""

import resource
import sys
import time
from typing import Final

import typer

_WIDTH: Final = 70
_BAR: Final = 30


class Progress:
    """Names each step on standard error, where that is a terminal; standard output stays for results."""

    def __init__(self, *, quiet: bool) -> None:
        self._shown = sys.stderr.isatty() and not quiet
        self._begun = time.perf_counter()
        self._step: tuple[str, float] | None = None
        self._rows = 0
        self._expected = 0
        self.seconds_by_step: dict[str, float] = {}

    def step(self, name: str) -> None:
        """The last step is over, this one begins; the same name again goes on with it."""
        now = time.perf_counter()
        if self._step is not None:
            last, since = self._step
            self.seconds_by_step[last] = self.seconds_by_step.get(last, 0.0) + now - since
        self._step = (name, now)
        self._show(name)

    def expect(self, rows: int) -> None:
        """About so many rows will be read."""
        self._expected = rows

    def rows(self, more: int) -> None:
        """So many rows more have been read."""
        self._rows += more
        full = min(_BAR, _BAR * self._rows // max(self._expected, self._rows, 1))
        self._show(f"reading [{'#' * full}{'.' * (_BAR - full)}] {self._rows:,} pairs")

    def seconds(self) -> float:
        """Since the beginning."""
        return time.perf_counter() - self._begun

    def end(self) -> None:
        """Close the last step, and wipe the line."""
        self.step("")
        self._step = None
        self.seconds_by_step.pop("", None)
        if self._shown:
            typer.echo("\r" + " " * _WIDTH + "\r", nl=False, err=True)

    def _show(self, what: str) -> None:
        if self._shown:
            typer.echo(f"\r{self.seconds():7.1f} s  {what}".ljust(_WIDTH), nl=False, err=True)


def peak_mb() -> int:
    """The most memory this process has held, in MB of 10^6 bytes."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(kilobytes * (1 if sys.platform == "darwin" else 1024) / 1e6)
