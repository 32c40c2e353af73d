"""What the page says of answers, jobs, days and amounts."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from open_autoglm.context.conversation import AnswerDetails
from open_autoglm.context.report import ContextReport
from open_autoglm.jobs.job import Job, JobFailure, JobProgress
from open_autoglm.values import Usage
from open_autoglm.web.amounts import duration, gigabytes
from open_autoglm.web.answer_words import answer_facts, context_sentences
from open_autoglm.web.conversation_list import day_group
from open_autoglm.web.documents import document_words
from open_autoglm.web.growing_answer import plain_text
from open_autoglm.web.job_cards import state_words
from open_autoglm.web.languages import TEXTS

EN = TEXTS["en"]


def test_under_an_answer_stands_how_it_came_about() -> None:
    details = AnswerDetails("small", usage=Usage(100, 42, 60), first_token_s=0.31, tokens_per_s=12.34)
    assert answer_facts(details, EN) == [
        "small",
        "42 tokens",
        "12.3 tokens/s",
        "first token after 0.3 s",
        "60 tokens of the prompt from cache",
    ]


def test_a_cached_answer_says_so_and_tells_no_speed() -> None:
    details = AnswerDetails("small", usage=Usage(100, 42), cache="hit", tokens_per_s=9999.0)
    assert answer_facts(details, EN) == ["small", "from the result cache"]


def test_what_was_summarized_and_dropped_is_said_with_numbers() -> None:
    report = ContextReport("summarize", 4096, 1500, 6000, 5, dropped_messages=2, summarized_messages=12)
    said = " ".join(context_sentences(AnswerDetails("small", context=report), EN))
    for words in ("1,500 of 4,096", "5 messages stood", "12 older", "2 older", "6,000 tokens became 1,500"):
        assert words in said


def test_a_conversation_that_fits_is_said_to_be_whole() -> None:
    report = ContextReport("summarize", 4096, 300, 300, 5)
    assert context_sentences(AnswerDetails("small", context=report), EN)[1:] == [EN.context_whole]


@pytest.mark.parametrize(
    ("day", "heading"),
    [
        (date(2026, 3, 20), "Today"),
        (date(2026, 3, 19), "Yesterday"),
        (date(2026, 3, 13), "Previous 7 days"),
        (date(2026, 2, 20), "Previous 30 days"),
        (date(2025, 12, 1), "December 2025"),
        (date(2026, 3, 21), "Today"),
    ],
)
def test_conversations_stand_under_their_day(day: date, heading: str) -> None:
    assert day_group(day, date(2026, 3, 20), EN) == heading


def _job(**changes: object) -> Job:
    about = {"state": "running", "created": datetime(2026, 3, 20, 9, 5, tzinfo=UTC), **changes}
    return Job("job-1", "local", "document_parse", "a.pdf", {}, **about)  # type: ignore[arg-type]


def test_a_job_says_how_far_it_is() -> None:
    job = _job(progress=JobProgress("read", 3, 12, 40.2))
    assert state_words(job, EN, document_words) == "reading · 3 of 12 pages · about 40 s left"


def test_a_failed_job_says_why() -> None:
    failed = _job(state="failed", failure=JobFailure(422, "It is cut."))
    assert state_words(failed, EN, document_words) == "failed: It is cut."


@pytest.mark.parametrize(
    ("amount", "text"),
    [(850_000_000, "850 MB"), (1_117_320_768, "1.1 GB"), (0, "0 MB"), (25_300_000_000, "25.3 GB")],
)
def test_bytes_are_said_in_few_digits(amount: int, text: str) -> None:
    assert gigabytes(amount) == text


@pytest.mark.parametrize(("seconds", "text"), [(40, "40 s"), (720, "12 min"), (11_100, "3 h 5 min")])
def test_durations_are_said_in_few_digits(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_formulas_are_read_out_as_latex_and_code_without_its_buttons() -> None:
    block = (
        '<p>So <math alttext="x^2"><mi>x</mi></math> is</p>\n<figure class="code"><figcaption><span>py</span>'
        "<button>Copy</button></figcaption><pre><code>y = 1</code></pre></figure>"
    )
    assert plain_text(block) == "So x^2 is y = 1"
