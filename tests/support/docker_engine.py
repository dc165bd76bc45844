"""Whether Docker can run an image here; a client without an engine is found out in milliseconds."""

import subprocess
from functools import cache


@cache
def docker_can_run(image: str) -> bool:
    """An engine answers, and the image is local or can be pulled."""
    if not _succeeds("info", "--format", "{{.ServerVersion}}", within=5):
        return False
    return _succeeds("image", "inspect", image, within=5) or _succeeds(
        "manifest", "inspect", image, within=15
    )


def _succeeds(*command: str, within: float) -> bool:
    try:
        done = subprocess.run(["docker", *command], capture_output=True, timeout=within, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
