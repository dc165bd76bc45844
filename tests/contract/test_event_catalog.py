"""The catalog is complete: no event, topic or example is forgotten."""

import importlib
import pkgutil
import re
from enum import StrEnum
from typing import TypeVar

import pytest

import shared.events
from shared.events import base, envelope
from shared.events.base import Event, OpenCode
from shared.events.catalog import EVENTS, PARTITIONS, SERVICES, TOPICS, Topic, consumed_by, topic_of
from shared.events.contracts import EXAMPLES, examples_of

_MODULES = [
    importlib.import_module(f"shared.events.{found.name}")
    for found in pkgutil.iter_modules(shared.events.__path__)
]
T = TypeVar("T")
_EVENT_TOPICS = [topic for topic in TOPICS.values() if topic.events]


def _defined(kind: type[T]) -> list[type[T]]:
    """The classes of a kind that the modules of `shared/events` define."""
    return [
        value
        for module in _MODULES
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, kind) and value.__module__ == module.__name__
    ]


def test_every_event_class_is_in_the_catalog_exactly_once() -> None:
    """A class that has a type is published on one topic."""
    classes = [cls for cls in _defined(Event) if "type" in vars(cls)]
    listed = [event for topic in TOPICS.values() for event in topic.events]

    assert len(classes) >= 38
    assert sorted(cls.__name__ for cls in classes) == sorted(event.__name__ for event in listed)
    assert len(EVENTS) == len(listed)


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_a_type_names_aggregate_fact_and_version(event: type[Event]) -> None:
    """mentoring.<aggregate>.<fact>.v<number> is its form."""
    assert re.fullmatch(r"mentoring\.[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*\.v[1-9][0-9]*", event.type)


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_the_key_of_its_topic_and_its_subject_are_required_fields_of_every_event(event: type[Event]) -> None:
    """A record can always be keyed by its own body."""
    topic = topic_of(event)

    assert topic.key is not None
    assert event.model_fields[topic.key].is_required()
    assert event.model_fields[event.subject_field or topic.key].is_required()


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_every_event_says_what_it_means(event: type[Event]) -> None:
    """The documents of the contract are made of these sentences."""
    assert (event.__doc__ or "").endswith(".")


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_every_event_has_two_examples(event: type[Event]) -> None:
    """One with the required fields and one with all of them is the least."""
    assert len(examples_of(event)) >= 2


def test_no_example_belongs_to_an_unknown_event() -> None:
    """Folders of examples are named by type."""
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == set(EVENTS)


@pytest.mark.parametrize("topic", TOPICS.values(), ids=TOPICS)
def test_every_topic_has_an_owner(topic: Topic) -> None:
    """One service writes a topic, and services of this platform read it."""
    assert topic.producer in SERVICES
    assert set(topic.consumers) <= set(SERVICES)
    assert topic.consumers or topic.name.endswith(".dlq")


def test_the_topics_are_those_of_the_contract() -> None:
    """Names, keys and retention, as other systems rely on them."""
    assert PARTITIONS == 12
    assert {topic.name: (topic.key, topic.compacted) for topic in _EVENT_TOPICS} == {
        "mentoring.people.v1": ("person_id", True),
        "mentoring.availability.v1": ("person_id", True),
        "mentoring.programs.v1": ("program_id", False),
        "mentoring.participants.v1": ("participant_id", False),
        "mentoring.match-runs.v1": ("match_run_id", False),
        "mentoring.matches.v1": ("match_id", False),
        "mentoring.sessions.v1": ("match_id", False),
        "mentoring.engagement.v1": ("match_id", False),
    }
    assert all(topic.retention is None for topic in _EVENT_TOPICS)


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_dead_letters_and_replays_of_its_own(service: str) -> None:
    """Nobody reads another's replays; dead letters are kept for 90 days."""
    letters, retry = TOPICS[f"mentoring.{service}.dlq"], TOPICS[f"mentoring.{service}.retry"]

    assert (letters.producer, letters.consumers) == (service, ())
    assert (retry.producer, retry.consumers) == (service, (service,))
    assert letters.retention is not None
    assert retry.retention is not None
    assert (letters.retention.days, retry.retention.days) == (90, 90)


def test_everybody_reads_people_so_that_everybody_can_forget_one() -> None:
    """The tombstone on people erases in all four stores."""
    people = TOPICS["mentoring.people.v1"]

    assert people.tombstone == "mentoring.person.erased.v1"
    assert people.consumers == SERVICES
    assert [topic.name for topic in TOPICS.values() if topic.tombstone] == ["mentoring.people.v1"]


def test_reporting_reads_every_event_and_publishes_none() -> None:
    """Read models are made of everything, and make nothing."""
    assert {topic.name for topic in consumed_by("reporting") if topic.events} == {
        topic.name for topic in _EVENT_TOPICS
    }
    assert [topic.name for topic in _EVENT_TOPICS if topic.producer == "reporting"] == []


def test_every_code_of_an_event_may_grow() -> None:
    """A closed enum would turn a later value into a dead letter."""
    enums = {cls for cls in _defined(StrEnum) if cls.__module__ != envelope.__name__}

    assert enums - {base.OpenCode}
    assert [cls.__name__ for cls in enums if not issubclass(cls, OpenCode)] == []
    assert [cls.__name__ for cls in enums - {OpenCode} if "other" not in list(cls)] == []
