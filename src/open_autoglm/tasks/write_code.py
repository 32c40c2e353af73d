"""Writes a function and checks it against the examples that its docstring shows, before anybody sees it.

The first answer that passes every example is taken. Where one fails, small changes of it are tried; then the
model is told what went wrong, or asked anew. When nothing passes, the answer that most others agree with is
handed over and called unverified (after Chen et al. 2022, "CodeT"). Nothing but the prompt is looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from open_autoglm.code.sandbox.sandbox import Sandbox
from open_autoglm.code.writing.answers import whole_program
from open_autoglm.code.writing.example import Example
from open_autoglm.code.writing.examples import visible_examples
from open_autoglm.code.writing.missing_imports import with_missing_imports
from open_autoglm.code.writing.nearby_programs import Nearby, nearby_program
from open_autoglm.code.writing.questions import AnswersChat, ask_for_function, ask_to_correct
from open_autoglm.code.writing.run_calls import Given, calls_of, run_calls, shows
from open_autoglm.stop_signal import StopSignal
from open_autoglm.values import ChatRequest, Sampling

Way = Literal["first", "corrected", "again", "changed"]
"""``changed`` is an earlier attempt with a small change that no model made."""


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """``answers`` bounds what the model is asked, corrections included; ``change`` allows small changes of
    what it answered."""

    answers: int = 8
    temperature: float = 0.7
    top_p: float = 0.95
    seed: int = 1
    change: bool = True


@dataclass(frozen=True, slots=True)
class Attempt:
    """One answer, as a program, and what it gave for each example."""

    program: str
    answer: str
    way: Way
    given: tuple[Given, ...]
    passes: tuple[bool, ...]
    loads: bool

    @property
    def verified(self) -> bool:
        return self.loads and bool(self.passes) and all(self.passes)

    @property
    def first_failure(self) -> int | None:
        """The place of the first example that it fails."""
        return next((place for place, passed in enumerate(self.passes) if not passed), None)


@dataclass(frozen=True, slots=True)
class WrittenCode:
    """``verified`` is said only of a program that ran and passed every example, of which there was one."""

    program: str
    verified: bool
    examples: tuple[Example, ...]
    chosen: Attempt
    attempts: tuple[Attempt, ...]
    completion_tokens: int
    prompt_tokens: int


def write_code(
    prompt: str,
    entry_point: str,
    engine: AnswersChat,
    sandbox: Sandbox,
    options: WriteOptions = WriteOptions(),
    *,
    on_attempt: Callable[[Attempt], None] = lambda _: None,
    stop: StopSignal | None = None,
) -> WrittenCode:
    """Write the function that ``prompt`` begins: its imports, signature and docstring."""
    writer = _Writer(prompt, entry_point, engine, sandbox, stop)
    for request, way in writer.questions(options):
        on_attempt(attempt := writer.attempt(request, way))
        if attempt.verified or (attempt.loads and not writer.examples):
            break
        if options.change and (changed := writer.changed(attempt)) is not None:
            on_attempt(changed)
            break
    else:
        if (changed := writer.doubtful()) is not None:
            on_attempt(changed)
    chosen = choose(writer.attempts)
    return WrittenCode(
        chosen.program,
        chosen.verified,
        writer.examples,
        chosen,
        tuple(writer.attempts),
        writer.completion_tokens,
        writer.prompt_tokens,
    )


def choose(attempts: Sequence[Attempt]) -> Attempt:
    """One that is verified; else the one that passes most, then the one that most others agree with."""
    votes = Counter(_behaviour(attempt) for attempt in attempts if attempt.loads)
    return max(
        attempts,  # the earliest of equals
        key=lambda attempt: (
            attempt.verified,
            attempt.loads,
            sum(attempt.passes),
            votes[_behaviour(attempt)],
        ),
    )


def _behaviour(attempt: Attempt) -> tuple[str, ...]:
    return tuple(given.value or given.error for given in attempt.given)


class _Writer:
    """The attempts at one function."""

    def __init__(
        self, prompt: str, entry_point: str, engine: AnswersChat, sandbox: Sandbox, stop: StopSignal | None
    ) -> None:
        self._prompt = prompt
        self._entry_point = entry_point
        self._engine = engine
        self._sandbox = sandbox
        self._stop = stop
        self.examples = visible_examples(prompt, entry_point)
        self.attempts: list[Attempt] = []
        self._changed: dict[str, Nearby | None] = {}
        self.completion_tokens = 0
        self.prompt_tokens = 0

    def questions(self, options: WriteOptions) -> Iterator[tuple[ChatRequest, Way]]:
        """The first greedily, then corrections of what fails and fresh answers in turn."""
        yield ask_for_function(self._prompt), "first"
        for number in range(1, options.answers):
            sampling = Sampling(options.temperature, options.top_p, seed=options.seed + number)
            correction = self._correction(None if number == 1 else sampling) if number % 2 else None
            if correction is not None:
                yield correction, "corrected"
            else:
                yield ask_for_function(self._prompt, sampling), "again"

    def attempt(self, request: ChatRequest, way: Way) -> Attempt:
        completion = self._engine.chat(request)
        self.completion_tokens += completion.usage.completion_tokens
        self.prompt_tokens += completion.usage.prompt_tokens
        program = with_missing_imports(whole_program(self._prompt, completion.text, self._entry_point))
        known = next((attempt for attempt in self.attempts if attempt.program == program), None)
        if known is not None:
            attempt = Attempt(program, completion.text, way, known.given, known.passes, known.loads)
        else:
            attempt = self._tried(program, completion.text, way)
        self.attempts.append(attempt)
        return attempt

    def changed(self, failed: Attempt) -> Attempt | None:
        """``failed`` with a small change that passes every example, where there is no doubt which.

        One that is doubtful is kept until the model has nothing better.
        """
        if not failed.loads or failed.program in self._changed:
            return None
        found = nearby_program(failed.program, self.examples, self._sandbox, stop=self._stop)
        self._changed[failed.program] = found
        return self._taken(found) if found is not None and found.agreed else None

    def doubtful(self) -> Attempt | None:
        """The first small change that passes every example, though others that pass do something else."""
        found = next((found for found in self._changed.values() if found is not None), None)
        return None if found is None else self._taken(found)

    def _taken(self, found: Nearby) -> Attempt:
        self.attempts.append(attempt := self._tried(found.program, "", "changed"))
        return attempt

    def _tried(self, program: str, answer: str, way: Way) -> Attempt:
        # A call of nothing but the name shows that the program defines it.
        report = run_calls(
            f"{program}\n{self._entry_point}\n", calls_of(self.examples), self._sandbox, stop=self._stop
        )
        passes = tuple(shows(*pair) for pair in zip(self.examples, report.given, strict=True))
        return Attempt(program, answer, way, report.given, passes, report.fault is None)

    def _correction(self, sampling: Sampling | None) -> ChatRequest | None:
        """Of the best attempt so far, where it fails an example."""
        best = choose(self.attempts)
        place = best.first_failure
        if place is None:
            return None
        given = best.given[place]
        gave = f"gives {given.text}" if given.value is not None else f"raises {given.text}"
        return ask_to_correct(self._prompt, best.answer, self.examples[place], gave, sampling)
