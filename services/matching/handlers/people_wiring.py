"""The use cases about people, put together."""

from dataclasses import dataclass

from services.matching.handlers.erasure import Erasure
from services.matching.handlers.hr_feed import HrFeed
from services.matching.handlers.leaver_brake import LeaverBrake
from services.matching.handlers.people import Effects, HrRules, People
from services.matching.handlers.people_decisions import PeopleDecisions
from services.matching.hr_settings import HrSettings
from services.matching.people_metrics import PeopleMetrics
from services.matching.persistence.observation_repository import ErasureHash


@dataclass(frozen=True, slots=True)
class PeopleHandlers:
    """What feeds, due work and routes call."""

    feed: HrFeed
    people: People
    decisions: PeopleDecisions
    erasure: Erasure


def make_people(settings: HrSettings, metrics: PeopleMetrics, effects: Effects) -> PeopleHandlers:
    """The handlers as the settings say."""
    zones, hashes = settings.zones, ErasureHash(settings.erasure_bytes)
    people = People(HrRules(zones, settings.login_field), LeaverBrake(settings.brake), effects, metrics)
    return PeopleHandlers(
        feed=HrFeed(settings.hris_topics, people, hashes, metrics),
        people=people,
        decisions=PeopleDecisions(people, metrics),
        erasure=Erasure(people, effects, zones, hashes),
    )
