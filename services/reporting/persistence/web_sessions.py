"""Sessions of the console: in the store, so that every replica knows them and signing out ends them."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.persistence.tables import web_session

MOST_PER_SUBJECT: Final = 5
_PRUNED_AT_ONCE: Final = 500
_TOUCH_AFTER: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class WebSession:
    """Somebody signed in; times are system time."""

    login: str
    roles: frozenset[str]
    csrf_token: str
    seen_at: datetime


class WebSessions:
    """The sessions in one transaction."""

    def __init__(self, connection: AsyncConnection, lifetime: timedelta, idle: timedelta) -> None:
        self._connection = connection
        self._lifetime = lifetime
        self._idle = idle

    async def open(self, *, subject: str, login: str, roles: frozenset[str], now: datetime) -> str:
        """Begin a session and end the oldest beyond five of the same subject; the cookie's value."""
        token = secrets.token_urlsafe(32)
        await self._prune(now)
        await self._connection.execute(
            insert(web_session).values(
                token_hash=_hash(token),
                subject=subject,
                login=login,
                roles=sorted(roles),
                csrf_token=secrets.token_urlsafe(32),
                created_at=now,
                seen_at=now,
                expires_at=now + self._lifetime,
            )
        )
        newest = (
            select(web_session.c.token_hash)
            .where(web_session.c.subject == subject)
            .order_by(web_session.c.created_at.desc())
            .limit(MOST_PER_SUBJECT)
        )
        await self._connection.execute(
            delete(web_session).where(
                web_session.c.subject == subject, web_session.c.token_hash.not_in(newest)
            )
        )
        return token

    async def find(self, token: str, now: datetime) -> WebSession | None:
        """The session of a cookie, unless it is over."""
        row = (
            await self._connection.execute(
                select(web_session).where(
                    web_session.c.token_hash == _hash(token),
                    web_session.c.expires_at > now,
                    web_session.c.seen_at > now - self._idle,
                )
            )
        ).first()
        if row is None:
            return None
        return WebSession(row.login, frozenset(row.roles), row.csrf_token, row.seen_at)

    async def touch(self, token: str, now: datetime) -> None:
        """Note that the session is in use, at most once a minute."""
        await self._connection.execute(
            update(web_session)
            .where(web_session.c.token_hash == _hash(token), web_session.c.seen_at < now - _TOUCH_AFTER)
            .values(seen_at=now)
        )

    async def close(self, token: str) -> None:
        """End a session."""
        await self._connection.execute(delete(web_session).where(web_session.c.token_hash == _hash(token)))

    async def _prune(self, now: datetime) -> None:
        over = (
            select(web_session.c.token_hash)
            .where((web_session.c.expires_at <= now) | (web_session.c.seen_at <= now - self._idle))
            .limit(_PRUNED_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        await self._connection.execute(delete(web_session).where(web_session.c.token_hash.in_(over)))


def _hash(token: str) -> bytes:
    """What the store keeps: a copy of the store opens no session."""
    return hashlib.sha256(token.encode()).digest()
