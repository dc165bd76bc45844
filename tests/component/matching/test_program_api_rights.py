"""Who may call which route of matching; a new route that nobody decided about turns this red."""

import pytest

from services.matching.gauges import MatchGauges
from services.matching.metrics import MatchingMetrics
from shared.http.auth import GlobalRole, Permission, permissions
from tests.component.conftest import HarnessFactory
from tests.support.harness import Harness
from tests.support.matching_world import small_world

PREFIX = "/api/matching/v1"
EVERYBODY = {
    "GET /programs",
    "GET /programs/{program_id}",
    "GET /programs/{program_id}/cohorts",
    "POST /cohorts/{cohort_id}/enrolments",
    "GET /my/enrolments",
    "GET /my/enrolments/{participant_id}",
    "GET /my/enrolments/{participant_id}/why",
    "GET /my/enrolments/{participant_id}/wishes",
    "PUT /my/enrolments/{participant_id}/wishes",
    "PUT /my/enrolments/{participant_id}",
    "POST /my/enrolments/{participant_id}/pause",
    "POST /my/enrolments/{participant_id}/resume",
    "POST /my/enrolments/{participant_id}/withdraw",
    "GET /my/matches",
    "GET /my/matches/{match_id}",
    "POST /my/matches/{match_id}/accept",
    "POST /my/matches/{match_id}/decline",
    "POST /my/matches/{match_id}/confirm",
}
COORDINATORS = {
    "POST /programs",
    "PUT /programs/{program_id}/draft",
    "POST /programs/{program_id}/diff",
    "POST /programs/{program_id}/publish",
    "GET /programs/{program_id}/matches",
    "POST /programs/{program_id}/cohorts",
    "POST /cohorts/{cohort_id}/close",
    "GET /cohorts/{cohort_id}/check",
    "POST /cohorts/{cohort_id}/exclusions",
    "GET /cohorts/{cohort_id}/runs",
    "POST /cohorts/{cohort_id}/runs",
    "GET /runs/{run_id}",
    "GET /runs/{run_id}/proposals",
    "GET /runs/{run_id}/unmatched",
    "POST /runs/{run_id}/offer",
    "GET /runs/{run_id}/compare/{other_run_id}",
    "GET /runs/{run_id}/why/{mentor_id}/{mentee_id}",
    "GET /runs/{run_id}/why/{participant_id}",
    "GET /coordination/cohorts/{cohort_id}/enrolments",
    "POST /coordination/cohorts/{cohort_id}/enrolments",
    "PUT /coordination/enrolments/{participant_id}",
    "POST /coordination/enrolments/{participant_id}/pause",
    "POST /coordination/enrolments/{participant_id}/resume",
    "POST /coordination/enrolments/{participant_id}/withdraw",
    "POST /matches",
    "GET /matches/{match_id}",
    *(
        f"POST /matches/{{match_id}}/{command}"
        for command in (
            "offer",
            "withdraw",
            "pause",
            "resume",
            "complete",
            "end",
            "lock",
            "unlock",
            "override",
        )
    ),
}

ANALYSTS_TOO = {"GET /runs/{run_id}/decision-log"}


@pytest.fixture
async def matching(harness_factory: HarnessFactory) -> Harness:
    """The service."""
    return await harness_factory("matching")


async def test_every_route_is_for_whom_it_is_meant(matching: Harness) -> None:
    """Routes about people have a table of their own."""
    found: dict[str, set[GlobalRole]] = {}
    for (method, path), guard in permissions(matching.service.app).items():
        if not path.startswith(PREFIX) or path.startswith(f"{PREFIX}/people"):
            continue
        assert isinstance(guard, Permission), path
        found[f"{method} {path.removeprefix(PREFIX)}"] = set(guard.roles)

    named = {route for route in found if not route.startswith("HEAD ")}
    assert named == EVERYBODY | COORDINATORS | ANALYSTS_TOO
    assert all(found[route] == set() for route in EVERYBODY)
    assert all(found[route] == {GlobalRole.COORDINATOR} for route in COORDINATORS)
    assert all(found[route] == {GlobalRole.COORDINATOR, GlobalRole.ANALYST} for route in ANALYSTS_TOO)


async def test_no_route_answers_without_a_token(matching: Harness) -> None:
    async with matching.client() as client:
        for method, path in permissions(matching.service.app):
            if path.startswith(f"{PREFIX}/"):
                answer = await client.request(method, path.replace("{", "").replace("}", ""))
                assert answer.status_code in {401, 405}, (method, path)


async def test_matches_are_counted_by_state(matching: Harness) -> None:
    world = await small_world(matching)
    await world.active_match()
    kernel = matching.service.kernel
    async with kernel.units.read() as connection:
        await MatchGauges(metrics_of(matching)).refresh(connection)

    assert kernel.registry.get_sample_value("mentoring_matches_count", {"state": "active"}) == 1
    assert kernel.registry.get_sample_value("mentoring_matches_count", {"state": "declined"}) == 0


def metrics_of(harness: Harness) -> MatchingMetrics:
    """The metrics that the service was wired with."""
    found = harness.service.routes.due["run_solve"].__self__._metrics  # type: ignore[attr-defined]
    assert isinstance(found, MatchingMetrics)
    return found
