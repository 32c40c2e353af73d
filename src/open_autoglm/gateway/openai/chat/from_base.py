"""A chat request with ``kb``: its last message is answered from a knowledge base, with citations."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import anyio.to_thread
from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.responses import Response

from open_autoglm.gateway.answering import StreamedAnswer, about_headers, whole_answers
from open_autoglm.gateway.dialect.unread import require_readable
from open_autoglm.gateway.failures import FieldRefused
from open_autoglm.gateway.knowledge.answers import AskedQuestion, KnowledgeAnswers
from open_autoglm.gateway.openai.asking import asked_of, stamp_for
from open_autoglm.gateway.openai.chat.messages import ChatMessage, TextPartField
from open_autoglm.gateway.openai.chat.render import ChatStream, whole_chat
from open_autoglm.gateway.openai.chat.request import ChatCompletionRequest
from open_autoglm.gateway.state import gateway_of, owner_of
from open_autoglm.tasks.answer_question import without_citations
from open_autoglm.tasks.follow_up import Exchange
from open_autoglm.values import ChatRequest, Message

REFUSED = ("tools", "response_format", "grammar", "logprobs")
"""What would change the form of an answer that has its own."""
HEEDED = frozenset({"model", "messages", "kb", "stream", "stream_options", "service_tier"})


async def answer_from_base(request: Request, body: ChatCompletionRequest, base: str) -> Response:
    """Raises NotFound for a base that the owner of the key does not have, FieldRefused, UnknownModel."""
    ignored = (*require_readable(body), *_without_effect(body))
    question = asked_question(body)
    gateway, owner = gateway_of(request), owner_of(request)
    await anyio.to_thread.run_sync(gateway.knowledge.require, owner, base)
    stamp = await stamp_for(request, body, "chatcmpl-", ignored)
    asked = asked_of(request, body, [ChatRequest((Message("user", question.text),))])
    answers = KnowledgeAnswers(
        gateway.knowledge.questions, partial(gateway.knowledge.asked_base, owner, base), question
    )
    if body.stream:
        usage = body.stream_options is not None and bool(body.stream_options.include_usage)
        renderer = ChatStream(stamp, include_usage=usage, logprobs=False, knowledge=lambda: answers.result)
        return StreamedAnswer(answers, asked, renderer)
    whole = await whole_answers(request, answers, asked)
    chat = whole_chat(stamp, whole, logprobs=False, knowledge=answers.result)
    return JSONResponse(chat, headers=about_headers(whole[0][0]))


def asked_question(body: ChatCompletionRequest) -> AskedQuestion:
    """The last message, and the questions with their answers before it. Raises FieldRefused."""
    last = body.messages[-1]
    if last.role != "user":
        raise FieldRefused(
            "messages", f"With kb the last message is the question; it is of role {last.role}."
        )
    history: list[Exchange] = []
    question = ""
    for message in body.messages[:-1]:
        if message.role == "user":
            question = _text(message)
        elif message.role == "assistant" and question:
            history.append(Exchange(question, without_citations(_text(message))))
            question = ""
    return AskedQuestion(_text(last), tuple(history))


def _without_effect(body: ChatCompletionRequest) -> Sequence[str]:
    """Fields of a chat that an answer from a base has no use for. Raises FieldRefused for REFUSED ones."""
    given = [
        name
        for name in body.model_fields_set
        if name in type(body).model_fields and getattr(body, name) not in (None, False)
    ]
    for name in REFUSED:
        if name in given:
            raise FieldRefused(name, f"{name} can't go with kb: such an answer has a form of its own.")
    if body.n is not None and body.n > 1:
        raise FieldRefused("n", "With kb there is one answer.")
    return sorted(set(given) - HEEDED)


def _text(message: ChatMessage) -> str:
    """Raises FieldRefused for a picture: documents can't be asked by one."""
    content = message.content
    if content is None or isinstance(content, str):
        return content or ""
    texts = [part.text for part in content if isinstance(part, TextPartField)]
    if len(texts) < len(content):
        raise FieldRefused("messages", "With kb a message has text only, no picture.")
    return "\n".join(texts)
