"""axe-core from npm, of one version and one hash, fetched once and kept."""

import base64
import hashlib
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Final

import pytest

VERSION: Final = "4.14.1"
INTEGRITY: Final = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
"""SHA-512 of the package, as the registry publishes it."""

_CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mentoring-platform"


def refuse_to_skip(reason: str) -> None:
    """Fail instead of skipping where the browser tier must run."""
    if os.environ.get("MENTORING_REQUIRE_BROWSER") == "1":
        pytest.fail(f"MENTORING_REQUIRE_BROWSER=1, but {reason}")


def axe_source() -> str:
    """The script; the test is skipped, loudly, where it cannot be had."""
    package = _CACHE / f"axe-core-{VERSION}.tgz"
    if not package.exists() and (fault := _fetch(package)):
        refuse_to_skip(fault)
        pytest.skip(f"no accessibility check: {fault}")
    digest = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    if digest != INTEGRITY:
        package.unlink()
        pytest.fail(f"axe-core {VERSION} is not what it was: {digest}")
    with tarfile.open(package) as archive:
        script = archive.extractfile("package/axe.min.js")
        assert script is not None
        return script.read().decode()


def _fetch(package: Path) -> str | None:
    npm = shutil.which("npm")
    if npm is None:
        return "npm is missing"
    package.parent.mkdir(parents=True, exist_ok=True)
    command = [npm, "pack", f"axe-core@{VERSION}", "--silent", "--pack-destination", str(package.parent)]
    done = subprocess.run(command, check=False, capture_output=True, timeout=60, cwd=package.parent)
    return None if done.returncode == 0 and package.exists() else "npm cannot fetch axe-core"
