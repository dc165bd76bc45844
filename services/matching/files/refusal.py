"""What is said about files that no result can be made of."""

from enum import StrEnum
from pathlib import Path
from typing import Final

EXIT_NOT_VERIFIED: Final = 1
EXIT_BAD_INPUT: Final = 2
EXIT_NOT_SOLVED: Final = 3


class Code(StrEnum):
    """Why files are refused."""

    FILE_MISSING = "file_missing"
    TWO_FILES = "two_files"
    EMPTY_FILE = "empty_file"
    NOT_READABLE = "not_readable"
    NOT_UTF8 = "not_utf8"
    COLUMN_MISSING = "column_missing"
    COLUMN_TWICE = "column_twice"
    COLUMN_TYPE = "column_type"
    WRONG_SEPARATOR = "wrong_separator"
    RAGGED_ROW = "ragged_row"
    EMPTY_ID = "empty_id"
    DUPLICATE_ID = "duplicate_id"
    UNKNOWN_ID = "unknown_id"
    CAPACITY_NOT_WHOLE = "capacity_not_whole"
    CAPACITY_OUT_OF_RANGE = "capacity_out_of_range"
    SCORE_NOT_A_NUMBER = "score_not_a_number"
    SCORE_OUT_OF_RANGE = "score_out_of_range"
    SELF_PAIR = "self_pair"
    PAIR_TWICE = "pair_twice"
    LOCK_NOT_ALLOWED = "lock_not_allowed"
    LOCK_OVER_CAPACITY = "lock_over_capacity"
    LOCK_BELOW_FLOOR = "lock_below_floor"
    FLOOR_NOT_A_SCORE = "floor_not_a_score"
    FLOOR_OUT_OF_REACH = "floor_out_of_reach"
    OPTIONS_CLASH = "options_clash"
    MARKET_TOO_LARGE = "market_too_large"
    MEMORY_TOO_SMALL = "memory_too_small"
    OUT_DIR_NOT_OURS = "out_dir_not_ours"
    OUT_DIR_NOT_WRITABLE = "out_dir_not_writable"


class NotProven(RuntimeError):
    """The result could not be proven; nothing was written."""


class Refused(Exception):
    """A file that cannot be used: which, where and why. `line` counts from 1, with the header."""

    def __init__(self, code: Code, reason: str, *, path: Path | None = None, line: int | None = None) -> None:
        place = "" if path is None else f"{path}: " if line is None else f"{path}:{line}: "
        super().__init__(f"{place}{code}: {reason}")
        self.code, self.reason, self.path, self.line = code, reason, path, line

    def as_json(self) -> dict[str, object]:
        """The same for machines."""
        file = None if self.path is None else str(self.path)
        return {"refused": self.code, "file": file, "line": self.line, "reason": self.reason}
