"""`docker-compose.yml` as the tests look at it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from shared.settings import ServiceSettings

Block = Mapping[str, Any]

APPLICATION = re.compile(r"^mentoring/(?P<service>[a-z]+):")


def read_compose(path: Path) -> dict[str, Any]:
    """The file with its anchors resolved and nothing interpolated."""
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def interpolated(text: str) -> set[str]:
    """The variables that the file takes from `.env`; `$$` is Compose's escape."""
    return set(re.findall(r"\$\{([A-Z][A-Z0-9_]*)", text.replace("$$", "")))


def settings_faults(block: Block, settings: type[ServiceSettings]) -> list[str]:
    """Variables of a container that its settings do not know, and required ones that it is not given."""
    prefix = settings.model_config.get("env_prefix", "")
    given = {name.removesuffix("_FILE") for name in block.get("environment", {})}
    known = {f"{prefix}{field.upper()}": info for field, info in settings.model_fields.items()}
    return [f"{name} is no setting" for name in sorted(given - known.keys())] + [
        f"{name} is required and not given"
        for name, info in sorted(known.items())
        if info.is_required() and name not in given
    ]


def hardening_faults(block: Block) -> Iterator[str]:
    """What a container may do that it need not be able to do."""
    if block.get("read_only") is not True:
        yield "may write to its image"
    if block.get("cap_drop") != ["ALL"] or block.get("cap_add"):
        yield "has capabilities"
    if "no-new-privileges:true" not in block.get("security_opt", []):
        yield "may gain privileges"
    if block.get("privileged") or block.get("network_mode") == "host" or block.get("pid"):
        yield "is not contained"


def exposure_faults(block: Block) -> Iterator[str]:
    """Ports that other machines could reach, and images that change under their name."""
    for port in block.get("ports", []):
        if not str(port).startswith("127.0.0.1:"):
            yield f"port {port} is open to other machines"
    image = block["image"]
    if ":" not in image or image.endswith(":latest"):
        yield f"image {image} is not pinned"


def secret_faults(name: str, block: Block, document: Block) -> Iterator[str]:
    """Secrets that a container reads and is not given, or is given and does not exist."""
    granted = set(block.get("secrets", []))
    for secret in granted - set(document["secrets"]):
        yield f"{name}: secret {secret} is not declared"
    for variable, value in block.get("environment", {}).items():
        if variable.endswith("_FILE") and Path(str(value)).name not in granted:
            yield f"{name}: {variable} names a secret that is not granted"
        if re.search(r"(PASSWORD|SECRET|SEAL_KEY|DATABASE_URL)$", variable):
            yield f"{name}: {variable} is not a file"
