"""The program page: signed in to, read, used by keyboard, checked by axe and photographed."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.conftest import OpenPage, Scheme
from tests.component.reporting.console_server import ConsoleServer
from tests.component.reporting.reporting_world import PROGRAM

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIGN_IN = {"en": "Sign in", "de": "Anmelden"}


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("who", ["Coordinator", "Analyst"])
async def test_axe_finds_no_fault_and_the_browser_does_not_complain(  # noqa: PLR0917
    console: ConsoleServer,
    open_page: OpenPage,
    complaints: list[str],
    axe: str,
    language: str,
    scheme: Scheme,
    width: int,
    who: str,
    tmp_path: Path,
) -> None:
    """Welcome, list and program page, for both kinds of reader, on a wide and a narrow screen."""
    page = await open_page(scheme=scheme, width=width, language=language)
    await page.goto(console.base_url)
    faults = await _faults(page, axe)
    await _sign_in(page, console, who, language)
    faults += await _faults(page, axe)
    await page.goto(f"{console.base_url}/programs/{PROGRAM}")
    await page.locator("summary").click()
    faults += await _faults(page, axe)
    folder = Path(os.environ.get("MENTORING_SCREENSHOTS", tmp_path))
    await page.screenshot(path=folder / f"program-{who}-{language}-{scheme}-{width}.png", full_page=True)

    assert faults == []
    assert complaints == []
    assert await page.locator("html").get_attribute("lang") == language
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_axe_finds_a_planted_fault(console: ConsoleServer, open_page: OpenPage, axe: str) -> None:
    """The check above can go red."""
    page = await open_page()
    await page.goto(console.base_url)
    await page.evaluate("document.querySelector('main').append(document.createElement('img'))")

    assert await _faults(page, axe) == ["image-alt"]


async def test_the_policy_refuses_a_planted_script_and_the_browser_says_so(
    console: ConsoleServer, open_page: OpenPage, complaints: list[str]
) -> None:
    """Nothing inline runs: a text that got through the templates would do no harm."""
    page = await open_page()
    await page.goto(console.base_url)
    await page.evaluate(
        "const s = document.createElement('script');"
        "s.textContent = 'window.harmed = 1'; document.body.append(s)"
    )

    assert await page.evaluate("window.harmed") is None
    assert any("Content Security Policy" in complaint for complaint in complaints)


async def test_the_keyboard_reaches_everything_in_reading_order(
    console: ConsoleServer, open_page: OpenPage
) -> None:
    """Skip link, brand, navigation, languages, sign out, then the page; the skip link jumps to it."""
    page = await open_page()
    await _sign_in(page, console, "Coordinator", "en")
    await page.goto(f"{console.base_url}/programs/{PROGRAM}")
    reached = [await _tab(page) for _ in range(9)]

    assert reached == [
        "Skip to content",
        "Mentoring",
        "Programs",
        "English",
        "Deutsch",
        "Sign out",
        "Programs",
        "Download as CSV",
        "Show the numbers",
    ]
    await page.keyboard.press("Enter")
    assert await page.locator("details table").is_visible()

    await page.reload()
    assert await _tab(page) == "Skip to content"
    assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "content"
    assert await _tab(page) == "Programs"
    assert await page.evaluate("document.activeElement.closest('main') !== null")


async def test_a_link_to_a_report_survives_signing_in_and_out(
    console: ConsoleServer, open_page: OpenPage, complaints: list[str]
) -> None:
    """From the address to the issuer, back to the address, and out by the button."""
    page = await open_page()
    await page.goto(f"{console.base_url}/programs/{PROGRAM}?lang=de")
    await page.get_by_role("button", name="Coordinator").click()
    await page.wait_for_url(f"{console.base_url}/programs/{PROGRAM}?lang=de")
    assert await page.locator("h1").inner_text() == "Leadership 2027"

    await page.get_by_role("button", name="Abmelden").click()
    await page.wait_for_url(f"{console.base_url}/signed-out")
    assert await page.locator("h1").inner_text() == "You are signed out"
    await page.goto(f"{console.base_url}/programs/{PROGRAM}")
    assert "/issuer/authorize" in page.url
    assert complaints == []


async def test_the_page_says_what_the_interface_says(console: ConsoleServer, open_page: OpenPage) -> None:
    """Funnel, health and a group, as numbers in accessible tables."""
    page = await open_page()
    await _sign_in(page, console, "Coordinator", "en")
    await page.goto(f"{console.base_url}/programs/{PROGRAM}")
    funnel = page.get_by_role("table", name="Participants by stage reached")
    functions = page.get_by_role("table", name="By function")

    assert [await row.inner_text() for row in await funnel.locator("tbody .value").all()] == [
        "52", "48", "44", "42", "12",
    ]  # fmt: skip
    assert await functions.get_by_role("row").nth(1).get_by_role("cell").all_inner_texts() == [
        "•\nwithheld", "13", "•\nwithheld", "24",
    ]  # fmt: skip
    assert "engineering" in (await functions.get_by_role("rowheader").first.inner_text()).lower()


async def test_the_page_prints_without_its_controls(console: ConsoleServer, open_page: OpenPage) -> None:
    page = await open_page()
    await _sign_in(page, console, "Coordinator", "en")
    await page.goto(f"{console.base_url}/programs/{PROGRAM}")
    await page.emulate_media(media="print")

    assert not await page.get_by_role("button", name="Sign out").is_visible()
    assert await page.locator("h1").is_visible()
    assert (
        await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        == "rgb(255, 255, 255)"
    )


async def _sign_in(page: Page, console: ConsoleServer, who: str, language: str) -> None:
    await page.goto(console.base_url)
    await page.get_by_role("link", name=SIGN_IN[language]).click()
    await page.get_by_role("button", name=who).click()
    await page.wait_for_url(f"{console.base_url}/")


async def _tab(page: Page) -> str:
    await page.keyboard.press("Tab")
    return str(await page.evaluate("document.activeElement.innerText")).strip()


async def _faults(page: Page, axe: str) -> list[str]:
    await page.evaluate(axe)
    found: dict[str, Any] = await page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    return [violation["id"] for violation in found["violations"]]
