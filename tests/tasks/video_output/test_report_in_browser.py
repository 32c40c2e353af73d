"""The report in Chromium, from a file and without a network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from recorded import DrawnFrames, recorded, walked

from open_autoglm.tasks.video_output.pictures import collect_pictures
from open_autoglm.tasks.video_output.write import write_video_result


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        missing = "no Chromium on the PATH"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_video_result(recorded(), path, "html", collect_pictures(recorded(), DrawnFrames(), walked()))
    return path


@pytest.fixture(params=[(1280, 860), (390, 844)], ids=["wide", "phone"])
def page(browser: Browser, report: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(report.as_uri())
    yield page
    assert wrong == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    context.close()


def test_the_timeline_can_be_dragged(page: Page) -> None:
    timeline = page.locator("#timeline")
    timeline.scroll_into_view_if_needed()
    box = timeline.bounding_box()
    assert box is not None
    first = page.locator("#picture").get_attribute("src")
    page.mouse.move(box["x"] + 10, box["y"] + 3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 3, steps=3)
    page.mouse.up()
    assert page.inner_text("#now") == "00:00:10"
    assert page.inner_text("#chosen") == "<gate>: 1"
    assert page.locator("#picture").get_attribute("src") != first
    page.keyboard.press("Tab")
    timeline.focus()
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#now") == "00:00:11"


def test_a_click_on_an_event_shows_it(page: Page) -> None:
    page.locator('.lane a[data-event="intrusion-1"]').click()
    assert page.inner_text("#now") == "00:00:05"
    assert page.locator(".event.chosen").get_attribute("id") == "intrusion-1"
    shown = page.locator("#picture").get_attribute("src")
    assert shown == page.locator("#intrusion-1 img").get_attribute("src")
    assert page.locator("#overlay .path").count() == 1
    page.locator("#timeline").focus()
    page.keyboard.press("PageDown")
    assert page.locator(".event.chosen").get_attribute("id") == "abandoned_object-1"


def test_only_one_kind_of_event(page: Page) -> None:
    page.locator('.choices button[data-type="intrusion"]').click()
    assert [page.locator(f"#{name}").is_visible() for name in ("intrusion-1", "abandoned_object-1")] == [
        True,
        False,
    ]
