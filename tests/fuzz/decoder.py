"""Coverage-guided fuzzing of everything that reads bytes from a topic: `python -m tests.fuzz.decoder RUNS`.

An input that breaks a promise is written to a file, and the process ends with 77.
"""

import sys
import tempfile
from pathlib import Path
from typing import Final

import atheris

with atheris.instrument_imports(include=["shared.messaging", "shared.events", "services.matching.sources"]):
    from tests.fuzz.promises import judge
    from tests.fuzz.records import seeds, to_record

DEFAULT_RUNS: Final = 1_000_000
_LONGEST_INPUT: Final = 8_192


def main(runs: int) -> None:
    """Fuzz from the published examples on; ends the process, with 0 when every promise held."""
    corpus = Path(tempfile.mkdtemp(prefix="mentoring-fuzz-"))
    for number, seed in enumerate(seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    atheris.Setup(
        [
            sys.argv[0],
            f"-runs={runs}",
            f"-max_len={_LONGEST_INPUT}",
            f"-artifact_prefix={corpus}/",
            "-print_final_stats=1",
            str(corpus),
        ],
        lambda data: judge(to_record(data)),
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_RUNS)
