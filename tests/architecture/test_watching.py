"""Rules, alerts, their pages and the board: what they name exists, and Prometheus itself has tried them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.grafana.panels import queries_of
from deploy.grafana.pipeline import PIPELINE, pipeline_board
from tests.architecture.promql import (
    PROMETHEUS,
    RULES,
    TESTS,
    alerts,
    promtool,
    refused_queries,
    rules,
    run_promtool,
    unknown_names,
)
from tests.architecture.source_files import ROOT

_RUNBOOKS = ROOT / "docs" / "runbooks"
_ALERTS = {alert["alert"]: alert for alert in alerts()}
_PARTS = ("**Means** ", "**Impact** ", "## Look", "## Repair", "## Verify")
_EACH_ALERT = pytest.mark.parametrize("name", _ALERTS)
_WITH_PROMTOOL = pytest.mark.skipif(
    promtool() is None, reason="promtool is not installed: alerts and queries were not tried"
)


def page_queries() -> list[str]:
    """The queries that the runbooks tell to run."""
    pages = [page.read_text(encoding="utf-8") for page in sorted(_RUNBOOKS.glob("*.md"))]
    blocks = [block for page in pages for block in re.findall(r"```promql\n(.*?)```", page, re.DOTALL)]
    return [line for block in blocks for line in block.splitlines() if line]


def cases() -> list[dict[str, Any]]:
    """Every case of every promtool test."""
    return [case for path in TESTS for case in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]]


def board() -> dict[str, Any]:
    """The board as it is committed."""
    found: dict[str, Any] = json.loads(PIPELINE.read_text(encoding="utf-8"))
    return found


@_EACH_ALERT
def test_an_alert_has_a_page_that_says_what_to_do(name: str) -> None:
    """Meaning, impact, where to look, how to repair, how to see that it is over."""
    alert = _ALERTS[name]
    page = ROOT / alert["annotations"]["runbook"]
    text = page.read_text(encoding="utf-8")

    assert page == _RUNBOOKS / f"{name}.md"
    assert [part for part in _PARTS if part not in text] == []
    assert text.startswith(f"# {name}\n")
    assert alert["labels"]["severity"] in {"page", "ticket"}
    assert alert["annotations"]["summary"]


@_EACH_ALERT
def test_an_alert_is_seen_to_fire_and_to_stay_quiet(name: str) -> None:
    """At least one case each, which promtool runs."""
    expected = [
        bool(check["exp_alerts"])
        for case in cases()
        for check in case["alert_rule_test"]
        if check["alertname"] == name
    ]

    assert set(expected) == {True, False}


def test_every_page_of_an_alert_has_its_alert() -> None:
    """Pages of alerts are named like them; the others in small letters."""
    assert {page.stem for page in _RUNBOOKS.glob("[A-Z]*.md")} == set(_ALERTS)


def test_rules_boards_pages_and_tests_name_metrics_that_exist() -> None:
    """A metric that is renamed is renamed everywhere."""
    tried = [series["series"] for case in cases() for series in case["input_series"]]

    assert unknown_names(rule["expr"] for rule in rules()) == []
    assert unknown_names(queries_of(board())) == []
    assert unknown_names(page_queries()) == []
    assert unknown_names(tried) == []


def test_a_wrong_name_is_found() -> None:
    """Planted: in a rule, in a suffix that its type does not have, a recorded name; strings do not count."""
    assert unknown_names(
        [
            'sum(mentoring_outbox_rows_total{job="mentoring_nothing"}) > mentoring:slo_errors:budget',
            "rate(mentoring_event_age_seconds_total[5m])",
            "mentoring:slo_errors:ratio_rate2h",
            "mentoring_handler_duration_seconds_bucket",
            "mentoring_event_age_seconds_bucket",
        ]
    ) == [
        "mentoring:slo_errors:ratio_rate2h",
        "mentoring_event_age_seconds_total",
        "mentoring_handler_duration_seconds_bucket",
        "mentoring_outbox_rows_total",
    ]


def test_the_board_can_be_provisioned_anywhere() -> None:
    """A fixed id, a choice of the datasource, no panel on top of another one."""
    found = board()
    taken = [
        (x, y)
        for panel in found["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]

    assert found == pipeline_board()
    assert found["uid"] == "mentoring-pipeline"
    assert {each["name"]: each["type"] for each in found["templating"]["list"]} == {
        "datasource": "datasource",
        "job": "query",
    }
    assert len(set(taken)) == len(taken)
    assert {panel["datasource"]["uid"] for panel in found["panels"] if panel["type"] != "row"} == {
        "${datasource}"
    }


@_WITH_PROMTOOL
def test_prometheus_takes_the_configuration_and_the_rules() -> None:
    """The files that are mounted."""
    assert run_promtool("check", "rules", *map(str, RULES), within=PROMETHEUS)[0] == 0
    assert run_promtool("check", "config", "prometheus.yml", within=PROMETHEUS)[0] == 0


@_WITH_PROMTOOL
def test_every_alert_fires_and_stays_quiet_as_said() -> None:
    """Prometheus' own rule tests."""
    code, said = run_promtool("test", "rules", *(path.name for path in TESTS), within=PROMETHEUS / "tests")

    assert code == 0, said


@_WITH_PROMTOOL
def test_every_query_of_the_board_and_of_the_pages_parses(tmp_path: Path) -> None:
    """As Prometheus parses it."""
    assert refused_queries([*queries_of(board()), *page_queries()], tmp_path) == ""


@_WITH_PROMTOOL
def test_what_does_not_parse_and_what_does_not_fire_is_found(tmp_path: Path) -> None:
    """Planted: a broken query, and an alert whose threshold was moved away."""
    assert "could not parse expression" in refused_queries(["up", "sum by (job (up)"], tmp_path)

    for path in RULES:
        moved = path.read_text(encoding="utf-8").replace(
            "oldest_age_seconds) > 60", "oldest_age_seconds) > 6000"
        )
        (tmp_path / path.name).write_text(moved, encoding="utf-8")
    (tmp_path / "tests").mkdir()
    relays = (PROMETHEUS / "tests" / "relays.yml").read_text(encoding="utf-8")
    (tmp_path / "tests" / "relays.yml").write_text(relays, encoding="utf-8")
    code, said = run_promtool("test", "rules", "relays.yml", within=tmp_path / "tests")

    assert code != 0
    assert "OutboxStalled" in said
