"""Who may read what over HTTP."""

import csv
import io
from collections.abc import Sequence
from uuid import UUID

import pytest

from shared.events.programs import ProgramPublished
from shared.messaging.records import Record
from tests.component.reporting.reporting_world import COHORT, PROGRAM, ident
from tests.support.harness import Harness

API = "/api/reporting/v1/programs"
OTHER_PROGRAM = ident("other-program")
ROUTES = ("", f"/{PROGRAM}/report", f"/{PROGRAM}/report.csv")


@pytest.fixture
async def filled(reporting: Harness, recorded: list[Record]) -> Harness:
    """The world, and a second program that somebody else coordinates."""
    await reporting.process(*recorded)
    first = next(
        record for record in recorded if dict(record.headers)["ce_type"] == b"mentoring.program.published.v1"
    )
    assert first.value is not None
    other = ProgramPublished.model_validate_json(first.value).model_copy(
        update={"program_id": OTHER_PROGRAM, "title": "=cmd()", "coordinator_ids": (ident("person", 901),)}
    )
    await reporting.deliver(other)
    return reporting


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    ("login", "roles", "status"),
    [
        (None, (), 401),
        ("login-3", (), 403),
        ("login-3", ("participant",), 403),
        ("login-3", ("ops",), 403),
        ("coordinator", ("participant",), 403),
        ("coordinator", ("coordinator",), 200),
        ("somebody-unknown-to-hr", ("analyst",), 200),
    ],
)
async def test_reports_are_for_analysts_and_for_coordinators(
    filled: Harness, route: str, login: str | None, roles: Sequence[str], status: int
) -> None:
    async with filled.client(login, roles) as client:
        answer = await client.get(API + route)

    assert answer.status_code == status


@pytest.mark.parametrize("suffix", ["report", "report.csv"])
async def test_a_coordinator_knows_nothing_of_another_program(filled: Harness, suffix: str) -> None:
    """The answer is that of a program that does not exist."""
    async with filled.client("coordinator", ["coordinator"]) as client:
        foreign = await client.get(f"{API}/{OTHER_PROGRAM}/{suffix}")
        missing = await client.get(f"{API}/{UUID(int=1)}/{suffix}")

    assert (foreign.status_code, foreign.json()["code"]) == (404, "program_unknown")
    assert (missing.status_code, missing.json()["code"]) == (404, "program_unknown")


async def test_lists_hold_what_the_caller_may_read(filled: Harness) -> None:
    async with filled.client("coordinator", ["coordinator"]) as client:
        own = (await client.get(API)).json()["items"]
    async with filled.client("ann", ["analyst"]) as client:
        every = (await client.get(API)).json()["items"]
    async with filled.client("login-3", ["coordinator"]) as client:
        none = (await client.get(API)).json()["items"]

    assert [program["title"] for program in own] == ["Leadership 2027"]
    assert [program["title"] for program in every] == ["=cmd()", "Leadership 2027"]
    assert none == []
    assert "coordinator_ids" not in own[0]


async def test_a_coordinator_sees_all_counts_and_an_analyst_none_that_is_small(filled: Harness) -> None:
    async with filled.client("coordinator", ["coordinator"]) as client:
        own = (await client.get(f"{API}/{PROGRAM}/report")).json()
    async with filled.client("ann", ["analyst"]) as client:
        protected = (await client.get(f"{API}/{PROGRAM}/report")).json()

    assert [step["count"] for step in own["funnel"]] == [52, 48, 44, 42, 12]
    assert [step["count"] for step in protected["funnel"]] == [52, None, None, 42, 12]
    assert own["withdrawn"] == 2
    assert protected["withdrawn"] is None
    for report in (own, protected):
        counts = [
            count for table in report["groups"] for group in table["groups"] for count in group["counts"]
        ]
        assert counts
        assert not {1, 2, 3, 4} & set(counts)


async def test_a_single_cohort_is_for_the_coordinator(filled: Harness) -> None:
    async with filled.client("coordinator", ["coordinator"]) as client:
        own = await client.get(f"{API}/{PROGRAM}/report", params={"cohort": str(COHORT)})
        unknown = await client.get(f"{API}/{PROGRAM}/report", params={"cohort": str(PROGRAM)})
    async with filled.client("ann", ["analyst"]) as client:
        refused = await client.get(f"{API}/{PROGRAM}/report", params={"cohort": str(COHORT)})

    assert own.json()["cohort_id"] == str(COHORT)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "cohort_unknown")
    assert (refused.status_code, refused.json()["code"]) == (403, "cohort_is_for_coordinators")
    assert refused.json()["errors"] == [{"field": "query.cohort", "reason": "cohort_is_for_coordinators"}]


async def test_a_file_holds_the_report_and_no_formula(filled: Harness) -> None:
    async with filled.client("ann", ["analyst"]) as client:
        answer = await client.get(f"{API}/{OTHER_PROGRAM}/report.csv")
        whole = await client.get(f"{API}/{PROGRAM}/report.csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == f'attachment; filename="program-{OTHER_PROGRAM}.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert rows[0] | {"withheld": ""} == {
        "table": "program",
        "row": "title",
        "column": "",
        "value": "'=cmd()",
        "unit": "text",
        "withheld": "",
    }
    found = {
        (row["table"], row["row"], row["column"]): row for row in csv.DictReader(io.StringIO(whole.text))
    }
    assert found["funnel", "enrolled", ""]["value"] == "52"
    assert (found["funnel", "matched", ""]["value"], found["funnel", "matched", ""]["withheld"]) == (
        "",
        "yes",
    )
    assert found["by_function", "engineering", "total"]["value"] == "24"


@pytest.mark.parametrize("path", ["/not-an-id/report", f"/{PROGRAM}/report?cohort=x"])
async def test_an_id_that_is_none_is_refused_with_its_field(filled: Harness, path: str) -> None:
    async with filled.client("ann", ["analyst"]) as client:
        answer = await client.get(API + path)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["reason"] == "uuid_parsing"
