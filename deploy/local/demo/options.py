"""What the person at the keyboard asks of the demo."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.local.port import choose_port

_LARGEST_SEED: Final = 2**63 - 1
_NOT_PAYLOAD: Final = ("licen", "notice", "readme", ".")


class BadOption(ValueError):
    """An option that cannot be followed; the text names it and says what it should look like."""


@dataclass(frozen=True, slots=True)
class Options:
    """`once`: end after the story; `payloads`: replay these files instead; `install_s`: what came before."""

    seed: int
    once: bool = True
    payloads: tuple[Path, ...] = ()
    port: int | None = None
    install_s: float = 0.0


def read_options(environ: Mapping[str, str], any_seed: int) -> Options:
    """Read the variables of `make demo`; empty ones count as not given.

    Raises:
        BadOption: SEED, HRIS or PORT cannot be followed.
    """
    try:
        port = choose_port(environ.get("PORT"))
    except ValueError as bad:
        raise BadOption(str(bad)) from None
    return Options(
        seed=_seed(environ.get("SEED", ""), any_seed),
        once=environ.get("ONCE", "") not in {"", "0"},
        payloads=payloads_of(Path(environ["HRIS"])) if environ.get("HRIS") else (),
        port=port,
        install_s=_seconds(environ.get("INSTALL_S", "")),
    )


def payloads_of(folder: Path) -> tuple[Path, ...]:
    """The files of a folder that are HR payloads, by name; licences and hidden files are none.

    Raises:
        BadOption: there is no such folder, it cannot be read, or it holds no payload.
    """
    if not folder.exists():
        raise BadOption(f"HRIS names no folder: {folder} does not exist")
    if not folder.is_dir():
        raise BadOption(f"HRIS must be a folder of HR payload files: {folder} is a file")
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise BadOption(f"HRIS cannot be read: {folder}: {error.strerror}") from None
    payloads = tuple(path for path in files if not path.name.lower().startswith(_NOT_PAYLOAD))
    if not payloads:
        raise BadOption(f"HRIS holds no HR payload files: {folder}")
    for path in payloads:
        if not os.access(path, os.R_OK):
            raise BadOption(f"HRIS holds a file that cannot be read: {path}")
    return payloads


def _seed(text: str, any_seed: int) -> int:
    if not text:
        return any_seed
    if not (text.isascii() and text.isdecimal()) or int(text) > _LARGEST_SEED:
        raise BadOption(f"SEED must be a whole number from 0 to {_LARGEST_SEED}, not {text[:40]!r}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
