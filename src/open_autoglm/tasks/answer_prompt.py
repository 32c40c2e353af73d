"""How a question is put to the model together with its passages, and how its lines are read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from open_autoglm.tasks.answer_passages import GivenPassages
from open_autoglm.tasks.model_answers import Question
from open_autoglm.tasks.sentences import split_sentences
from open_autoglm.text_language import Language

MAX_LINES = 5
ANSWER_TOKENS = 320
INSTRUCTION_TOKENS = 420
"""Of the window: the system message, the task and the chat template, by a cautious estimate."""
NOTHING = "NONE"
"""What the model writes where the passages hold no answer."""

_TASK: Mapping[Language, str] = {
    "en": (
        "Above are numbered passages of documents. Answer the question from them alone, in plain English "
        "with one to three short sentences; say what was asked, and nothing else. Write each sentence on a "
        "line of its own and end it with the number of its passage in brackets, like [1]. Copy numbers, "
        "names and commands exactly. If the passages do not hold the answer, write only: NONE [0]\n"
        "Question: {question}"
    ),
    "zh": (
        "以上是编号的文档片段。只根据这些片段，用一到三句简短的简体中文回答问题，问什么答什么，不说别的。"
        "每句话单独一行，句末用方括号写出所依据片段的编号，例如[1]。数字、名称和命令照抄原文。"
        "如果片段中没有答案，只写：NONE [0]\n问题：{question}"
    ),
}
_LEAST: Mapping[Language, int] = {"en": 12, "zh": 4}
_MOST: Mapping[Language, int] = {"en": 260, "zh": 120}
_NUMBERS = re.compile(r"[\[［【]\s*(\d{1,3}(?:\s*[,，、;]\s*\d{1,3})*)\s*[\]］】]")
_NOT_HELD = re.compile(
    r"(?:passages?|documents?|text|information) (?:provided |given |above )?(?:do(?:es)? not|don't|doesn't) "
    r"(?:hold|contain|mention|provide|say|state|specify|answer|include)|\bno (?:information|answer|mention)\b"
    r"|\b(?:is|are) not (?:mentioned|provided|specified|stated|given)\b"
    r"|(?:没有|未|并未|没)(?:明确)?(?:提到|提及|说明|提供|给出|包含|涉及|找到)[^，。]{0,30}$"
    r"|(?:没有|找不到)(?:相关|答案|信息)|无法(?:确定|回答|得知|判断)",
    re.IGNORECASE,
)
"""How models say in sentences that there is no answer."""
_ENDED = re.compile(r"[.。!！?？:：][\"'”’`)）」』]*\s*$")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)、])\s+")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of the model and the passages that it names for it; neither is checked."""

    text: str
    numbers: tuple[int, ...]
    whole: bool = True
    """False where a limit broke it off."""


def answer_question_of(question: str, passages: GivenPassages, language: Language) -> Question:
    """One request over all passages; a grammar keeps the lines to their form where the engine takes one."""
    return Question(
        passages.prompt,
        _TASK[language].format(question=question),
        ANSWER_TOKENS,
        grammar=_grammar(len(passages.sources), language),
    )


def _grammar(passages: int, language: Language) -> str:
    """The sentence stands before its number: a small model that must begin with a bracket finds nothing."""
    numbers = " | ".join(f'"{number}"' for number in range(1, passages + 1))
    return (
        f'root ::= "{NOTHING} [0]" | line ("\\n" line){{0,{MAX_LINES - 1}}}\n'
        f'line ::= [^\\n\\[\\]|]{{{_LEAST[language]},{_MOST[language]}}} "[" number "]"\n'
        f"number ::= {numbers}\n"
    )


class LineReader:
    """Gathers the pieces of a stream and gives claims as soon as their line has ended."""

    def __init__(self, language: Language) -> None:
        self._most = _MOST[language]
        self._waiting = ""
        self.says_nothing = False
        """Whether the model said that the passages hold no answer."""

    def add(self, piece: str) -> Iterator[Claim]:
        *lines, self._waiting = (self._waiting + piece).split("\n")
        for line in lines:
            yield from self._read(line)

    def end(self, *, broken_off: bool = False) -> Iterator[Claim]:
        """What is left when the stream has ended, at the limit of its tokens where it is ``broken_off``."""
        last, self._waiting = self._waiting, ""
        yield from self._read(last, broken_off=broken_off)

    def _read(self, line: str, *, broken_off: bool = False) -> Iterator[Claim]:
        said = _NUMBERS.sub("", line)
        bare = said.strip(" .。\"'`*")
        if bare == NOTHING or _NOT_HELD.search(bare):
            self.says_nothing = True
            return
        claims = claims_of(line)
        # The grammar ends a line at its limit, wherever the sentence stands.
        if claims and (broken_off or len(said.rstrip(" ")) >= self._most - 1) and not _ENDED.search(said):
            claims[-1] = replace(claims[-1], whole=False)
        yield from claims


def claims_of(line: str) -> list[Claim]:
    """The sentences of a line, each with the numbers before or after it."""
    line = _BULLET.sub("", line.strip())
    leading: list[int] = []
    while match := _NUMBERS.match(line):
        leading.extend(_numbers(match[1]))
        line = line[match.end() :].lstrip(" :：")
    claims: list[Claim] = []
    for piece in split_sentences(line):
        numbers = [number for match in _NUMBERS.finditer(piece) for number in _numbers(match[1])]
        text = re.sub(r"\s+(?=[.。,，!！?？]|$)", "", _NUMBERS.sub("", piece)).strip()
        if text.strip(".。!！?？ "):
            claims.append(Claim(text, tuple(dict.fromkeys(numbers or leading))))
        elif claims and numbers:  # numbers that stand after the full stop
            claims[-1] = Claim(claims[-1].text, tuple(dict.fromkeys(numbers)))
    # One number at the end of a line is meant for all of it.
    last = claims[-1].numbers if claims else ()
    return [claim if claim.numbers else Claim(claim.text, last) for claim in claims]


def _numbers(text: str) -> Sequence[int]:
    return [int(number) for number in re.findall(r"\d+", text)]
