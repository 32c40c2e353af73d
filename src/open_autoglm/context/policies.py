"""What is done with a conversation that is longer than the window: reject, truncate or summarize.

Counts come from the engine, for the very request, rendered by the model's own chat template. Where
an engine can only estimate them (``Capabilities.exact_token_counts``), a margin is kept when turns are
left out, and nothing is refused on an estimate alone: the server that holds the model decides.

Planning only counts. Writing a summary computes, so whoever owns the slots calls ``ContextPlan.apply`` once
it has one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from open_autoglm.context.budget import Budget, budget_for, most_that_fit
from open_autoglm.context.report import ContextPolicy, ContextReport
from open_autoglm.context.summary_memory import SummaryMemory
from open_autoglm.context.turns import Turns, split_turns
from open_autoglm.context.write_summary import (
    Chat,
    conversation_language,
    with_summary,
    write_summary,
)
from open_autoglm.engine.base import Engine
from open_autoglm.errors import ContextExceeded
from open_autoglm.values import ChatRequest, EngineRequest, Message, TextRequest

DROP_STEP_SHARE = 8
"""Truncating frees steps of an eighth of the window: the turns that stay then stay for several turns, the
prompt begins with the same tokens again, and their KV state is used again. To free only what is missing would
have every turn compute the whole prompt anew."""
SUMMARIZED_SHARE = 2
"""After summarizing, half of the prompt's room is free where possible: a summary costs many tokens of
computing and should last."""
SUMMARY_SHARE = 10
LEAST_SUMMARY_TOKENS = 64
MOST_SUMMARY_TOKENS = 512
"""A summary may take a tenth of the window, within these bounds."""
SUMMARY_SLACK_TOKENS = 8
"""Read again in its place, a text may take a few tokens more than its writing took."""


@dataclass(frozen=True, slots=True)
class FittedRequest:
    """A request that fits the window, and what was done to make it fit."""

    request: EngineRequest
    report: ContextReport


class ContextPlan:
    """What has to be done for a request to fit. ``needs_summary``: the model has to write one first."""

    def __init__(self, plan: FittedRequest | _SummaryToWrite) -> None:
        self._plan = plan

    @property
    def needs_summary(self) -> bool:
        return isinstance(self._plan, _SummaryToWrite)

    async def apply(self, chat: Chat) -> FittedRequest:
        """The request to send. ``chat`` computes the summary, where there is one to write, in the caller's
        slot; what it raises is raised."""
        return await self._plan.write(chat) if isinstance(self._plan, _SummaryToWrite) else self._plan


async def plan_context(
    request: EngineRequest,
    policy: ContextPolicy,
    engine: Engine,
    *,
    owner: str = "",
    memory: SummaryMemory | None = None,
) -> ContextPlan:
    """Count the request and decide how it fits, without computing anything.

    ``memory`` holds the summaries of ``owner``'s conversations. Raises ContextExceeded with the counts when
    the policy can't make it fit.
    """
    tokens = await engine.count_tokens(request)
    as_it_is = FittedRequest(request, _report(request, policy, engine, prompt_tokens=tokens, original=tokens))
    if policy == "reject":
        if engine.capabilities.exact_token_counts:
            engine.require_room(request, tokens)
        return ContextPlan(as_it_is)
    budget = budget_for(request, engine.capabilities)
    if tokens <= budget.prompt:
        return ContextPlan(as_it_is)
    if isinstance(request, TextRequest):
        what = f"The text has {tokens} tokens, which have no turns that the policy {policy} could leave out"
        _require_room(request, engine, budget, tokens, what)
        return ContextPlan(as_it_is)
    long = _LongConversation(request, engine, budget, tokens, split_turns(request.messages))
    if policy == "truncate":
        return ContextPlan(await _truncated(long))
    return ContextPlan(await _summarized(long, owner, memory if memory is not None else SummaryMemory()))


@dataclass(frozen=True, slots=True)
class _LongConversation:
    """A conversation that exceeds its budget, with what is known of it."""

    request: ChatRequest
    engine: Engine
    budget: Budget
    tokens: int
    turns: Turns

    async def count(self, messages: Sequence[Message]) -> int:
        return await self.engine.count_tokens(replace(self.request, messages=tuple(messages)))

    def require_room(self, tokens: int, what: str) -> None:
        whole = f"The conversation has {self.tokens} tokens, {what} {tokens}"
        _require_room(self.request, self.engine, self.budget, tokens, whole)

    def fitted(
        self,
        policy: ContextPolicy,
        messages: tuple[Message, ...],
        tokens: int,
        *,
        gone: int,
        summary: str = "",
    ) -> FittedRequest:
        """The request with ``messages``; ``gone`` of its own were left out or stand in ``summary``."""
        report = _report(self.request, policy, self.engine, prompt_tokens=tokens, original=self.tokens)
        report = replace(
            report,
            kept_messages=len(self.request.messages) - gone,
            dropped_messages=0 if summary else gone,
            summarized_messages=gone if summary else 0,
            summary=summary,
        )
        return FittedRequest(replace(self.request, messages=messages), report)


async def _truncated(long: _LongConversation) -> FittedRequest:
    """Leave out the oldest turns: as few as free the steps that are needed, all but the last if they must."""
    turns, budget = long.turns, long.budget
    step = max(1, budget.window // DROP_STEP_SHARE)
    excess = long.tokens - budget.prompt
    goal = long.tokens - -(-excess // step) * step

    async def fits(kept: int) -> bool:
        return await long.count(turns.without_oldest(turns.older - kept)) <= goal

    kept = await most_that_fit(max(0, turns.older - 1), fits)
    dropped = turns.older - kept
    messages = turns.without_oldest(dropped)
    tokens = await long.count(messages)
    long.require_room(tokens, "its system messages and last turn alone")
    return long.fitted("truncate", messages, tokens, gone=len(turns.oldest(dropped)))


@dataclass(frozen=True, slots=True)
class _SummaryToWrite:
    """The oldest ``upto`` turns are to be summarized; ``known`` of them already are, in ``earlier``."""

    long: _LongConversation
    upto: int
    known: int
    earlier: str
    owner: str
    memory: SummaryMemory

    async def write(self, chat: Chat) -> FittedRequest:
        long, turns, engine = self.long, self.long.turns, self.long.engine
        summarized = turns.oldest(self.upto)
        summary = await write_summary(
            summarized[len(turns.oldest(self.known)) :],
            self.earlier,
            conversation_language(summarized),
            engine=engine,
            chat=chat,
            most_tokens=_summary_tokens(long.budget),
        )
        fitted = await _with_summary(long, self.upto, summary)
        long.require_room(fitted.report.prompt_tokens, "its last turn with a summary of the others")
        self.memory.remember(self.owner, summarized, summary)
        return fitted


async def _summarized(
    long: _LongConversation, owner: str, memory: SummaryMemory
) -> FittedRequest | _SummaryToWrite:
    """The conversation with the summary it already has, or what is to be summarized now."""
    turns, budget = long.turns, long.budget
    known, earlier = memory.longest(owner, turns)
    if known or not turns.older:
        fitted = await _with_summary(long, known, earlier)
        if known == turns.older:
            long.require_room(fitted.report.prompt_tokens, "its system messages, summary and last turn")
        if known == turns.older or fitted.report.prompt_tokens <= budget.prompt:
            return fitted

    async def needed(kept: int) -> int:
        framed = await _with_summary(long, turns.older - kept, "")
        return framed.report.prompt_tokens + _summary_tokens(budget) + SUMMARY_SLACK_TOKENS

    async def fits_well(kept: int) -> bool:
        return await needed(kept) <= budget.prompt // SUMMARIZED_SHARE

    async def fits(kept: int) -> bool:
        return await needed(kept) <= budget.prompt

    least = await needed(0)
    long.require_room(least, "its last turn with the system messages and room for a summary")
    most = turns.older - known - 1
    kept = await most_that_fit(most, fits_well)
    if not kept and least > budget.prompt // SUMMARIZED_SHARE:
        kept = await most_that_fit(most, fits)
    return _SummaryToWrite(long, turns.older - kept, known, earlier, owner, memory)


async def _with_summary(long: _LongConversation, summarized: int, summary: str) -> FittedRequest:
    gone = long.turns.oldest(summarized)
    messages = long.turns.without_oldest(summarized)
    if gone:
        messages = with_summary(messages, summary, conversation_language(gone))
    return long.fitted("summarize", messages, await long.count(messages), gone=len(gone), summary=summary)


def _summary_tokens(budget: Budget) -> int:
    return max(LEAST_SUMMARY_TOKENS, min(MOST_SUMMARY_TOKENS, budget.window // SUMMARY_SHARE))


def _report(
    request: EngineRequest, policy: ContextPolicy, engine: Engine, *, prompt_tokens: int, original: int
) -> ContextReport:
    """The report of a request of which nothing is missing."""
    return ContextReport(
        policy=policy,
        window=engine.capabilities.context_window,
        prompt_tokens=prompt_tokens,
        original_tokens=original,
        kept_messages=len(request.messages) if isinstance(request, ChatRequest) else 0,
    )


def _require_room(request: EngineRequest, engine: Engine, budget: Budget, tokens: int, what: str) -> None:
    """Refuse what no more can be taken from; on an estimate the server decides."""
    if tokens <= budget.longest_prompt or not engine.capabilities.exact_token_counts:
        return
    asked = "at least one token" if request.max_tokens is None else f"{request.max_tokens} tokens"
    raise ContextExceeded(
        f"{what}, and the answer may take {asked}, but model {engine.model!r} has a window of "
        f"{budget.window} tokens.",
        hint="Shorten the last message, lower max_tokens or raise context_window.",
    )
