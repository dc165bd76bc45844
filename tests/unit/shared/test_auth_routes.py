"""A route is for those whom it names, and an app with a route that names nobody does not start."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, cast
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import PlainTextResponse
from starlette.routing import Mount

from shared.http.auth import (
    CurrentIdentity,
    GlobalRole,
    Identity,
    UnguardedRoute,
    allow,
    allow_signed_in,
    assert_every_route_is_guarded,
    check_issuer,
    public,
)
from tests.support.http_app import HttpApp

ADA = UUID("0198a3f0-0000-7000-8000-00000000000a")
router = APIRouter()


@router.get("/public", dependencies=[public()])
async def anybody() -> str:
    return "anybody"


@router.get("/signed-in", dependencies=[allow_signed_in()])
async def signed_in(identity: CurrentIdentity) -> str:
    return identity.login


@router.get("/coordinators", dependencies=[allow(GlobalRole.COORDINATOR, GlobalRole.OPS)])
async def coordinators(identity: CurrentIdentity) -> str:
    return str(identity.person_id)


@router.get("/analysts")
async def analysts(identity: Annotated[Identity, allow(GlobalRole.ANALYST)]) -> list[str]:
    return sorted(identity.roles)


async def _get(path: str, *roles: str, headers: dict[str, str] | None = None) -> httpx.Response:
    async with HttpApp(router).client("ada", *roles) as client:
        return await client.get(path, headers=headers)


@pytest.mark.parametrize(
    ("path", "role", "status"),
    [
        ("/public", None, 200),
        ("/signed-in", None, 401),
        ("/signed-in", "participant", 200),
        ("/signed-in", "stranger", 200),
        ("/coordinators", None, 401),
        ("/coordinators", "participant", 403),
        ("/coordinators", "analyst", 403),
        ("/coordinators", "COORDINATOR", 403),
        ("/coordinators", "coordinator", 200),
        ("/coordinators", "ops", 200),
        ("/analysts", None, 401),
        ("/analysts", "ops", 403),
        ("/analysts", "analyst", 200),
    ],
)
async def test_a_route_is_open_to_the_roles_that_it_names(path: str, role: str | None, status: int) -> None:
    response = await _get(path, *([role] if role else []))

    assert response.status_code == status


async def test_a_refused_token_is_challenged_without_saying_why() -> None:
    response = await _get("/signed-in", headers={"Authorization": "Bearer canary.canary.canary"})

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert "canary" not in response.text


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer  ", "bearer"])
async def test_other_credentials_are_none(header: str) -> None:
    response = await _get("/signed-in", headers={"Authorization": header})

    assert response.status_code == 401


async def test_two_authorization_headers_are_none() -> None:
    http = HttpApp(router)
    honest = f"Bearer {http.issuer.mint('ada', ['ops'])}"
    async with http.client() as client:
        response = await client.get(
            "/signed-in", headers=[("Authorization", honest), ("Authorization", honest)]
        )

    assert response.status_code == 401


@pytest.mark.parametrize("path", ["/nowhere", "/public"])
def test_a_planted_route_without_a_permission_stops_the_app(path: str) -> None:
    planted = APIRouter()
    planted.include_router(router)
    planted.add_api_route(path + "-planted", anybody)

    with pytest.raises(UnguardedRoute, match=f"GET /api/things/v1{path}-planted declares no permission"):
        HttpApp(planted)


def test_a_planted_route_beside_the_router_and_a_planted_mount_are_found() -> None:
    app = HttpApp(router).app
    app.add_route("/planted", lambda _: PlainTextResponse("planted"))
    with pytest.raises(UnguardedRoute, match="/planted"):
        assert_every_route_is_guarded(app)

    mounted = HttpApp(router).app
    mounted.router.routes.append(Mount("/files", PlainTextResponse("files")))
    with pytest.raises(UnguardedRoute, match="/files"):
        assert_every_route_is_guarded(mounted)
    assert_every_route_is_guarded(mounted, mounts={"/files"})


def test_a_caller_outside_of_hr_has_a_stable_pseudonym() -> None:
    outside = Identity("subject-1", "ada", frozenset(), None)

    assert outside.actor_id == Identity("subject-1", "changed", frozenset(), None).actor_id
    assert outside.actor_id != Identity("subject-2", "ada", frozenset(), None).actor_id
    assert Identity("subject-1", "ada", frozenset(), ADA).actor_id == ADA


@pytest.mark.parametrize("mode", ["production", "test", "compose", ""])
def test_the_development_issuer_is_refused_outside_of_the_embedded_mode(mode: str) -> None:
    with pytest.raises(ValueError, match="urn:mentoring:development"):
        check_issuer("urn:mentoring:development", mode)


def test_the_development_issuer_and_any_other_pass_where_they_belong() -> None:
    check_issuer("urn:mentoring:development", "embedded")
    check_issuer("https://issuer.example.org", "production")
    assert HttpApp(router).issuer.public_keys()[0]["kty"] == "EC"


async def test_the_store_is_asked_for_a_login_in_lower_case_whatever_the_issuer_writes() -> None:
    async def lookup(_: object, login: str) -> UUID | None:
        return ADA if login == "ada.b@corp.example" else None

    @asynccontextmanager
    async def connect() -> AsyncIterator[AsyncConnection]:
        yield cast("AsyncConnection", None)

    http = HttpApp(router, lookup=lookup, connect=connect)
    async with http.client(" Ada.B@Corp.example ", "ops") as client:
        response = await client.get("/coordinators")

    assert response.json() == str(ADA)
