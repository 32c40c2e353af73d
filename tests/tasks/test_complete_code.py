"""Completing code at a place: what the model is asked, where it is stopped, what is made of its answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from open_autoglm.code.repository.gather import GatherBudget
from open_autoglm.code.repository.index import RepositoryIndex
from open_autoglm.code.repository.kept import GatheredContext
from open_autoglm.code.source import Source
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.engine.scripted import Script, ScriptedAnswer, ScriptedEngine, default_capabilities
from open_autoglm.errors import Cancelled, NotSupported, UsageError
from open_autoglm.tasks.complete_code import CompleteOptions, complete_code
from open_autoglm.values import TextRequest

OPEN = "from pages import load_page\n\ndef titles(pages):\n    found = \n    return found\n"
SOURCE = Source("crawl.py", OPEN)
PLACE = 4, 12
FILLING = replace(default_capabilities(), tells_prompt_length=True)
Open = Callable[..., tuple[BlockingEngine, ScriptedEngine]]


@pytest.fixture
def opened() -> Iterator[Open]:
    """``opened(script, capabilities)``: the open engine, and the script that notes its requests."""
    with ExitStack() as stack:

        def open_engine(script: Script, capabilities=FILLING) -> tuple[BlockingEngine, ScriptedEngine]:
            engine = ScriptedEngine(script, capabilities=capabilities)
            return stack.enter_context(BlockingEngine(engine)), engine

        yield open_engine


@pytest.fixture
def index(tmp_path: Path) -> RepositoryIndex:
    (tmp_path / "pages.py").write_text("def load_page(address):\n    return address\n", encoding="utf-8")
    index = RepositoryIndex(tmp_path)
    index.refresh()
    return index


def assert_idle(script: ScriptedEngine) -> None:
    """The slot is given back at once, but in the engine's own thread."""
    end = time.monotonic() + 5
    while script.busy_slots and time.monotonic() < end:
        time.sleep(0.001)
    assert script.busy_slots == 0


def test_the_model_is_asked_for_what_stands_between(opened: Open) -> None:
    engine, script = opened(["load()"])
    complete_code(SOURCE, *PLACE, engine)
    (request,) = script.requests
    assert isinstance(request, TextRequest)
    assert request.prompt == OPEN[: OPEN.index("= ") + 2]
    assert request.suffix == "\n    return found\n"
    assert request.sampling.temperature == 0


def test_the_completion_ends_with_its_statement_and_the_model_is_stopped(opened: Open) -> None:
    engine, script = opened([ScriptedAnswer("[load(page) for page in pages]\n    x = 1\n" * 50, 0.001)])
    result = complete_code(SOURCE, *PLACE, engine)
    assert result.text == "[load(page) for page in pages]"
    assert (result.check, result.extent, result.language) == ("parsed", "statement", "python")
    assert result.candidates == 1
    assert result.tokens.completion < 20
    assert_idle(script)


def test_another_answer_is_asked_for_while_none_is_good(opened: Open) -> None:
    engine, script = opened(["[load((\n", "", "[]"])
    result = complete_code(SOURCE, *PLACE, engine)
    assert (result.text, result.check, result.candidates) == ("[]", "parsed", 3)
    assert [request.sampling.temperature > 0 for request in script.requests] == [False, True, True]


def test_a_completion_that_does_not_parse_is_never_called_parsed(opened: Open) -> None:
    engine, _ = opened(["[load((\n"] * 3)
    result = complete_code(SOURCE, *PLACE, engine)
    assert result.check == "faulty"


def test_nothing_to_add_is_an_answer(opened: Open) -> None:
    engine, _ = opened([""])
    result = complete_code(SOURCE, *PLACE, engine)
    assert (result.text, result.check, result.candidates) == ("", "parsed", 1)


def test_an_unknown_language_is_completed_unchecked(opened: Open) -> None:
    engine, _ = opened(["load();\nsave();"])
    result = complete_code(Source("crawl.lua", "x = \n"), 1, 4, engine)
    assert (result.text, result.check, result.language) == ("load();", "unchecked", None)


def test_definitions_of_the_project_are_shown_and_named(opened: Open, index: RepositoryIndex) -> None:
    engine, script = opened(["1)"])
    source = Source("crawl.py", OPEN.replace("found = ", "load_page("))
    result = complete_code(source, 4, 14, engine, index=index)
    shown = [(one.path, one.why, one.name) for one in result.snippets]
    assert shown[0] == ("pages.py", "definition", "load_page")
    assert script.requests[0].files[-1] == ("pages.py", "def load_page(address):\n    return address\n")


def test_what_was_gathered_stays_while_somebody_types(opened: Open, index: RepositoryIndex) -> None:
    engine, script = opened(lambda _: "x")
    kept = GatheredContext()
    for typed in ("load_page(", "load_page(p", "[p"):
        source = Source("crawl.py", OPEN.replace("found = ", typed))
        complete_code(source, 4, 4 + len(typed), engine, index=index, gathered=kept)
    files = [request.files for request in script.requests]
    assert files[0]
    assert files[0] == files[1] == files[2]


def test_a_window_too_small_for_the_project_is_filled_by_the_file_alone(
    opened: Open, index: RepositoryIndex
) -> None:
    engine, _ = opened(["1)"], replace(FILLING, context_window=165))
    source = Source("crawl.py", OPEN.replace("found = ", "load_page("))
    result = complete_code(source, 4, 14, engine, index=index)
    assert result.snippets == ()
    assert result.notes == ("The window had no room for the project.",)


def test_a_model_that_can_not_fill_in_is_refused_before_it_is_asked(opened: Open) -> None:
    engine, script = opened([], replace(FILLING, fill_in_middle=False))
    with pytest.raises(NotSupported, match="'scripted' can't fill in code"):
        complete_code(SOURCE, *PLACE, engine)
    assert script.requests == []


def test_a_place_outside_the_file_is_refused(opened: Open) -> None:
    engine, _ = opened([])
    with pytest.raises(UsageError, match="there is no column 99"):
        complete_code(SOURCE, 4, 99, engine)


def test_it_can_be_cancelled_between_two_tokens(opened: Open) -> None:
    engine, script = opened([ScriptedAnswer("word " * 500, 0.01)])
    with pytest.raises(Cancelled):
        complete_code(SOURCE, *PLACE, engine, CompleteOptions(), cancelled=lambda: True)
    assert_idle(script)


def test_a_budget_of_no_tokens_shows_nothing(opened: Open, index: RepositoryIndex) -> None:
    engine, script = opened(["[]"])
    options = CompleteOptions(context=GatherBudget(tokens=0))
    assert complete_code(SOURCE, *PLACE, engine, options, index=index).snippets == ()
    assert script.requests[0].files == ()
