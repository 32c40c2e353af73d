"""Figures of searches and answers, and the reasons for which a question is not right."""

from __future__ import annotations

import pytest

from open_autoglm.evaluation.code_statistics import wilson
from open_autoglm.evaluation.question_file import KnownQuestion
from open_autoglm.evaluation.rag.answer_score import GivenAnswer, score_answer
from open_autoglm.evaluation.rag.report import Answered, QuestionScore, RagReport, as_json
from open_autoglm.evaluation.rag.report_text import to_html, to_markdown
from open_autoglm.evaluation.rag.retrieval_score import first_right, hit_rate, mean_reciprocal_rank
from open_autoglm.evaluation.rag.right_passage import Passage

RIGHT = Passage(1, "a.txt", (1,), (), "ten days")
WRONG = Passage(2, "b|<b>.txt", (2,), (), "twelve [days]")
ASKED = KnownQuestion("a", "How many days?", files=("a.txt",), answers=("ten",))
UNANSWERABLE = KnownQuestion("u", "Who won the cup?", answerable=False)


def answered(*cited: Passage, text: str = "ten days", found: bool = True) -> Answered:
    given = GivenAnswer(text, found, False, tuple((one,) for one in cited), 0, 2.0)
    return Answered(given, score_answer(given, lambda one: one == RIGHT, ASKED.answers))


def report(*scores: QuestionScore, model: str | None = "tiny") -> RagReport:
    return RagReport("company", "q.jsonl", len(scores), (1, 5), scores, 0.2, model)


def test_places_count_from_one() -> None:
    assert first_right(["x", "y"], lambda one: one == "y") == 2
    assert first_right(["x"], lambda one: one == "y") is None


def test_hits_have_wilsons_interval_and_places_their_mean() -> None:
    places = [1, 3, None, 21]
    assert hit_rate(places, 1) == wilson(1, 4)
    assert hit_rate(places, 5) == wilson(2, 4)
    assert mean_reciprocal_rank(places).value == pytest.approx((1 + 1 / 3) / 4)


def test_a_sentence_cites_rightly_where_one_of_its_passages_is_right() -> None:
    given = GivenAnswer("Ten  days. [1][2]", True, False, ((WRONG, RIGHT), (WRONG,)), 0, 1.0)
    score = score_answer(given, lambda one: one == RIGHT, ("ten days",))
    assert (score.sentences, score.cited_right, score.holds_known) == (2, 1, True)


def test_every_figure_has_its_own_questions() -> None:
    found = report(
        QuestionScore(ASKED, 1, False, (), answered(RIGHT, RIGHT)),
        QuestionScore(ASKED, 3, False, (WRONG,), answered(WRONG, text="twelve")),
        QuestionScore(ASKED, None, True, (), answered(found=False, text="Not found.")),
        QuestionScore(UNANSWERABLE, None, False, (WRONG,), answered(WRONG)),
        QuestionScore(UNANSWERABLE, None, True, (), answered(found=False)),
    )
    values = {one.name: (round(one.estimate.value, 3), one.of) for one in found.measures}
    assert values == {
        "hit@1": (0.333, 3),
        "hit@5": (0.667, 3),
        "mrr": (0.444, 3),
        "search_not_found": (0.5, 2),
        "search_refused": (0.333, 3),
        "citation_precision": (0.667, 3),
        "known_answer": (0.333, 3),
        "not_found": (0.5, 2),
        "refused": (0.333, 3),
    }
    assert [found.problems(score) for score in found.scores] == [
        [],
        ["cites_other", "lacks_answer"],
        ["not_retrieved", "search_refused"],
        ["not_told"],
        [],
    ]


def test_figures_without_questions_are_left_out() -> None:
    only = report(QuestionScore(UNANSWERABLE, None, False, ()), model=None)
    assert [one.name for one in only.measures] == ["search_not_found"]
    assert only.problems(only.scores[0]) == ["search_not_told"]


def test_a_report_is_whole_when_every_question_was_answered() -> None:
    assert report(QuestionScore(ASKED, 1, False, ()), model=None).whole
    assert not report(QuestionScore(ASKED, 1, False, ())).whole


@pytest.mark.parametrize("language", ["en", "zh"])
def test_reports_name_what_is_wrong_and_what_was_found_first(language: str) -> None:
    found = report(
        QuestionScore(ASKED, 3, False, (WRONG,), answered(WRONG, text="<i>twelve</i>")),
        QuestionScore(ASKED, None, False, (), answered(found=False)),
        QuestionScore(UNANSWERABLE, None, False, (), answered(RIGHT)),
    )
    markdown, html = to_markdown(found, language), to_html(found, language)
    assert "b\\|\\<b\\>.txt" in markdown
    assert "b|&lt;b&gt;.txt" in html
    assert "&lt;i&gt;twelve" in html
    assert ("有句子引用了别的段落" if language == "zh" else "a sentence cites another passage") in markdown
    assert as_json(found)["scores"][0]["wrong"][0]["page"] == 2
