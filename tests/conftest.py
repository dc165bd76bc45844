"""The fixtures every tier shares, and what the run says about itself; a test is marked by its folder."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.database_url import DatabaseUrl
from tests.support.brokers import Kafka, running_broker
from tests.support.databases import Postgres, running_database
from tests.support.run_report import STARTED, RunReport
from tests.support.topics import topics_of_prefix_removed

_REPORT = pytest.StashKey[RunReport]()
_TESTS = Path(__file__).parent
_FOLDERS = {"unit", "contract", "architecture", "component", "wire", "e2e", "browser"}


def pytest_configure(config: pytest.Config) -> None:
    """Choose the broker and the database once, before anything runs."""
    config.stash[_REPORT] = report = RunReport()
    config.pluginmanager.register(report)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what was chosen."""
    return config.stash[_REPORT].header()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`-m wire` and the like work without a decorator on each test."""
    for item in items:
        if _TESTS in item.path.parents:
            for folder in _FOLDERS.intersection(item.path.relative_to(_TESTS).parts):
                item.add_marker(folder)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run that proves too little is red; a worker of a parallel run only tells what it started."""
    report = session.config.stash[_REPORT]
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[STARTED] = report.started()
    elif session.exitstatus == pytest.ExitCode.OK and report.refusal():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was really used."""
    report = config.stash[_REPORT]
    terminalreporter.section("real parts")
    for line in report.summary():
        terminalreporter.write_line(line)
    if refusal := report.refusal():
        terminalreporter.write_line(f"REFUSED: {refusal}", red=True)


@pytest.fixture(scope="session")
def kafka(pytestconfig: pytest.Config) -> Iterator[Kafka]:
    """The broker of the whole run; tests stay apart by `topic_prefix`."""
    report = pytestconfig.stash[_REPORT]
    with running_broker(report.broker) as broker:
        report.kafka = broker
        yield broker


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> Iterator[Postgres]:
    """The database server of the whole run; tests stay apart by `new_database`."""
    report = pytestconfig.stash[_REPORT]
    with running_database(report.database) as server:
        report.postgres = server
        yield server


@pytest.fixture(scope="module")
async def new_database(postgres: Postgres) -> AsyncIterator[Callable[[str], Awaitable[DatabaseUrl]]]:
    """Each call (with the service's name) makes an empty database; all are dropped after the module."""
    made: list[DatabaseUrl] = []

    async def create(name_prefix: str) -> DatabaseUrl:
        made.append(await postgres.create_database(name_prefix))
        return made[-1]

    yield create
    for database in made:
        await postgres.drop(database)


@pytest.fixture
async def topic_prefix(kafka: Kafka) -> AsyncIterator[str]:
    """A prefix, ending with a dot, that no other test's topics and groups have."""
    async with topics_of_prefix_removed(kafka, f"test-{uuid.uuid4().hex[:8]}.") as prefix:
        yield prefix


@pytest.fixture(scope="module")
async def module_topic_prefix(kafka: Kafka) -> AsyncIterator[str]:
    """The same for parts that live as long as a module."""
    async with topics_of_prefix_removed(kafka, f"test-{uuid.uuid4().hex[:8]}.") as prefix:
        yield prefix
