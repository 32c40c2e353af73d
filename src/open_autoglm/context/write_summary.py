"""Older turns become a summary that the model itself writes, in steps where they exceed the window."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from open_autoglm.context.budget import most_that_fit
from open_autoglm.engine.base import Engine
from open_autoglm.errors import ContextExceeded, EngineError
from open_autoglm.text_language import Language, language_of
from open_autoglm.values import ChatRequest, Completion, Message, TextPart

Chat = Callable[[ChatRequest], Awaitable[Completion]]
"""Answers a request; the caller decides in which slot."""

WORDS_PER_TOKEN = 0.6
"""What the model is told as its limit, in words or Chinese characters, so that it ends by itself."""
SENTENCE_ENDS = ".!?。！？\n"


@dataclass(frozen=True, slots=True)
class _Phrases:
    """What is said to the model, and around its summary, in one language."""

    frame: str
    instruction: str
    earlier: str
    added: str
    request: str
    speakers: dict[str, str]
    call: str
    picture: str


_PHRASES: dict[Language, _Phrases] = {
    "en": _Phrases(
        frame="Summary of the earlier conversation, which is no longer shown word for word:",
        instruction="You shorten conversations. You answer with the summary and nothing else.",
        earlier="Summary so far:",
        added="Conversation:",
        request="Write one summary of all this, in English, in at most {words} words. Keep names, numbers, "
        "dates, decisions, what the user wants and what is still open. Add nothing that is not said above.",
        speakers={"user": "User", "assistant": "Assistant", "tool": "Tool result", "system": "Note"},
        call="calls {name} with {arguments}",
        picture="[picture]",
    ),
    "zh": _Phrases(
        frame="以下是此前对话的摘要（原文不再逐字显示）：",
        instruction="你负责压缩对话。只输出摘要本身，不要输出其他内容。",
        earlier="已有摘要：",
        added="对话：",
        request="请用中文把以上内容写成一份摘要，不超过{words}字。保留姓名、数字、日期、已做的决定、"
        "用户的要求和尚未解决的问题。不要添加上文没有的内容。",
        speakers={"user": "用户", "assistant": "助手", "tool": "工具结果", "system": "说明"},
        call="调用 {name}，参数 {arguments}",
        picture="[图片]",
    ),
}


def conversation_language(messages: Sequence[Message]) -> Language:
    """Chinese or English, whichever carries the text of the messages."""
    return language_of(
        " ".join(part.text for message in messages for part in message.parts if isinstance(part, TextPart))
    )


def with_summary(messages: Sequence[Message], summary: str, language: Language) -> tuple[Message, ...]:
    """``messages`` with the summary of what went before them, as part of the system message.

    Every chat template takes one system message at the start; few take a second one.
    """
    text = f"{_PHRASES[language].frame}\n{summary}"
    if messages and messages[0].role == "system":
        first, *rest = messages
        content = (
            f"{first.content}\n\n{text}"
            if isinstance(first.content, str)
            else (*first.content, TextPart(f"\n\n{text}"))
        )
        return (replace(first, content=content), *rest)
    return (Message("system", text), *messages)


async def write_summary(
    messages: Sequence[Message],
    earlier: str,
    language: Language,
    *,
    engine: Engine,
    chat: Chat,
    most_tokens: int,
) -> str:
    """Summarize ``earlier`` (a summary, or empty) and ``messages`` in at most ``most_tokens`` tokens.

    What does not fit the window at once is folded in step by step; a message larger than the window is
    read in pieces. Raises what the engine raises, and EngineError when it answers with nothing.
    """
    waiting = [_transcript(message, _PHRASES[language]) for message in messages]
    while waiting:
        step = _Step(earlier, language, most_tokens)
        taken = await most_that_fit(len(waiting), _fitting(step, waiting, engine))
        if not taken:
            waiting[:1] = _halves(waiting[0], engine)
            continue
        earlier = _whole_sentences(await chat(step.request(waiting[:taken])))
        if not earlier:
            raise EngineError(
                f"Model {engine.model!r} was asked for a summary of the conversation and wrote none.",
                hint="Use another model, or the context policy truncate or reject.",
            )
        del waiting[:taken]
    return earlier


@dataclass(frozen=True, slots=True)
class _Step:
    """One request for a summary, but for what it has to take in."""

    earlier: str
    language: Language
    most_tokens: int

    def request(self, added: Sequence[str]) -> ChatRequest:
        phrases = _PHRASES[self.language]
        blocks = [f"{phrases.earlier}\n{self.earlier}"] if self.earlier else []
        blocks.append("\n".join((phrases.added, *added)))
        blocks.append(phrases.request.format(words=int(self.most_tokens * WORDS_PER_TOKEN)))
        return ChatRequest(
            (Message("system", phrases.instruction), Message("user", "\n\n".join(blocks))),
            max_tokens=self.most_tokens,
            template_arguments={"enable_thinking": False},
        )


def _fitting(step: _Step, waiting: Sequence[str], engine: Engine) -> Callable[[int], Awaitable[bool]]:
    async def fits(count: int) -> bool:
        tokens = await engine.count_tokens(step.request(waiting[:count]))
        return tokens + step.most_tokens <= engine.capabilities.context_window

    return fits


def _transcript(message: Message, phrases: _Phrases) -> str:
    """A message as a line of a play: who says what."""
    said = [part.text if isinstance(part, TextPart) else phrases.picture for part in message.parts]
    said += [phrases.call.format(name=call.name, arguments=call.arguments) for call in message.tool_calls]
    return f"{phrases.speakers[message.role]}: {' '.join(filter(None, said))}"


def _halves(text: str, engine: Engine) -> tuple[str, str]:
    """A message that no window holds, cut near its middle: at a line's end or a space where there is one."""
    middle = len(text) // 2
    if not middle:
        raise ContextExceeded(
            f"Model {engine.model!r} has a window of {engine.capabilities.context_window} tokens, "
            "too few to summarize a conversation.",
            hint="Raise context_window, or use the context policy truncate or reject.",
        )
    cut = max(text.rfind("\n", middle // 2, middle), text.rfind(" ", middle // 2, middle)) + 1 or middle
    return text[:cut], text[cut:]


def _whole_sentences(answer: Completion) -> str:
    """The summary; one that reached its limit ends with its last whole sentence, if it has one."""
    text = answer.text.strip()
    if answer.finish_reason != "length":
        return text
    end = max(text.rfind(sign) for sign in SENTENCE_ENDS)
    return text[: end + 1].strip() if end > len(text) // 2 else text
