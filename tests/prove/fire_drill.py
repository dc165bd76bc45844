"""A fire drill: a real Prometheus with the real rules watches real services in which something is wrong.

`python -m tests.prove.fire_drill` (about four minutes): engagement meets a record that it cannot handle, and
matching and scheduling do not run. The alerts for that must fire within their windows, and no other.
`python -m tests.prove.fire_drill 15`: all four services run, nothing is wrong; no alert fires in 15 minutes.
"""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from deploy.local.probe import free_ports
from tests.support.apache_kafka import ApacheKafka
from tests.support.databases import choose_database, running_database
from tests.support.eventually import eventually
from tests.support.processes import ROOT, SERVICES, Fleet, new_fleet, prepare
from tests.support.records import broken, step
from tests.support.wire import publish

Alert = tuple[str, str]
"""The name of an alert, and the job that it is about."""

_RULES: Final = ("recording.yml", "alerts.yml")
_SCRAPE_SECONDS: Final = 5
_NOT_SCRAPED_YET: Final = 30.0
EXPECTED: Final[dict[Alert, float]] = {
    ("DeadLettersWait", "engagement"): 120.0,
    ("DeadLettersWait", "reporting"): 120.0,
    ("KeysParked", "engagement"): float("inf"),
    ("ServiceMissing", "matching"): 150.0,
    ("ServiceMissing", "scheduling"): 150.0,
}
"""Seconds from the fault until an alert has fired; infinite: it may, and need not while the drill lasts."""


@dataclass(slots=True)
class Watch:
    """What fired, and how many seconds after the drill began."""

    url: str
    began: float = field(default_factory=time.monotonic)
    fired: dict[Alert, float] = field(default_factory=dict)

    async def look(self) -> None:
        """Note what fires now."""
        async with httpx.AsyncClient(timeout=10) as client:
            answer = (await client.get(f"{self.url}/api/v1/alerts")).json()
        for alert in answer["data"]["alerts"]:
            if alert["state"] == "firing":
                labels = alert["labels"]
                at = time.monotonic() - self.began
                self.fired.setdefault((labels["alertname"], labels.get("job", "")), round(at, 1))

    def faults(self, expected: dict[Alert, float]) -> list[str]:
        """Alerts that fired for no reason, too late, or not at all."""
        never = float("inf")
        return [f"{name} of {job} fired" for name, job in self.fired.keys() - expected.keys()] + [
            f"{name} of {job} did not fire within {limit:.0f} s"
            for (name, job), limit in expected.items()
            if limit != never and self.fired.get((name, job), never) > limit
        ]


def configuration(fleet: Fleet) -> str:
    """The configuration of the compose file with the fleet's addresses in it."""
    jobs = [
        {
            "job_name": service,
            "static_configs": [{"targets": [f"127.0.0.1:{each.port}" for each in fleet.of(service)]}],
        }
        for service in SERVICES
        if fleet.of(service)
    ]
    timing = {"scrape_interval": f"{_SCRAPE_SECONDS}s", "evaluation_interval": f"{_SCRAPE_SECONDS}s"}
    return json.dumps({"global": timing, "rule_files": list(_RULES), "scrape_configs": jobs})


@asynccontextmanager
async def prometheus(config: str) -> AsyncIterator[str]:
    """A Prometheus with the committed rules; gives its address."""
    binary = shutil.which("prometheus")
    if binary is None:
        raise RuntimeError("prometheus is not installed (Debian: prometheus)")
    with tempfile.TemporaryDirectory(prefix="mentoring-drill-") as name:
        folder, port = Path(name), free_ports(1)[0]
        (folder / "prometheus.yml").write_text(config, encoding="utf-8")
        for rules in _RULES:
            shutil.copy(ROOT / "deploy" / "prometheus" / rules, folder / rules)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(  # noqa: ASYNC220 - it returns at once
                [
                    binary,
                    f"--config.file={folder / 'prometheus.yml'}",
                    f"--storage.tsdb.path={folder / 'data'}",
                    f"--web.listen-address=127.0.0.1:{port}",
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        url = f"http://127.0.0.1:{port}"
        try:
            await eventually(lambda: _answers(f"{url}/-/ready"), timeout=30, every=0.2)
            yield url
        finally:
            process.terminate()
            process.wait(30)


async def _answers(url: str) -> bool:
    async with httpx.AsyncClient(timeout=5) as client:
        try:
            return (await client.get(url)).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False


async def drill(
    fleet: Fleet, fault: Callable[[], Awaitable[None]], expected: dict[Alert, float], within: float
) -> Watch:
    """Let something go wrong, and watch for so many seconds or until all is told that must be."""
    async with prometheus(configuration(fleet)) as url:
        watch = Watch(url)
        await fault()
        while time.monotonic() - watch.began < within:
            await watch.look()
            if expected and not watch.faults(expected):
                break
            await asyncio.sleep(1)
        return watch


async def main(healthy_minutes: float) -> int:
    """Print one JSON object; 0 when just the expected alerts fired."""
    async with AsyncExitStack() as stack:
        kafka = stack.enter_context(ApacheKafka())
        postgres = stack.enter_context(running_database(choose_database()))
        databases = {service: await postgres.create_database(service) for service in SERVICES}
        fleet = await stack.enter_async_context(new_fleet(databases, kafka.bootstrap, ""))
        await prepare(fleet)
        for service in SERVICES if healthy_minutes else ("engagement", "reporting"):
            fleet.add(service, 0)
        await fleet.all_ready()

        async def a_record() -> None:
            record = broken(step(1), 1) if healthy_minutes else broken(step(1), 1, value=b"{}")
            await publish(fleet.cluster, [record])

        expected = {} if healthy_minutes else EXPECTED
        watch = await drill(fleet, a_record, expected, within=60 * healthy_minutes or 200)
    faults = watch.faults(expected)
    fired = {f"{name} {job}": seconds for (name, job), seconds in sorted(watch.fired.items())}
    verdict = "broken" if faults else "holds"
    sys.stdout.write(json.dumps({"fired": fired, "faults": faults, "verdict": verdict}) + "\n")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 0.0)))
