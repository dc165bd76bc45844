"""The API's documentation as one plain page, made of the OpenAPI document; nothing comes from elsewhere."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import FastAPI
from starlette.responses import HTMLResponse

_STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff }
section { border-top: 1px solid #767676; padding: 0.5rem 0 }
code { font-family: ui-monospace, monospace }
table { border-collapse: collapse } td, th { text-align: left; padding: 0.2rem 1rem 0.2rem 0 }
""".strip()
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; frame-ancestors 'none'; base-uri 'none'"


def docs_page(app: FastAPI) -> HTMLResponse:
    """Every operation with its parameters, bodies and answers, by name of the schema."""
    document = app.openapi()
    title = escape(document["info"]["title"])
    operations = "".join(
        _operation(method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1>"
        '<p>The complete description is the <a href="openapi.json">OpenAPI document</a>.</p>'
        f"{operations}</main></body></html>"
    )
    return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    rows = "".join(
        f'<tr><th scope="row"><code>{escape(name)}</code></th>'
        f"<td>{escape(place)}</td><td>{escape(kind)}</td></tr>"
        for name, place, kind in _parts(operation)
    )
    summary = escape(operation.get("description") or operation.get("summary") or "")
    return (
        f"<section><h2><code>{escape(method.upper())} {escape(path)}</code></h2><p>{summary}</p>"
        f'<table><thead><tr><th scope="col">Name</th><th scope="col">Place</th><th scope="col">Kind</th></tr>'
        f"</thead><tbody>{rows}</tbody></table></section>"
    )


def _parts(operation: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for parameter in operation.get("parameters", []):
        yield parameter["name"], parameter["in"], _kind(parameter.get("schema", {}))
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        yield "body", media_type, _kind(content.get("schema", {}))
    for status, response in operation.get("responses", {}).items():
        for media_type, content in response.get("content", {}).items():
            yield status, media_type, _kind(content.get("schema", {}))


def _kind(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " or ".join(_kind(part) for part in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")
