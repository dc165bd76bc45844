"""A table of forged tokens, none of which opens the door; one honest token of each algorithm does."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.http.jwks import StaticKeys, usable_keys
from shared.http.tokens import Fault, TokenRefused, TokenRules, TokenVerifier
from tests.support.token_forge import (
    AUDIENCE,
    CLAIMS,
    EC_JWK,
    ED_JWK,
    ED_KEY,
    ENC_JWK,
    ISSUER,
    NOW,
    OCT_JWK,
    OTHER_EC_KEY,
    OTHER_JWK,
    RSA_1024,
    RSA_JWK,
    RSA_PEM,
    WEAK_JWK,
    Json,
    b64,
    es256,
    head,
    hs256,
    rs256,
    token,
)


def honest(**changes: Any) -> str:
    """A token of the issuer itself; None takes a claim away."""
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    return token(head("ES256", "ec"), claims, es256)


def verifier(**rules: Any) -> TokenVerifier:
    keys = StaticKeys([RSA_JWK, EC_JWK, ED_JWK, WEAK_JWK, OCT_JWK, ENC_JWK])
    return TokenVerifier(
        TokenRules(issuer=ISSUER, audience=AUDIENCE, leeway_s=30, **rules),
        keys,
        now=lambda: datetime.fromtimestamp(NOW, UTC),
    )


FORGED: dict[str, tuple[str, Fault]] = {
    "empty": ("", Fault.MALFORMED),
    "not three segments": ("a.b", Fault.MALFORMED),
    "five segments, as an encrypted token": ("a.b.c.d.e", Fault.MALFORMED),
    "no base64": ("é.e30.e30", Fault.MALFORMED),
    "header is a list": (token("[]", CLAIMS, es256), Fault.MALFORMED),
    "header nested for ever": (token("[" * 4000, CLAIMS, es256), Fault.MALFORMED),
    "alg none": (token(head("none", "ec"), CLAIMS, lambda _: b""), Fault.ALGORITHM),
    "alg None in other letters": (token(head("nOnE", "ec"), CLAIMS, lambda _: b""), Fault.ALGORITHM),
    "no alg": (token({"kid": "ec", "typ": "at+jwt"}, CLAIMS, es256), Fault.ALGORITHM),
    "alg is a list": (
        token({"alg": ["ES256"], "kid": "ec", "typ": "at+jwt"}, CLAIMS, es256),
        Fault.ALGORITHM,
    ),
    "public RSA key as HMAC secret": (token(head("HS256", "rsa"), CLAIMS, hs256(RSA_PEM)), Fault.ALGORITHM),
    "HMAC with a published symmetric key": (
        token(head("HS256", "oct"), CLAIMS, hs256(b"0123456789abcdef0123456789abcdef")),
        Fault.ALGORITHM,
    ),
    "RS256 under the symmetric key's id": (token(head("RS256", "oct"), CLAIMS, rs256), Fault.UNKNOWN_KEY),
    "RS256 claimed for an EC key": (token(head("RS256", "ec"), CLAIMS, rs256), Fault.ALGORITHM),
    "ES256 claimed for an RSA key": (token(head("ES256", "rsa"), CLAIMS, es256), Fault.ALGORITHM),
    "RS512, not on the list": (token(head("RS512", "rsa"), CLAIMS, rs256), Fault.ALGORITHM),
    "PS256, not on the list": (token(head("PS256", "rsa"), CLAIMS, rs256), Fault.ALGORITHM),
    "unsigned": (token(head("ES256", "ec"), CLAIMS, lambda _: b""), Fault.SIGNATURE),
    "signature of zeros": (token(head("ES256", "ec"), CLAIMS, lambda _: bytes(64)), Fault.SIGNATURE),
    "another key": (
        token(head("ES256", "ec"), CLAIMS, lambda data: es256(data, OTHER_EC_KEY)),
        Fault.SIGNATURE,
    ),
    "claims changed after signing": (
        ".".join(
            [
                honest().split(".")[0],
                b64(json.dumps(CLAIMS | {"sub": "eve"}).encode()),
                honest().split(".")[2],
            ]
        ),
        Fault.SIGNATURE,
    ),
    "key brought along as jwk": (
        token(head("ES256", "ec", jwk=OTHER_JWK), CLAIMS, lambda data: es256(data, OTHER_EC_KEY)),
        Fault.SIGNATURE,
    ),
    "key named by jku": (
        token(
            head("ES256", "ec", jku="https://evil.example/k"), CLAIMS, lambda data: es256(data, OTHER_EC_KEY)
        ),
        Fault.SIGNATURE,
    ),
    "key named by x5u": (
        token(head("ES256", "mine", x5u="https://evil.example/k"), CLAIMS, lambda d: es256(d, OTHER_EC_KEY)),
        Fault.UNKNOWN_KEY,
    ),
    "unknown kid": (token(head("ES256", "nobody"), CLAIMS, es256), Fault.UNKNOWN_KEY),
    "kid that walks": (token(head("ES256", "../../dev/null"), CLAIMS, es256), Fault.UNKNOWN_KEY),
    "empty kid": (token(head("ES256", ""), CLAIMS, es256), Fault.UNKNOWN_KEY),
    "no kid": (token({"alg": "ES256", "typ": "at+jwt"}, CLAIMS, es256), Fault.UNKNOWN_KEY),
    "RSA of 1024 bits": (
        token(head("RS256", "weak"), CLAIMS, lambda data: rs256(data, RSA_1024)),
        Fault.UNKNOWN_KEY,
    ),
    "key for encryption": (token(head("RS256", "enc"), CLAIMS, rs256), Fault.UNKNOWN_KEY),
    "crit": (token(head("ES256", "ec", crit=["x"], x=1), CLAIMS, es256), Fault.CRITICAL_HEADER),
    "empty crit": (token(head("ES256", "ec", crit=[]), CLAIMS, es256), Fault.CRITICAL_HEADER),
    "unencoded payload": (token(head("ES256", "ec", b64=False), CLAIMS, es256), Fault.CRITICAL_HEADER),
    "an ID token": (token(head("ES256", "ec") | {"typ": "JWT"}, CLAIMS, es256), Fault.TYPE),
    "no typ": (token({"alg": "ES256", "kid": "ec"}, CLAIMS, es256), Fault.TYPE),
    "wrong issuer": (honest(iss="https://evil.example"), Fault.ISSUER),
    "issuer with a tail": (honest(iss=ISSUER + "/"), Fault.ISSUER),
    "issuer as a list": (honest(iss=[ISSUER]), Fault.ISSUER),
    "no issuer": (honest(iss=None), Fault.ISSUER),
    "wrong audience": (honest(aud="other"), Fault.AUDIENCE),
    "audience as a longer word": (honest(aud="mentoring-other"), Fault.AUDIENCE),
    "audience as an object": (honest(aud={"mentoring": 1}), Fault.AUDIENCE),
    "no audience": (honest(aud=None), Fault.AUDIENCE),
    "expired beyond the leeway": (honest(exp=NOW - 30), Fault.EXPIRED),
    "no exp": (honest(exp=None), Fault.CLAIMS),
    "exp as text": (honest(exp=str(NOW + 600)), Fault.CLAIMS),
    "exp as true": (honest(exp=True), Fault.CLAIMS),
    "exp beyond all numbers": (
        token(
            head("ES256", "ec"),
            json.dumps(CLAIMS)[:-1].replace(f'"exp": {NOW + 600}', '"exp": 1e999') + "}",
            es256,
        ),
        Fault.CLAIMS,
    ),
    "not valid before the leeway": (honest(nbf=NOW + 31), Fault.NOT_YET_VALID),
    "issued in the future": (honest(iat=NOW + 31), Fault.NOT_YET_VALID),
    "no subject": (honest(sub=None), Fault.CLAIMS),
    "empty subject": (honest(sub=""), Fault.CLAIMS),
    "a claim twice": (
        token(head("ES256", "ec"), '{"sub": "eve", ' + json.dumps(CLAIMS)[1:], es256),
        Fault.MALFORMED,
    ),
    "huge": (honest(padding="x" * 9000), Fault.TOO_LARGE),
}


@pytest.mark.parametrize("name", FORGED)
async def test_a_forged_token_is_refused(name: str) -> None:
    forged, fault = FORGED[name]
    with pytest.raises(TokenRefused) as refused:
        await verifier().verify(forged)

    assert refused.value.fault is fault


@pytest.mark.parametrize(
    "valid",
    [
        honest(),
        token(head("RS256", "rsa"), CLAIMS, rs256),
        token(head("EdDSA", "ed"), CLAIMS, ED_KEY.sign),
        token(head("Ed25519", "ed"), CLAIMS, ED_KEY.sign),
        token(head("ES256", "ec") | {"typ": "application/AT+JWT"}, CLAIMS, es256),
        token(head("ES256", "ec", jku="https://evil.example/k", jwk=OTHER_JWK), CLAIMS, es256),
        honest(aud=["other", AUDIENCE]),
        honest(exp=NOW - 29),
        honest(nbf=NOW + 30, iat=None),
    ],
    ids=[
        "ES256",
        "RS256",
        "EdDSA",
        "Ed25519",
        "long typ",
        "jku ignored",
        "aud list",
        "leeway exp",
        "leeway nbf",
    ],
)
async def test_an_honest_token_is_taken(valid: str) -> None:
    assert (await verifier().verify(valid))["sub"] == "ada"


async def test_a_plain_jwt_is_taken_only_where_the_configuration_says_so() -> None:
    plain = token(head("ES256", "ec") | {"typ": "JWT"}, CLAIMS, es256)

    assert (await verifier(types=frozenset({"at+jwt", "JWT"})).verify(plain))["sub"] == "ada"


@pytest.mark.parametrize(
    "wrong",
    [{"audience": ""}, {"issuer": ""}, {"leeway_s": 61}, {"leeway_s": -1}, {"types": frozenset({"id+jwt"})}],
)
def test_rules_that_would_weaken_the_check_cannot_be_made(wrong: Json) -> None:
    with pytest.raises(ValueError, match="must"):
        TokenRules(**(Json(issuer=ISSUER, audience=AUDIENCE) | wrong))


def test_only_strong_public_signature_keys_are_kept() -> None:
    broken = {"kty": "EC", "crv": "P-256", "kid": "broken", "x": "AA", "y": "AA"}
    documents = [RSA_JWK, WEAK_JWK, OCT_JWK, ENC_JWK, broken, {"kty": "RSA"}, EC_JWK]

    assert set(usable_keys(documents)) == {"rsa", "ec"}
