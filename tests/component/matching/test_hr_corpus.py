"""ADP's own sample notifications through the whole service, counted in its store."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from tests.component.conftest import HarnessFactory
from tests.support.hr_world import ADP_TOPIC, HrWorld

EXPECTED = json.loads((Path(__file__).parents[2] / "corpus" / "adp_expected.json").read_text())
CORPUS = Path(os.environ.get("MENTORING_CORPUS", "")) / "hris" / "adp"

pytestmark = pytest.mark.skipif(
    not os.environ.get("MENTORING_CORPUS") or not CORPUS.is_dir(),
    reason="the HR corpus is absent: set MENTORING_CORPUS to the folder that holds hris/adp",
)


async def test_every_file_yields_the_observations_and_refusals_of_the_table(
    harness_factory: HarnessFactory,
) -> None:
    """A file may say what an earlier one said: that is a duplicate, not a second observation."""
    hr = HrWorld(await harness_factory("matching"))
    counted = hr.harness.service.kernel.registry.get_sample_value
    wrong = {}
    for name, expected in sorted(EXPECTED.items()):
        before = await _counts(hr), _observed(counted)
        await hr.say((CORPUS / name).read_bytes(), topic=ADP_TOPIC)
        after = await _counts(hr), _observed(counted)
        found = after[0] - before[0], after[1] - before[1]
        said = Counter(one["kind"] for one in expected["observations"])
        if found != (Counter(expected["refused"]), said):
            wrong[name] = found

    assert wrong == {}
    people = await hr.harness.fetch("select count(*) as n from person")
    keys = {one["person"] for expected in EXPECTED.values() for one in expected["observations"]}
    assert people == [{"n": len(keys)}]
    said_once = await hr.harness.fetch("select count(*) as n from observation")
    total = sum(len(expected["observations"]) for expected in EXPECTED.values())
    assert said_once[0]["n"] + _observed(counted, "duplicate").total() == total


async def _counts(hr: HrWorld) -> Counter[str]:
    rows = await hr.harness.fetch("select reason, count(*) as n from set_aside group by reason")
    return Counter({row["reason"]: row["n"] for row in rows})


def _observed(counted: object, *outcomes: str) -> Counter[str]:
    assert callable(counted)
    kinds = ("hire", "rehire", "termination", "rescind", "leave", "return_from_leave", "deceased", "update")
    totals: Counter[str] = Counter()
    for kind in kinds:
        for outcome in outcomes or ("new", "duplicate"):
            totals[kind] += int(
                counted("mentoring_hr_observations_total", {"kind": kind, "outcome": outcome}) or 0
            )
    return totals
