"""Who plays: the workers of the enterprise, and what the platform called them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from deploy.local.demo.enterprise import Worker
from deploy.local.demo.plan import Plan, StoryStuck

Match = dict[str, Any]
"""A match as the coordinator's API shows it."""


@dataclass(slots=True)
class Cast:
    """The workers by HR key; logins and HR keys by person id, of those who can sign in."""

    workers: dict[str, Worker]
    coordinator: Worker
    program_id: str = ""
    cohort_id: str = ""
    logins: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def worker_of(self, person_id: object) -> Worker:
        """The worker behind a person."""
        return self.workers[self.keys[str(person_id)]]

    def login_of(self, person_id: object) -> str:
        """How a person signs in."""
        return self.logins[str(person_id)]

    def in_order(self, matches: Sequence[Match]) -> list[Match]:
        """In an order that does not hang on ids, so that a seed tells the same story again."""
        return sorted(
            matches, key=lambda match: sorted(self.keys[str(m["person_id"])] for m in match["members"])
        )

    def pair(self, match: Match) -> tuple[Worker, Worker]:
        """The mentor and the mentee."""
        by_role = {member["role"]: self.worker_of(member["person_id"]) for member in match["members"]}
        return by_role["mentor"], by_role["mentee"]


@dataclass(frozen=True, slots=True)
class Fates:
    """What is going to happen to which active pairs; nobody plays in two of them."""

    silent: tuple[Match, ...]
    misfits: tuple[Match, ...]
    leaving: tuple[tuple[Match, Worker], ...]
    resting: tuple[tuple[Match, Worker], ...]
    transfer: Match
    leaving_later: tuple[Match, Worker]


def draw_fates(random: Random, cast: Cast, active: Sequence[Match], plan: Plan) -> Fates:
    """Deal the pairs out. A mentee has one match; a mentor leaves only where it is the only one.

    Raises:
        StoryStuck: there are too few pairs.
    """
    if len(active) < plan.pairs:
        raise StoryStuck(f"{len(active)} pairs are active, the story needs {plan.pairs}")
    pairs = cast.in_order(active)
    random.shuffle(pairs)
    seats = Counter(cast.pair(match)[0].key for match in pairs)
    # Whose mentor has other matches comes last: a transfer, too, should touch one match only.
    pairs.sort(key=lambda match: seats[cast.pair(match)[0].key] > 1)
    transfer, pairs = pairs[0], pairs[1:]
    leaving = pairs[: plan.leavers]
    later, *others = pairs[plan.leavers :]
    silent, others = others[: plan.silent], others[plan.silent :]
    misfits, others = others[: plan.misfits], others[plan.misfits :]
    return Fates(
        tuple(silent),
        tuple(misfits),
        tuple((match, _leaver(cast, match, seats, number)) for number, match in enumerate(leaving)),
        tuple((match, cast.pair(match)[1]) for match in others[: plan.leaves]),
        transfer,
        (later, cast.pair(later)[1]),
    )


def _leaver(cast: Cast, match: Match, seats: Counter[str], number: int) -> Worker:
    mentor, mentee = cast.pair(match)
    return mentor if number % 2 and seats[mentor.key] == 1 else mentee
