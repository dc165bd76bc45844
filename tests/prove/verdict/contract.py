"""The contract between the services, as the verdict understands it: written by hand, from the documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

SERVICES: Final = ("matching", "scheduling", "engagement", "reporting")


@dataclass(frozen=True, slots=True)
class Topic:
    """Who writes a topic, who reads it, and the body's field that is the key."""

    owner: str
    readers: tuple[str, ...]
    key: str
    compacted: bool = False


TOPICS: Final[Mapping[str, Topic]] = MappingProxyType(
    {
        "mentoring.people.v1": Topic("matching", SERVICES, "person_id", compacted=True),
        "mentoring.availability.v1": Topic(
            "scheduling", ("matching", "reporting"), "person_id", compacted=True
        ),
        "mentoring.programs.v1": Topic("matching", ("scheduling", "engagement", "reporting"), "program_id"),
        "mentoring.participants.v1": Topic("matching", ("reporting",), "participant_id"),
        "mentoring.match-runs.v1": Topic("matching", ("reporting",), "match_run_id"),
        "mentoring.matches.v1": Topic("matching", ("scheduling", "engagement", "reporting"), "match_id"),
        "mentoring.sessions.v1": Topic("scheduling", ("engagement", "reporting"), "match_id"),
        "mentoring.engagement.v1": Topic("engagement", ("matching", "scheduling", "reporting"), "match_id"),
    }
)
ERASED: Final = "mentoring.person.erased.v1"
REPEATS_AN_INTERRUPTION: Final = 1000
"""So many records at most does a relay send again after an interruption: its page, and the next one."""


def letters_of(service: str) -> str:
    """The dead-letter topic of a service."""
    return f"mentoring.{service}.dlq"
