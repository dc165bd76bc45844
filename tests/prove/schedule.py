"""What will be done to the fleet: a pure function of the seed, the number of kills and the minutes."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tests.prove.crash_points import ALL, POINTS, CrashPoint

SLOTS: Final = (0, 1)
SKEW_SECONDS: Final = 3600.0
"""By so much is a clock wrong: ahead in slot 0, behind in slot 1."""
EACH_POINT: Final = 5
"""Kills that each point gets at least, when there are kills enough."""
_START_SECONDS: Final = 1.0
_MET_AFTER: Final = 0.5
"""Of the time that a process has to reach its point; so the queues end at about the same time."""
_LONGER: Final = 2.0
_SHARE_OF_POINTS: Final = 0.9
"""The rest dies at a moment of its own."""


class Kind(StrEnum):
    """A fault that is no kill of one process at a point."""

    PAUSE = "pause"
    TERM = "term"
    POSTGRES_RESTART = "postgres_restart"
    KAFKA_RESTART = "kafka_restart"
    KAFKA_OUTAGE = "kafka_outage"
    DUPLICATES = "duplicates"
    OFFSETS_RESET = "offsets_reset"
    SCALE = "scale"
    CUT = "cut"
    DELAY = "delay"
    ONE_WAY = "one_way"
    COMMIT_REPLY_LOST = "commit_reply_lost"
    MALFORMED = "malformed"
    COMPACTION = "compaction"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Plan:
    """How one run of one replica ends: at the passing of a point, or after so many seconds at the latest.

    `restart_after` seconds pass before its successor starts.
    """

    point: str | None
    passing: int
    after: float
    restart_after: float


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the timeline: `at` and `seconds` in seconds, `at` counted from the first one."""

    at: float
    kind: Kind
    service: str = ""
    slot: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """The ends of each replica's lives in their order, the migrations' ends, and the timeline beside them."""

    seed: int
    plans: dict[tuple[str, int], tuple[Plan, ...]]
    migrations: tuple[tuple[str, Plan], ...]
    faults: tuple[Fault, ...]


def make_schedule(
    seed: int, *, kills: int, seconds: float, session_seconds: float, only: Sequence[Kind] = ()
) -> Schedule:
    """The schedule of a run with so many kills in so many seconds; `only` narrows the timeline."""
    draw = random.Random(seed)  # noqa: S311  seeded on purpose
    migrations = _migrations(draw, kills)
    # The first life of each replica ends when the kills begin.
    points = _points(draw, max(0, kills - len(migrations) - len(ALL) * len(SLOTS)))
    queues: dict[tuple[str, int], list[Plan]] = {(service, slot): [] for service in ALL for slot in SLOTS}
    busy = dict.fromkeys(queues, 0.0)
    for point in points:
        services = ALL if point is None else point.services
        least = min((key for key in queues if key[0] in services), key=busy.__getitem__)
        plan = _plan(draw, point, least[0])
        queues[least].append(plan)
        busy[least] += _START_SECONDS + plan.after * (1.0 if point is None else _MET_AFTER)
    return Schedule(
        seed,
        {key: tuple(queue) for key, queue in queues.items()},
        migrations,
        tuple(_timeline(draw, seconds, session_seconds, only)),
    )


