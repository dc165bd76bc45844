"""The console in a real browser."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, Literal, Protocol

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from deploy.local.database_url import DatabaseUrl
from tests.browser.axe import axe_source, refuse_to_skip
from tests.component.conftest import migrated_databases
from tests.component.reporting.console_server import ConsoleServer, running_console

__all__ = ["migrated_databases"]

CHROMIUM: Final = os.environ.get("MENTORING_CHROMIUM", "/usr/bin/chromium")
_FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

Scheme = Literal["light", "dark"]


class OpenPage(Protocol):
    """Opens a page in a browser context of its own."""

    async def __call__(
        self, *, scheme: Scheme = "light", width: int = 1280, language: str = "en"
    ) -> Page: ...


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium of the system."""
    if not shutil.which(CHROMIUM):
        refuse_to_skip(f"{CHROMIUM} is missing")
        pytest.skip(f"no browser: {CHROMIUM} is missing")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def axe() -> str:
    """The accessibility checker's source."""
    return await asyncio.to_thread(axe_source)


@pytest.fixture(scope="module")
async def console(
    browser: Browser, migrated_databases: Callable[[str, int], Awaitable[DatabaseUrl]]
) -> AsyncIterator[ConsoleServer]:
    """The console with twelve weeks of a program."""
    async with running_console(await migrated_databases("reporting", 0)) as server:
        await server.fill()
        yield server


@pytest.fixture
def complaints() -> list[str]:
    """What browsers said on their consoles: policy violations, errors, anything."""
    return []


@pytest.fixture
async def open_page(browser: Browser, complaints: list[str]) -> AsyncIterator[OpenPage]:
    """Pages whose complaints are kept."""
    contexts: list[BrowserContext] = []

    async def open_one(*, scheme: Scheme = "light", width: int = 1280, language: str = "en") -> Page:
        context = await browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 900}, locale=language
        )
        contexts.append(context)
        page = await context.new_page()
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_one
    for context in contexts:
        await context.close()
