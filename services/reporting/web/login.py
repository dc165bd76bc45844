"""Signing in and out."""

from typing import Final

import structlog
from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from services.reporting.domain.login import read_attempt
from services.reporting.metrics import ReportingMetrics, SignIn
from services.reporting.web.cookies import Cookies
from services.reporting.web.oidc import CALLBACK_PATH, IssuerUnreachable, OidcClient, SignInFailed
from services.reporting.web.readers import Readers
from services.reporting.web.rendering import page
from shared.http.auth import Authenticator, public
from shared.http.errors import Problem

_SEE_OTHER: Final = 303
_MAX_CODE: Final = 2000

_log = structlog.get_logger()


class Login:
    """The routes `/login`, `/login/callback`, `/logout` and `/signed-out`."""

    def __init__(
        self, oidc: OidcClient, readers: Readers, cookies: Cookies, metrics: ReportingMetrics
    ) -> None:
        self._metrics = metrics
        self._oidc = oidc
        self._readers = readers
        self._cookies = cookies

    def router(self) -> APIRouter:
        """Anybody may call them: they are how one becomes somebody."""
        router = APIRouter(dependencies=[public()], include_in_schema=False)
        router.add_api_route("/login", self.begin, methods=["GET"])
        router.add_api_route(CALLBACK_PATH, self.finish, methods=["GET"])
        router.add_api_route("/logout", self.end, methods=["POST"])
        router.add_api_route("/signed-out", self.ended, methods=["GET"])
        return router

    async def begin(self, request: Request) -> Response:
        """Send the browser to the issuer."""
        try:
            url, attempt = await self._oidc.begin(request.query_params.get("next"))
        except SignInFailed as failed:
            return self._failed(request, failed)
        response = RedirectResponse(url, _SEE_OTHER)
        self._cookies.set_attempt(response, attempt.to_text())
        return response

    async def finish(self, request: Request) -> Response:
        """Take the browser back from the issuer."""
        response: Response
        try:
            token, path = await self._sign_in(request)
        except SignInFailed as failed:
            response = self._failed(request, failed)
        else:
            self._metrics.sign_ins.labels(SignIn.OK).inc()
            response = RedirectResponse(path, _SEE_OTHER)
            self._cookies.set_session(response, token)
        self._cookies.forget_attempt(response)
        return response

    async def end(self, request: Request) -> Response:
        """End the session; only for a form of our own."""
        if not await self._readers.end(request):
            return page(request, "message.html", None, status=403, message="sign_out.refused")
        response = RedirectResponse("/signed-out", _SEE_OTHER)
        self._cookies.forget_session(response)
        return response

    async def ended(self, request: Request) -> Response:
        """Say that the session is over."""
        return page(request, "message.html", None, message="signed_out")

    async def _sign_in(self, request: Request) -> tuple[str, str]:
        attempt = read_attempt(self._cookies.attempt(request) or "")
        state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
        if attempt is None or not code or len(code) > _MAX_CODE:
            raise SignInFailed("callback")
        access_token = await self._oidc.finish(attempt, state, code)
        authenticator = request.app.state.authenticator
        assert isinstance(authenticator, Authenticator)  # noqa: S101 - the state of an app has no types
        try:
            identity = await authenticator.identify(access_token)
        except Problem:
            raise SignInFailed("access_token") from None
        return await self._readers.begin(identity), attempt.next_path

    def _failed(self, request: Request, failed: SignInFailed) -> Response:
        _log.warning("sign_in_failed", reason=failed.reason)
        if isinstance(failed, IssuerUnreachable):
            self._metrics.sign_ins.labels(SignIn.ISSUER_UNREACHABLE).inc()
            return page(request, "message.html", None, status=502, message="issuer_unreachable")
        self._metrics.sign_ins.labels(SignIn.REFUSED).inc()
        return page(request, "message.html", None, status=400, message="sign_in_failed")
