"""How visitors of the console sign in."""

from urllib.parse import parse_qs, urlsplit

import httpx

from tests.component.reporting.console_server import ConsoleServer

SESSION, ATTEMPT = "mentoring-session", "mentoring-sign-in"


async def to_issuer(visitor: httpx.AsyncClient, login: str, start: str) -> str:
    """Follow the way to the issuer, choose a person, and stop before the callback."""
    begun = await visitor.get(start)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.headers["location"]).query).items()}
    assert asked["code_challenge_method"] == "S256"
    chosen = await visitor.post("/issuer/authorize", data=asked | {"login": login})
    return str(chosen.headers["location"])


async def sign_in(visitor: httpx.AsyncClient, login: str) -> None:
    answer = await visitor.get(await to_issuer(visitor, login, "/login"))
    assert answer.status_code == 303


async def sessions(console: ConsoleServer) -> int:
    return int((await console.harness.fetch("select count(*) as rows from web_session"))[0]["rows"])
