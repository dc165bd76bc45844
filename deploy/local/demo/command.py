"""The demo as a command: its options, its signals, its exit code."""

import asyncio
import logging
import os
import secrets
import signal
import sys
from typing import Final

from deploy.local.demo.options import BadOption, Options, read_options
from deploy.local.demo.plan import Plan
from deploy.local.demo.run import run
from deploy.local.demo.telling import Teller
from shared.observability.logging import configure_logging

BAD_OPTION: Final = 2
INTERRUPTED: Final = 130


def main() -> int:
    """Run the demo as the environment asks; the exit code."""
    configure_logging("demo", "ERROR")
    # The story is the output: what libraries warn of goes to a service's log, and there is none here.
    logging.disable(logging.ERROR)
    try:
        options = read_options(os.environ, secrets.randbelow(2**31))
    except BadOption as bad:
        sys.stderr.write(f"demo: {bad}\n")
        return BAD_OPTION
    return asyncio.run(_until_stopped(options))


async def _until_stopped(options: Options) -> int:
    """Run it; the first SIGINT or SIGTERM ends everything in order, and later ones do not disturb that."""
    teller = Teller()
    demo = asyncio.create_task(run(options, Plan(), teller))
    loop = asyncio.get_running_loop()
    asked = False

    def stop() -> None:
        nonlocal asked
        if not asked:
            asked = True
            teller.say("Stopping…")
            demo.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        return await demo
    except asyncio.CancelledError:
        return INTERRUPTED if options.once else 0
