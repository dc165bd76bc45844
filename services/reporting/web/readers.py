"""From a cookie to somebody: sessions as the routes use them."""

import hmac
from urllib.parse import parse_qs

from fastapi import Request

from services.reporting.domain.access import Viewer
from services.reporting.domain.figures import PersonId
from services.reporting.persistence.people import find_person
from services.reporting.persistence.web_sessions import WebSessions
from services.reporting.settings import ReportingSettings
from services.reporting.web.cookies import Cookies
from services.reporting.web.rendering import Reader
from shared.clock import system_now
from shared.http.auth import Identity
from shared.persistence.unit_of_work import Units


class Readers:
    """Begins, finds and ends sessions; they live in system time."""

    def __init__(self, units: Units, settings: ReportingSettings, cookies: Cookies) -> None:
        self._units = units
        self._settings = settings
        self._cookies = cookies

    async def current(self, request: Request) -> Reader | None:
        """Who reads; rights follow what HR says about the login now."""
        token = self._cookies.session(request)
        if token is None:
            return None
        async with self._units.begin() as uow:
            sessions = WebSessions(
                uow.connection, self._settings.session_lifetime, self._settings.session_idle
            )
            session = await sessions.find(token, system_now())
            if session is None:
                return None
            await sessions.touch(token, system_now())
            person_id = await find_person(uow.connection, session.login)
        viewer = Viewer(None if person_id is None else PersonId(person_id), session.roles)
        return Reader(viewer, session.login, session.csrf_token)

    async def begin(self, identity: Identity) -> str:
        """A session for somebody whom the issuer vouched for; the cookie's value."""
        async with self._units.begin() as uow:
            sessions = WebSessions(
                uow.connection, self._settings.session_lifetime, self._settings.session_idle
            )
            return await sessions.open(
                subject=identity.subject,
                login=identity.login,
                roles=frozenset(role.value for role in identity.roles),
                now=system_now(),
            )

    async def end(self, request: Request) -> bool:
        """End the session, if the form shows that the reader's own page sent it."""
        token, reader = self._cookies.session(request), await self.current(request)
        if token is None or reader is None:
            return True
        shown = parse_qs((await request.body()).decode("ascii", "replace"), max_num_fields=5).get(
            "csrf", [""]
        )
        if not hmac.compare_digest(shown[0].encode(), reader.csrf_token.encode()):
            return False
        async with self._units.begin() as uow:
            sessions = WebSessions(
                uow.connection, self._settings.session_lifetime, self._settings.session_idle
            )
            await sessions.close(token)
        return True
