"""Reads a document piece by piece and notes, in one answer for each, its main facts and the names in it.

Facts and names come from one request because reading the text is most of its cost, and as plain lines
because every mark of another form costs time. A grammar holds the lines to their form; what the model
gets wrong (language, markup, repetition) is checked here and asked again once at most.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.tasks.chunks import Chunk
from open_autoglm.tasks.document_result import KeyKind
from open_autoglm.tasks.key_information import Finding
from open_autoglm.tasks.key_patterns.duties import find_duties
from open_autoglm.tasks.key_patterns.measures import find_measures
from open_autoglm.tasks.model_answers import Question, request_of
from open_autoglm.tasks.sentences import brought_to_an_end, is_readable, sentence_rules, without_repetitions
from open_autoglm.text_language import Language

MAX_POINT_CHARACTERS: Mapping[Language, int] = {"zh": 80, "en": 220}
_MIN_POINT_CHARACTERS: Mapping[Language, int] = {"zh": 8, "en": 20}
_CHARACTERS_PER_POINT: Mapping[Language, int] = {"zh": 60, "en": 150}
"""A text shorter than this for each point would have its points say one thing twice."""
_POINTS_BY_CHUNKS = {1: 5, 2: 4}
"""A short document may give its best page most points; of a long one every part keeps a share."""
_POINTS_OF_EACH_CHUNK = 3
_DUTY_CHARACTERS = 240
_MAX_TOKENS = 520

_DUTY_HINT = re.compile(
    r"负责|完成|提交|截止|责任|行动|待办|will\b|action|due\b|deadline|responsib|deliver|submit|shall|must|应|须",
    re.I,
)

_TASK: Mapping[Language, str] = {
    "zh": (
        "为没有时间阅读的人写下这份文档最重要的{count}个事实，优先写主要结果、总金额、期限、决定和各方要做的事，"
        "不写地址、电话和编号。每个事实用一句完整的话写明谁、做什么、数字和日期，编号列出，不加小标题，互不重复。"
        "最后照抄原文，各用一行列出{lists}；没有就空着。"
    ),
    "en": (
        "Write down the {count} most important facts of this document for a reader who has no time to read "
        "it: results, amounts, dates, decisions, duties; no addresses and no account numbers. One full "
        "English sentence with the numbers and names for each, as a numbered list. At the end list, copied "
        "from the document and each on one line, {lists}; leave empty what it does not have."
    ),
}
_LABELS: Mapping[Language, Mapping[KeyKind, str]] = {
    "zh": {
        KeyKind.PERSON: "人名",
        KeyKind.ORGANIZATION: "机构",
        KeyKind.OBLIGATION: "职责",
    },
    "en": {
        KeyKind.PERSON: "People",
        KeyKind.ORGANIZATION: "Organizations",
        KeyKind.OBLIGATION: "Duties",
    },
}
_MEANING: Mapping[Language, Mapping[KeyKind, str]] = {
    "zh": {
        KeyKind.PERSON: "人名",
        KeyKind.ORGANIZATION: "机构（公司和单位的全名）",
        KeyKind.OBLIGATION: "职责（谁在何时前做什么）",
    },
    "en": {
        KeyKind.PERSON: "People",
        KeyKind.ORGANIZATION: "Organizations (full names of companies and institutions)",
        KeyKind.OBLIGATION: "Duties (who has to do what by when)",
    },
}
_AGAIN: Mapping[Language, str] = {
    "zh": "\n所有事实必须用简体中文写，每条内容不同。",
    "en": "\nWrite every fact in English, each one different.",
}
_NUMBERED = re.compile(r"\s*\d{1,2}[.、)．]\s*(?P<text>.+)")
_NAMED_BEFORE = re.compile(r"(?P<heading>[\u4e00-\u9fff]{2,12}|[A-Z][\w ]{3,40})\s*[，：:]\s*")
_COMMA = re.compile(r"\s*[,，;；、]\s*(?!(?:Inc|Ltd|LLC|Co)\b)")
_SEMICOLON = re.compile(r"\s*[;；]\s*")
_LISTED = 4


@dataclass(frozen=True, slots=True)
class Point:
    """A statement about the document; not yet checked."""

    text: str
    among: tuple[int, ...]
    """All pages of the piece it was made from."""


@dataclass(frozen=True, slots=True)
class ChunkNotes:
    """What was noted of one chunk. ``notes`` say what went wrong on the way."""

    chunk: Chunk
    points: tuple[Point, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()


def take_notes(
    chunks: Sequence[Chunk],
    engine: BlockingEngine,
    language: Language,
    report: Callable[[int, int, float | None], None],
) -> Iterator[ChunkNotes]:
    """Notes of every chunk in order, several chunks at once where the engine has slots."""
    report(0, len(chunks), None)
    wanted = _POINTS_BY_CHUNKS.get(len(chunks), _POINTS_OF_EACH_CHUNK)
    questions = [_question(chunk, wanted, language) for chunk in chunks]
    started = time.monotonic()
    answers = engine.map_chat(request_of(question, engine, language) for question in questions)
    for number, completion in enumerate(answers, start=1):
        chunk, question = chunks[number - 1], questions[number - 1]
        notes = _notes_of(completion.text, chunk, language)
        if not notes.points:
            notes = _ask_again(question, chunk, engine, language)
        yield notes
        left = (time.monotonic() - started) / number * (len(chunks) - number)
        report(number, len(chunks), left)


def _question(chunk: Chunk, count: int, language: Language) -> Question:
    kinds = [KeyKind.ORGANIZATION, KeyKind.PERSON]
    # What patterns find is not asked for: every word of an answer takes time.
    if not any(find_duties(chunk.text)) and _DUTY_HINT.search(chunk.text):
        kinds.append(KeyKind.OBLIGATION)
    count = max(1, min(count, len(chunk.text) // _CHARACTERS_PER_POINT[language]))
    lists = ("、" if language == "zh" else ", ").join(_MEANING[language][kind] for kind in kinds)
    task = _TASK[language].format(count=count, lists=lists)
    return Question(chunk.text, task, _MAX_TOKENS, grammar=_grammar(count, kinds, language))


def _grammar(count: int, kinds: Sequence[KeyKind], language: Language) -> str:
    points = " ".join(f'"{number}. " sentence "\\n"' for number in range(1, count + 1))
    form = {KeyKind.OBLIGATION: "duties"}
    lists = ' "\\n" '.join(f'"{_LABELS[language][kind]}: " {form.get(kind, "list")}' for kind in kinds)
    least, most = _MIN_POINT_CHARACTERS[language], MAX_POINT_CHARACTERS[language]
    return (
        f"root ::= {points} {lists}\n"
        f"list ::= (item ([,;、] [ ]? item){{0,{_LISTED - 1}}})?\n"
        f"duties ::= [^\\n<>|]{{0,{_DUTY_CHARACTERS}}}\n"
        "item ::= [^\\n<>|=,;，；、 ] [^\\n<>|=,;，；、]{1,50}\n"
        f"{sentence_rules(language, least, most)}"
    )


def _notes_of(answer: str, chunk: Chunk, language: Language) -> ChunkNotes:
    texts = [match["text"] for line in answer.splitlines() if (match := _NUMBERED.match(line))]
    texts = [_without_heading(text, chunk.text) for text in texts]
    most = MAX_POINT_CHARACTERS[language]
    texts = [brought_to_an_end(" ".join(text.split()), most, language) for text in texts]
    texts = [text for text in texts if len(text) >= _MIN_POINT_CHARACTERS[language]]
    readable = [text for text in texts if is_readable(text, language)]
    points = tuple(Point(text, chunk.pages) for text in without_repetitions(readable))
    refused = len(texts) - len(readable)
    notes = (
        (
            f"{refused} points on pages {_range(chunk.pages)} were not plain sentences in the "
            "summary's language: dropped.",
        )
        if refused
        else ()
    )
    return ChunkNotes(chunk, points, (*_findings(answer, chunk, language), *_figures(points)), notes)


def _without_heading(text: str, source: str) -> str:
    """A point without the words of a heading put before it: ``违约责任，乙方……``."""
    named = _NAMED_BEFORE.match(text)
    stands = named and re.search(rf"^#+ .*{re.escape(named['heading'])}\s*$", source, re.M)
    return text[named.end() :] if named and stands else text


def _findings(answer: str, chunk: Chunk, language: Language) -> Iterator[Finding]:
    for line in answer.splitlines():
        label, mark, rest = line.replace("：", ":").partition(":")
        kind = next((kind for kind, name in _LABELS[language].items() if name == label.strip()), None)
        if kind is None or not mark:
            continue
        splitter = _COMMA if kind in (KeyKind.PERSON, KeyKind.ORGANIZATION) else _SEMICOLON
        for item in splitter.split(rest.strip())[:_LISTED]:
            yield Finding(kind, item.rstrip(" .。"), "", chunk.pages)


def _figures(points: Sequence[Point]) -> Iterator[Finding]:
    """What a point found important enough to give a number for."""
    for point in points:
        for measure in find_measures(point.text):
            yield Finding(KeyKind.KEY_FIGURE, measure.value, measure.label, point.among)


def _ask_again(question: Question, chunk: Chunk, engine: BlockingEngine, language: Language) -> ChunkNotes:
    """Once more with other sampling and a reminder; then what there is stands."""
    question = replace(question, task=question.task + _AGAIN[language])
    answer = engine.chat(request_of(question, engine, language, again=True)).text
    notes = _notes_of(answer, chunk, language)
    pages = _range(chunk.pages)
    if notes.points:
        said = f"The first answer on pages {pages} could not be used; it was asked once more."
    else:
        said = f"The model gave no usable points on pages {pages}, also when asked again."
    return replace(notes, notes=(*notes.notes, said))


def _range(pages: tuple[int, ...]) -> str:
    return str(pages[0]) if len(pages) == 1 else f"{pages[0]}-{pages[-1]}"
