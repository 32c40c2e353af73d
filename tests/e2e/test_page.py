"""The page in a real Chromium, over the real service and a scripted engine. Nothing leaves this machine."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from page_house import PageHouse
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from video_doubles import draw_video
from watching import let_workers_import_doubles

from open_autoglm.config import Settings
from open_autoglm.context.conversation import AnswerDetails
from open_autoglm.context.report import ContextReport
from open_autoglm.engine.scripted import ScriptedAnswer, ScriptedEngine
from open_autoglm.errors import EngineUnavailable
from open_autoglm.serving.request import LOCAL_OWNER
from open_autoglm.values import ChatRequest, EngineRequest, Message, Usage

ROOT = Path(__file__).parent.parent.parent
AUDIT = (ROOT / "tests" / "web" / "audit.js").read_text(encoding="utf-8")
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT_MS = 20_000
SHOTS = os.environ.get("PAGE_SHOTS")
"""A folder for pictures of the page, for people to look at."""

RICH = r"""The roots of $ax^2 + bx + c = 0$:

$$x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}$$

```python
def root(a, b, c):
    return (-b + (b * b - 4 * a * c) ** 0.5) / (2 * a)
```

<img src="http://192.0.2.1/pixel.png" onerror="document.title='broken in'">

![far](http://192.0.2.1/far.png) [bad](javascript:alert(1))
"""


BROKEN = 'def read_price(text):\n    return float(txt.replace(",", ""))\n'


def script(request: EngineRequest) -> str | ScriptedAnswer:
    """Answers by what the last message asks for."""
    assert isinstance(request, ChatRequest)
    asked = "".join(getattr(part, "text", "") for part in request.messages[-1].parts)
    if "numbered passages" in asked or "编号的文档片段" in asked:
        return knowledge_answer(asked)
    if "<document" in asked:
        return "It has " + ("the whole text." if "Gauging Station" in asked else "nothing.")
    if "slowly" in asked:
        return ScriptedAnswer("word " * 400, token_delay_s=0.02)
    if "fail" in asked:
        gone = EngineUnavailable("The engine has stopped.", hint="Send the request again.")
        return ScriptedAnswer("one two", error=gone, tokens_before_error=1)
    if "formula" in asked:
        return ScriptedAnswer(RICH, token_delay_s=0.001)
    return f"Answer {len(request.messages)} to: {asked}"


def knowledge_answer(asked: str) -> str:
    """With a wrong number of a passage in one sentence, and a wrong number of its own in another."""
    if "budget" in asked.rpartition("Question:")[2]:
        return (
            "The authority approved a budget of CNY 1,350,000.00 for 2026. [1]\n"
            "Two radar sensors cost CNY 999,000.00. [1]"
        )
    return "年平均流量为每秒38.6立方米，比前十年平均值低7%。[1]"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> PageHouse:
    settings = Settings(model_path="scripted", data_dir=tmp_path_factory.mktemp("page") / "data")
    return PageHouse(settings, engines=[ScriptedEngine(script, prefill_delay_s=0.0005)])


@pytest.fixture(scope="module")
def address(house: PageHouse) -> Iterator[str]:
    with house.served() as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        missing = "no Chromium on the PATH"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(address: str, browser: Browser) -> Iterator[OpenPage]:
    """Open the page as a new visitor; at the end nothing may have gone elsewhere or wrong in the browser."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def opened(path: str = "/", **options: object) -> Page:
        settings = {"locale": "en-US", "viewport": {"width": 1280, "height": 860}, **options}
        context = browser.new_context(**settings)  # type: ignore[arg-type]
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((address, "data:", "blob:"))
                else wrong.append(f"went to {request.url}")
            ),
        )
        page.on("pageerror", lambda error: wrong.append(f"error {error}"))
        page.goto(address + path)
        page.wait_for_function("window.socket?.connected")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page()


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def ask(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Message").fill(text)
    page.keyboard.press("Enter")


def answered(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.locator(".message.assistant").last).to_contain_text(text, timeout=WAIT_MS)
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible(timeout=WAIT_MS)


def test_an_answer_comes_with_formulas_code_and_how_it_came_about(page: Page, address: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    ask(page, "Show me a formula")
    answered(page, "tokens/s")
    answer = page.locator(".message.assistant")
    expect(answer.locator("math")).to_have_count(2)
    expect(answer.locator("pre .k").first).to_have_text("def")
    expect(answer.locator("img, script, a[href^=javascript]")).to_have_count(0)
    expect(answer).to_contain_text('<img src="http://192.0.2.1/pixel.png"')
    answer.get_by_role("button", name="Copy", exact=True).first.click()
    assert "def root" in page.evaluate("navigator.clipboard.readText()")
    assert "broken" not in page.title()
    expect(page.get_by_role("log")).to_contain_text("The roots of ax^2 + bx + c = 0")
    expect(page).to_have_url(re.compile(r"/c/[0-9a-f]+$"))


def test_a_question_is_edited_into_a_branch_and_answered_again(page: Page) -> None:
    ask(page, "First thought")
    answered(page, "to: First thought")
    page.locator(".message.user").hover()
    page.get_by_role("button", name="Edit").click()
    page.get_by_role("textbox", name="Edit").fill("Second thought")
    page.keyboard.press("Enter")
    answered(page, "to: Second thought")
    page.get_by_role("button", name="Previous version").click()
    answered(page, "to: First thought")
    page.get_by_role("button", name="Answer again").click()
    expect(page.get_by_role("group", name="Version 2 of 2")).to_be_visible()
    page.reload()
    answered(page, "to: First thought")


def test_an_answer_goes_on_through_a_reload_and_escape_stops_it(page: Page) -> None:
    ask(page, "Count slowly")
    expect(page.locator(".message.assistant")).to_contain_text("word word")
    before = len(page.locator(".message.assistant").inner_text())
    page.reload()
    page.wait_for_function(f"document.querySelector('.message.assistant')?.innerText.length > {before + 50}")
    page.keyboard.press("Escape")
    answered(page, "Stopped.")


def test_a_failure_says_what_to_do_and_loses_nothing(page: Page) -> None:
    ask(page, "Please fail")
    answered(page, "No answer: The engine has stopped. Send the request again.")
    page.reload()
    expect(page.locator(".message.user")).to_contain_text("Please fail")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("group", name="Version 2 of 2")).to_be_visible()


def test_the_context_meter_shows_what_was_summarized(house: PageHouse, open_page: OpenPage) -> None:
    assert house.parts is not None
    store = house.parts.conversations
    talk = store.create(LOCAL_OWNER)
    store.append(LOCAL_OWNER, talk.id, Message("user", "And then?"))
    answer = store.append(LOCAL_OWNER, talk.id, Message("assistant", ""), whole=False)
    report = ContextReport(
        "summarize", 4096, 3500, 9000, 6, summarized_messages=14, summary="They met in Rome."
    )
    details = AnswerDetails("scripted", usage=Usage(3500, 96), context=report)
    store.update(LOCAL_OWNER, answer.id, "They left.", details=details, whole=True)
    page = open_page(f"/c/{talk.id}")
    page.get_by_role("button", name="3,596 of 4,096 tokens used").click()
    panel = page.locator(".q-menu")
    expect(panel).to_contain_text("14 older messages stood in the prompt as a summary.")
    expect(panel).to_contain_text("9,000 tokens became 3,500.")
    expect(panel).to_contain_text("They met in Rome.")


def test_an_answer_that_the_end_of_the_program_broke_off_says_so(
    house: PageHouse, open_page: OpenPage
) -> None:
    assert house.parts is not None
    store = house.parts.conversations
    talk = store.create(LOCAL_OWNER)
    store.append(LOCAL_OWNER, talk.id, Message("user", "Once more"))
    answer = store.append(LOCAL_OWNER, talk.id, Message("assistant", ""), whole=False)
    store.update(LOCAL_OWNER, answer.id, "Half an ans", whole=False)
    page = open_page(f"/c/{talk.id}")
    answered(page, "The answer was broken off here.")
    page.get_by_role("button", name="Try again").click()
    answered(page, "to: Once more")


def test_what_is_being_written_survives_a_reload(page: Page) -> None:
    page.get_by_role("textbox", name="Message").press_sequentially("half a thought")
    page.wait_for_timeout(1500)  # a draft is kept once a second
    page.reload()
    expect(page.get_by_role("textbox", name="Message")).to_have_value("half a thought")


def test_conversations_are_found_renamed_and_deleted_with_the_keyboard_too(page: Page) -> None:
    ask(page, "About the zebra")
    answered(page, "zebra")
    page.keyboard.press("Control+Shift+O")
    expect(page.locator(".greeting")).to_be_visible()
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("zebra")
    listed = page.get_by_role("navigation", name="Chats")
    expect(listed.get_by_role("listitem")).to_have_count(1)
    listed.get_by_role("link").click()
    answered(page, "zebra")
    listed.get_by_role("button").click()
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_role("textbox", name="Rename").fill("Striped zebra")
    page.keyboard.press("Enter")
    expect(listed).to_contain_text("Striped zebra")
    listed.get_by_role("button").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(listed).to_contain_text("Nothing found")
    expect(page.locator(".greeting")).to_be_visible()


def test_a_document_is_read_beside_its_pages_and_asked_about(open_page: OpenPage) -> None:
    page = open_page("/documents")
    page.get_by_role("checkbox").uncheck()
    page.locator(".uploader input[type=file]").set_input_files(ROOT / "examples" / "report.pdf")
    card = page.get_by_role("listitem").filter(has_text="report.pdf").first
    expect(card).to_contain_text("done", timeout=60_000)
    card.get_by_role("link").click()
    expect(page.locator("#page-1 .prose")).to_contain_text("Gauging Station")
    page.wait_for_function("document.querySelector('#page-1 img')?.naturalWidth > 100")
    expect(page.locator("#page-1 .sheet a").first).to_be_attached()
    expect(page.get_by_role("heading", name="Key information")).to_be_visible()
    page.get_by_role("button", name="Ask about it").click()
    expect(page.locator(".attachment")).to_contain_text("Of 5 pages the first 2 fit the context")
    ask(page, "What is it?")
    answered(page, "It has the whole text.")


def test_zones_are_drawn_on_a_recording_and_its_events_looked_at(
    open_page: OpenPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_workers_import_doubles(monkeypatch)
    video = draw_video(tmp_path / "yard.mp4", 60)
    page = open_page("/video")
    page.locator("input[type=file]").first.set_input_files(video)
    picture = page.locator(".zone-picture img")
    expect(picture).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("button", name="New zone").click()
    size = picture.bounding_box()
    assert size is not None
    for x, y in ((0.5, 0.1), (0.95, 0.1), (0.95, 0.9), (0.5, 0.9)):
        picture.click(position={"x": x * size["width"], "y": y * size["height"]})
        page.wait_for_timeout(150)
    page.get_by_role("button", name="Close the zone").click()
    name = page.get_by_role("textbox", name="Name of the zone")
    name.fill("dock")
    name.press("Tab")
    expect(page.locator(".zone-picture svg")).to_contain_text("dock")
    page.get_by_label("Let the model write the report").uncheck()
    page.get_by_role("textbox", name="A question").fill("Who entered?")
    page.get_by_role("textbox", name="A question").press("Tab")
    shoot(page, "zones")
    page.get_by_role("button", name="Watch it").click()
    expect(page.locator(".event-shown img")).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".event-shown h3")).to_have_text("Intrusion · dock")
    assert page.locator(".event-shown img").evaluate("(e) => e.naturalWidth") > 100
    expect(page.get_by_text("entered zone “dock”").first).to_be_visible()
    page.locator(".timeline rect").first.click()
    expect(page.locator(".event-card").first).to_have_attribute("aria-current", "true")
    shoot(page, "result")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
        page.locator(".menu-item", has_text=".csv").click()
    assert "intrusion" in Path(download.value.path()).read_text(encoding="utf-8")
    page.get_by_role("button", name="All recordings").click()
    expect(page.locator(".cards li")).to_contain_text("yard.mp4")


