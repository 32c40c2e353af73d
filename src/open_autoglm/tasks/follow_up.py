"""A question that goes on from others becomes one that stands by itself, so that it can be searched for.

Rules see whether it leans on what was said before. A model completes it then; what it writes is taken only
where it keeps the question's own words and adds none that were not said. Else the rules put the question
before it in front.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from open_autoglm.engine.blocking import AnsweringModel
from open_autoglm.tasks.lexical import terms
from open_autoglm.tasks.model_answers import Question, request_of
from open_autoglm.text_language import Language, is_in, language_of

REMEMBERED = 3
"""Exchanges that a question may lean on."""
_ANSWER_CHARACTERS = 300
_MAX_TOKENS = 80
_FEW_TERMS: Mapping[Language, int] = {"zh": 5, "en": 2}
"""A question with fewer words of its own names no subject."""
_ADDED_FREELY = 0.34
"""Share of the completed question's words that nobody said before."""

_LEANS = re.compile(
    r"\b(?:it|its|they|them|their|this|that|these|those|he|she|him|her|his|there|then|one|ones|same|former"
    r"|latter|also|else|instead)\b|^\s*(?:and|but|or|what about|how about|why|so)\b"
    r"|[它他她其该]|这|那|此|上述|前者|后者|同样|还有|^(?:那么?|然后|所以|为什么|怎么办)|呢[？?]?\s*$",
    re.IGNORECASE,
)
_ASKING_LIST = "what which who whom whose how when where why do does did i you we can should must"
_ASKING = frozenset(_ASKING_LIST.split())
"""Words that ask, and name nothing."""
_TASK: Mapping[Language, str] = {
    "en": (
        "Above is a conversation. Write its last question again so that it can be understood without the "
        "conversation: name what it, they, this and the like stand for. Only the question, in English.\n"
        "Last question: {question}"
    ),
    "zh": (
        "以上是一段对话。请改写最后一个问题，使它不看对话也能看懂：把“它”“这个”“那”等换成所指的内容，"
        "补上省略的主语。只写改写后的问题。\n最后一个问题：{question}"
    ),
}
_GRAMMAR = "root ::= [^\\n\\[\\]<>|]{4,160}"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question of the conversation and its answer, without the numbers of passages."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class StandingQuestion:
    """What is searched for, and who worded it."""

    text: str
    worded_by: Literal["question", "model", "rules"]


def standing_question(
    question: str, history: Sequence[Exchange], engine: AnsweringModel | None
) -> StandingQuestion:
    """``question`` completed from ``history``, the oldest exchange first. Raises what the engine raises."""
    recent = history[-REMEMBERED:]
    if not recent or not leans_on_others(question):
        return StandingQuestion(question, "question")
    language = language_of(question)
    if engine is not None:
        written = _written_again(question, recent, engine, language)
        if _is_completion(written, question, recent, language):
            return StandingQuestion(written, "model")
    before = recent[-1].question
    if language_of(before) != language:  # words of two languages would find neither's passages
        return StandingQuestion(question, "question")
    return StandingQuestion(f"{before} {question}", "rules")


def leans_on_others(question: str) -> bool:
    """Whether a question can hardly be understood by itself.

    What "they" means may stand in the question, before it: "How long are backups kept, and where are they?"
    """
    few = _FEW_TERMS[language_of(question)]
    match = _LEANS.search(question)
    if match is None:
        return len(set(terms(question))) < few
    named = set(terms(question[: match.start()])) - _ASKING
    return len(named) < few


def _written_again(
    question: str, history: Sequence[Exchange], engine: AnsweringModel, language: Language
) -> str:
    lines = [f"{one.question}\n{one.answer[:_ANSWER_CHARACTERS]}" for one in history]
    asked = Question(
        "\n".join([*lines, question]),
        _TASK[language].format(question=question),
        _MAX_TOKENS,
        grammar=_GRAMMAR,
    )
    return " ".join(engine.chat(request_of(asked, engine, language)).text.split()).strip("\"'“”")


def _is_completion(written: str, question: str, history: Sequence[Exchange], language: Language) -> bool:
    """Whether it says what was asked, more of what was said before, and hardly anything else."""
    said = set(terms(written))
    own = {term for term in terms(question) if not _LEANS.search(term)}
    before = {term for one in history for term in terms(f"{one.question} {one.answer}")}
    if not is_in(written, language) or not said & before - own:
        return False
    invented = said - before - set(terms(question))
    return len(own & said) * 2 >= len(own) and len(invented) <= _ADDED_FREELY * len(said)
