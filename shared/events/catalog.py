"""Every topic and every event type, in one table."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from shared.events import (
    availability,
    engagement,
    match_runs,
    matches,
    participants,
    people,
    programs,
    sessions,
)
from shared.events.base import Event

PARTITIONS = 12
MATCHING, SCHEDULING, ENGAGEMENT, REPORTING = SERVICES = ("matching", "scheduling", "engagement", "reporting")


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of the contract.

    `key` names the field of each body that is the record's key; None: the key is that of another record.
    A compacted topic holds the latest state a key, so that jumps in its sequence are normal;
    `tombstone` is the type of its null record. `personal`: bodies name people. `retention` None keeps records
    for ever.
    """

    name: str
    description: str
    producer: str
    consumers: tuple[str, ...]
    key: str | None
    events: tuple[type[Event], ...]
    compacted: bool = False
    tombstone: str | None = None
    personal: bool = False
    retention: timedelta | None = None


_TOPICS = (
    Topic(
        name="mentoring.people.v1",
        description="The latest state of each person; the only topic with names, e-mails and login subjects.",
        producer=MATCHING,
        consumers=SERVICES,
        key="person_id",
        events=(people.PersonChanged,),
        compacted=True,
        tombstone=people.PERSON_ERASED,
        personal=True,
    ),
    Topic(
        name="mentoring.availability.v1",
        description="The latest time zone and weekly working hours of each person.",
        producer=SCHEDULING,
        consumers=(MATCHING, REPORTING),
        key="person_id",
        events=(availability.AvailabilityChanged,),
        compacted=True,
    ),
    Topic(
        name="mentoring.programs.v1",
        description="Programs and their cohorts.",
        producer=MATCHING,
        consumers=(SCHEDULING, ENGAGEMENT, REPORTING),
        key="program_id",
        events=(programs.ProgramPublished, programs.CohortOpened, programs.CohortClosed),
    ),
    Topic(
        name="mentoring.participants.v1",
        description="People in programs.",
        producer=MATCHING,
        consumers=(REPORTING,),
        key="participant_id",
        events=(
            participants.ParticipantEnrolled,
            participants.ParticipantUpdated,
            participants.ParticipantPaused,
            participants.ParticipantResumed,
            participants.ParticipantWithdrawn,
        ),
    ),
    Topic(
        name="mentoring.match-runs.v1",
        description="Solver executions with their figures.",
        producer=MATCHING,
        consumers=(REPORTING,),
        key="match_run_id",
        events=(match_runs.MatchRunCompleted,),
    ),
    Topic(
        name="mentoring.matches.v1",
        description="The life of each match, from proposal to end.",
        producer=MATCHING,
        consumers=(SCHEDULING, ENGAGEMENT, REPORTING),
        key="match_id",
        events=(
            matches.MatchProposed,
            matches.MatchOffered,
            matches.MatchAcceptedBySide,
            matches.MatchAccepted,
            matches.MatchDeclined,
            matches.MatchExpired,
            matches.MatchActivated,
            matches.MatchPaused,
            matches.MatchResumed,
            matches.MatchCompleted,
            matches.MatchEnded,
            matches.MatchFlagged,
        ),
    ),
    Topic(
        name="mentoring.sessions.v1",
        description="Sessions in the calendar.",
        producer=SCHEDULING,
        consumers=(ENGAGEMENT, REPORTING),
        key="match_id",
        events=(
            sessions.SessionScheduled,
            sessions.SessionRescheduled,
            sessions.SessionCancelled,
            sessions.SessionReminderDue,
        ),
    ),
    Topic(
        name="mentoring.engagement.v1",
        description="What happens inside a match, as codes and numbers.",
        producer=ENGAGEMENT,
        consumers=(MATCHING, SCHEDULING, REPORTING),
        key="match_id",
        events=(
            engagement.SessionLogged,
            engagement.GoalSet,
            engagement.GoalProgressed,
            engagement.GoalReached,
            engagement.MilestoneReached,
            engagement.PulseAnswered,
            engagement.FitCheckAnswered,
            engagement.HealthChanged,
            engagement.FlagRaised,
            engagement.FlagResolved,
            engagement.NudgeSent,
        ),
    ),
    *(
        Topic(
            name=f"mentoring.{service}.{kind}",
            description=description.format(service=service),
            producer=service,
            consumers=(service,) if kind == "retry" else (),
            key=None,
            events=(),
            retention=timedelta(days=90),
        )
        for service in SERVICES
        for kind, description in (
            ("dlq", "Records that {service} could not handle, unchanged, with the reason in headers."),
            ("retry", "Records that an operator replays to {service} alone."),
        )
    ),
)

TOPICS = MappingProxyType({topic.name: topic for topic in _TOPICS})
EVENTS = MappingProxyType({event.type: event for topic in _TOPICS for event in topic.events})
_TOPIC_OF = MappingProxyType({event: topic for topic in _TOPICS for event in topic.events})


def topic_of(event: type[Event]) -> Topic:
    """The topic on which an event travels."""
    return _TOPIC_OF[event]


def consumed_by(service: str) -> Iterator[Topic]:
    """The topics that a service reads, its own retry topic included."""
    return (topic for topic in _TOPICS if service in topic.consumers)


def dead_letter_topic(service: str) -> str:
    """Where a service sends what it cannot handle."""
    return f"mentoring.{service}.dlq"


def retry_topic(service: str) -> str:
    """Where an operator's replays reach a service."""
    return f"mentoring.{service}.retry"
