"""The whole platform in this process: no Docker, no JVM."""

import asyncio
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deploy.local.platform import Platform, running_platform
from shared.events.catalog import SERVICES
from tests.support.e2e_feed import Worker, feed_of, hired
from tests.support.eventually import eventually

STARTED_WITHIN = 15.0
_LISTENS = "0A"
_LOOPBACK = {"0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"}


def open_doors() -> set[tuple[str, str]]:
    """Address and port, in hexadecimal, of whatever listens on this machine beyond the loopback interface."""
    doors = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            address, _, port = local.partition(":")
            if state == _LISTENS and address not in _LOOPBACK:
                doors.add((address, port))
    return doors


@pytest.fixture(scope="module")
async def started() -> AsyncIterator[tuple[Platform, float]]:
    """The platform, and the seconds that its start took."""
    begun = time.monotonic()
    async with running_platform() as platform:
        yield platform, time.monotonic() - begun


async def test_it_starts_within_fifteen_seconds(started: tuple[Platform, float]) -> None:
    _, seconds = started
    sys.stderr.write(f"\nthe embedded platform was ready after {seconds:.1f} s\n")
    assert seconds < STARTED_WITHIN


async def test_one_port_serves_four_apis_the_console_and_the_issuer(
    started: tuple[Platform, float],
) -> None:
    platform, _ = started
    token = platform.issuer.mint("somebody", ["analyst"])
    async with httpx.AsyncClient(base_url=platform.base_url) as client:
        for service in SERVICES:
            assert (await client.get(f"/api/{service}/docs")).status_code == 200
            assert (
                (await client.get(f"/api/{service}/openapi.json")).json()["info"]["title"].endswith(service)
            )
            assert (await client.get(f"/{service}/metrics")).status_code == 200
            assert (await client.get(f"/{service}/readyz")).json()["status"] == "ok"
        console = await client.get("/")
        login = await client.get("/login", follow_redirects=True)
        keys = (await client.get("/issuer/jwks")).json()["keys"]
        reports = await client.get("/api/reporting/v1/programs", headers={"Authorization": f"Bearer {token}"})
        nobody = await client.get("/api/matching/v1/programs")

    assert login.url.path == "/issuer/authorize"
    assert login.status_code == 200
    assert console.headers["content-type"].startswith("text/html")
    assert [key["use"] for key in keys] == ["sig"]
    assert (reports.status_code, nobody.status_code) == (200, 401)


@pytest.mark.skipif(sys.platform != "linux", reason="the table of sockets is Linux's")
async def test_nothing_of_it_listens_beyond_this_machine(started: tuple[Platform, float]) -> None:
    platform, _ = started
    ports = {f"{int(address.rpartition(':')[2]):04X}" for address in platform.cluster.bootstrap_servers}
    ports.add(f"{int(platform.base_url.rpartition(':')[2]):04X}")

    assert len(ports) == 2
    assert {port for _, port in open_doors()}.isdisjoint(ports)
    with socket.create_server(("0.0.0.0", 0)) as door:  # noqa: S104  so that the guard is seen to look
        assert f"{door.getsockname()[1]:04X}" in {port for _, port in open_doors()}


async def test_an_hr_record_becomes_a_person_in_all_four_stores(started: tuple[Platform, float]) -> None:
    platform, _ = started
    worker = Worker("newcomer")
    async with feed_of(platform.cluster.bootstrap_servers[0], "hris.adp") as feed:
        await feed.say([hired(worker)])
    connections = await asyncio.gather(*(platform.databases[name].connect() for name in SERVICES))
    try:

        async def known() -> bool:
            statement = "select count(*) from person where login_subject = $1"
            found = [await connection.fetchval(statement, worker.login) for connection in connections]
            return found == [1, 1, 1, 1]

        await eventually(known)
    finally:
        for connection in connections:
            await connection.close()
