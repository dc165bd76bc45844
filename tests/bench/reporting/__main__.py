"""`python -m tests.bench.reporting`: how fast reporting consumes and rebuilds, beside a plain consumer."""

import argparse
import asyncio
import json
import logging
import os
import sys

import structlog

from tests.bench.pipeline.ground import running_ground
from tests.bench.pipeline.machine import describe
from tests.bench.pipeline.report import Report
from tests.bench.reporting.mix import fill, told
from tests.bench.reporting.works import OURS, PLAIN, REBUILD, consume, new_store, rebuilding


async def main() -> bool:
    """Measure, and print a table and one line of JSON; whether the rebuilt state was the live one."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=200_000)
    options.add_argument("--repetitions", type=int, default=3)
    chosen = options.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    report, equal = Report(), []
    async with running_ground() as ground:
        machine = describe(ground.version)
        print(", ".join(f"{name} {value}" for name, value in machine.items()), flush=True)
        events = await fill(ground.cluster, told(chosen.events))
        print(f"{events} events on the topics", flush=True)
        for _ in range(chosen.repetitions):
            await consume(ground, report, await new_store(ground), events, PLAIN)
            live = await new_store(ground)
            await consume(ground, report, live, events, OURS)
            made = await rebuilding(ground, report, live)
            equal.append(made.equal)
            print(f"  rebuilt {made.state_hash}, live {made.live_hash}: equal {made.equal}", flush=True)
    machine["load_after"] = os.getloadavg()[0]
    verdict = {
        "consume_times_plain": report.ratio("consume", OURS, PLAIN),
        "rebuild_per_second": report.median("rebuild", REBUILD, "rate"),
        "equal": all(equal),
    }
    print("\nmedian (lowest–highest); client_s, postgres_s, broker_s: CPU seconds per 10,000 events")
    print(report.table())
    print(json.dumps({"machine": machine, "verdict": verdict, "figures": report.as_json()}))
    return all(equal)


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main()) else 1)
