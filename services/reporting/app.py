"""The wiring of the reporting service."""

from fastapi import APIRouter

from services.reporting.api import make_api
from services.reporting.consumers import make_routes
from services.reporting.metrics import ReportingMetrics
from services.reporting.persistence.people import find_person
from services.reporting.persistence.tables import METADATA
from services.reporting.reports import Reports
from services.reporting.settings import ReportingSettings
from services.reporting.web.cookies import Cookies
from services.reporting.web.login import Login
from services.reporting.web.oidc import OidcClient
from services.reporting.web.pages import Pages
from services.reporting.web.readers import Readers
from shared.http.limits import Limits
from shared.kernel import Kernel, Surroundings
from shared.service import Service
from shared.settings import Mode


def create_service(settings: ReportingSettings, around: Surroundings | None = None) -> Service:
    """The service, ready to start."""
    kernel = Kernel("reporting", settings, metadata=METADATA, around=around)
    metrics = ReportingMetrics(kernel.registry)
    reports = Reports(kernel.units, kernel.clock, metrics)
    cookies = Cookies(secure=settings.mode is not Mode.EMBEDDED)
    readers = Readers(kernel.units, settings, cookies)
    oidc = OidcClient(kernel, settings, around.keys if around else None)
    console = APIRouter()
    console.include_router(Login(oidc, readers, cookies, metrics).router())
    console.include_router(Pages(reports, readers).router())
    return Service(
        kernel,
        routes=make_routes(),
        api=make_api(reports),
        person_by_login=find_person,
        pages=console,
        limits=Limits(content_types=("application/json", "application/x-www-form-urlencoded")),
    )
