"""How a run is asked for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.prove.schedule import LONG_RUN_SECONDS, Kind

SHORT_SESSION_SECONDS: Final = 8.0
LONG_SESSION_SECONDS: Final = 10.0
_SECONDS_A_KILL: Final = 0.6


@dataclass(frozen=True, slots=True)
class RunSettings:
    """`minutes` 0: as long as the kills take; `only`: no faults of other kinds beside the kills."""

    kills: int
    seed: int
    minutes: float
    plant: str | None
    folder: Path
    rate: float
    only: tuple[Kind, ...] = ()

    @property
    def seconds(self) -> float:
        """How long faults go on, when the kills do not take longer."""
        return self.minutes * 60 if self.minutes else max(30.0, self.kills * _SECONDS_A_KILL)

    @property
    def session_seconds(self) -> float:
        """After how long a silent member is out."""
        return LONG_SESSION_SECONDS if self.seconds >= LONG_RUN_SECONDS else SHORT_SESSION_SECONDS
