"""How a model is asked for a function, and asked again when its answer fails an example."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from open_autoglm.code.languages import language_named
from open_autoglm.code.writing.answers import code_in
from open_autoglm.code.writing.example import Example
from open_autoglm.values import ChatRequest, Completion, Message, Sampling

FUNCTION_TOKENS = 768
FILE_TOKENS = 2048
_END_OF_BLOCK = ("\n```\n",)
"""Only a closing fence has nothing behind it on its line."""
_SHOWN = 400

_ASK = (
    "Complete this {title} function. Answer with one {title} code block that holds the whole function and "
    "the imports it needs, without its docstring, and nothing else.\n\n```{name}\n{prompt}\n```"
)
_WHOLE_FILE = "{prompt}\n\nAnswer with one {title} code block that holds the whole file, and nothing else."
_CORRECT = (
    "That is wrong: `{call}` {gave}, but it has to {expected}. Read the task again, find the mistake and "
    "answer with the corrected function in one code block, and nothing else."
)


class AnswersChat(Protocol):
    """What is needed of an engine."""

    def chat(self, request: ChatRequest) -> Completion: ...


def ask_for_function(
    prompt: str, sampling: Sampling | None = None, *, language: str = "python"
) -> ChatRequest:
    """``prompt`` is the beginning of a program, up to the docstring of the function that is asked for."""
    question = _ASK.format(prompt=prompt.strip(), name=language, title=_title(language))
    return _request(question, sampling)


def ask_for_file(prompt: str, sampling: Sampling | None = None, *, language: str = "python") -> ChatRequest:
    """``prompt`` is a task in words; the answer is a whole file."""
    return _request(_WHOLE_FILE.format(prompt=prompt.strip(), title=_title(language)), sampling, FILE_TOKENS)


def ask_to_correct(
    prompt: str, answer: str, example: Example, gave: str, sampling: Sampling | None = None
) -> ChatRequest:
    """The same with the answer that failed, and where. ``gave`` is the text of a value or of an error."""
    first = ask_for_function(prompt, sampling)
    complaint = _CORRECT.format(
        call=example.call[:_SHOWN],
        gave=gave[:_SHOWN],
        expected=f"{'raise' if example.raises else 'give'} {example.expected[:_SHOWN]}",
    )
    answered = f"```python\n{code_in(answer).strip()}\n```"
    return replace(
        first, messages=(*first.messages, Message("assistant", answered), Message("user", complaint))
    )


def _request(question: str, sampling: Sampling | None, max_tokens: int = FUNCTION_TOKENS) -> ChatRequest:
    return ChatRequest(
        messages=(Message("user", question),),
        max_tokens=max_tokens,
        sampling=sampling or Sampling(),
        stop=_END_OF_BLOCK,
    )


def _title(language: str) -> str:
    known = language_named(language)
    return known.title if known is not None else language
