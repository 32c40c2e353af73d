"""The counts that policies rely on are those of the real model's own template."""

from __future__ import annotations

from pathlib import Path

import pytest
from talks import fit_request, talk

from open_autoglm.context.report import ContextPolicy
from open_autoglm.context.summary_memory import SummaryMemory
from open_autoglm.engine.llama_cpp import LlamaCppEngine
from open_autoglm.engine.llama_cpp_options import LlamaCppOptions
from open_autoglm.values import ChatRequest

pytestmark = [pytest.mark.anyio, pytest.mark.model]
WINDOW = 512


@pytest.mark.parametrize(("policy", "least_reused"), [("truncate", 0.0), ("summarize", 0.8)])
async def test_what_was_fitted_is_answered_with_exactly_the_counted_tokens(
    small_model_path: Path, policy: ContextPolicy, least_reused: float
) -> None:
    options = LlamaCppOptions("smollm2-135m-instruct", small_model_path, WINDOW, slots=1)
    memory = SummaryMemory()
    async with LlamaCppEngine(options) as engine:
        for turns in (20, 21):
            request = ChatRequest(talk(turns), max_tokens=8)
            fitted = await fit_request(request, policy, engine, memory=memory)
            answer = await engine.chat(fitted.request)
            assert answer.usage.prompt_tokens == fitted.report.prompt_tokens <= WINDOW - 8
            assert fitted.report.original_tokens > WINDOW
        assert answer.usage.cached_tokens >= least_reused * answer.usage.prompt_tokens
