"""The development issuer signs in by code and PKCE, for this machine only, and each code works once."""

import base64
import hashlib
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from deploy.local.issuer import DevelopmentIssuer, SignIn
from shared.http.jwks import StaticKeys
from shared.http.tokens import TokenRefused, TokenRules, TokenVerifier

CALLBACK = "http://127.0.0.1:8000/login/callback"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {
    "response_type": "code",
    "client_id": "console",
    "redirect_uri": CALLBACK,
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
    "state": "st&ate",
    "nonce": "n1",
}
PEOPLE = [SignIn("ada", "Ada <b>Lovelace</b>", ["participant"]), SignIn("grace", "Grace", ["coordinator"])]
BASE = "http://127.0.0.1:8000/issuer"


class Time:
    seconds = 0.0


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def issuer(time: Time) -> DevelopmentIssuer:
    return DevelopmentIssuer(
        lambda: PEOPLE,
        base_url=BASE,
        audience="mentoring",
        redirect_uris={CALLBACK},
        monotonic=lambda: time.seconds,
    )


@pytest.fixture
async def browser(issuer: DevelopmentIssuer) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(issuer.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


async def _sign_in(browser: httpx.AsyncClient, login: str = "ada") -> str:
    response = await browser.post("/authorize", data=ASKED | {"login": login})
    assert response.status_code == 303
    return parse_qs(urlsplit(response.headers["location"]).query)["code"][0]


async def _redeem(browser: httpx.AsyncClient, code: str, **changes: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "client_id": "console",
        "code_verifier": VERIFIER,
    }
    return await browser.post("/token", data=form | changes)


def _verifier(issuer: DevelopmentIssuer, audience: str = "mentoring") -> TokenVerifier:
    rules = TokenRules(issuer="urn:mentoring:development", audience=audience)
    return TokenVerifier(rules, StaticKeys(issuer.public_keys()))


async def test_the_whole_flow_gives_a_token_that_the_services_take(
    browser: httpx.AsyncClient, issuer: DevelopmentIssuer
) -> None:
    page = await browser.get("/authorize", params=ASKED)
    response = await browser.post("/authorize", data=ASKED | {"login": "grace"})
    target = urlsplit(response.headers["location"])
    answer = parse_qs(target.query)
    tokens = (await _redeem(browser, answer["code"][0])).json()
    claims = await _verifier(issuer).verify(tokens["access_token"])

    assert "<h1>Sign in</h1>" in page.text
    assert "Ada &lt;b&gt;Lovelace&lt;/b&gt; (participant)" in page.text
    assert target._replace(query="").geturl() == CALLBACK
    assert answer["state"] == ["st&ate"]
    assert (claims["sub"], claims["roles"]) == ("grace", ["coordinator"])
    assert tokens["token_type"] == "Bearer"


async def test_the_id_token_opens_no_api(browser: httpx.AsyncClient, issuer: DevelopmentIssuer) -> None:
    tokens = (await _redeem(browser, await _sign_in(browser))).json()

    with pytest.raises(TokenRefused):
        await _verifier(issuer, "console").verify(tokens["id_token"])


async def test_a_code_works_once(browser: httpx.AsyncClient) -> None:
    code = await _sign_in(browser)

    assert (await _redeem(browser, code)).status_code == 200
    again = await _redeem(browser, code)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    "change",
    [
        {"code_verifier": "w" * 64},
        {"client_id": "other"},
        {"redirect_uri": "http://127.0.0.1:8000/other"},
        {"code": "guess"},
        {"grant_type": "password"},
    ],
)
async def test_a_code_is_redeemed_by_whom_it_was_made_for(
    browser: httpx.AsyncClient, change: dict[str, str]
) -> None:
    code = await _sign_in(browser)

    assert (await _redeem(browser, **({"code": code} | change))).status_code == 400


async def test_a_code_lives_for_a_minute(browser: httpx.AsyncClient, time: Time) -> None:
    code = await _sign_in(browser)
    time.seconds = 60

    assert (await _redeem(browser, code)).status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": CALLBACK + "/more"},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
        {"code_challenge": "short"},
        {"client_id": ""},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_request_that_cannot_be_trusted_is_redirected_nowhere(
    browser: httpx.AsyncClient, method: str, change: dict[str, str]
) -> None:
    asked = ASKED | {"login": "ada"} | change
    response = await browser.request(method, "/authorize", **{"params" if method == "GET" else "data": asked})  # type: ignore[arg-type]

    assert response.status_code == 400
    assert "location" not in response.headers


async def test_nobody_signs_in_as_a_stranger(browser: httpx.AsyncClient) -> None:
    response = await browser.post("/authorize", data=ASKED | {"login": "stranger"})

    assert (response.status_code, response.json()) == (400, {"error": "access_denied"})


@pytest.mark.parametrize(
    ("host", "client"),
    [("attacker.example", "127.0.0.1"), ("127.0.0.1", "192.0.2.7")],
    ids=["name", "machine"],
)
async def test_only_this_machine_is_answered(issuer: DevelopmentIssuer, host: str, client: str) -> None:
    transport = httpx.ASGITransport(issuer.app, client=(client, 5000))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as browser:
        response = await browser.get("/jwks")

    assert response.status_code == 403


async def test_the_configuration_names_the_issuer_and_its_addresses(browser: httpx.AsyncClient) -> None:
    document = (await browser.get("/.well-known/openid-configuration")).json()

    assert document["issuer"] == "urn:mentoring:development"
    assert document["authorization_endpoint"] == f"{BASE}/authorize"
    assert document["code_challenge_methods_supported"] == ["S256"]


async def test_only_the_public_half_of_the_key_is_served(browser: httpx.AsyncClient) -> None:
    (key,) = (await browser.get("/jwks")).json()["keys"]

    assert "d" not in key
    assert (key["kty"], key["crv"], key["use"]) == ("EC", "P-256", "sig")


async def test_each_start_has_a_key_of_its_own(issuer: DevelopmentIssuer) -> None:
    restarted = DevelopmentIssuer(list, base_url=BASE, audience="mentoring")

    with pytest.raises(TokenRefused):
        await _verifier(restarted).verify(issuer.mint("ada", ["ops"]))
