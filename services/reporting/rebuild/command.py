"""The rebuild on the command line."""

import asyncio
import json
import os
import sys
import time
from dataclasses import asdict
from typing import Final

import typer

from services.reporting.persistence.tables import METADATA
from services.reporting.rebuild.run import Progress, RebuildReport, rebuild
from services.reporting.settings import ReportingSettings
from shared.cli_output import AsJson
from shared.kernel import Kernel
from shared.observability.logging import configure_logging
from shared.observability.metrics import distribution_version
from shared.settings import load_settings

DIFFERENT: Final = 1


def rebuild_command(
    *,
    swap: bool = typer.Option(default=False, help="Put the new read models in place of the live ones."),
    as_json: AsJson = False,
) -> None:
    """Make the read models anew from the topics and compare them with the live ones."""
    settings = load_settings(ReportingSettings, dict(os.environ))
    configure_logging("reporting", settings.log_level, version=distribution_version())
    report = asyncio.run(_run(settings, swap=swap))
    if as_json:
        typer.echo(json.dumps({**asdict(report), "equal": report.equal}))
    else:
        typer.echo(
            f"{report.events} events in {report.seconds:.1f} s ({report.per_second:.0f}/s)\n"
            f"rebuilt {report.state_hash}\nlive    {report.live_hash}\n"
            f"{_verdict(report)}{', swapped' if report.swapped else ''}"
        )
    if not report.equal and not report.swapped:
        raise typer.Exit(DIFFERENT)


def _verdict(report: RebuildReport) -> str:
    if report.equal:
        return "equal"
    return (
        "different" if report.compared else "not compared: live and rebuilt never stood at the same records"
    )


async def _run(settings: ReportingSettings, *, swap: bool) -> RebuildReport:
    kernel = Kernel("reporting", settings, metadata=METADATA)
    told = 0.0

    def show(progress: Progress) -> None:
        nonlocal told
        if time.monotonic() - told >= 1 or progress.events == progress.total:
            told = time.monotonic()
            sys.stderr.write(f"{progress.events} of {progress.total} events, {progress.per_second:.0f}/s\n")

    try:
        return await rebuild(kernel, progress=show, replace_live=swap)
    finally:
        await kernel.close()
