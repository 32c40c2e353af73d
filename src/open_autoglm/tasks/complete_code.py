"""Complete code at a place: gather what helps, ask the model, cut, check, ask again where that is no good."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from open_autoglm.code.completion.check import ParseCheck
from open_autoglm.code.completion.end import CompletionEnd
from open_autoglm.code.completion.place import Place
from open_autoglm.code.completion.rank import Candidate, best
from open_autoglm.code.completion.request import CompletionLimits, another_try, completion_request
from open_autoglm.code.completion.suggest import GrowingCompletion
from open_autoglm.code.completion.window import WindowLimits
from open_autoglm.code.repository.gather import GatherBudget
from open_autoglm.code.repository.index import RepositoryIndex
from open_autoglm.code.repository.kept import GatheredContext
from open_autoglm.code.repository.snippet import Snippet
from open_autoglm.code.source import Source
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.errors import Cancelled, ContextExceeded, NotSupported
from open_autoglm.tasks.completion_result import CodeCompletion, ShownSnippet, TokensUsed
from open_autoglm.tasks.document_result import ModelUsed
from open_autoglm.values import TextRequest, Usage

MAX_CANDIDATES = 3


@dataclass(frozen=True, slots=True)
class CompleteOptions:
    """How much is shown, asked for and tried."""

    context: GatherBudget = field(default_factory=GatherBudget)
    limits: CompletionLimits = field(default_factory=CompletionLimits)
    candidates: int = MAX_CANDIDATES
    """Asked for at most, and only while those before are no good."""
    model: ModelUsed | None = None


WHILE_TYPING = CompleteOptions(context=GatherBudget(tokens=512), candidates=2)
"""For who waits with each keystroke: two cores read some 200 tokens a second with a small model."""


@dataclass(slots=True)
class _Asked:
    """What the candidates of one completion took."""

    usage: Usage = field(default_factory=lambda: Usage(0, 0))
    first_token_s: float | None = None
    count: int = 0


def complete_code(
    source: Source,
    line: int,
    column: int,
    engine: BlockingEngine,
    options: CompleteOptions | None = None,
    *,
    index: RepositoryIndex | None = None,
    gathered: GatheredContext | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> CodeCompletion:
    """The completion at ``line`` (from 1) and ``column`` (characters before the cursor) of ``source``.

    ``index`` is the project's, the source's name relative to its folder; ``gathered`` keeps what was found
    between keystrokes. Raises UsageError for no such place, NotSupported for a model that can't fill in,
    Cancelled when ``cancelled`` says so between two tokens.
    """
    options = options or CompleteOptions()
    began = time.monotonic()
    offset = source.offset(line, column)
    _require_fill_in(engine)
    place = Place(source.text[:offset], source.text[offset:], source.language)
    snippets: tuple[Snippet, ...] = ()
    if index is not None:
        snippets = (gathered or GatheredContext()).snippets(source, line, column, index, options.context)
    asked = _Asked()
    chosen, shown = _complete(place, snippets, engine, options, asked, cancelled)
    finished = chosen.finished
    check = {True: "parsed", False: "faulty", None: "unchecked"}[finished.parses]
    return CodeCompletion.model_validate(
        {
            "file": source.name,
            "language": source.language.name if source.language is not None else None,
            "line": line,
            "column": column,
            "text": finished.text,
            "check": check,
            "extent": CompletionEnd(place).extent,
            "candidates": asked.count,
            "snippets": tuple(map(_shown, shown)),
            "tokens": TokensUsed(
                prompt=asked.usage.prompt_tokens,
                cached=asked.usage.cached_tokens,
                completion=asked.usage.completion_tokens,
            ),
            "seconds": round(time.monotonic() - began, 3),
            "first_token_seconds": asked.first_token_s,
            "model": options.model,
            "notes": () if len(shown) == len(snippets) else ("The window had no room for the project.",),
        }
    )


def _require_fill_in(engine: BlockingEngine) -> None:
    if not engine.capabilities.fill_in_middle:
        raise NotSupported(
            f"Model {engine.model!r} can't fill in code: it wasn't trained for text on both sides.",
            hint="Use one that can, such as autoglm-small or autoglm-base.",
        )


def _complete(
    place: Place,
    snippets: tuple[Snippet, ...],
    engine: BlockingEngine,
    options: CompleteOptions,
    asked: _Asked,
    cancelled: Callable[[], bool],
) -> tuple[Candidate, tuple[Snippet, ...]]:
    """The best candidate, and the snippets that there was room for."""
    request = completion_request(place, _as_files(snippets), options.limits)
    check = ParseCheck(place)
    try:
        candidates = [_ask(request, place, check, engine, asked, cancelled)]
    except ContextExceeded:
        half = WindowLimits(*(limit // 2 for limit in _sizes(options.limits.window)))
        request = completion_request(place, (), replace(options.limits, window=half))
        snippets = ()
        candidates = [_ask(request, place, check, engine, asked, cancelled)]
    # Nothing to add is an answer too, and others would hardly be better.
    wanted = options.candidates if candidates[0].finished.text.strip() else 1
    while not candidates[-1].good and len(candidates) < wanted:
        again = another_try(request, len(candidates))
        if not engine.capabilities.logprobs:
            again = replace(again, logprobs=None)
        candidates.append(_ask(again, place, check, engine, asked, cancelled))
    return best(candidates), snippets


def _sizes(window: WindowLimits) -> tuple[int, int]:
    return window.prefix_tokens, window.suffix_tokens


def _ask(
    request: TextRequest,
    place: Place,
    check: ParseCheck,
    engine: BlockingEngine,
    asked: _Asked,
    cancelled: Callable[[], bool],
) -> Candidate:
    """One answer, ended as soon as the completion is over."""
    began = time.monotonic()
    growing = GrowingCompletion(place)
    logprobs: list[float] = []
    prompt = cached = tokens = 0
    usage: Usage | None = None
    asked.count += 1
    with closing(engine.stream(request)) as events:
        for event in events:
            if cancelled():
                raise Cancelled("The completion was cancelled.")
            if event.progress is not None:
                cached = cached if prompt else event.progress.done
                prompt = event.progress.total
            if event.text and asked.first_token_s is None:
                asked.first_token_s = round(time.monotonic() - began, 3)
            tokens += bool(event.text)
            logprobs.extend(one.logprob for one in event.logprobs)
            usage = event.usage or usage
            if growing.add(event.text):
                break
    usage = usage or Usage(prompt, tokens, cached)
    first = asked.count == 1
    asked.usage = Usage(
        max(asked.usage.prompt_tokens, usage.prompt_tokens),
        asked.usage.completion_tokens + usage.completion_tokens,
        usage.cached_tokens if first else asked.usage.cached_tokens,
    )
    mean = sum(logprobs) / len(logprobs) if logprobs else None
    return Candidate(growing.finished(check), mean)


def _as_files(snippets: Sequence[Snippet]) -> tuple[tuple[str, str], ...]:
    """Name and text of each; the most certain last, closest to the place."""
    return tuple((one.path, one.text) for one in reversed(snippets))


def _shown(one: Snippet) -> ShownSnippet:
    return ShownSnippet(
        path=one.path, first_line=one.first_line, last_line=one.last_line, why=one.why, name=one.name
    )
