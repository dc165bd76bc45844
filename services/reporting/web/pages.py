"""The pages: programs, and one program's report."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from services.reporting.api import csv_response
from services.reporting.domain.access import Sight, sight
from services.reporting.domain.export import HEADER, export_rows
from services.reporting.domain.figures import Report
from services.reporting.domain.table_file import to_csv
from services.reporting.metrics import Channel
from services.reporting.reports import ProgramUnknown, Reports
from services.reporting.web.charts import bars, columns, segments
from services.reporting.web.readers import Readers
from services.reporting.web.rendering import Links, Reader, page, static_file
from shared.errors import DomainError
from shared.http.auth import public

_SEE_OTHER: Final = 303


class Pages:
    """Everything that a reader sees; without a session it leads to signing in."""

    def __init__(self, reports: Reports, readers: Readers) -> None:
        self._reports = reports
        self._readers = readers

    def router(self) -> APIRouter:
        """The routes; each finds out by the session's cookie who reads."""
        router = APIRouter(dependencies=[public()], include_in_schema=False)
        router.add_api_route("/", self.index, methods=["GET"])
        router.add_api_route("/programs/{program}", self.program, methods=["GET"])
        router.add_api_route("/programs/{program}/report.csv", self.export, methods=["GET"])
        router.add_api_route("/static/{name}", self.static, methods=["GET"])
        return router

    async def index(self, request: Request) -> Response:
        """The programs that the reader sees."""
        reader = await self._readers.current(request)
        if reader is None:
            return page(request, "welcome.html", None)
        return page(request, "index.html", reader, programs=await self._reports.programs(reader.viewer))

    async def program(self, request: Request, program: str) -> Response:
        """The report of a program."""
        reader = await self._readers.current(request)
        if reader is None:
            return _to_login(request)
        try:
            report = await self._report(request, reader, program, Channel.PAGE)
        except DomainError as error:
            return page(request, "message.html", reader, status=error.status, message=error.code)
        return page(
            request,
            "program.html",
            reader,
            report=report,
            own=sight(reader.viewer, report.program) is Sight.OWN,
            funnel=bars(report.funnel, steps=True),
            health=segments(report.health),
            cadence=columns(report.cadence.intervals),
            load=bars(report.load.distribution),
            unmatched=bars(report.last_run.unmatched),
        )

    async def export(self, request: Request, program: str) -> Response:
        """The same as a file."""
        reader = await self._readers.current(request)
        if reader is None:
            return _to_login(request)
        try:
            report = await self._report(request, reader, program, Channel.CSV)
        except DomainError as error:
            return page(request, "message.html", reader, status=error.status, message=error.code)
        return csv_response(to_csv(HEADER, export_rows(report)), f"program-{report.program.program_id}.csv")

    async def static(self, request: Request, name: str) -> Response:
        """Style and mark."""
        return static_file(name) or page(request, "message.html", None, status=404, message="page_unknown")

    async def _report(self, request: Request, reader: Reader, program: str, channel: Channel) -> Report:
        cohort = request.query_params.get("cohort")
        try:
            program_id, cohort_id = UUID(program), UUID(cohort) if cohort else None
        except ValueError:
            raise ProgramUnknown from None
        return await self._reports.report(reader.viewer, program_id, cohort_id, channel)


def _to_login(request: Request) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(Links(None).to("/login", next=f"{request.url.path}{query}"), _SEE_OTHER)
