"""Everything that a run leaves for the verdict: lines of JSON in files of their own."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class RunDirectory:
    """The folder of one run."""

    folder: Path

    def __post_init__(self) -> None:
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)

    @property
    def crashes(self) -> Path:
        """A line for each crash point that was hit, written by the process that died there."""
        return self.folder / "crashes.jsonl"

    def log(self, service: str, slot: object) -> Path:
        """What a replica says, through all its lives."""
        return self.folder / "logs" / f"{service}-{slot}.log"

    def journal(self, entry: dict[str, Any]) -> None:
        """A record or a command and what became of it, as the client was told."""
        self._append("journal.jsonl", entry)

    def fault(self, kind: str, target: str = "", **more: Any) -> None:
        """Something was done to the fleet, just now."""
        self._append("faults.jsonl", {"at": time.time(), "kind": kind, "target": target, **more})

    def describe(self, run: dict[str, Any]) -> None:
        """Where everything is and how it was run."""
        (self.folder / "run.json").write_text(json.dumps(run, indent=1, default=str) + "\n")

    def lines(self, name: str) -> list[dict[str, Any]]:
        """What a file holds; nothing when it was never written."""
        path = self.folder / name
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def _append(self, name: str, entry: dict[str, Any]) -> None:
        with (self.folder / name).open("a") as file:
            file.write(json.dumps(entry, default=str) + "\n")
