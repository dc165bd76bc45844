"""Sessions of the console, the rights that they carry, and what its pages show."""

import httpx
import pytest
from starlette.responses import Response

from services.reporting.persistence.web_sessions import MOST_PER_SUBJECT
from services.reporting.web.cookies import Cookies
from shared.events.people import PersonChanged, PersonStatus
from tests.component.reporting.console_server import ConsoleServer
from tests.component.reporting.console_visits import SESSION, sessions, sign_in
from tests.component.reporting.reporting_world import COORDINATOR, PROGRAM


async def test_a_session_ends_by_age_and_by_rest(console: ConsoleServer, visitor: httpx.AsyncClient) -> None:
    for column, moment in (("expires_at", "now()"), ("seen_at", "now() - interval '61 minutes'")):
        await sign_in(visitor, "analyst")
        assert "Sign out" in (await visitor.get("/")).text
        async with console.harness.service.kernel.units.begin() as uow:
            await uow.connection.exec_driver_sql(f"update web_session set {column} = {moment}")  # noqa: S608

        assert "Sign out" not in (await visitor.get("/")).text

    await sign_in(visitor, "analyst")
    assert await sessions(console) == 1


async def test_sessions_of_one_person_are_few_and_the_store_knows_no_token(
    console: ConsoleServer, visitor: httpx.AsyncClient
) -> None:
    tokens = []
    for _ in range(MOST_PER_SUBJECT + 2):
        await sign_in(visitor, "analyst")
        tokens.append(visitor.cookies[SESSION])
        visitor.cookies.clear()

    assert await sessions(console) == MOST_PER_SUBJECT
    rows = await console.harness.fetch("select to_jsonb(s)::text as line from web_session s")
    assert not any(token in row["line"] for token in tokens for row in rows)
    for token, signed_in in ((tokens[0], False), (tokens[-1], True)):
        visitor.cookies.set(SESSION, token)
        assert ("Sign out" in (await visitor.get("/")).text) is signed_in


async def test_rights_follow_what_hr_says_now(console: ConsoleServer, visitor: httpx.AsyncClient) -> None:
    """A coordinator who leaves sees nothing with the same session."""
    await console.fill()
    await sign_in(visitor, "coordinator")
    assert (await visitor.get(f"/programs/{PROGRAM}")).status_code == 200
    await console.harness.deliver(
        PersonChanged(person_id=COORDINATOR, status=PersonStatus.LEFT, login_subject="coordinator")
    )

    assert (await visitor.get(f"/programs/{PROGRAM}")).status_code == 404
    assert "Leadership" not in (await visitor.get("/")).text


@pytest.mark.parametrize("path", [f"/programs/{PROGRAM}", f"/programs/{PROGRAM}/report.csv", "/programs/x"])
async def test_a_participant_finds_no_report(
    console: ConsoleServer, visitor: httpx.AsyncClient, path: str
) -> None:
    await console.fill()
    await sign_in(visitor, "participant")

    answer = await visitor.get(path)
    assert answer.status_code == 404
    assert "There is no such report" in answer.text


async def test_a_title_is_text_wherever_it_stands(console: ConsoleServer, visitor: httpx.AsyncClient) -> None:
    await console.fill()
    async with console.harness.service.kernel.units.begin() as uow:
        await uow.connection.exec_driver_sql("update program set title = '<img src=x onerror=alert(1)>'")
    await sign_in(visitor, "analyst")
    for path in ("/", f"/programs/{PROGRAM}"):
        page = await visitor.get(path)

        assert "&lt;img src=x" in page.text
        assert "<img" not in page.text


async def test_the_file_of_the_page_is_that_of_the_interface(
    console: ConsoleServer, visitor: httpx.AsyncClient
) -> None:
    await console.fill()
    await sign_in(visitor, "analyst")
    token = console.issuer.mint("analyst", ["analyst"])
    by_page = await visitor.get(f"/programs/{PROGRAM}/report.csv")
    by_api = await visitor.get(
        f"/api/reporting/v1/programs/{PROGRAM}/report.csv", headers={"Authorization": f"Bearer {token}"}
    )

    assert by_page.text == by_api.text
    assert by_page.headers["content-disposition"].startswith("attachment")


def test_behind_https_cookies_are_bound_to_the_host() -> None:
    """`__Host-` asks for Secure, the path / and no domain (RFC 6265bis §4.1.3.2)."""
    response = Response()
    Cookies(secure=True).set_session(response, "token")
    cookie = response.headers["set-cookie"]

    assert cookie == "__Host-session=token; HttpOnly; Path=/; SameSite=lax; Secure"