def test_code_is_repaired_with_evidence(open_page: OpenPage, tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(BROKEN, encoding="utf-8")
    page = open_page("/code")
    page.locator("input[type=file]").first.set_input_files(tmp_path / "shop.py")
    expect(page.get_by_role("textbox", name="Code", exact=True)).to_have_value(BROKEN)
    expect(page.get_by_role("textbox", name="Name")).to_have_value("shop.py")
    page.get_by_role("textbox", name="A test").fill('assert read_price("1,299.00") == 1299.0')
    page.get_by_label("Ask the model too").uncheck()
    shoot(page, "code-form")
    page.get_by_role("button", name="Repair").click()
    expect(page.locator(".badge")).to_have_text(re.compile("Repaired · proven"), timeout=60_000)
    expect(page.locator(".diff ins")).to_have_text('    return float(text.replace(",", ""))')
    expect(page.locator(".runs")).to_contain_text("Before: 0 of 1 passed")
    expect(page.locator(".runs")).to_contain_text("After: 1 of 1 passed")
    expect(page.locator(".points").first).to_contain_text("no network")
    shoot(page, "code-result")
    assert page.evaluate(AUDIT) == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the repaired file").click()
    assert "float(text" in Path(download.value.path()).read_text(encoding="utf-8")
    page.get_by_role("button", name="All code").click()
    expect(page.locator(".cards li")).to_contain_text("shop.py")


def test_documents_are_asked_and_a_citation_shows_its_page_with_the_passage_framed(
    open_page: OpenPage,
) -> None:
    page = open_page("/knowledge")
    page.get_by_role("textbox", name="Name of a new base").fill("River 河")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="River 河")).to_be_visible()
    shoot(page, "knowledge-empty")
    page.locator(".uploader input[type=file]").set_input_files(ROOT / "examples" / "report.pdf")
    expect(page.locator(".cards li")).to_contain_text("passages", timeout=60_000)
    question = page.get_by_role("textbox", name="Ask", exact=True)
    question.fill("Which budget was approved for 2026?")
    page.keyboard.press("Enter")
    answer = page.locator(".kb-answer").last
    expect(answer).to_contain_text("The authority approved a budget of CNY 1,350,000.00 for 2026.")
    expect(answer).not_to_contain_text("999,000")
    expect(page.locator(".kb-removed")).to_contain_text("do not hold it: 1")
    page.wait_for_function("document.querySelector('.kb-sheet img')?.naturalWidth > 100")
    frame = page.locator(".kb-sheet i").first.bounding_box()
    sheet = page.locator(".kb-sheet").bounding_box()
    assert frame is not None and sheet is not None
    assert 0.4 < (frame["y"] - sheet["y"]) / sheet["height"] < 0.55
    expect(page.locator(".kb-passage mark")).to_contain_text("approved a budget")
    shoot(page, "knowledge-answer")
    assert page.evaluate(AUDIT) == []
    question.fill("食堂几点开门？")
    page.keyboard.press("Enter")
    expect(page.locator(".kb-answer").last).to_contain_text("这些文档中没有找到。")
    expect(page.locator(".kb-turn").last).to_contain_text("The nearest passages:")
    question.fill("年平均流量是多少？")
    page.keyboard.press("Enter")
    expect(page.locator(".kb-answer").last).to_contain_text("38.6")
    page.locator(".kb-answer").last.get_by_role("button", name="[1]").click()
    expect(page.locator(".kb-passage mark")).to_contain_text("38.6")
    shoot(page, "knowledge-follow-up")
    page.get_by_role("button", name="All knowledge bases").click()
    expect(page.locator(".cards li")).to_contain_text("files: 1")
    shoot(page, "knowledge-list")


