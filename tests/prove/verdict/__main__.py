"""`python -m tests.prove.verdict RUN_DIR`: what came out, and as the last line one JSON object."""

import asyncio
import json
import sys
from pathlib import Path

from tests.prove.verdict.findings import MEANING
from tests.prove.verdict.judge import judge


def main(directory: Path) -> int:
    """0 when every invariant holds."""
    verdict = asyncio.run(judge(directory))
    for invariant, meaning in MEANING.items():
        broken = verdict["invariants"][invariant.value]
        sys.stdout.write(
            f"{invariant.value:>4}  {meaning:<45} {'holds' if not broken else f'{broken} violations'}\n"
        )
    for invariant, examples in verdict["examples"].items():
        for example in examples:
            sys.stdout.write(f"      {invariant}: {example}\n")
    for what in verdict["unchecked"]:
        sys.stdout.write(f"      not checked: {what}\n")
    sys.stdout.write(json.dumps(verdict, default=str) + "\n")
    return 0 if verdict["verdict"] == "holds" else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
