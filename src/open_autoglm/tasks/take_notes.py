"""Reads a document piece by piece and notes, in one answer for each, its points and the names in it.

Points and names come from one request because reading the text is most of its cost. The schema keeps
answers short; what the model gets wrong (language, repetition, pages) is checked here and asked again
once at most.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.tasks.chunks import Chunk
from open_autoglm.tasks.document_result import KeyKind
from open_autoglm.tasks.key_information import Finding
from open_autoglm.tasks.key_patterns.duties import find_duties
from open_autoglm.tasks.lexical import same_statement
from open_autoglm.tasks.model_answers import Question, cut_back, read_answer, request_of, strings
from open_autoglm.tasks.text_language import Language, is_in

MAX_POINT_CHARACTERS: Mapping[Language, int] = {"zh": 70, "en": 180}
_MIN_POINT_CHARACTERS: Mapping[Language, int] = {"zh": 8, "en": 20}
_CHARACTERS_PER_POINT: Mapping[Language, int] = {"zh": 60, "en": 150}
"""A text shorter than this for each point would have its points say one thing twice."""
_SECTION_CHARACTERS = 40
_MAX_TOKENS = 480
_POINTS_OF_ONLY_CHUNK = 4
_POINTS_OF_EACH_CHUNK = 3

_LABEL_LINE = re.compile(r"[^，。,;；]{1,20}[:：][^，。;；]{1,50}[。.]?")
_DUTY_HINT = re.compile(
    r"负责|完成|提交|截止|责任|行动|待办|will\b|action|due\b|deadline|responsib|deliver|submit|shall|must|应|须",
    re.I,
)

_TASK: Mapping[Language, str] = {
    "zh": (
        "读上面的资料，填写JSON：\n"
        "points：{count}条要点，每条概括成一句有主语和谓语的完整的话，写明谁、做什么、关键数字，互不重复；概括section这一节，page是页码。\n"
        "people：资料中出现的人名。\n"
        "organizations：资料中出现的公司、机构全名。\n"
        "key_figures：最重要的数字，name是它指什么，value照抄原文（含单位）。{duties}\n"
        "people、organizations、value都照抄原文，没有就留空。"
    ),
    "en": (
        "Read the document above and fill in the JSON:\n"
        "points: {count} main points, each one full sentence with subject and verb that says who, what and "
        "the key number, without repetition; it sums up the section, on that page.\n"
        "people: names of persons in the document.\n"
        "organizations: full names of companies and institutions in the document.\n"
        "key_figures: the most important figures; name is what it measures, value is copied with its unit."
        "{duties}\n"
        "Copy people, organizations and value exactly from the document; leave a list empty if there is none."
    ),
}
_DUTIES: Mapping[Language, str] = {
    "zh": "\nduties：谁必须在何时前做什么，照抄原文的句子。",
    "en": "\nduties: who has to do what by when, sentences copied from the document.",
}
_AGAIN: Mapping[Language, str] = {
    "zh": "\n所有要点必须用简体中文写，每条内容不同。",
    "en": "\nWrite every point in English, each one different.",
}


@dataclass(frozen=True, slots=True)
class Point:
    """A statement about the document and the pages the model cites for it; not yet checked."""

    text: str
    pages: tuple[int, ...]
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
    wanted = _POINTS_OF_ONLY_CHUNK if len(chunks) == 1 else _POINTS_OF_EACH_CHUNK
    questions = [_question(chunk, wanted, language) for chunk in chunks]
    started = time.monotonic()
    answers = engine.map_chat(request_of(question, engine, language) for question in questions)
    for number, completion in enumerate(answers, start=1):
        chunk, question = chunks[number - 1], questions[number - 1]
        notes = _notes_of(read_answer(completion), chunk, language)
        if not notes.points:
            notes = _ask_again(question, chunk, engine, language)
        yield notes
        left = (time.monotonic() - started) / number * (len(chunks) - number)
        report(number, len(chunks), left)


def _question(chunk: Chunk, count: int, language: Language) -> Question:
    # What patterns find is not asked for: every word of an answer takes time.
    found = any(find_duties(chunk.text))
    duties = not found and _DUTY_HINT.search(chunk.text) is not None
    count = max(1, min(count, sum(len(part.text) for part in chunk.parts) // _CHARACTERS_PER_POINT[language]))
    task = _TASK[language].format(count=count, duties=_DUTIES[language] if duties else "")
    return Question(chunk.text, task, _schema(_anchors(chunk, count), language, duties=duties), _MAX_TOKENS)


def _anchors(chunk: Chunk, count: int) -> list[tuple[str, int]]:
    """For each point a page and, where there is one, a heading it has to be about.

    They are spread over the text by its length: a small model would else copy its beginning.
    """
    total = sum(len(part.text) for part in chunk.parts)
    shares: list[list[tuple[int, str, int]]] = [[] for _ in range(count)]
    reached = 0
    heading = ""
    for part in chunk.parts:
        if part.heading:
            heading = part.text.lstrip("# ")[:_SECTION_CHARACTERS]
        else:
            middle = reached + len(part.text) / 2
            share = shares[min(count - 1, int(middle * count / total))]
            share.append((len(part.text), heading, part.page))
        reached += len(part.text)
    longest = [max(share) for share in shares if share]
    return [(heading, page) for _, heading, page in longest] or [("", chunk.pages[0])]


def _schema(anchors: list[tuple[str, int]], language: Language, *, duties: bool) -> dict[str, Any]:
    def texts(items: int, characters: int) -> dict[str, Any]:
        return {"type": "array", "maxItems": items, "items": {"type": "string", "maxLength": characters}}

    properties: dict[str, Any] = {
        "points": {
            "type": "array",
            "prefixItems": [_point(heading, page, language) for heading, page in anchors],
            "minItems": len(anchors),
            "maxItems": len(anchors),
        },
        "people": texts(6, 40),
        "organizations": texts(5, 60),
        "key_figures": {
            "type": "array",
            "maxItems": 3,
            "items": _object(
                {"name": {"type": "string", "maxLength": 40}, "value": {"type": "string", "maxLength": 30}}
            ),
        },
    }
    if duties:
        properties["duties"] = texts(3, 80 if language == "zh" else 200)
    return _object(properties)


def _point(heading: str, page: int, language: Language) -> dict[str, Any]:
    text = {
        "type": "string",
        "minLength": _MIN_POINT_CHARACTERS[language],
        "maxLength": MAX_POINT_CHARACTERS[language],
    }
    section = {"section": {"const": heading}} if heading else {}
    return _object({**section, "page": {"const": page}, "text": text})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _notes_of(answer: Mapping[str, Any], chunk: Chunk, language: Language) -> ChunkNotes:
    points: list[Point] = []
    foreign = 0
    given = answer.get("points")
    for item in given if isinstance(given, list) else []:
        text = item.get("text") if isinstance(item, dict) else None
        if not isinstance(text, str) or len(text.strip()) < _MIN_POINT_CHARACTERS[language]:
            continue
        text = cut_back(" ".join(text.split()), MAX_POINT_CHARACTERS[language])
        if not is_in(text, language):
            foreign += 1
        elif not _repeats_itself(text) and not any(same_statement(text, other.text) for other in points):
            page = item.get("page")
            points.append(Point(text, (page,) if page in chunk.pages else (), chunk.pages))
    # A line of labels says nothing; it stays only where the model found nothing better.
    points = [point for point in points if not _LABEL_LINE.fullmatch(point.text)] or points
    notes = (
        (f"{foreign} points on pages {_range(chunk.pages)} were in another language: dropped.",)
        if foreign
        else ()
    )
    return ChunkNotes(chunk, tuple(points), tuple(_findings(answer, chunk)), notes)


def _findings(answer: Mapping[str, Any], chunk: Chunk) -> Iterator[Finding]:
    for key, kind in (
        ("people", KeyKind.PERSON),
        ("organizations", KeyKind.ORGANIZATION),
        ("duties", KeyKind.OBLIGATION),
    ):
        for value in strings(answer.get(key)):
            yield Finding(kind, value, "", chunk.pages)
    figures = answer.get("key_figures")
    for item in figures if isinstance(figures, list) else []:
        if (
            isinstance(item, dict)
            and isinstance(item.get("name"), str)
            and isinstance(item.get("value"), str)
        ):
            yield Finding(KeyKind.KEY_FIGURE, item["value"], item["name"], chunk.pages)


def _ask_again(question: Question, chunk: Chunk, engine: BlockingEngine, language: Language) -> ChunkNotes:
    """Once more with other sampling and a reminder; then what there is stands."""
    question = Question(question.text, question.task + _AGAIN[language], question.schema, question.max_tokens)
    notes = _notes_of(
        read_answer(engine.chat(request_of(question, engine, language, again=True))), chunk, language
    )
    pages = _range(chunk.pages)
    if notes.points:
        said = f"The first answer on pages {pages} could not be used; it was asked once more."
    else:
        said = f"The model gave no usable points on pages {pages}, also when asked again."
    return ChunkNotes(chunk, notes.points, notes.findings, (*notes.notes, said))


def _repeats_itself(text: str) -> bool:
    """A sentence that loops: a run of eight characters or more three times over."""
    return re.search(r"(.{8,}?)(?:\W*\1){2,}", text) is not None


def _range(pages: tuple[int, ...]) -> str:
    return str(pages[0]) if len(pages) == 1 else f"{pages[0]}-{pages[-1]}"
