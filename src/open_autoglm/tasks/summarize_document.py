"""The summary: points from all parts of the document, checked against their pages, and an overview.

Points keep the wording in which they were noted, and merging only chooses among them: a chosen point
still cites the pages it was checked against. The overview is written from the points, by groups where
they do not fit into one request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.tasks.chunks import TokenMeter, chunk_limit
from open_autoglm.tasks.document_result import Summary, SummaryPoint
from open_autoglm.tasks.fact_check import SUPPORT, FactChecker
from open_autoglm.tasks.grounding import DocumentIndex
from open_autoglm.tasks.lexical import same_statement
from open_autoglm.tasks.model_answers import Question, cut_back, read_answer, request_of
from open_autoglm.tasks.sentences import (
    MAX_TEXT_SENTENCES,
    brought_to_an_end,
    ended,
    is_readable,
    is_whole,
    sentence_rules,
    split_sentences,
    without_repetitions,
)
from open_autoglm.tasks.take_notes import ChunkNotes, Point
from open_autoglm.text_language import Language, is_in

MAX_POINTS = 10
GROUP_POINTS = 24
"""Points put to the model at once when the most important are chosen."""
_KEPT_OF_GROUP = 8
_LEAST_SENTENCE = 8
_MOST_SENTENCE: Mapping[Language, int] = {"zh": 120, "en": 280}
_OVERVIEW_TOKENS = 260
_TITLE_CHARACTERS = 100
_NAMED_MISSING = 5

_OVERVIEW_TASK: Mapping[Language, str] = {
    "zh": "用两到三句简短连贯的话概括这份文档：先说它是什么、关于谁，再说主要结果，最后说后续安排。",
    "en": (
        "Sum up this document in two or three short connected sentences: first what it is and whom it is "
        "about, then its main results and what comes next."
    ),
}
_CHOICE_TASK: Mapping[Language, str] = {
    "zh": "上面是一份文档的编号要点。选出最重要的{count}条，把编号写入JSON的keep。",
    "en": (
        "Above are the numbered points of a document. Choose the {count} most important and put their "
        "numbers into keep of the JSON."
    ),
}

Report = Callable[[int, int, float | None], None]


def summarize_document(
    notes: Sequence[ChunkNotes],
    title: str,
    index: DocumentIndex,
    engine: BlockingEngine,
    language: Language,
    report: Report,
) -> Summary:
    """The summary over all ``notes``. What was dropped or could not be verified stands in its notes."""
    report(0, 2, None)
    checker = FactChecker(index)
    remarks: list[str] = []
    points, dropped = _checked([point for part in notes for point in part.points], checker)
    if dropped:
        remarks.append(
            f"{dropped} points were dropped: hardly anything in them stands on the pages they came from."
        )
    chosen = _choose(points, engine, language)
    if len(chosen) < len(points):
        remarks.append(f"{len(chosen)} of {len(points)} points were chosen.")
    report(1, 2, None)
    overview = _overview(chosen, title, engine, language)
    overview, said = _checked_overview(overview, chosen, checker, index, language)
    remarks.extend(said)
    unverified = sum(not point.verified for point in chosen)
    if unverified:
        remarks.append(
            f"{unverified} points have a number, date or name that their pages do not show: unverified."
        )
    report(2, 2, None)
    return Summary(
        language=language, overview=overview, points=tuple(chosen), parts=len(notes), notes=tuple(remarks)
    )


def _checked(points: Sequence[Point], checker: FactChecker) -> tuple[list[SummaryPoint], int]:
    """Points with the pages that bear them out, without repetitions, in order; and how many were dropped."""
    kept: list[SummaryPoint] = []
    dropped = 0
    for point in points:
        pages = _bearing_pages(point, checker)
        if not pages or checker.supported(point.text, pages) < SUPPORT:
            dropped += 1
            continue
        if any(same_statement(point.text, other.text) for other in kept):
            continue
        verified = not checker.missing(point.text, pages)
        kept.append(SummaryPoint(text=point.text, pages=pages, verified=verified))
    return kept, dropped


def _bearing_pages(point: Point, checker: FactChecker) -> tuple[int, ...]:
    """The page that bears the point out best, with a second one where only both have all its facts."""
    best = checker.best_page(point.text, point.among)
    if best is None:
        return ()
    if not checker.missing(point.text, (best,)):
        return (best,)
    for page in point.among:
        both = tuple(sorted({best, page}))
        if not checker.missing(point.text, both):
            return both
    return (best,)


def _choose(points: list[SummaryPoint], engine: BlockingEngine, language: Language) -> list[SummaryPoint]:
    """At most MAX_POINTS, by rounds: the model chooses from groups; verified points fill up its choice."""
    while len(points) > MAX_POINTS:
        groups = [points[i : i + GROUP_POINTS] for i in range(0, len(points), GROUP_POINTS)]
        count = MAX_POINTS if len(groups) == 1 else _KEPT_OF_GROUP
        requests = [
            request_of(_choice(group, min(count, len(group)), language), engine, language) for group in groups
        ]
        points = [
            point
            for group, completion in zip(groups, engine.map_chat(requests), strict=True)
            for point in _kept(group, read_answer(completion), min(count, len(group)))
        ]
    return points


def _choice(group: Sequence[SummaryPoint], count: int, language: Language) -> Question:
    numbers = {
        "type": "array",
        "minItems": count,
        "maxItems": count,
        "items": {"enum": list(range(1, len(group) + 1))},
    }
    schema = {
        "type": "object",
        "properties": {"keep": numbers},
        "required": ["keep"],
        "additionalProperties": False,
    }
    text = "\n".join(f"{i}. {point.text}" for i, point in enumerate(group, start=1))
    return Question(text, _CHOICE_TASK[language].format(count=count), 20 + 6 * count, schema=schema)


def _kept(group: list[SummaryPoint], answer: Mapping[str, Any], count: int) -> list[SummaryPoint]:
    """The chosen ones in their order, filled up evenly over the group, verified first."""
    given = answer.get("keep")
    numbers = (
        [n for n in given if isinstance(n, int) and 1 <= n <= len(group)] if isinstance(given, list) else []
    )
    places = list(dict.fromkeys(n - 1 for n in numbers))[:count]
    spread = sorted(range(len(group)), key=lambda i: (not group[i].verified, (i * 7) % len(group), i))
    places += [i for i in spread if i not in places][: count - len(places)]
    return [group[i] for i in sorted(places)]


def _overview(points: Sequence[SummaryPoint], title: str, engine: BlockingEngine, language: Language) -> str:
    """Written from the points; when their text is too long for one request, from overviews of groups."""
    texts = [point.text for point in points]
    if not texts:
        return ""
    limit = chunk_limit(engine)
    meter = TokenMeter(engine, "\n".join(texts))
    while len(texts) > 1 and meter.count("\n".join(texts)) > limit:
        half = len(texts) // 2
        groups = (texts[:half], texts[half:])
        texts = [_write_overview(group, title, engine, language) for group in groups]
    return _write_overview(texts, title, engine, language)


def _write_overview(texts: Sequence[str], title: str, engine: BlockingEngine, language: Language) -> str:
    lines = [f"# {title[:_TITLE_CHARACTERS]}"] if title else []
    question = Question(
        "\n".join([*lines, *(f"- {text}" for text in texts)]),
        _OVERVIEW_TASK[language],
        _OVERVIEW_TOKENS,
        grammar="root ::= text\n" + sentence_rules(language, _LEAST_SENTENCE, _MOST_SENTENCE[language]),
    )
    for again in (False, True):
        answer = engine.chat(request_of(question, engine, language, again=again)).text
        text = " ".join(answer.split())
        if len(text) > _LEAST_SENTENCE and is_in(text, language):
            return text
    return ""


def _checked_overview(
    overview: str,
    points: Sequence[SummaryPoint],
    checker: FactChecker,
    index: DocumentIndex,
    language: Language,
) -> tuple[str, list[str]]:
    """Sentences whose numbers, dates and names the document has; the first points where none is left."""
    sentences = split_sentences(overview)
    if sentences and not is_whole(sentences[-1]):  # the length limit broke it off
        sentences[-1:] = [] if len(sentences) > 1 else [cut_back(sentences[0], 1)]
    kept: list[str] = []
    missing: list[str] = []
    for written in without_repetitions(sentences)[:MAX_TEXT_SENTENCES]:
        sentence = brought_to_an_end(written, _MOST_SENTENCE[language], language)
        if not is_readable(sentence, language):
            continue
        lacking = checker.missing(sentence, index.pages)
        missing.extend(lacking)
        if not lacking:
            kept.append(ended(sentence, language))
    notes = []
    if missing:
        notes.append(
            "The overview lost what the document does not bear out: "
            f"{', '.join(repr(item) for item in missing[:_NAMED_MISSING])}."
        )
    if not kept and points:
        kept = [ended(point.text, language) for point in points if point.verified][:2]
        notes.append("The overview consists of the first verified points: the model gave no usable one.")
    return ("" if language == "zh" else " ").join(kept), notes
