"""The issuer's keys are fetched seldom, from one place, and outlive the issuer's outage."""

import httpx
import pytest
from joserfc.jwk import ECKey

from shared.http.jwks import JwksKeys

FIRST = ECKey.generate_key("P-256", {"kid": "first", "use": "sig"})
SECOND = ECKey.generate_key("P-256", {"kid": "second", "use": "sig"})
URL = "https://issuer.example.org/jwks"


class Issuer:
    """The issuer's side of the wire, and the seconds on the verifier's clock."""

    def __init__(self) -> None:
        self.keys = [FIRST]
        self.up = True
        self.requests: list[str] = []
        self.seconds = 0.0
        client = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))
        self.source = JwksKeys(URL, client, monotonic=lambda: self.seconds)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(str(request.url))
        if not self.up:
            return httpx.Response(302, headers={"Location": "https://evil.example/jwks"})
        return httpx.Response(200, json={"keys": [dict(key.as_dict(private=False)) for key in self.keys]})

    async def knows(self, kid: str) -> bool:
        return await self.source.find(kid) is not None


async def test_a_known_key_is_fetched_once() -> None:
    issuer = Issuer()

    assert [await issuer.knows("first") for _ in range(5)] == [True] * 5
    assert issuer.requests == [URL]


async def test_a_storm_of_unknown_key_ids_costs_one_request_in_30_seconds() -> None:
    issuer = Issuer()
    await issuer.knows("first")
    issuer.seconds = 31

    assert [await issuer.knows(f"forged-{number}") for number in range(50)] == [False] * 50
    assert len(issuer.requests) == 2


async def test_a_new_key_is_found_without_a_restart() -> None:
    issuer = Issuer()
    await issuer.knows("first")
    issuer.keys.append(SECOND)
    issuer.seconds = 31

    assert await issuer.knows("second")


async def test_a_withdrawn_key_is_gone_after_ten_minutes() -> None:
    issuer = Issuer()
    await issuer.knows("first")
    issuer.keys = [SECOND]
    issuer.seconds = 601

    assert not await issuer.knows("first")


async def test_the_last_good_keys_count_for_a_day_of_outage_and_no_longer() -> None:
    issuer = Issuer()
    await issuer.knows("first")
    issuer.up = False

    issuer.seconds = 24 * 3600
    assert await issuer.knows("first")
    issuer.seconds = 24 * 3600 + 1
    assert not await issuer.knows("first")


async def test_no_redirect_is_followed() -> None:
    issuer = Issuer()
    issuer.up = False

    assert not await issuer.knows("first")
    assert issuer.requests == [URL]


@pytest.mark.parametrize(
    "url", ["http://issuer.example.org/jwks", "file:///etc/passwd", "ftp://127.0.0.1/jwks"]
)
def test_keys_come_over_https_or_from_this_machine(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        JwksKeys(url, httpx.AsyncClient())


def test_this_machine_may_serve_keys_without_tls() -> None:
    assert JwksKeys("http://127.0.0.1:8000/issuer/jwks", httpx.AsyncClient()) is not None
