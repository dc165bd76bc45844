"""A small service with two commands, on a real database: what the HTTP kernel's own tests act on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy import Column, Table, Text, Uuid, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from deploy.local.database_url import DatabaseUrl
from shared.clock import DrivenClock
from shared.errors import Conflict
from shared.http.audit import Audit, audit_guard_ddl, audit_table
from shared.http.auth import GlobalRole, allow
from shared.http.commands import Commands, CurrentCall, Outcome
from shared.http.idempotency import idempotency_table
from shared.persistence.base import make_metadata
from shared.persistence.unit_of_work import UnitOfWork, Units
from tests.support.http_app import HttpApp

METADATA = make_metadata()
IDEMPOTENCY = idempotency_table(METADATA)
AUDIT = audit_table(METADATA)
THINGS = Table("thing", METADATA, Column("id", Uuid, primary_key=True), Column("name", Text, nullable=False))
BUSINESS_TIME = datetime(2026, 3, 1, tzinfo=UTC)
ADA = UUID("0198a3f0-0000-7000-8000-00000000000a")


class ThingBody(BaseModel):
    name: str


class ThingView(BaseModel):
    id: UUID
    name: str


class ThingRefused(Conflict):
    code = "thing_refused"


@dataclass
class Store:
    """The service under test and its database."""

    engine: AsyncEngine
    http: HttpApp
    # What a running command waits for, so that a test decides when it commits.
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def rows(self, query: str) -> list[dict[str, Any]]:
        async with self.engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(text(query))).mappings()]

    async def names(self) -> list[str]:
        return [row["name"] for row in await self.rows("SELECT name FROM thing ORDER BY name")]

    async def add(
        self, name: str, *, login: str = "ada", path: str = "/things", **headers: str
    ) -> httpx.Response:
        sent = {key.replace("_", "-"): value for key, value in headers.items()}
        async with self.http.client(login, "coordinator", "participant") as client:
            return await client.post(path, json={"name": name}, headers=sent)


def _router(gate: asyncio.Event) -> APIRouter:
    router = APIRouter()

    async def add(uow: UnitOfWork, name: str) -> Outcome:
        thing_id = uow.new_id()
        await uow.connection.execute(insert(THINGS).values(id=thing_id, name=name))
        if name == "refused":
            raise ThingRefused
        if name == "slow":
            await gate.wait()
        return Outcome(
            body=ThingView(id=thing_id, name=name),
            status=201,
            version=1,
            location=f"things/{thing_id}",
            subject_id=thing_id,
        )

    @router.post(
        "/things",
        dependencies=[allow(GlobalRole.COORDINATOR, GlobalRole.PARTICIPANT)],
        response_model=ThingView,
        status_code=201,
    )
    async def add_thing(body: ThingBody, call: CurrentCall) -> Response:
        return await call.run(lambda uow: add(uow, body.name), Audit("thing_added", "thing", reason="asked"))

    @router.post("/things/{thing_id}/touch", dependencies=[allow(GlobalRole.PARTICIPANT)], status_code=204)
    async def touch(thing_id: UUID, body: ThingBody, call: CurrentCall) -> Response:
        person = call.person_id

        async def command(uow: UnitOfWork) -> None:
            await uow.connection.execute(insert(THINGS).values(id=uow.new_id(), name=f"{person}"))

        return await call.run(command, Audit("thing_touched", "thing", thing_id))

    return router


async def _lookup(_: AsyncConnection, login: str) -> UUID | None:
    return ADA if login == "ada" else None


@asynccontextmanager
async def things_store(url: DatabaseUrl) -> AsyncIterator[Store]:
    engine = create_async_engine(str(url), pool_size=10)
    async with engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
        for statement in audit_guard_ddl():
            await connection.execute(text(statement))
    units = Units(engine, service="things", clock=DrivenClock(BUSINESS_TIME))
    gate = asyncio.Event()
    commands = Commands(units, IDEMPOTENCY, AUDIT)
    http = HttpApp(_router(gate), commands=commands, lookup=_lookup, connect=engine.connect)
    try:
        yield Store(engine, http, gate)
    finally:
        await engine.dispose()
