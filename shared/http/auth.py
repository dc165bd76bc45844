"""Who calls, and whether the route is for them. Denied unless the route says otherwise."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog
from fastapi import Depends, FastAPI, Request
from fastapi.params import Depends as DependsParam
from fastapi.routing import iter_route_contexts
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.http.errors import Problem
from shared.http.tokens import TokenRefused, TokenVerifier

DEVELOPMENT_ISSUER = "urn:mentoring:development"
EMBEDDED = "embedded"
_MAX_LOGIN = 255
_MAX_ROLES = 200

_log = structlog.get_logger()
_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="An access token of the issuer.")

PersonLookup = Callable[[AsyncConnection, str], Awaitable[UUID | None]]
"""The person whose HR identity link is this login, in lower case, in the service's own store."""
Connect = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


class GlobalRole(StrEnum):
    """What the issuer says somebody is; rights in a program are the program's matter."""

    PARTICIPANT = "participant"
    COORDINATOR = "coordinator"
    ANALYST = "analyst"
    OPS = "ops"


@dataclass(frozen=True, slots=True)
class Identity:
    """The caller. `login` is the configured claim's value; `person_id` None: not known from HR."""

    subject: str
    login: str
    roles: frozenset[GlobalRole]
    person_id: UUID | None

    @property
    def actor_id(self) -> UUID:
        """The person, or a stable pseudonym for one who is not in HR."""
        return self.person_id or uuid5(NAMESPACE_URL, f"urn:mentoring:subject:{self.subject}")

    def require_person(self) -> UUID:
        """The person's id; 403 for a caller whom HR does not know."""
        if self.person_id is None:
            raise Problem(403, "person_unknown")
        return self.person_id


class Authenticator:
    """Makes an `Identity` of a token: claims, roles, and the person in the service's store."""

    def __init__(
        self,
        verifier: TokenVerifier,
        *,
        login_claim: str = "sub",
        roles_claim: str = "roles",
        role_names: Mapping[str, GlobalRole] | None = None,
        lookup: PersonLookup | None = None,
        connect: Connect | None = None,
    ) -> None:
        """`role_names` maps the issuer's names to ours; `roles_claim` may be a path: `realm_access.roles`."""
        self._verifier = verifier
        self._login_claim = login_claim
        self._roles_claim = roles_claim
        self._role_names = role_names or {role.value: role for role in GlobalRole}
        self._lookup = lookup
        self._connect = connect

    async def identify(self, token: str) -> Identity:
        """The caller; 401 when the token does not hold."""
        try:
            claims = await self._verifier.verify(token)
        except TokenRefused as refused:
            _log.info("token_refused", reason=refused.fault)
            raise unauthenticated("invalid_token") from None
        login = _claim(claims, self._login_claim)
        if not isinstance(login, str) or not 0 < len(login) <= _MAX_LOGIN:
            _log.info("token_refused", reason="login_claim")
            raise unauthenticated("invalid_token")
        return Identity(str(claims["sub"]), login, self._roles(claims), await self._person(login))

    def _roles(self, claims: Mapping[str, Any]) -> frozenset[GlobalRole]:
        named = _claim(claims, self._roles_claim)
        names = named.split() if isinstance(named, str) else named if isinstance(named, list) else []
        known = (self._role_names.get(name) for name in names[:_MAX_ROLES] if isinstance(name, str))
        return frozenset(role for role in known if role is not None)

    async def _person(self, login: str) -> UUID | None:
        if self._lookup is None or self._connect is None:
            return None
        async with self._connect() as connection:
            # Issuers write names and addresses in mixed case; the store has them in lower case.
            return await self._lookup(connection, login.strip().lower())


def _claim(claims: Mapping[str, Any], path: str) -> Any:
    if path in claims:
        return claims[path]
    value: Any = claims
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def unauthenticated(error: str | None = None) -> Problem:
    """401 with the challenge of RFC 6750 §3."""
    challenge = f'Bearer error="{error}"' if error else "Bearer"
    return Problem(401, "unauthenticated", headers={"WWW-Authenticate": challenge})


async def current_identity(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Identity:
    """The caller of this request; found once a request."""
    known = getattr(request.state, "identity", None)
    if isinstance(known, Identity):
        return known
    if credentials is None or len(request.headers.getlist("authorization")) != 1:
        raise unauthenticated()
    identity = await request.app.state.authenticator.identify(credentials.credentials)
    assert isinstance(identity, Identity)  # noqa: S101 - the state of an app has no types
    request.state.identity = identity
    return identity


CurrentIdentity = Annotated[Identity, Depends(current_identity)]
"""A route's parameter: `identity: CurrentIdentity`."""


class Permission:
    """The roles of which the caller needs one; empty: whoever has a valid token."""

    def __init__(self, roles: tuple[GlobalRole, ...]) -> None:
        self.roles = roles

    async def __call__(self, request: Request, identity: CurrentIdentity) -> Identity:
        used = next((role for role in self.roles if role in identity.roles), None)
        if self.roles and used is None:
            raise Problem(403, "forbidden")
        request.state.role = used
        return identity


class Public:
    """The mark of a route that anybody may call."""

    async def __call__(self) -> None:
        return None


def allow(role: GlobalRole, *more: GlobalRole) -> DependsParam:
    """For a route's `dependencies`: one of these roles is needed; the first that fits is audited.

    Also as a parameter: `identity: Annotated[Identity, allow(GlobalRole.ANALYST)]`.
    """
    return DependsParam(Permission((role, *more)))


def allow_signed_in() -> DependsParam:
    """For a route's `dependencies`: a valid token is enough."""
    return DependsParam(Permission(()))


def public() -> DependsParam:
    """For a route's `dependencies`: no token is needed."""
    return DependsParam(Public())


class UnguardedRoute(Exception):
    """A route does not say who may call it."""


def permissions(app: FastAPI) -> dict[tuple[str, str], Permission | Public | None]:
    """Who may call what, by method and path template; None: nobody said."""
    table: dict[tuple[str, str], Permission | Public | None] = {}
    for context in iter_route_contexts(app.routes):
        dependant = getattr(context, "dependant", None)
        guard = _find_guard(dependant.dependencies) if dependant is not None else None
        for method in sorted(context.methods or {"*"}):
            table[(method, str(context.path))] = guard
    return table


def _find_guard(dependencies: Collection[Any]) -> Permission | Public | None:
    for dependency in dependencies:
        if isinstance(dependency.call, Permission | Public):
            return dependency.call
    return None


def assert_every_route_is_guarded(app: FastAPI, *, mounts: Collection[str] = ()) -> None:
    """Raise UnguardedRoute for a route, or a mount outside of `mounts`, that declares no permission."""
    for (method, path), guard in permissions(app).items():
        if guard is None and path not in mounts:
            raise UnguardedRoute(f"{method} {path} declares no permission")


def check_issuer(issuer: str, mode: str) -> None:
    """ValueError when the development issuer is named outside of the embedded mode."""
    if issuer == DEVELOPMENT_ISSUER and mode != EMBEDDED:
        raise ValueError(f"the issuer {DEVELOPMENT_ISSUER} is refused in the mode {mode}")
