"""`python -m shared.events.frozen`: the digest of every example, so that none is ever changed or removed.

The list has the format of `sha256sum`: digest, two blanks, path below the folder of the examples.
"""

import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from shared.events.contracts import EXAMPLES

FROZEN: Final = EXAMPLES / "frozen.sha256"


def digests(folder: Path) -> dict[str, str]:
    """The digest of each example in a folder, by its path below that folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob("*/*.json"))
    }


def read_frozen(text: str) -> dict[str, str]:
    """A committed list, by path."""
    return {path: digest for digest, path in (line.split("  ", 1) for line in text.splitlines() if line)}


def violations(frozen: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """What was done to published examples that must not be done; a new example is no violation."""
    return [f"{path} was removed" for path in frozen if path not in found] + [
        f"{path} was changed" for path, digest in frozen.items() if path in found and found[path] != digest
    ]


def main() -> None:
    """Freeze the examples that are new; end with 1 when a frozen one was touched."""
    frozen = read_frozen(FROZEN.read_text(encoding="utf-8")) if FROZEN.exists() else {}
    found = digests(EXAMPLES)
    touched = violations(frozen, found)
    if touched:
        sys.exit("examples are never edited, add a new one instead:\n" + "\n".join(touched))
    FROZEN.write_text("".join(f"{found[path]}  {path}\n" for path in sorted(found)), encoding="utf-8")
    sys.stdout.write(f"{len(found) - len(frozen)} examples frozen\n")


if __name__ == "__main__":
    main()
