"""Tokens built by hand, so that no library has a say in what a forger may write."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, OKPKey, RSAKey

NOW = 1_800_000_000
ISSUER = "https://issuer.example.org"
AUDIENCE = "mentoring"
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
RSA_1024 = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - a forger's
EC_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_EC_KEY = ec.generate_private_key(ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.generate()
RSA_PEM = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

Json = dict[str, Any]
CLAIMS: Json = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "iat": NOW, "nbf": NOW, "exp": NOW + 600}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def head(alg: str, kid: str, **more: Any) -> Json:
    return {"alg": alg, "kid": kid, "typ": "at+jwt", **more}


def token(header: Json | str, claims: Json | str, sign: Callable[[bytes], bytes]) -> str:
    """Three segments; a part given as text is taken as it is."""
    first, second = (part if isinstance(part, str) else json.dumps(part) for part in (header, claims))
    signed = f"{b64(first.encode())}.{b64(second.encode())}"
    return f"{signed}.{b64(sign(signed.encode()))}"


def rs256(data: bytes, key: rsa.RSAPrivateKey = RSA_KEY) -> bytes:
    return key.sign(data, padding.PKCS1v15(), SHA256())


def es256(data: bytes, key: ec.EllipticCurvePrivateKey = EC_KEY) -> bytes:
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


def hs256(secret: bytes) -> Callable[[bytes], bytes]:
    return lambda data: hmac.digest(secret, data, hashlib.sha256)


def jwk(key: RSAKey | ECKey | OKPKey, kid: str, **more: Any) -> Json:
    return {**key.as_dict(private=False), "kid": kid, **more}


RSA_JWK = jwk(RSAKey.import_key(RSA_PEM), "rsa")
EC_JWK = jwk(
    ECKey.import_key(EC_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)), "ec"
)
OTHER_JWK = jwk(
    ECKey.import_key(OTHER_EC_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)),
    "ec",
)
ED_JWK = jwk(
    OKPKey.import_key(ED_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)), "ed"
)
WEAK_JWK = {
    "kty": "RSA",
    "kid": "weak",
    "e": "AQAB",
    "n": b64(RSA_1024.public_key().public_numbers().n.to_bytes(128)),
}
OCT_JWK = {"kty": "oct", "kid": "oct", "k": b64(b"0123456789abcdef0123456789abcdef")}
ENC_JWK = {**RSA_JWK, "kid": "enc", "use": "enc"}