def test_a_folder_of_this_pc_is_added_and_a_base_removed(open_page: OpenPage, tmp_path: Path) -> None:
    (tmp_path / "manuals").mkdir()
    (tmp_path / "manuals" / "a.txt").write_text("Logs are kept for 30 days.", encoding="utf-8")
    page = open_page(
        "/knowledge", locale="zh-CN", viewport={"width": 420, "height": 900}, color_scheme="dark"
    )
    page.get_by_role("textbox", name="新知识库的名称").fill("手册")
    page.keyboard.press("Enter")
    folder = page.get_by_role("textbox", name="添加文件夹")
    folder.fill(str(tmp_path / "nowhere"))
    folder.press("Enter")
    expect(page.locator(".q-notification")).to_contain_text("no folder")
    folder.fill(str(tmp_path / "manuals"))
    folder.press("Enter")
    expect(page.locator(".cards li")).to_contain_text("manuals/a.txt")
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    shoot(page, "knowledge-chinese")
    page.get_by_role("button", name="移除 手册").click()
    page.get_by_role("menuitem").click()
    expect(page.locator(".cards")).not_to_contain_text("手册")


def test_the_status_shows_the_models_and_this_machine(page: Page) -> None:
    ask(page, "Wake up")
    answered(page, "Wake up")
    page.get_by_role("link", name="Status").click()
    expect(page.locator(".tile")).to_have_count(6)
    expect(page.get_by_role("listitem").filter(has_text="scripted").last).to_contain_text("loaded")
    expect(page.locator(".key-values")).to_contain_text("open-autoglm-pc")


