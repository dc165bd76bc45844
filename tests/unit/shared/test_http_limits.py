"""A request has bounds: bytes, depth, type, time. What lies around every route is there on every answer."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter
from hypothesis import given
from hypothesis import strategies as st

from shared.http.auth import public
from shared.http.limits import Limits, is_deeper
from tests.support.http_app import HttpApp

router = APIRouter(dependencies=[public()])
JSON = {"content-type": "application/json"}


@router.post("/echo")
async def echo(body: dict[str, Any]) -> int:
    return len(body)


@router.get("/things/{thing_id}")
async def read(thing_id: str) -> str:
    return thing_id


@router.get("/slow")
async def slow() -> None:
    await asyncio.Event().wait()


@pytest.fixture
def http() -> HttpApp:
    return HttpApp(router, limits=Limits(body_bytes=1000, timeout_s=0.2))


async def _post(
    http: HttpApp, content: bytes | AsyncIterator[bytes], headers: dict[str, str]
) -> httpx.Response:
    async with http.client() as client:
        return await client.post("/echo", content=content, headers=headers)


async def _chunks(size: int, count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * size


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b'{"a":"' + b"x" * 992 + b'"}', JSON, 200, None),
        (b'{"a":"' + b"x" * 993 + b'"}', JSON, 413, "body_too_large"),
        (b"{}", {"content-type": "text/plain"}, 415, "content_type_unsupported"),
        (b"a=1", {"content-type": "application/x-www-form-urlencoded"}, 415, "content_type_unsupported"),
        (b"{}", {"content-type": "Application/JSON; charset=utf-8"}, 200, None),
        (b'{"a":' + b"[" * 31 + b"]" * 31 + b"}", JSON, 200, None),
        (b'{"a":' + b"[" * 32 + b"]" * 32 + b"}", JSON, 400, "json_too_deep"),
        (b'{"a":"' + b"[" * 40 + b'"}', JSON, 200, None),
        (b"{}", {**JSON, "content-length": "-1"}, 400, "content_length_invalid"),
        (b'{"a":"x\\u0000y"}', JSON, 400, "nul_character"),
        (b'{"a":"x\\\\u0000y"}', JSON, 200, None),
        (b'{"a":"x\\\\\\u0000y"}', JSON, 400, "nul_character"),
    ],
)
async def test_a_body_is_taken_within_its_bounds_only(
    http: HttpApp, content: bytes, headers: dict[str, str], status: int, code: str | None
) -> None:
    response = await _post(http, content, headers)

    assert response.status_code == status
    assert code is None or response.json()["code"] == code


async def test_a_streamed_body_without_a_length_is_counted_as_it_comes(http: HttpApp) -> None:
    response = await _post(http, _chunks(100, 11), JSON)

    assert response.status_code == 413


async def test_a_request_that_takes_too_long_ends_with_503(http: HttpApp) -> None:
    async with http.client() as client:
        response = await client.get("/slow")

    assert (response.status_code, response.json()["code"]) == (503, "request_timeout")


async def test_a_body_that_never_ends_is_a_408(http: HttpApp) -> None:
    async def trickle() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    response = await _post(http, trickle(), JSON)

    assert (response.status_code, response.json()["code"]) == (408, "body_timeout")


@pytest.mark.parametrize("path", ["/echo?search=a%00b", "/ec%00ho"])
async def test_no_address_holds_a_character_that_no_store_can(http: HttpApp, path: str) -> None:
    async with http.client() as client:
        response = await client.get(path)

    assert (response.status_code, response.json()["code"]) == (400, "nul_character")


async def test_an_address_has_a_length(http: HttpApp) -> None:
    async with http.client() as client:
        response = await client.get("/things/" + "x" * 9000)

    assert response.status_code == 414


@pytest.mark.parametrize("path", ["/things/a", "/nowhere", "http://things/livez"])
async def test_every_answer_carries_the_security_headers_and_a_correlation_id(
    http: HttpApp, path: str
) -> None:
    async with http.client() as client:
        response = await client.get(path)

    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert len(response.headers["x-correlation-id"]) == 36


async def test_a_correlation_id_that_is_no_uuid_is_replaced(http: HttpApp) -> None:
    given_id = "0198a3f0-0000-7000-8000-000000000001"
    async with http.client() as client:
        kept = await client.get("/things/a", headers={"X-Correlation-Id": given_id})
        replaced = await client.get("/things/a", headers={"X-Correlation-Id": "canary-of-somebody"})

    assert kept.headers["x-correlation-id"] == given_id
    assert "canary" not in replaced.headers["x-correlation-id"]


async def test_requests_are_counted_by_the_template_of_the_route(http: HttpApp) -> None:
    async with http.client() as client:
        await client.get("/things/canary")
        await client.get("/canary-nowhere")
        text = (await client.get("http://things/metrics")).text

    route = "/api/things/v1/things/{thing_id}"
    assert f'mentoring_http_requests_total{{method="GET",route="{route}"}} 1.0' in text
    assert 'mentoring_http_requests_total{method="GET",route="unmatched"} 1.0' in text
    assert 'mentoring_http_answers_total{code="4xx"} 1.0' in text
    assert "canary" not in text


async def test_metrics_come_as_openmetrics_when_asked(http: HttpApp) -> None:
    async with http.client() as client:
        plain = await client.get("http://things/metrics")
        asked = await client.get(
            "http://things/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"}
        )

    assert plain.headers["content-type"].startswith("text/plain")
    assert asked.headers["content-type"].startswith("application/openmetrics-text")
    assert asked.text.endswith("# EOF\n")


async def test_the_documentation_lists_the_routes_and_loads_nothing(http: HttpApp) -> None:
    async with http.client() as client:
        page = await client.get("http://things/api/things/docs")
        document = await client.get("http://things/api/things/openapi.json")

    assert "GET /api/things/v1/things/{thing_id}" in page.text
    assert "<script" not in page.text
    assert "http:" not in page.text
    assert "https:" not in page.text
    assert "/api/things/v1/echo" in document.json()["paths"]


@pytest.mark.parametrize(
    ("body", "depth"),
    [
        (b"1", 0),
        (b"[]", 1),
        (b'{"a":[{}]}', 3),
        (b'"[["', 0),
        (rb'["\"[[", []]', 2),
        (b'["[[[', 1),
        (b"]][", 0),
    ],
)
def test_depth_counts_brackets_outside_of_strings(body: bytes, depth: int) -> None:
    assert not is_deeper(body, depth)
    assert depth == 0 or is_deeper(body, depth - 1)


@given(st.integers(min_value=0, max_value=60))
def test_depth_of_nested_lists_is_their_number(levels: int) -> None:
    body = b"[" * (levels + 1) + b"]" * (levels + 1)
    assert is_deeper(body, levels)
    assert not is_deeper(body, levels + 1)


def test_a_hostile_megabyte_is_scanned_in_one_pass() -> None:
    hostile = rb"\"" * 500_000
    assert not is_deeper(hostile, 0)
    assert not is_deeper(b'"' + hostile, 0)
