"""How an answer came about, in words: for the line under it, and for what the context manager did."""

from __future__ import annotations

from open_autoglm.context.conversation import AnswerDetails
from open_autoglm.web.texts import Texts


def answer_facts(details: AnswerDetails, texts: Texts) -> list[str]:
    """Model, tokens, speed, first token, what came from a cache."""
    facts = [details.model]
    if details.cache == "hit":
        return [*facts, texts.from_result_cache]
    usage = details.usage
    if usage is not None:
        facts.append(texts.tokens.format(usage.completion_tokens))
    if details.tokens_per_s is not None:
        facts.append(texts.answer_speed.format(details.tokens_per_s))
    if details.first_token_s is not None:
        facts.append(texts.first_after.format(texts.seconds.format(details.first_token_s)))
    if usage is not None and usage.cached_tokens:
        facts.append(texts.cached_tokens.format(usage.cached_tokens))
    return facts


def context_sentences(details: AnswerDetails, texts: Texts) -> list[str]:
    """What of the conversation stood in the prompt; empty where the context manager had no part."""
    report = details.context
    if report is None:
        return []
    used = details.usage.total_tokens if details.usage is not None else report.prompt_tokens
    said = [texts.context_used.format(f"{used:,}", f"{report.window:,}")]
    if report.done == "nothing":
        return [*said, texts.context_whole]
    said.append(texts.context_kept.format(report.kept_messages))
    if report.summarized_messages:
        said.append(texts.context_summarized.format(report.summarized_messages))
    if report.dropped_messages:
        said.append(texts.context_dropped.format(report.dropped_messages))
    said.append(texts.context_before.format(f"{report.original_tokens:,}", f"{report.prompt_tokens:,}"))
    return said
