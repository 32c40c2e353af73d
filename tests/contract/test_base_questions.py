"""Questions to a base put to a real small model: the grammar holds, and nothing unsupported is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from found_passages import WordRetriever, stored

from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.engine.llama_cpp import LlamaCppEngine
from open_autoglm.engine.llama_cpp_options import LlamaCppOptions
from open_autoglm.tasks.answer_question import Searched, answer_question
from open_autoglm.tasks.answer_result import AnswerSentence

BASE = (
    stored(1, "员工请假应提前三天在系统中提交申请，由部门经理审批。年假每年10天。"),
    stored(2, "The firewall is configured with nft. Logs are kept for 30 days and then deleted."),
)


@pytest.mark.model
@pytest.mark.parametrize("question", ["How long are logs kept?", "年假每年多少天？"])
def test_every_sentence_that_is_said_stands_in_the_passage_it_cites(
    small_model_path: Path, question: str
) -> None:
    options = LlamaCppOptions("small", small_model_path, context_window=2048, slots=1, threads=2)
    events: list[object] = []
    with BlockingEngine(LlamaCppEngine(options)) as engine:
        result = answer_question(question, (), WordRetriever(*BASE), engine, report=events.append)
    assert isinstance(events[0], Searched)
    assert [event for event in events if isinstance(event, AnswerSentence)] == list(result.sentences)
    for sentence in result.sentences:
        for citation in sentence.citations:
            [source] = [one for one in result.sources if one.number == citation.number]
            assert citation.quote in source.text
            assert set("0123456789") & set(sentence.text) <= set(source.text)
