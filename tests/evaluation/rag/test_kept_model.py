"""A model whose answers are kept: what was said is not asked again, what was broken off is."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.engine.scripted import ScriptedAnswer, ScriptedEngine
from open_autoglm.errors import EngineUnavailable
from open_autoglm.evaluation.answer_file import AnswerFile
from open_autoglm.evaluation.rag.kept_model import KeptModel
from open_autoglm.values import ChatRequest, Message

REQUEST = ChatRequest(messages=(Message("user", "年假有几天？"),), max_tokens=20)


def said(model: KeptModel) -> str:
    return "".join(event.text for event in model.stream(REQUEST))


def test_an_answer_is_asked_for_once(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    scripted = ScriptedEngine(["十天。[1]", "another"])
    with BlockingEngine(scripted) as engine:
        assert said(KeptModel(AnswerFile(path), "tiny", engine)) == "十天。[1]"
        again = KeptModel(AnswerFile(path), "tiny", engine)
        assert (said(again), again.chat(REQUEST).text) == ("十天。[1]", "十天。[1]")
        assert len(scripted.requests) == 1
        assert said(KeptModel(AnswerFile(path), "other", engine)) == "another"


def test_a_broken_answer_is_not_kept(tmp_path: Path) -> None:
    kept = AnswerFile(tmp_path / "answers.jsonl")
    scripted = ScriptedEngine([ScriptedAnswer("十", error=EngineUnavailable("gone"))])
    with BlockingEngine(scripted) as engine, pytest.raises(EngineUnavailable):
        said(KeptModel(kept, "tiny", engine))
    assert len(kept) == 0
