"""Pages as responses: templates that escape everything, and a policy that lets nothing in from elsewhere."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from services.reporting.domain.access import Viewer
from services.reporting.web.language import LANGUAGES, Language, choose_language

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_HERE: Final = Path(__file__).parent
_MEDIA_TYPES: Final = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
_A_YEAR: Final = "public, max-age=31536000, immutable"

STATIC: Final = MappingProxyType(
    {file.name: file.read_bytes() for file in sorted((_HERE / "static").iterdir())}
)
_VERSIONS: Final = {name: hashlib.sha256(content).hexdigest()[:12] for name, content in STATIC.items()}

_templates: Final = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a page: a viewer with a name to show, and the token that forms carry."""

    viewer: Viewer
    login: str
    csrf_token: str


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses on this site; a language that was asked for by name goes along."""

    asked: str | None

    def to(self, path: str, **query: str | None) -> str:
        """A path with a query."""
        pairs = {name: value for name, value in {**query, "lang": self.asked}.items() if value is not None}
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def static(self, name: str) -> str:
        """A file of ours, under an address that changes with it."""
        return f"/static/{name}?v={_VERSIONS[name]}"


def language_of(request: Request) -> tuple[Language, Links]:
    """The reader's language, and links that keep it."""
    asked = request.query_params.get("lang")
    asked = asked if asked in LANGUAGES else None
    return Language(choose_language(asked, request.headers.get("accept-language"))), Links(asked)


def page(
    request: Request, template: str, reader: Reader | None, *, status: int = 200, **values: object
) -> Response:
    """A page in the reader's language."""
    language, links = language_of(request)
    query = {name: value for name, value in request.query_params.items() if name == "cohort"}
    text = _templates.get_template(template).render(
        t=language,
        links=links,
        reader=reader,
        languages=[(code, f"{request.url.path}?{urlencode({**query, 'lang': code})}") for code in LANGUAGES],
        **values,
    )
    return HTMLResponse(
        text,
        status,
        {
            "Content-Security-Policy": POLICY,
            "Content-Language": language.code,
            "Vary": "Cookie, Accept-Language",
        },
    )


def static_file(name: str) -> Response | None:
    """A file of ours, kept by browsers as long as its address says the same version."""
    content = STATIC.get(name)
    if content is None:
        return None
    return Response(content, media_type=_MEDIA_TYPES[Path(name).suffix], headers={"Cache-Control": _A_YEAR})
