"""Cursors are opaque, pages have a largest size, and edits name the version that they change."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter

from shared.http.auth import public
from shared.http.pages import IfMatch, Page, Pages, check_version, etag
from tests.support.http_app import HttpApp

router = APIRouter(dependencies=[public()])
MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PERSON = UUID("0198a3f0-0000-7000-8000-000000000001")


@router.get("/numbers")
async def numbers(pages: Pages) -> Page[int]:
    after = pages.after(int)
    start = 0 if after is None else after + 1
    return pages.page(list(range(start, min(start + pages.fetch, 250))), key=lambda number: number)


@router.get("/pairs")
async def pairs(pages: Pages) -> Page[list[str]]:
    parts = pages.parts(2)
    rows = [parts] if parts else [["first"], ["second"]]
    return pages.page(rows, key=lambda _: (MOMENT, PERSON))


def _overflowing(_: str) -> datetime:
    return datetime.fromisoformat("0001-01-01T00:00:00+14:00").astimezone(UTC)


@router.get("/moments")
async def moments(pages: Pages) -> Page[datetime]:
    return pages.page([pages.after(_overflowing) or MOMENT], key=lambda moment: moment)


@router.put("/thing")
async def edit(version: IfMatch) -> str:
    check_version(version, 7)
    return etag(8)


async def _get(path: str) -> httpx.Response:
    async with HttpApp(router).client() as client:
        return await client.get(path)


async def test_following_the_cursors_reads_everything_once() -> None:
    seen: list[int] = []
    page: dict[str, Any] = {"next_cursor": ""}
    async with HttpApp(router).client() as client:
        for start in (None, "next", "next"):
            after = {"cursor": page["next_cursor"]} if start else {}
            page = (await client.get("/numbers", params={"limit": 100} | after)).json()
            seen += page["items"]

    assert seen == list(range(250))
    assert page["next_cursor"] is None


async def test_a_key_of_several_parts_comes_back_as_it_was() -> None:
    async with HttpApp(router).client() as client:
        first = (await client.get("/pairs?limit=1")).json()
        second = (await client.get(f"/pairs?cursor={first['next_cursor']}")).json()

    assert second["items"] == [["2026-03-01T12:00:00+00:00", str(PERSON)]]


@pytest.mark.parametrize("cursor", ["!", "W10", "bnVsbA", "WyJ4Il0", "WzFd", "WyIxIiwiMiJd", "ééé"])
async def test_a_forged_cursor_is_refused_by_name(cursor: str) -> None:
    response = await _get(f"/numbers?cursor={cursor}")

    assert response.status_code == 400
    assert response.json()["errors"] == [{"field": "query.cursor", "reason": "cursor_invalid"}]


async def test_a_cursor_that_overflows_the_calendar_is_refused_by_name() -> None:
    response = await _get("/moments?cursor=WyIxIl0")

    assert (response.status_code, response.json()["code"]) == (400, "cursor_invalid")


@pytest.mark.parametrize("limit", ["0", "201", "x"])
async def test_a_page_holds_one_to_200_items(limit: str) -> None:
    response = await _get(f"/numbers?limit={limit}")

    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "query.limit"


@pytest.mark.parametrize(
    ("header", "status", "code"),
    [
        ('"7"', 200, None),
        ('"6"', 412, "version_stale"),
        (None, 428, "if_match_required"),
        ("*", 400, "if_match_invalid"),
        ("7", 400, "if_match_invalid"),
        ('W/"7"', 400, "if_match_invalid"),
        ('"-7"', 400, "if_match_invalid"),
        ('"' + "7" * 19 + '"', 400, "if_match_invalid"),
    ],
)
async def test_an_edit_names_the_version_that_it_changes(
    header: str | None, status: int, code: str | None
) -> None:
    async with HttpApp(router).client() as client:
        response = await client.put("/thing", headers={} if header is None else {"If-Match": header})

    assert response.status_code == status
    assert code is None or response.json()["code"] == code
