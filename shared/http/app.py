"""One factory for the HTTP side of every service."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.responses import JSONResponse, Response

from shared.http.auth import Authenticator, assert_every_route_is_guarded, public
from shared.http.commands import Commands
from shared.http.correlation import CorrelationMiddleware
from shared.http.docs import docs_page
from shared.http.errors import PROBLEM_RESPONSES, add_error_handlers
from shared.http.limits import Limits, LimitsMiddleware
from shared.http.middleware import EdgeMiddleware
from shared.observability.health import Health, Report
from shared.observability.metrics import KernelMetrics, distribution_version

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def make_http_app(
    *,
    name: str,
    title: str,
    router: APIRouter,
    health: Health,
    metrics: KernelMetrics,
    registry: CollectorRegistry,
    authenticator: Authenticator,
    commands: Commands | None = None,
    limits: Limits | None = None,
    lifespan: Lifespan | None = None,
    pages: APIRouter | None = None,
    docs: bool = True,
) -> FastAPI:
    """The app: `router` below `/api/<name>/v1`, `pages` at the root, health, metrics, docs, middleware.

    Raises:
        UnguardedRoute: a route of `router` does not say who may call it.
    """
    app = FastAPI(
        title=title,
        version=distribution_version(),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        separate_input_output_schemas=False,
    )
    app.state.authenticator = authenticator
    app.state.commands = commands
    add_error_handlers(app)
    app.include_router(router, prefix=f"/api/{name}/v1", responses=PROBLEM_RESPONSES)
    app.include_router(_operations(health, registry))
    if pages is not None:
        app.include_router(pages)
    if docs:
        app.include_router(_documentation(name))
    # The last that is added lies outermost.
    app.add_middleware(LimitsMiddleware, limits=limits or Limits())
    app.add_middleware(EdgeMiddleware, service=name, metrics=metrics)
    app.add_middleware(CorrelationMiddleware)
    assert_every_route_is_guarded(app)
    return app


def _operations(health: Health, registry: CollectorRegistry) -> APIRouter:
    router = APIRouter(dependencies=[public()], include_in_schema=False)

    @router.get("/livez")
    async def livez() -> Response:
        return _report(await health.livez())

    @router.get("/readyz")
    async def readyz() -> Response:
        return _report(await health.readyz())

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        encode, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), headers={"Content-Type": content_type})

    return router


def _report(report: Report) -> Response:
    return JSONResponse(report.as_json(), status_code=200 if report.ok else 503)


def _documentation(name: str) -> APIRouter:
    router = APIRouter(prefix=f"/api/{name}", dependencies=[public()], include_in_schema=False)

    @router.get("/docs")
    async def docs(request: Request) -> Response:
        return docs_page(request.app)

    @router.get("/openapi.json")
    async def openapi(request: Request) -> Any:
        return JSONResponse(request.app.openapi())

    return router
