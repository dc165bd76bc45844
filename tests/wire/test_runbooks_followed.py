"""The runbooks, followed to the letter: every command runs against real stores and a real broker."""

import asyncio
import re
import shlex
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Final

import pytest
from prometheus_client import CollectorRegistry

from deploy.local.database_url import DatabaseUrl
from shared.events.matches import MatchAcceptedBySide
from shared.ids import new_id
from shared.messaging.observer import Observer
from shared.messaging.offsets import GroupOffsets
from shared.messaging.processor import Processor
from shared.messaging.routes import Routes
from shared.messaging.sealing import Sealer
from shared.messaging.set_aside import SetAside
from shared.observability.metrics import KernelMetrics
from shared.persistence.engine import make_engine
from shared.persistence.unit_of_work import UnitOfWork, Units
from tests.support.brokers import Kafka
from tests.support.eventually import eventually
from tests.support.processes import ROOT, SERVICES, Fleet, new_fleet, prepare, run_command
from tests.support.records import MATCH, MATCHES, OTHER_MATCH, broken, record_of, step
from tests.support.wire import everything_committed, publish

_PAGES: Final = sorted((ROOT / "docs" / "runbooks").glob("*.md"))
_SERVICE: Final = "engagement"
_COMMAND: Final = re.compile(
    r"python -m services\.(?P<service>[a-z]+|<name>) (?P<words>[^#\n]+)(?P<comment>#.*)?"
)
_EXIT: Final = re.compile(r"exit code (\d)")
_BLOCK: Final = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)

Step = tuple[str, tuple[str, ...], int]
"""A service, the words of a command, and the exit code that the page promises."""


def steps_of(page: Path) -> list[Step]:
    """The commands of a page in their order; a line that is no command of ours is a failure."""
    found: list[Step] = []
    for block in _BLOCK.findall(page.read_text(encoding="utf-8")):
        for line in filter(None, block.splitlines()):
            match = _COMMAND.fullmatch(line)
            assert match, f"{page.name}: {line}"
            promised = _EXIT.search(match["comment"] or "")
            service = match["service"].replace("<name>", _SERVICE)
            found.append((service, tuple(shlex.split(match["words"])), int(promised[1]) if promised else 0))
    return found


def looks_only(step_: Step) -> bool:
    """Whether running it once for all pages is enough."""
    _, words, _ = step_
    return "--dry-run" in words or not {"replay", "drop", "reset", "show"} & set(words)


@pytest.fixture(scope="module")
async def fleet(
    new_database: Callable[[str], Awaitable[DatabaseUrl]], kafka: Kafka, module_topic_prefix: str
) -> AsyncIterator[Fleet]:
    """Migrated stores and topics; reporting runs, engagement has read a little and has stopped."""
    if not kafka.apache:
        pytest.skip("delivery is proved on Apache Kafka only")
    databases = {service: await new_database(service) for service in SERVICES}
    async with new_fleet(databases, kafka.bootstrap, module_topic_prefix) as made:
        await prepare(made)
        records = [record_of(step(number), number) for number in (1, 2, 3)]
        await publish(made.cluster, records)
        offsets = GroupOffsets(_SERVICE, made.cluster)
        await offsets.apply(await offsets.plan(await offsets.standing(MATCHES), "latest"))
        made.add("reporting", 0)
        await made.all_ready()
        await eventually(
            lambda: everything_committed(made.cluster, "reporting", MATCHES), timeout=40, every=0.5
        )
        yield made


async def with_trouble(fleet: Fleet) -> str:
    """Fill the store with a dead record, one that waits behind it, and a broken one; the dead one's id."""

    async def refuses(event: MatchAcceptedBySide, _: UnitOfWork) -> None:
        raise ValueError(event.accepted)

    engine = make_engine(fleet.databases[_SERVICE].sqlalchemy)
    try:
        units = Units(engine, service=_SERVICE)
        aside = SetAside(_SERVICE, "test", Sealer(b"k" * 32), new_id)
        observer = Observer(KernelMetrics(CollectorRegistry(), _SERVICE), _SERVICE)
        processor = Processor(Routes().on(MatchAcceptedBySide, refuses), units, aside, observer)
        await processor.process([record_of(step(1), 1), record_of(step(2), 2)])
        await processor.process([broken(step(1, OTHER_MATCH), 1, value=b"{}")])
    finally:
        await engine.dispose()
    rows = await fleet.fetch(_SERVICE, "select id from set_aside where reason = 'handler_failed'")
    return str(rows[0]["id"])


async def follow(fleet: Fleet, steps: list[Step], record_id: str) -> dict[Step, str]:
    """Run commands as processes of their own; what each said."""
    said: dict[Step, str] = {}
    for service, words, code in steps:
        typed = [word.replace("<id>", record_id) for word in words]
        done = await asyncio.to_thread(run_command, service, fleet.environment(service, 0, 0), *typed)
        assert done.returncode == code, (service, typed, done.stdout, done.stderr[-2_000:])
        assert done.stdout.strip(), (service, typed)
        said[service, words, code] = done.stdout
    return said


async def test_what_the_pages_tell_to_look_at_can_be_looked_at(fleet: Fleet) -> None:
    """The pages of alerts say the same few commands again and again: each is run once."""
    steps = list(dict.fromkeys(filter(looks_only, (each for page in _PAGES for each in steps_of(page)))))
    said = await follow(fleet, steps, "")

    assert len(steps) >= 12
    outbox = said[_SERVICE, ("outbox",), 0]
    assert "0 rows wait, the oldest for 0 s" in outbox
    assert "shards that no relay holds: 0, 1, 2" in outbox
    assert (
        "would read 3 records again"
        in said[_SERVICE, ("offsets", "reset", "--to", "earliest", "--dry-run"), 0]
    )


async def test_the_page_of_dead_letters_leads_to_none(fleet: Fleet) -> None:
    """In the order of the page: look, replay, drop; all of it is audited."""
    record_id = await with_trouble(fleet)
    said = await follow(fleet, steps_of(ROOT / "docs/runbooks/dead-letters.md"), record_id)

    assert said[_SERVICE, ("dead-letters", "list"), 0].endswith("3 found\n")
    assert f"key={MATCH}" in said[_SERVICE, ("parked",), 0]
    actions = await fleet.fetch(_SERVICE, "select action from audit where subject_type = 'dead_letter'")
    assert sorted(row["action"] for row in actions) == ["dead_letter_dropped", "dead_letter_replayed"]
    assert (
        "mentoring.engagement.retry"
        in (await follow(fleet, [(_SERVICE, ("outbox",), 0)], ""))[_SERVICE, ("outbox",), 0]
    )


async def test_the_page_of_offsets_moves_the_group(fleet: Fleet) -> None:
    """After its last command the group stands at the beginning."""
    await follow(fleet, steps_of(ROOT / "docs/runbooks/offsets.md"), "")

    standing = await GroupOffsets(_SERVICE, fleet.cluster).standing(MATCHES)
    assert sum(each.unread for each in standing) == 3


def test_a_command_that_nobody_could_type_is_found(tmp_path: Path) -> None:
    """Planted: a line that is no command, and a promise of an exit code."""
    page = tmp_path / "page.md"
    page.write_text("```sh\npython -m services.<name> parked   # exit code 3\n```\n", encoding="utf-8")
    assert steps_of(page) == [("engagement", ("parked",), 3)]

    page.write_text("```sh\nkubectl get pods\n```\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="kubectl get pods"):
        steps_of(page)
