"""Errors are RFC 9457 problem documents that tell nothing of the caller's data or of the inside."""

import json
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.http.auth import public
from shared.http.errors import FieldError, Problem
from tests.support.http_app import HttpApp

CORRELATION = "0198a3f0-0000-7000-8000-000000000001"


class Goal(BaseModel):
    title: str = Field(max_length=5)


class Plan(BaseModel):
    model_config = ConfigDict(extra="forbid")
    weeks: int
    goals: list[Goal] = []


class SeatTaken(Conflict):
    code = "seat_taken"


router = APIRouter(dependencies=[public()])


@router.post("/plans")
async def make_plan(plan: Plan) -> int:
    return plan.weeks


@router.get("/plans/{plan_id}")
async def read_plan(plan_id: UUID, limit: Annotated[int, Query(le=3)] = 1) -> str:
    return f"{plan_id}{limit}"


@router.get("/refused/{kind}")
async def refused(kind: str) -> None:
    errors: dict[str, Exception] = {
        "taken": SeatTaken(field="body.seat", seats=3),
        "missing": NotFound(),
        "forbidden": Forbidden(),
        "invalid": Invalid(field="body.weeks"),
        "problem": Problem(409, "already_done", errors=[FieldError(field="body.x", reason="done")]),
        "crash": RuntimeError("canary.person@example.org"),
    }
    raise errors[kind]


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with HttpApp(router).client() as client:
        client.headers["X-Correlation-Id"] = CORRELATION
        yield client


async def test_a_refused_field_is_named_with_its_reason_and_without_its_value(
    client: httpx.AsyncClient,
) -> None:
    response = await client.post(
        "/plans", json={"weeks": "canary-value", "goals": [{"title": "ok"}, {"title": "canary-title"}]}
    )

    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {
        "type": "urn:mentoring:problem:validation_failed",
        "title": "The input was refused",
        "status": 422,
        "code": "validation_failed",
        "correlation_id": CORRELATION,
        "errors": [
            {"field": "body.weeks", "reason": "int_parsing"},
            {"field": "body.goals.1.title", "reason": "string_too_long"},
        ],
    }


async def test_the_name_of_an_unknown_field_is_not_repeated(client: httpx.AsyncClient) -> None:
    response = await client.post("/plans", json={"weeks": 1, "canaryname": 1})

    assert response.json()["errors"] == [{"field": "body.?", "reason": "extra_forbidden"}]


async def test_path_and_query_faults_have_their_place(client: httpx.AsyncClient) -> None:
    response = await client.get("/plans/canary", params={"limit": 9})

    assert response.json()["errors"] == [
        {"field": "path.plan_id", "reason": "uuid_parsing"},
        {"field": "query.limit", "reason": "less_than_equal"},
    ]


async def test_a_body_that_is_no_json_is_a_400(client: httpx.AsyncClient) -> None:
    response = await client.post(
        "/plans", content=b'{"weeks": canary', headers={"content-type": "application/json"}
    )

    assert (response.status_code, response.json()["code"]) == (400, "malformed_json")
    assert "canary" not in response.text


@pytest.mark.parametrize(
    ("kind", "status", "code", "errors"),
    [
        ("taken", 409, "seat_taken", [{"field": "body.seat", "reason": "seat_taken"}]),
        ("missing", 404, "not_found", None),
        ("forbidden", 403, "forbidden", None),
        ("invalid", 422, "invalid", [{"field": "body.weeks", "reason": "invalid"}]),
        ("problem", 409, "already_done", [{"field": "body.x", "reason": "done"}]),
    ],
)
async def test_a_refusal_of_the_domain_has_its_status_and_code(
    client: httpx.AsyncClient, kind: str, status: int, code: str, errors: list[dict[str, str]] | None
) -> None:
    response = await client.get(f"/refused/{kind}")

    body = response.json()
    assert (response.status_code, body["status"], body["code"]) == (status, status, code)
    assert body.get("errors") == errors


async def test_the_parameters_of_a_refusal_travel_beside_its_code(client: httpx.AsyncClient) -> None:
    response = await client.get("/refused/taken")

    assert response.json()["parameters"] == {"seats": 3}


async def test_a_crash_tells_the_correlation_id_and_nothing_else(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    response = await client.get("/refused/crash")

    assert response.status_code == 500
    assert response.headers["x-correlation-id"] == CORRELATION
    assert response.headers["x-content-type-options"] == "nosniff"
    assert json.loads(response.text) == {
        "type": "urn:mentoring:problem:internal_error",
        "title": "Internal Server Error",
        "status": 500,
        "code": "internal_error",
        "correlation_id": CORRELATION,
    }


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/nowhere", 404, "not_found"), ("DELETE", "/plans", 405, "method_not_allowed")],
)
async def test_unknown_paths_and_methods_are_problems_too(
    client: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    response = await client.request(method, path)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"
