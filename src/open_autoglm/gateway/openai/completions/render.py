"""Completions written: whole, and as a stream of chunks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from open_autoglm.gateway.answering import DONE, KEEP_ALIVE_COMMENT, server_sent
from open_autoglm.gateway.dialect.answer_fields import UsageBody, bounded, stop_or_length
from open_autoglm.gateway.failures import Failure, openai_error
from open_autoglm.gateway.openai.completions.answer import (
    CompletionBody,
    CompletionChunkBody,
    CompletionChunkChoice,
    LegacyLogprobs,
)
from open_autoglm.gateway.openai.stamp import Stamp
from open_autoglm.serving.request import AnswerAbout
from open_autoglm.values import Completion, StreamEvent, TokenLogprob, Usage


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the request its answer depends on."""

    prompts: tuple[str, ...]
    answers_each: int = 1
    echo: bool = False
    logprobs: bool = False

    def echoed(self, index: int) -> str:
        """What stands before the text of answer ``index``."""
        return self.prompts[index // self.answers_each] if self.echo else ""


def whole_completion(
    stamp: Stamp, asked: Asked, answers: Sequence[tuple[AnswerAbout, Completion]]
) -> CompletionBody:
    """The answers to all prompts."""
    about = answers[0][0]
    return {
        "id": stamp.id,
        "object": "text_completion",
        "created": stamp.created,
        "model": about.model,
        "system_fingerprint": stamp.fingerprint,
        "choices": [
            {
                "index": index,
                "text": asked.echoed(index) + completion.text,
                "logprobs": legacy_logprobs(completion.logprobs, 0) if asked.logprobs else None,
                "finish_reason": stop_or_length(completion.finish_reason),
            }
            for index, (_, completion) in enumerate(answers)
        ],
        "usage": usage_of_all([completion.usage for _, completion in answers], asked.answers_each),
        "open_autoglm": stamp.about(about),
    }


class CompletionStream:
    """The chunks of all answers. ``include_usage`` adds a last one without choices."""

    media_type = "text/event-stream"

    def __init__(self, stamp: Stamp, asked: Asked, *, include_usage: bool) -> None:
        self._stamp = stamp
        self._asked = asked
        self._include_usage = include_usage
        self._model = ""
        self._about: AnswerAbout | None = None
        self._lengths: dict[int, int] = {}
        self._usages: dict[int, Usage] = {}

    def begin(self, about: AnswerAbout) -> bytes:
        self._model = about.model
        self._about = about
        return b""

    def event(self, index: int, event: StreamEvent) -> bytes:
        if event.usage is not None:
            self._usages[index] = event.usage
        first = index not in self._lengths
        text = (self._asked.echoed(index) if first else "") + event.text
        if not (text or event.logprobs or event.finish_reason):
            return b""
        offset = self._lengths.get(index, 0)
        self._lengths[index] = offset + len(event.text)
        wants = self._asked.logprobs and event.logprobs
        return self._chunk(
            [
                {
                    "index": index,
                    "text": text,
                    "logprobs": legacy_logprobs(event.logprobs, offset) if wants else None,
                    "finish_reason": stop_or_length(event.finish_reason) if event.finish_reason else None,
                }
            ]
        )

    def end(self) -> bytes:
        return self._chunk([]) + DONE if self._include_usage else DONE

    def failed(self, failure: Failure) -> bytes:
        return server_sent(openai_error(failure))

    def keep_alive(self) -> bytes:
        return KEEP_ALIVE_COMMENT

    def _chunk(self, choices: list[CompletionChunkChoice]) -> bytes:
        chunk: CompletionChunkBody = {
            "id": self._stamp.id,
            "object": "text_completion",
            "created": self._stamp.created,
            "model": self._model,
            "system_fingerprint": self._stamp.fingerprint,
            "choices": choices,
        }
        if self._include_usage:
            usages = [use for _, use in sorted(self._usages.items())]
            chunk["usage"] = None if choices else usage_of_all(usages, self._asked.answers_each)
        if self._about is not None:
            chunk["open_autoglm"] = self._stamp.about(self._about)
            self._about = None
        return server_sent(chunk)


def usage_of_all(usages: Sequence[Usage], answers_each: int) -> UsageBody:
    """Each prompt counts once, each answer counts."""
    prompts = usages[::answers_each]
    prompt = sum(usage.prompt_tokens for usage in prompts)
    completion = sum(usage.completion_tokens for usage in usages)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": sum(usage.cached_tokens for usage in prompts)},
    }


def legacy_logprobs(entries: Sequence[TokenLogprob], offset: int) -> LegacyLogprobs:
    """``offset`` is the place in the answer, in characters, where the first of the tokens stands."""
    offsets = []
    for entry in entries:
        offsets.append(offset)
        offset += len(entry.token)
    return {
        "tokens": [entry.token for entry in entries],
        "token_logprobs": [bounded(entry.logprob) for entry in entries],
        "top_logprobs": [
            {other.token: bounded(other.logprob) for other in entry.alternatives} for entry in entries
        ],
        "text_offset": offsets,
    }
