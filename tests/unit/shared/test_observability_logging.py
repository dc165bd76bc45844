"""Logs are JSON lines of allow-listed fields; personal data that reaches a log call stops there."""

import asyncio
import json
import logging
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import structlog
from fastapi import APIRouter
from prometheus_client import CollectorRegistry

from shared.http.auth import public
from shared.observability.logging import bind_context, bound_context, clear_context, configure_logging
from shared.observability.metrics import KernelMetrics
from tests.support.http_app import HttpApp

CANARIES = ("canary.person@example.org", "Canary Lovelace", "canary secret", "1815-12-10 canary")


class Lines:
    """What stands on stdout, parsed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def read(self) -> list[dict[str, Any]]:
        text = self._capsys.readouterr().out
        assert "anary" not in text, text
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def dropped() -> list[int]:
    return []


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str], dropped: list[int]) -> Iterator[Lines]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure_logging("matching", "INFO", version="1.2.3", on_dropped=lambda: dropped.append(1))
    yield Lines(capsys)
    clear_context()
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


log = structlog.get_logger()


def test_a_line_says_who_when_and_what(lines: Lines) -> None:
    log.info("batch_done", topic="mentoring.people.v1", partition=3, offset=17, duration_ms=4.5, outcome="ok")

    (line,) = lines.read()
    assert line.pop("ts").endswith("+00:00")
    assert line == {
        "level": "info",
        "service": "matching",
        "version": "1.2.3",
        "event": "batch_done",
        "topic": "mentoring.people.v1",
        "partition": 3,
        "offset": 17,
        "duration_ms": 4.5,
        "outcome": "ok",
    }


def test_a_field_that_is_not_allowed_is_dropped_and_counted(lines: Lines, dropped: list[int]) -> None:
    log.info("person_seen", email=CANARIES[0], name=CANARIES[1], payload={"pay": CANARIES[2]}, count=1)

    (line,) = lines.read()
    assert set(line) == {"ts", "level", "service", "version", "event", "count"}
    assert len(dropped) == 3


@pytest.mark.parametrize("canary", CANARIES)
def test_text_in_an_allowed_field_is_dropped_too(lines: Lines, dropped: list[int], canary: str) -> None:
    log.info("refused", reason=canary, handler={"k": canary}, topic=[canary], outcome="error")

    (line,) = lines.read()
    assert line["outcome"] == "error"
    assert len(dropped) == 3


def test_text_instead_of_an_event_code_is_dropped(lines: Lines, dropped: list[int]) -> None:
    text = f"could not greet {CANARIES[1]}"
    log.warning(text)

    (line,) = lines.read()
    assert line["event"] == "unnamed"
    assert len(dropped) == 1


def _fail() -> None:
    try:
        int_of: dict[str, int] = {}
        int_of[CANARIES[0]] += 1
    except KeyError as error:
        raise ValueError(CANARIES[1]) from error


def test_an_exception_is_its_types_and_places_without_its_words(lines: Lines) -> None:
    try:
        _fail()
    except ValueError:
        log.exception("handler_failed")

    (line,) = lines.read()
    assert line["error"] == "ValueError <- KeyError"
    assert re.fullmatch(r"unit/shared/test_observability_logging\.py:\d+ _fail", line["stack"][-1])


def test_a_group_of_exceptions_names_its_members(lines: Lines) -> None:
    log.error("failed", exc_info=ExceptionGroup(CANARIES[2], [OSError(CANARIES[0]), TimeoutError()]))

    (line,) = lines.read()
    assert line["error"] == "ExceptionGroup <- OSError <- TimeoutError"


def test_bound_fields_are_on_every_line_of_the_block_and_obey_the_list(lines: Lines) -> None:
    correlation = UUID("0198a3f0-0000-7000-8000-000000000001")
    with bound_context(correlation_id=correlation, email=CANARIES[0]):
        log.info("inside")
    log.info("outside")

    inside, outside = lines.read()
    assert inside["correlation_id"] == str(correlation)
    assert "correlation_id" not in outside


async def test_each_task_names_its_own_service_although_they_share_a_process(lines: Lines) -> None:
    async def work(service: str) -> None:
        bind_context(service=service)
        await asyncio.sleep(0)
        log.info("works")
        logging.getLogger("aiokafka.consumer").warning("Slow")

    await asyncio.gather(*(asyncio.create_task(work(name)) for name in ("scheduling", "reporting")))
    log.info("shared")

    found = [(line["service"], line["event"]) for line in lines.read()]
    assert sorted(found) == [
        ("matching", "shared"),
        ("reporting", "library_message"),
        ("reporting", "works"),
        ("scheduling", "library_message"),
        ("scheduling", "works"),
    ]


async def test_what_a_request_logs_names_the_service_that_answers(lines: Lines) -> None:
    router = APIRouter(dependencies=[public()])

    @router.get("/thing")
    async def thing() -> None:
        log.info("answering")

    async with HttpApp(router).client() as client:
        assert (await client.get("/thing")).status_code == 200
    log.info("shared")

    assert [(line["service"], line["event"]) for line in lines.read()] == [
        ("things", "answering"),
        ("matching", "shared"),
    ]


def test_libraries_speak_from_warning_on(lines: Lines) -> None:
    logging.getLogger("aiokafka.consumer").info("Canary")
    logging.getLogger("aiokafka.consumer").warning("Heartbeat failed for group %s: %d", "matching", 27)

    (line,) = lines.read()
    assert line["level"] == "warning"
    assert line["logger"] == "aiokafka.consumer"
    assert line["message"].startswith(
        "Heartbeat failed for group matching: 27 (test_observability_logging.py:"
    )


def test_the_data_that_a_library_puts_into_its_message_stays_behind(lines: Lines) -> None:
    logger = logging.getLogger("aiokafka.client")
    logger.error("Cannot parse %s of %r", CANARIES[0].encode(), ValueError(CANARIES[1]))
    logger.error("Key %s", CANARIES[0])
    logger.error("Took %.1f", Decimal("1.5"))

    first, second, third = (line["message"] for line in lines.read())
    assert first.startswith("Cannot parse <bytes> of '<ValueError>'")
    assert second.startswith("Key <str>")
    assert third.startswith("test_observability_logging.py:")


@pytest.mark.parametrize("name", ["faststream.access", "sqlalchemy.pool", "some.other"])
def test_a_library_that_builds_messages_of_data_is_reduced_to_the_place(lines: Lines, name: str) -> None:
    text = f"ValidationError: {CANARIES[0]}"
    logging.getLogger(name).error(text)

    (line,) = lines.read()
    assert line["message"].startswith("test_observability_logging.py:")


async def test_a_task_that_nobody_awaits_does_not_spill_its_exception(lines: Lines) -> None:
    loop = asyncio.get_running_loop()
    loop.call_exception_handler(
        {"message": "Task exception was never retrieved", "exception": ValueError(CANARIES[0])}
    )

    (line,) = lines.read()
    assert line["error"] == "ValueError"
    assert line["message"].startswith("Task exception was never retrieved")


def test_configuring_twice_writes_each_line_once(lines: Lines) -> None:
    configure_logging("matching", "WARNING")
    log.info("quiet")
    log.warning("loud")
    logging.getLogger("uvicorn.error").error("once")

    assert [line["event"] for line in lines.read()] == ["loud", "library_message"]


def test_dropped_fields_are_a_metric(lines: Lines) -> None:
    registry = CollectorRegistry()
    configure_logging("matching", on_dropped=KernelMetrics(registry, "matching").log_fields_dropped.inc)
    log.info("x", email=CANARIES[0])

    assert lines.read()
    assert registry.get_sample_value("mentoring_log_fields_dropped_total") == 1
