"""Reports over HTTP, for analysts and for the coordinators of a program."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.reporting.domain.access import Viewer
from services.reporting.domain.export import HEADER, export_rows
from services.reporting.domain.figures import PersonId
from services.reporting.domain.table_file import to_csv
from services.reporting.metrics import Channel
from services.reporting.reports import Reports
from services.reporting.views import ProgramListView, ReportView
from shared.http.auth import CurrentIdentity, GlobalRole, Identity, allow

Cohort = Annotated[UUID | None, Query(description="One cohort alone; for coordinators of the program.")]


def make_api(reports: Reports) -> APIRouter:
    """The routes below `/api/reporting/v1`."""
    router = APIRouter(tags=["reports"], dependencies=[allow(GlobalRole.ANALYST, GlobalRole.COORDINATOR)])

    @router.get("/programs")
    async def list_programs(identity: CurrentIdentity) -> ProgramListView:
        """The programs whose reports the caller may see."""
        return ProgramListView.model_validate({"items": await reports.programs(viewer_of(identity))})

    @router.get("/programs/{program_id}/report")
    async def read_report(program_id: UUID, identity: CurrentIdentity, cohort: Cohort = None) -> ReportView:
        """All figures of a program; small counts are withheld."""
        report = await reports.report(viewer_of(identity), program_id, cohort, Channel.API)
        return ReportView.model_validate(report)

    @router.get("/programs/{program_id}/report.csv", response_class=Response)
    async def export_report(program_id: UUID, identity: CurrentIdentity, cohort: Cohort = None) -> Response:
        """The same figures as a file for spreadsheets."""
        report = await reports.report(viewer_of(identity), program_id, cohort, Channel.CSV)
        return csv_response(to_csv(HEADER, export_rows(report)), f"program-{program_id}.csv")

    return router


def viewer_of(identity: Identity) -> Viewer:
    """The caller as the domain knows viewers."""
    person_id = None if identity.person_id is None else PersonId(identity.person_id)
    return Viewer(person_id, frozenset(role.value for role in identity.roles))


def csv_response(text: str, name: str) -> Response:
    """A download."""
    return Response(
        text,
        media_type="text/csv; charset=utf-8; header=present",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
