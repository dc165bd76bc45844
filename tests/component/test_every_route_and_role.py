"""Every route of every service, called by everybody: who is let in stands in route_roles.toml.

A row says for each caller, in the order of CALLERS, what comes of a call: `401`, `403` or `404` (it is not
for them), `login` (the console leads to signing in), or `allowed` (whatever one with the right is answered).
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import httpx
import pytest

from shared.events.catalog import SERVICES
from shared.http.auth import Permission, permissions
from tests.component.conftest import HarnessFactory
from tests.component.scheduling.scheduling_world import NOW
from tests.support.harness import START, Harness
from tests.support.hr_world import SETTINGS
from tests.support.route_worlds import ROLES, WORLDS, RouteWorld

CALLERS: Final = ("anonymous", *ROLES)
TABLE: Final[Mapping[str, Mapping[str, str]]] = tomllib.loads(
    Path(__file__).with_name("route_roles.toml").read_text()
)
_PARAMETER: Final = re.compile(r"{(\w+)}")
_REFUSALS: Final = {401: "401", 403: "403", 404: "404"}
# Reading first; what takes something away, and makes the next question pointless, last.
_ORDER: Final = ("GET", "PUT", "POST", "DELETE")
_LAST: Final = ("/withdraw", "/end", "/close", "/erase")


def routes_of(harness: Harness) -> list[str]:
    """The routes of a service, as the table names them, in the order in which they can be asked."""
    found = [f"{method} {path}" for method, path in permissions(harness.service.app)]
    return sorted(
        found,
        key=lambda route: (
            next((place for place, end in enumerate(_LAST, 1) if route.endswith(end)), 0),
            _ORDER.index(route.split()[0]),
            route,
        ),
    )


async def outcome(harness: Harness, world: RouteWorld, route: str, caller: str) -> str:
    """What comes of one call."""
    method, path = route.split()
    prefix = f"/api/{harness.service.kernel.name}/v1"
    short = f"{method} {path.removeprefix(prefix)}"
    url = _PARAMETER.sub(lambda found: str(world.parameters[found[1]]), path)
    body = world.bodies.get(short)
    async with harness.client(world.logins.get(caller), ROLES.get(caller, ())) as client:
        answer = await client.request(method, url, json=body, headers={"If-Match": '"1"'})
    return _class_of(answer)


def _class_of(answer: httpx.Response) -> str:
    if answer.status_code in {302, 303} and answer.headers["location"].startswith("/login"):
        return "login"
    if answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR:
        return "500"
    return _REFUSALS.get(answer.status_code, "allowed")


async def differences(harness: Harness, table: Mapping[str, str]) -> list[str]:
    """How the service differs from the table; routes and rows that have no partner included."""
    world = await WORLDS[harness.service.kernel.name](harness)
    routes = routes_of(harness)
    found = [f"{route}: a row without a route" for route in table.keys() - set(routes)]
    for route in routes:
        if route not in table:
            found.append(f"{route}: not in the table")
            continue
        outcomes = [await outcome(harness, world, route, caller) for caller in CALLERS]
        if outcomes != table[route].split():
            found.append(f'"{route}" = "{" ".join(outcomes)}"')
    return found


async def make(harness_factory: HarnessFactory, service: str) -> Harness:
    """The service with its clock in the week of its world."""
    settings = SETTINGS if service == "matching" else {}
    return await harness_factory(service, NOW if service == "scheduling" else START, **settings)


@pytest.mark.parametrize("service", SERVICES)
async def test_every_route_lets_in_whom_the_table_names_and_nobody_else(
    harness_factory: HarnessFactory, service: str
) -> None:
    harness = await make(harness_factory, service)

    assert await differences(harness, TABLE[service]) == []


async def test_a_wrong_guard_and_a_route_without_a_row_are_told(harness_factory: HarnessFactory) -> None:
    harness = await make(harness_factory, "engagement")
    route, forgotten = (
        "GET /api/engagement/v1/programs/{program_id}/health",
        "GET /api/engagement/v1/matches",
    )
    guard = permissions(harness.service.app)["GET", route.split()[1]]
    assert isinstance(guard, Permission)
    guard.roles = ()
    table = {name: row for name, row in TABLE["engagement"].items() if name != forgotten}

    found = await differences(harness, table)

    assert f"{forgotten}: not in the table" in found
    assert any(line.startswith(f'"{route}"') for line in found)
