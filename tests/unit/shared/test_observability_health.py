"""Liveness looks at the process, readiness at what it needs; both say what they found."""

import asyncio

import pytest
from fastapi import APIRouter

from shared.http.auth import public
from shared.observability.health import State
from tests.support.http_app import HttpApp

router = APIRouter(dependencies=[public()])


@router.get("/nothing")
async def nothing() -> None:
    return None


async def _waiting() -> State:
    return State(True, "waiting")


async def _behind() -> State:
    return State(False, "behind")


async def _broken() -> State:
    raise RuntimeError("canary.person@example.org")


async def _hanging() -> State:
    await asyncio.Event().wait()
    return State(True)


async def _ask(http: HttpApp, path: str) -> tuple[int, dict[str, object]]:
    async with http.client() as client:
        response = await client.get(f"http://things/{path}")
    return response.status_code, response.json()


async def test_ready_when_every_check_is_green() -> None:
    http = HttpApp(router)
    http.health.add_ready("consumer", _waiting)

    assert await _ask(http, "readyz") == (
        200,
        {"status": "ok", "checks": {"consumer": {"ok": True, "state": "waiting"}}},
    )


async def test_one_red_check_is_503_and_every_check_is_shown() -> None:
    http = HttpApp(router)
    http.health._timeout_s = 0.05
    http.health.add_ready("consumer", _waiting)
    http.health.add_ready("migrations", _behind)
    http.health.add_ready("broken", _broken)
    http.health.add_ready("hanging", _hanging)

    assert await _ask(http, "readyz") == (
        503,
        {
            "status": "failing",
            "checks": {
                "consumer": {"ok": True, "state": "waiting"},
                "migrations": {"ok": False, "state": "behind"},
                "broken": {"ok": False, "state": "error"},
                "hanging": {"ok": False, "state": "timeout"},
            },
        },
    )


async def test_liveness_ignores_what_readiness_needs() -> None:
    http = HttpApp(router)
    http.health.add_ready("migrations", _behind)

    assert await _ask(http, "livez") == (
        200,
        {"status": "ok", "checks": {"event_loop": {"ok": True, "state": "ok"}}},
    )


@pytest.mark.parametrize("raises", [False, True])
async def test_a_consumer_without_progress_fails_liveness(raises: bool) -> None:
    def watchdog() -> State:
        if raises:
            raise RuntimeError("canary.person@example.org")
        return State(False, "stalled")

    http = HttpApp(router)
    http.health.add_live("consumer", watchdog)
    status, body = await _ask(http, "livez")

    assert status == 503
    assert "canary" not in str(body)
