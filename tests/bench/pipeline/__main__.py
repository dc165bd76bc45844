"""`python -m tests.bench.pipeline`: the pipeline's speed beside that of its peers, on real parts."""

import argparse
import asyncio
import json
import logging
import os

import structlog

from tests.bench.pipeline import chain, consume, faults, idle, latency, relay
from tests.bench.pipeline.ground import running_ground
from tests.bench.pipeline.machine import describe
from tests.bench.pipeline.report import Report

_MODULES = (consume, relay, latency, chain, faults, idle)
WORKS = {module.WORK: module for module in _MODULES}


async def main() -> None:
    """Measure the chosen works and print a table, then one line of JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", default=",".join(WORKS), help=f"some of {','.join(WORKS)}")
    options.add_argument("--repetitions", type=int, default=3)
    chosen = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    report, verdict = Report(), dict[str, float | None]()
    async with running_ground() as ground:
        machine = describe(ground.version)
        print(", ".join(f"{name} {value}" for name, value in machine.items()), flush=True)
        for name in chosen.only.split(","):
            await WORKS[name].measure(ground, report, chosen.repetitions)
            verdict |= WORKS[name].judge(report)
    print("\nmedian (lowest–highest); client_s, postgres_s, broker_s: CPU seconds per 10,000 events")
    print(report.table())
    rounded = {name: None if value is None else round(value, 3) for name, value in verdict.items()}
    machine["load_after"] = os.getloadavg()[0]
    print(json.dumps({"machine": machine, "verdict": rounded, "figures": report.as_json()}))


if __name__ == "__main__":
    asyncio.run(main())
