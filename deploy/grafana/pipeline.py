"""The board of the pipeline: are the promises kept, and if not, where does it stand still."""

import json
from pathlib import Path
from typing import Any, Final

from deploy.grafana.panels import DATASOURCE, layout
from deploy.grafana.pipeline_panels import SECTIONS

PIPELINE: Final = Path(__file__).parent / "pipeline.json"


def pipeline_board() -> dict[str, Any]:
    """The board as Grafana imports it."""
    return {
        "uid": "mentoring-pipeline",
        "title": "Mentoring: pipeline",
        "description": "Written by `make docs`; do not edit.",
        "tags": ["mentoring"],
        "schemaVersion": 39,
        "version": 1,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "timezone": "utc",
        "templating": {"list": [_datasource_choice(), _service_choice()]},
        "annotations": {"list": []},
        "panels": layout(SECTIONS),
    }


def pipeline_json() -> str:
    """The file that is committed."""
    return json.dumps(pipeline_board(), indent=2) + "\n"


def _datasource_choice() -> dict[str, Any]:
    return {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}


def _service_choice() -> dict[str, Any]:
    return {
        "name": "job",
        "label": "Service",
        "type": "query",
        "datasource": DATASOURCE,
        "query": {"query": "label_values(mentoring_build_info, job)", "refId": "job"},
        "refresh": 2,
        "includeAll": True,
        "multi": True,
        "current": {"text": "All", "value": "$__all"},
    }
