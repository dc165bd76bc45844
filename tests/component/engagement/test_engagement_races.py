"""Two replicas at once: what one has not committed yet, the other does not miss."""

import asyncio

from prometheus_client import CollectorRegistry

from services.engagement.domain.ids import MatchId, PersonId
from services.engagement.handlers import Handlers
from services.engagement.metrics import EngagementMetrics
from services.engagement.settings import EngagementSettings
from services.engagement.vault import Vault
from shared.events.engagement import HealthChanged
from shared.events.people import PersonChanged
from shared.persistence.unit_of_work import UnitOfWork
from tests.component.engagement.engagement_world import ANA, BEN, MATCH, PEOPLE, activated, pair, program
from tests.support.eventually import eventually
from tests.support.harness import Harness


def handlers_of(h: Harness) -> Handlers:
    settings = h.service.kernel.settings
    assert isinstance(settings, EngagementSettings)
    return Handlers(settings, EngagementMetrics(CollectorRegistry()), Vault(settings.seal_bytes))


async def somebody_waits(h: Harness) -> bool:
    """Whether a transaction of this database waits for a lock."""
    waiting = await h.fetch(
        "select count(*) as waiting from pg_stat_activity "
        "where datname = current_database() and wait_event_type = 'Lock'"
    )
    return bool(waiting[0]["waiting"])


async def overtaken(h: Harness, first: UnitOfWork, second: asyncio.Task[None]) -> None:
    """The second is under way, and waits for the first."""
    await eventually(lambda: somebody_waits(h))
    assert not second.done()
    assert first.connection.in_transaction()


async def test_a_match_and_its_program_stored_at_the_same_time_find_each_other(engagement: Harness) -> None:
    await engagement.deliver(*PEOPLE)
    handlers = handlers_of(engagement)

    async with engagement.service.kernel.units.begin() as uow:
        await handlers.match_life.match_activated(activated(), uow)
        other = asyncio.create_task(engagement.deliver(program()))
        await overtaken(engagement, uow, other)
    await other

    assert [event.health.value for event in await engagement.events(HealthChanged)] == ["too_early"]


async def test_a_note_written_while_its_reader_is_erased_leaves_no_key(engagement: Harness) -> None:
    await pair(engagement)
    handlers = handlers_of(engagement)

    async with engagement.service.kernel.units.begin() as uow:
        await handlers.notes.write(uow, MatchId(MATCH), PersonId(ANA), words="about Ben", shared=False)
        other = asyncio.create_task(engagement.erase(PersonChanged, BEN))
        await overtaken(engagement, uow, other)
    await other

    assert await engagement.fetch("select * from match_key") == []
    assert await engagement.fetch("select * from note") == []
