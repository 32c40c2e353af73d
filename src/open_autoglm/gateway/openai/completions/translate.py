"""From the body of a completion request to what an engine is asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import cast

from open_autoglm.gateway.dialect.sampling import sampling_of, stops_of
from open_autoglm.gateway.failures import FieldRefused
from open_autoglm.gateway.openai.completions.request import CompletionRequest
from open_autoglm.values import TextRequest

DEFAULT_MAX_TOKENS = 16
"""What OpenAI's reference gives for a request without max_tokens."""
MAX_REQUESTS = 32

Detokenize = Callable[[Sequence[int]], Awaitable[str]]


async def prompt_texts(body: CompletionRequest, detokenize: Detokenize) -> list[str]:
    """Every prompt as text."""
    prompt = body.prompt
    if isinstance(prompt, str):
        return [prompt]
    if isinstance(prompt[0], int):
        return [await detokenize(prompt)]
    return [
        one if isinstance(one, str) else await detokenize(one)
        for one in cast("list[str | list[int]]", prompt)
    ]


def text_requests(body: CompletionRequest, prompts: Sequence[str]) -> list[TextRequest]:
    """``n`` requests for each prompt. Raises FieldRefused where fields contradict each other."""
    count = body.n or 1
    require_consistent(body)
    if len(prompts) * count > MAX_REQUESTS:
        raise FieldRefused(
            "n", f"{len(prompts)} prompts with {count} answers each are more than {MAX_REQUESTS} answers."
        )
    return [
        TextRequest(
            prompt=prompt,
            suffix=body.suffix,
            max_tokens=body.max_tokens or DEFAULT_MAX_TOKENS,
            sampling=sampling_of(body, seed_offset=index),
            stop=stops_of(body.stop),
            json_schema=body.json_schema,
            grammar=body.grammar,
            logprobs=body.logprobs,
        )
        for prompt in prompts
        for index in range(count)
    ]


def require_consistent(body: CompletionRequest) -> None:
    """Before any work: what can't be had together."""
    if body.best_of is not None and body.best_of != (body.n or 1):
        raise FieldRefused(
            "best_of", f"best_of is {body.best_of}: answers are not ranked here.", hint="Leave it out, use n."
        )
    if body.echo and body.suffix is not None:
        raise FieldRefused("echo", "echo can't go with suffix.")
    if body.echo and body.logprobs is not None:
        raise FieldRefused("echo", "echo can't go with logprobs: only tokens of the answer have them here.")
    if body.grammar is not None and body.json_schema is not None:
        raise FieldRefused("grammar", "grammar can't go with json_schema.")
