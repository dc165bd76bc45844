"""Signing in to the console, its sessions and its pages, as a client without a browser sees them."""

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest

from deploy.local.database_url import DatabaseUrl
from services.reporting.domain.login import read_attempt
from services.reporting.web.rendering import POLICY
from tests.component.reporting.console_server import ConsoleServer, running_console
from tests.component.reporting.console_visits import ATTEMPT, SESSION, sessions, sign_in, to_issuer
from tests.component.reporting.reporting_world import PROGRAM


async def test_signing_in_goes_to_the_issuer_and_back_to_the_page(
    console: ConsoleServer, visitor: httpx.AsyncClient
) -> None:
    await console.fill()
    first = await visitor.get(f"/programs/{PROGRAM}?lang=de")
    assert (first.status_code, first.headers["location"]) == (
        303,
        f"/login?next=%2Fprograms%2F{PROGRAM}%3Flang%3Dde",
    )
    callback = await to_issuer(visitor, "coordinator", first.headers["location"])
    back = await visitor.get(callback)

    assert (back.status_code, back.headers["location"]) == (303, f"/programs/{PROGRAM}?lang=de")
    cookie = next(c for c in back.headers.get_list("set-cookie") if c.startswith(SESSION))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert ATTEMPT not in visitor.cookies
    page = await visitor.get(back.headers["location"])
    assert page.status_code == 200
    assert '<html lang="de">' in page.text
    assert "Leadership 2027" in page.text


async def test_pages_come_with_a_strict_policy_and_are_not_kept(visitor: httpx.AsyncClient) -> None:
    page = await visitor.get("/", headers={"Accept-Language": "de-CH"})
    style = await visitor.get(re.search(r'href="(/static/console.css[^"]*)"', page.text)[1])  # type: ignore[index]

    assert page.headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["vary"] == "Cookie, Accept-Language"
    assert page.headers["content-language"] == "de"
    assert "style=" not in page.text
    assert "<script" not in page.text
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in style.headers["cache-control"]
    assert (await visitor.get("/static/..%2fpages.py")).status_code == 404


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "/\\evil.example"])
async def test_signing_in_leads_nowhere_else(visitor: httpx.AsyncClient, where: str) -> None:
    callback = await to_issuer(visitor, "analyst", f"/login?next={where}")

    assert (await visitor.get(callback)).headers["location"] == "/"


async def test_a_callback_that_this_browser_did_not_begin_signs_nobody_in(
    console: ConsoleServer, visitor: httpx.AsyncClient
) -> None:
    """An attacker's code and state, brought to a victim without the attacker's cookie, or with its own."""
    callback = await to_issuer(visitor, "analyst", "/login")
    async with httpx.AsyncClient(base_url=console.base_url) as victim:
        without = await victim.get(callback)
        await victim.get("/login")
        with_own = await victim.get(callback)

    assert (without.status_code, with_own.status_code) == (400, 400)
    assert SESSION not in without.cookies
    assert SESSION not in with_own.cookies
    assert await sessions(console) == 0


async def test_a_code_serves_once(console: ConsoleServer, visitor: httpx.AsyncClient) -> None:
    await visitor.get("/login")
    attempt = visitor.cookies[ATTEMPT]
    callback = await to_issuer(visitor, "analyst", "/login")
    assert attempt != visitor.cookies[ATTEMPT]
    kept = visitor.cookies[ATTEMPT]
    assert (await visitor.get(callback)).status_code == 303
    visitor.cookies.set(ATTEMPT, kept)

    assert (await visitor.get(callback)).status_code == 400
    assert await sessions(console) == 1
    metrics = (await visitor.get("/metrics")).text
    assert 'mentoring_console_sign_ins_total{outcome="ok"} 1.0' in metrics
    assert 'mentoring_console_sign_ins_total{outcome="refused"} 1.0' in metrics


async def test_an_id_token_for_another_attempt_is_refused(
    console: ConsoleServer, visitor: httpx.AsyncClient
) -> None:
    """The nonce that the issuer signed is not the one of the cookie."""
    callback = await to_issuer(visitor, "analyst", "/login")
    attempt = read_attempt(visitor.cookies[ATTEMPT])
    assert attempt is not None
    other = type(attempt)(attempt.state, "another-nonce", attempt.verifier, attempt.next_path)
    visitor.cookies.clear()
    visitor.cookies.set(ATTEMPT, other.to_text())

    assert (await visitor.get(callback)).status_code == 400
    assert await sessions(console) == 0


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x&code=y", "?error=access_denied&state=x"])
async def test_a_broken_callback_says_so_and_nothing_of_the_input(
    visitor: httpx.AsyncClient, query: str
) -> None:
    await visitor.get("/login")
    answer = await visitor.get(f"/login/callback{query}")

    assert answer.status_code == 400
    assert "Signing in did not work" in answer.text
    assert "access_denied" not in answer.text


async def test_an_issuer_that_does_not_answer_is_told_from_a_refusal(
    migrated_databases: Callable[[str, int], Awaitable[DatabaseUrl]],
) -> None:
    database = await migrated_databases("reporting", 0)
    async with (
        running_console(database, oidc_token_url="http://127.0.0.1:1/token") as server,
        httpx.AsyncClient(base_url=server.base_url) as visitor,
    ):
        answer = await visitor.get(await to_issuer(visitor, "analyst", "/login"))

    assert answer.status_code == 502
    assert "The identity provider does not answer" in answer.text


async def test_only_the_form_of_the_page_signs_out(
    console: ConsoleServer, visitor: httpx.AsyncClient
) -> None:
    await sign_in(visitor, "analyst")
    form = await visitor.get("/")
    token = re.search(r'name="csrf" value="([^"]+)"', form.text)
    assert token is not None

    forged = [await visitor.post("/logout"), await visitor.post("/logout", data={"csrf": "x"})]
    assert [answer.status_code for answer in forged] == [403, 403]
    assert await sessions(console) == 1
    assert (await visitor.get("/logout")).status_code == 405

    done = await visitor.post("/logout", data={"csrf": token[1]})
    assert (done.status_code, done.headers["location"]) == (303, "/signed-out")
    assert SESSION not in visitor.cookies
    assert await sessions(console) == 0
