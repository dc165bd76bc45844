"""Panels of a Grafana board, laid out in rows of three."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

_WIDTH: Final = 8
_HEIGHT: Final = 8
_COLUMNS: Final = 3
DATASOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}


@dataclass(frozen=True, slots=True)
class Panel:
    """One diagram: queries with the legends of their lines, a unit of Grafana's, a limit drawn in red."""

    title: str
    about: str
    unit: str
    queries: tuple[tuple[str, str], ...]
    limit: float | None = None


def layout(sections: Sequence[tuple[str, Sequence[Panel]]]) -> list[dict[str, Any]]:
    """The sections one below the other, as Grafana's JSON has them."""
    found: list[dict[str, Any]] = []
    top = 0
    for title, panels in sections:
        found.append(
            {
                "type": "row",
                "id": len(found) + 1,
                "title": title,
                "collapsed": False,
                "panels": [],
                "gridPos": {"x": 0, "y": top, "w": _WIDTH * _COLUMNS, "h": 1},
            }
        )
        top += 1
        for number, panel in enumerate(panels):
            place = {
                "x": number % _COLUMNS * _WIDTH,
                "y": top + number // _COLUMNS * _HEIGHT,
                "w": _WIDTH,
                "h": _HEIGHT,
            }
            found.append(_time_series(len(found) + 1, panel, place))
        top += -(-len(panels) // _COLUMNS) * _HEIGHT
    return found


def _time_series(panel_id: int, panel: Panel, place: dict[str, int]) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if panel.limit is not None:
        steps.append({"color": "red", "value": panel.limit})
    return {
        "type": "timeseries",
        "id": panel_id,
        "title": panel.title,
        "description": panel.about,
        "datasource": DATASOURCE,
        "gridPos": place,
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "min": 0,
                "thresholds": {"mode": "absolute", "steps": steps},
                "custom": {"thresholdsStyle": {"mode": "off" if panel.limit is None else "line"}},
            },
            "overrides": [],
        },
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [
            {"refId": chr(ord("A") + number), "datasource": DATASOURCE, "expr": query, "legendFormat": legend}
            for number, (query, legend) in enumerate(panel.queries)
        ],
    }


def queries_of(board: dict[str, Any]) -> Iterable[str]:
    """Every query of a board."""
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            yield target["expr"]