def test_on_a_phone_in_chinese_and_dark_nothing_is_cut_off(open_page: OpenPage) -> None:
    page = open_page(locale="zh-CN", color_scheme="dark", viewport={"width": 360, "height": 740})
    page.get_by_role("textbox", name="消息").fill("formula")
    page.keyboard.press("Enter")
    expect(page.locator(".message.assistant")).to_contain_text("词元/秒", timeout=WAIT_MS)
    for path in ("", "/documents", "/knowledge", "/video", "/code", "/status"):
        if path:
            page.goto(
                re.sub(r"/c/.*", path, page.url) if "/c/" in page.url else page.url.rsplit("/", 1)[0] + path
            )
        expect(page.locator(".view")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
    page.get_by_role("button", name="对话列表与导航").click()
    expect(page.get_by_role("navigation", name="对话", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("navigation", name="对话", exact=True)).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_controls_have_names_and_words_have_contrast(open_page: OpenPage, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    assert page.evaluate(AUDIT) == []
    ask(page, "Show me a formula")
    answered(page, "tokens/s")
    page.locator(".message.user").hover()
    assert page.evaluate(AUDIT) == []
    page.get_by_role("link", name="Documents").click()
    expect(page.locator(".drop")).to_be_visible()
    assert page.evaluate(AUDIT) == []
    page.get_by_role("link", name="Code").click()
    expect(page.locator(".code-form")).to_be_visible()
    assert page.evaluate(AUDIT) == []
    page.get_by_role("link", name="Status").click()
    expect(page.locator(".tile").first).to_be_visible()
    assert page.evaluate(AUDIT) == []


def test_where_there_are_keys_each_sees_only_their_own(house: PageHouse, open_page: OpenPage) -> None:
    assert house.parts is not None
    secret, key = house.parts.keys.add("visitor")
    try:
        page = open_page()
        page.get_by_label("Key").fill("oag-wrong")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("not valid")
        page.get_by_label("Key").fill(secret)
        page.keyboard.press("Enter")
        expect(page.locator(".list")).to_contain_text("Your conversations will stand here.")
        ask(page, "Only mine")
        answered(page, "Only mine")
        house.parts.keys.revoke(key.id)
        house.parts.keys.add("another")
        ask(page, "Still me?")
        expect(page.locator(".q-notification")).to_contain_text("not valid any more")
        expect(page.get_by_role("textbox", name="Message")).to_have_value("Still me?")
    finally:
        for each in house.parts.keys.list():
            house.parts.keys.revoke(each.id)