def _points(draw: random.Random, kills: int) -> list[CrashPoint | None]:
    """Every point as often as there is room, those that are seldom passed in the first half."""
    serving = [point for point in POINTS.values() if point.command is None]
    rounds = int(kills * _SHARE_OF_POINTS) // len(serving)
    often = [point for point in serving if point.often for _ in range(rounds)]
    seldom = [point for point in serving if not point.often for _ in range(rounds)]
    others: list[CrashPoint | None] = [*often, *[None] * (kills - len(often) - len(seldom))]
    draw.shuffle(others)
    draw.shuffle(seldom)
    first, rest = others[: len(others) // 2], others[len(others) // 2 :]
    mixed: list[CrashPoint | None] = [*seldom, *first]
    draw.shuffle(mixed)
    return [*mixed, *rest]


def _plan(draw: random.Random, point: CrashPoint | None, service: str) -> Plan:
    """Long enough to get there; matching lives longer, for a run needs its solver for a while."""
    longer = _LONGER if service == "matching" else 1.0
    restart_after = round(draw.choice((0.0, 0.0, 0.1, 0.5)), 3)
    if point is None:
        return Plan(None, 0, round(longer * draw.uniform(0.3, 4.0), 3), restart_after)
    often = point.often and not point.name.startswith("group.")
    if point.on_stop:
        after = draw.uniform(1.2, 2.5)
    else:
        after = draw.uniform(6.0, 9.0) if point.often else draw.uniform(15.0, 20.0)
    return Plan(point.name, draw.randint(1, 3) if often else 1, round(longer * after, 3), restart_after)


def _migrations(draw: random.Random, kills: int) -> tuple[tuple[str, Plan], ...]:
    """A migration job dies at each of its points, as often as the others; then it is started again."""
    points = [point for point in POINTS.values() if point.command == "migrate"]
    rounds = min(EACH_POINT, kills // 20)
    plans = []
    for number in range(rounds):
        for point in points:
            service = ALL[(number + draw.randrange(len(ALL))) % len(ALL)]
            plans.append((service, Plan(point.name, 1, 20.0, 0.0)))
    return tuple(plans)


_TURNS: Final = (
    Kind.PAUSE,
    Kind.TERM,
    Kind.MALFORMED,
    Kind.CUT,
    Kind.COMMIT_REPLY_LOST,
    Kind.POSTGRES_RESTART,
    Kind.DELAY,
    Kind.DUPLICATES,
    Kind.ONE_WAY,
    Kind.KAFKA_RESTART,
    Kind.SCALE,
    Kind.OFFSETS_RESET,
    Kind.KAFKA_OUTAGE,
)
LONG_RUNS_ONLY: Final = (Kind.COMPACTION, Kind.CLOCK)
"""After them the verdict has less to go by: records are gone on purpose, times are wrong on purpose."""
_FIRST_FAULT: Final = 4.0
_LASTS: Final = {Kind.SCALE: 15.0, Kind.CLOCK: 15.0, Kind.COMPACTION: 10.0}
LONG_RUN_SECONDS: Final = 600.0


def _timeline(
    draw: random.Random, seconds: float, session_seconds: float, only: Sequence[Kind]
) -> list[Fault]:
    """All kinds in turn, closer to each other in a short run; each lasts as a run of this length can bear."""
    long = seconds >= LONG_RUN_SECONDS
    turns = only or (_TURNS + LONG_RUNS_ONLY if long else _TURNS)
    gap = max(6.0, min(20.0, seconds / (len(turns) + 2)))
    at, turn, faults = _FIRST_FAULT, 0, []
    while at < seconds - gap:
        kind = turns[turn % len(turns)]
        service, slot = draw.choice(ALL), draw.choice(SLOTS)
        length = _length(draw, kind, session_seconds, long=long)
        faults.append(Fault(round(at, 3), kind, service, slot, round(length, 3)))
        at += gap * draw.uniform(0.8, 1.2) + (length if kind is Kind.KAFKA_OUTAGE else 0)
        turn += 1
    return faults


def _length(draw: random.Random, kind: Kind, session_seconds: float, *, long: bool) -> float:
    match kind:
        case Kind.PAUSE:
            return draw.uniform(15, 60) if long else session_seconds * draw.choice((0.4, 1.5))
        case Kind.KAFKA_OUTAGE:
            return 60.0 if long else 8.0
        case Kind.DELAY | Kind.ONE_WAY:
            return draw.uniform(3, 8)
        case _:
            return _LASTS.get(kind, 0.0)
