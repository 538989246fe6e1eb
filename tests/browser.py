"""A real Chromium for tests, and axe in it.

Use the fixtures `page_at` and `live_server`, and mark the test `browser`:

    @pytest.mark.browser
    def test_the_first_page_is_good(page_at):
        page = page_at(320)
        page.goto("/")
        check(page)

`page_at(width, javascript=True)` opens a page whose addresses start at the live server. Nothing outside that server is
reached, and a script error or a broken Content-Security-Policy fails the test when it ends.
`check(page)` fails on any axe violation and on any page wider than its window. `shoot(page, name)` keeps a picture in
the folder named by PICTURES, when it is set, for a person to look at.
"""

import datetime as dt
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Route, sync_playwright

from trainingportal import guard

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
AXE = Path(__file__).parent / "assets" / "axe.min.js"
PageAt = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start one Chromium for the whole run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture(autouse=True, scope="session")
def clicks_wait_for_the_page_they_lead_to() -> Iterator[None]:
    """Return from a click only when the page it led to has been read: on a busy machine its title comes a while after."""
    click = Locator.click

    def click_and_wait(self: Locator, **options: Any) -> None:
        click(self, **options)
        self.page.wait_for_load_state("domcontentloaded")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Locator, "click", click_and_wait)
        yield


@pytest.fixture
def forms_may_be_sent_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a form that is sent within two seconds for a person's: a test need not wait as long as people take."""
    monkeypatch.setattr(guard, "LEAST_AGE", dt.timedelta(0))


@pytest.fixture
def page_at(chromium: Browser, live_server: Any, forms_may_be_sent_at_once: None) -> Iterator[PageAt]:
    """Give a function that opens a page of a width, each in a browser of its own (no shared cookies)."""
    home = urlsplit(live_server.url)
    contexts = []
    problems: list[str] = []

    def only_home(route: Route) -> None:
        if urlsplit(route.request.url).netloc == home.netloc:
            route.continue_()
        else:
            route.abort()

    def open_page(width: int, *, height: int = 900, javascript: bool = True, **options: Any) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            locale="en-GB",
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(60_000)  # a busy machine is slow, not wrong
        context.route("**/*", only_home)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
        page.on("console", lambda message: _note(problems, page, message))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []


def check(page: Page) -> None:
    """Fail when axe finds anything on the page as it stands, or when it scrolls sideways."""
    page.wait_for_load_state("load")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())  # through the debugger, which no Content-Security-Policy stops
    found = json.loads(page.evaluate("axe.run().then((result) => JSON.stringify(result.violations))"))
    said = [
        f"{rule['id']}: {rule['help']}: {', '.join(str(node['target']) for node in rule['nodes'][:4])}"
        for rule in found
    ]
    assert not said, f"{page.url} at {page.viewport_size}: {said}"
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{page.url} is {wide} px wider than {page.viewport_size}"


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the whole page as <PICTURES>/<name>-<width>.png, where PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        size = page.viewport_size
        assert size is not None
        page.screenshot(path=Path(folder) / f"{name}-{size['width']}.png", full_page=True)


def _note(problems: list[str], page: Page, message: ConsoleMessage) -> None:
    """Remember a console error. An answer of 4xx is the test's own business, and so is leaving by "Exit this page".

    What has no address comes from axe, which copies imported stylesheets (Django's forms.css has one) into the page.
    """
    if not message.location["url"]:
        return
    if message.type == "error" and "Failed to load resource" not in message.text:
        problems.append(f"{page.url}: {message.text}")
