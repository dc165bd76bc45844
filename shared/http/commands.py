"""A command over HTTP: one transaction with its effect, its events, its audit row and its answer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import Table
from sqlalchemy.exc import DBAPIError

from shared.clock import system_now
from shared.events.envelope import Actor, ActorType
from shared.http.audit import Audit, AuditRow, append_audit
from shared.http.auth import CurrentIdentity, GlobalRole, Identity
from shared.http.correlation import correlation_of
from shared.http.idempotency import Answer, Key, claim, keep, key_of
from shared.http.middleware import route_template
from shared.http.pages import etag
from shared.persistence.failures import is_rolled_back
from shared.persistence.unit_of_work import UnitOfWork, Units

REPLAYED_HEADER = "Idempotency-Replayed"
ATTEMPTS = 3
_KEY_HELP = "Makes the command safe to send twice: the same key and body are answered alike, for 24 hours."


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command answers when the model alone does not say it all.

    `version` becomes the ETag; `subject_id` names for the audit what was made.
    """

    body: BaseModel | None = None
    status: int = 200
    version: int | None = None
    location: str | None = None
    subject_id: UUID | None = None


Command = Callable[[UnitOfWork], Awaitable[Outcome | BaseModel | None]]
"""The use case; None is answered with 204, a model with 200."""


@dataclass(frozen=True, slots=True)
class Commands:
    """The service's part in every command: its units of work and the two tables."""

    units: Units
    idempotency: Table
    audit: Table


@dataclass(frozen=True, slots=True)
class Call:
    """One request that changes something: who, with which right, under which key."""

    commands: Commands
    request: Request = field(repr=False)
    identity: Identity = field(repr=False)

    @property
    def person_id(self) -> UUID:
        """The caller's person id; 403 for one whom HR does not know."""
        return self.identity.require_person()

    async def run(self, command: Command, audit: Audit) -> Response:
        """Run the command once, also when it was sent twice; whatever it raises rolls all of it back.

        What the database rolled back because of another transaction is tried again.
        """
        for _ in range(ATTEMPTS - 1):
            try:
                return await self._attempt(command, audit)
            except DBAPIError as error:
                if not is_rolled_back(error):
                    raise
        return await self._attempt(command, audit)

    async def _attempt(self, command: Command, audit: Audit) -> Response:
        key = await key_of(
            self.request, caller=str(self.identity.actor_id), route=route_template(self.request.scope)
        )
        actor = Actor(_actor_type(self._role), str(self.identity.actor_id))
        correlation_id = UUID(correlation_of(self.request.scope))
        async with self.commands.units.begin(actor=actor, correlation_id=correlation_id) as uow:
            if key is not None:
                earlier = await claim(uow.connection, self.commands.idempotency, key, system_now())
                if earlier is not None:
                    return _response(earlier, replayed=True)
            result = await command(uow)
            outcome = result if isinstance(result, Outcome) else Outcome(body=result)
            answer = _answer(outcome)
            await self._record(uow, audit, outcome, key, answer)
        return _response(answer, replayed=False)

    @property
    def _role(self) -> GlobalRole | None:
        role = getattr(self.request.state, "role", None)
        return role if isinstance(role, GlobalRole) else None

    async def _record(
        self, uow: UnitOfWork, audit: Audit, outcome: Outcome, key: Key | None, answer: Answer
    ) -> None:
        row = AuditRow(
            id=uow.new_id(),
            at=system_now(),
            business_at=uow.now,
            actor_id=uow.actor.id,
            actor_type=uow.actor.type.value,
            role=self._role.value if self._role else "none",
            action=audit.action,
            subject_type=audit.subject_type,
            subject_id=audit.subject_id or outcome.subject_id,
            reason=audit.reason,
            correlation_id=uow.correlation_id,
        )
        await append_audit(uow.connection, self.commands.audit, row)
        if key is not None:
            await keep(uow.connection, self.commands.idempotency, key, answer)


async def _current_call(
    request: Request,
    identity: CurrentIdentity,
    idempotency_key: Annotated[str | None, Header(description=_KEY_HELP)] = None,  # noqa: ARG001  for the docs
) -> Call:
    commands = request.app.state.commands
    assert isinstance(commands, Commands)  # noqa: S101 - the state of an app has no types
    return Call(commands, request, identity)


CurrentCall = Annotated[Call, Depends(_current_call)]
"""A route's parameter: `async def accept(match_id: UUID, call: CurrentCall) -> Response`."""


def _actor_type(role: GlobalRole | None) -> ActorType:
    """Events tell coordinators from people; the audit row has the exact role."""
    return ActorType.COORDINATOR if role is GlobalRole.COORDINATOR else ActorType.PERSON


def _answer(outcome: Outcome) -> Answer:
    headers: dict[str, str] = {}
    if outcome.version is not None:
        headers["ETag"] = etag(outcome.version)
    if outcome.location is not None:
        headers["Location"] = outcome.location
    if outcome.body is None:
        return Answer(204 if outcome.status == 200 else outcome.status, b"", headers)  # noqa: PLR2004
    return Answer(outcome.status, outcome.body.model_dump_json().encode(), headers)


def _response(answer: Answer, *, replayed: bool) -> Response:
    headers = answer.headers | ({REPLAYED_HEADER: "true"} if replayed else {})
    media_type = "application/json" if answer.body else None
    return Response(answer.body, answer.status, headers, media_type)
