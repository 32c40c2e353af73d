"""What surely fits is not counted first, and what the engine then tells is checked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from open_autoglm.context.certain_fit import counted, fits_certainly, most_prompt_tokens
from open_autoglm.engine.base import Capabilities
from open_autoglm.engine.llama_cpp import LlamaCppEngine
from open_autoglm.engine.llama_cpp_options import LlamaCppOptions
from open_autoglm.engine.scripted import ScriptedEngine
from open_autoglm.errors import ContextExceeded
from open_autoglm.values import (
    ChatRequest,
    EngineRequest,
    ImagePart,
    Message,
    PromptProgress,
    StreamEvent,
    TextPart,
    TextRequest,
    Tool,
    ToolCall,
)

pytestmark = pytest.mark.anyio

SHORT = ChatRequest((Message("user", "hello"),), max_tokens=8)
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
REQUESTS: dict[str, EngineRequest] = {
    "one letter": ChatRequest((Message("user", "a"),)),
    "Chinese and symbols": ChatRequest((Message("user", "龘靐齉爩 🧑‍🚀 ﷽ \x00\x7f" * 5),)),
    "many empty turns": ChatRequest(
        (Message("user", ""), Message("assistant", "")) * 30 + (Message("user", ""),)
    ),
    "tools and their calls": ChatRequest(
        (
            Message("user", "Weather?"),
            Message("assistant", "", tool_calls=(ToolCall("1", "get_weather", '{"city": "Paris"}'),)),
            Message("tool", "sunny", tool_call_id="1"),
        ),
        tools=(Tool("get_weather", "Weather of a city", CITY), Tool("get_time", "Time of a city", CITY)),
    ),
    "a schema": replace(SHORT, json_schema=CITY),
    "text past the template": TextRequest("def add(a, b):\n    "),
    "no text at all": TextRequest("a"),
}


def engine(window: int = 4096, *, tells: bool = True) -> ScriptedEngine:
    capabilities = Capabilities(window, text_completion=True, tells_prompt_length=tells)
    return ScriptedEngine(["ok"], capabilities=capabilities)


def test_a_short_request_surely_fits_and_its_report_holds_a_bound() -> None:
    fitted = fits_certainly(SHORT, "reject", engine())
    assert fitted is not None
    assert fitted.request == SHORT
    assert fitted.report.done == "nothing"
    assert fitted.report.kept_messages == 1
    assert fitted.report.prompt_tokens == most_prompt_tokens(SHORT)


@pytest.mark.parametrize(
    ("request_", "model"),
    [
        (SHORT, engine(tells=False)),
        (SHORT, engine(1024)),
        (ChatRequest((Message("user", "word " * 700),), max_tokens=8), engine()),
        (replace(SHORT, max_tokens=3500), engine()),
        (ChatRequest((Message("user", (TextPart("a"), ImagePart(b"x", "image/png"))),)), engine()),
    ],
    ids=["engine does not tell", "small window", "long prompt", "long answer", "picture"],
)
def test_what_may_not_fit_is_counted_first(request_: ChatRequest, model: ScriptedEngine) -> None:
    assert fits_certainly(request_, "truncate", model) is None


async def test_the_report_then_holds_what_the_engine_tells() -> None:
    model = engine()
    fitted = fits_certainly(SHORT, "reject", model)
    assert fitted is not None
    async with model:
        first = await anext(model.stream(SHORT, prompt_tokens=fitted.report.prompt_tokens))
        report = (await counted(fitted, first, model)).report
        assert report.prompt_tokens == report.original_tokens == await model.count_tokens(SHORT)


async def test_a_template_that_adds_more_than_was_allowed_for_is_refused_with_the_count() -> None:
    model = engine()
    fitted = fits_certainly(SHORT, "reject", model)
    assert fitted is not None
    with pytest.raises(ContextExceeded, match="has 4090 tokens and the answer may take 8"):
        await counted(fitted, StreamEvent(progress=PromptProgress(0, 4090)), model)


@pytest.mark.model
async def test_no_real_prompt_has_more_tokens_than_its_bound(small_model_path: Path) -> None:
    options = LlamaCppOptions("smollm2-135m-instruct", small_model_path, 4096, slots=1)
    async with LlamaCppEngine(options) as model:
        for name, request in REQUESTS.items():
            most = most_prompt_tokens(request)
            assert most is not None
            assert await model.count_tokens(request) <= most, name
