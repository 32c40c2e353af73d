"""Fills the user's own fields from the passages that are about them, each value checked in the document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from open_autoglm.documents.model import RegionType
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.tasks.chunks import TokenMeter, chunk_limit
from open_autoglm.tasks.document_result import Citation, FieldType, FieldValue
from open_autoglm.tasks.document_text import Passage, unwrapped
from open_autoglm.tasks.field_specification import FieldSpecification
from open_autoglm.tasks.field_values import FieldContent, is_absent, typed
from open_autoglm.tasks.grounding import DocumentIndex
from open_autoglm.tasks.key_patterns.amounts import find_amounts
from open_autoglm.tasks.key_patterns.dates import find_dates
from open_autoglm.tasks.lexical import rank
from open_autoglm.tasks.model_answers import Question, read_answer, request_of
from open_autoglm.text_language import Language, language_of

FIELDS_PER_REQUEST = 6
PASSAGE_TOKENS = 1400
"""Of document text in one request."""
_TOKENS_PER_FIELD = 110
_MAX_LIST_ITEMS = 12
_VALUE_CHARACTERS = 160

_TASK: Mapping[Language, str] = {
    "zh": (
        "从资料中找出下列字段，照抄原文填入JSON；资料中没有的填null。"
        "是/否字段先在evidence照抄依据的句子，再填yes或no。\n{fields}"
    ),
    "en": (
        "Find these fields in the document and copy each value exactly as written into the JSON; null where "
        "the document does not say. For yes/no fields first copy the sentence the answer rests on into "
        "evidence, then answer yes or no.\n"
        "{fields}"
    ),
}
_TYPE_WORDS: Mapping[Language, Mapping[FieldType, str]] = {
    "zh": {
        FieldType.TEXT: "文字", FieldType.NUMBER: "数字", FieldType.DATE: "日期",
        FieldType.AMOUNT: "金额（含货币）", FieldType.BOOLEAN: "是/否", FieldType.LIST: "列表",
    },
    "en": {
        FieldType.TEXT: "text", FieldType.NUMBER: "number", FieldType.DATE: "date",
        FieldType.AMOUNT: "amount with currency", FieldType.BOOLEAN: "yes/no", FieldType.LIST: "list",
    },
}  # fmt: skip


def extract_fields(
    fields: Sequence[FieldSpecification],
    passages: Sequence[Passage],
    index: DocumentIndex,
    engine: BlockingEngine,
    report: Callable[[int, int, float | None], None],
) -> tuple[FieldValue, ...]:
    """One value for each field, in order; None with a note where the document has none."""
    groups = [fields[i : i + FIELDS_PER_REQUEST] for i in range(0, len(fields), FIELDS_PER_REQUEST)]
    report(0, len(groups), None)
    texts = _lines(passages)
    language = language_of("\n".join(texts))
    questions = [_question(group, texts, engine, language) for group in groups]
    answers = engine.map_chat(request_of(question, engine, language) for question in questions)
    values: list[FieldValue] = []
    for number, (group, completion) in enumerate(zip(groups, answers, strict=True), start=1):
        answer = read_answer(completion)
        values.extend(_value(field, answer.get(field.name), index) for field in group)
        report(number, len(groups), None)
    return tuple(values)


def _lines(passages: Sequence[Passage]) -> list[str]:
    """Paragraphs, and table rows as ``row / column: value`` so that a cell carries its meaning."""
    lines: list[str] = []
    for passage in passages:
        text = " ".join(unwrapped(passage.text).split())
        if passage.type is RegionType.TABLE and passage.label:
            text = f"{passage.label}: {text}"
        if text not in lines[-1:]:
            lines.append(text)
    return lines


def _question(
    group: Sequence[FieldSpecification], texts: Sequence[str], engine: BlockingEngine, language: Language
) -> Question:
    text = "\n".join(_relevant(group, texts, engine))
    described = "\n".join(
        f"- {field.name}（{_TYPE_WORDS[language][field.type]}）：{field.description}"
        if language == "zh"
        else f"- {field.name} ({_TYPE_WORDS[language][field.type]}): {field.description}"
        for field in group
    )
    schema = {
        "type": "object",
        "properties": {field.name: _schema(field.type) for field in group},
        "required": [field.name for field in group],
        "additionalProperties": False,
    }
    return Question(
        text, _TASK[language].format(fields=described), _TOKENS_PER_FIELD * len(group), schema=schema
    )


def _schema(kind: FieldType) -> dict[str, Any]:
    text = {"type": "string", "maxLength": _VALUE_CHARACTERS}
    if kind is FieldType.LIST:
        return {"type": "array", "maxItems": _MAX_LIST_ITEMS, "items": {"type": "string", "maxLength": 60}}
    if kind is FieldType.BOOLEAN:
        properties = {"evidence": text, "value": {"enum": ["yes", "no", None]}}
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }
    return {"anyOf": [text, {"type": "null"}]}


def _relevant(group: Sequence[FieldSpecification], texts: Sequence[str], engine: BlockingEngine) -> list[str]:
    """The lines most about the fields, each field in turn, within PASSAGE_TOKENS; in document order.

    A document that fits is given whole. Where a field shares no word with the document, its first lines
    and lines with a value of its type stand in.
    """
    meter = TokenMeter(engine, "\n".join(texts))
    limit = min(PASSAGE_TOKENS, chunk_limit(engine))
    costs = [meter.estimate(text) for text in texts]
    if sum(costs) <= limit:
        return list(texts)
    rankings = [iter(list(_ranking(field, texts))) for field in group]
    chosen: set[int] = set()
    spent = 0.0
    while rankings:
        for ranking in list(rankings):
            place = next((place for place in ranking if place not in chosen), None)
            if place is None:
                rankings.remove(ranking)
            elif spent + costs[place] <= limit:
                chosen.add(place)
                spent += costs[place]
            elif spent > 0.9 * limit:
                rankings.clear()
                break
    return [texts[place] for place in sorted(chosen)]


def _ranking(field: FieldSpecification, texts: Sequence[str]) -> Iterator[int]:
    ranked = rank(f"{field.name.replace('_', ' ')} {field.description}", texts)
    yield from ranked
    finder = {FieldType.DATE: find_dates, FieldType.AMOUNT: find_amounts}.get(field.type)
    if finder is not None:
        yield from (place for place, text in enumerate(texts) if any(finder(text)))
    if not ranked:
        yield from range(len(texts))


def _value(field: FieldSpecification, answer: Any, index: DocumentIndex) -> FieldValue:
    if field.type is FieldType.LIST:
        return _list(field, answer, index)
    evidence = ""
    if field.type is FieldType.BOOLEAN and isinstance(answer, dict):
        evidence, answer = str(answer.get("evidence") or ""), answer.get("value")
    if not isinstance(answer, str) or (field.type is not FieldType.BOOLEAN and is_absent(answer)):
        return _missing(field)
    value, note = typed(answer, field.type)
    if value is None:
        return _missing(field, note)
    citations = (
        index.find(evidence or answer) if field.type is not FieldType.BOOLEAN else _evidence(evidence, index)
    )
    return _checked(field, value, citations, note)


def _evidence(quote: str, index: DocumentIndex) -> tuple[Citation, ...]:
    return index.find(quote) if len(quote) >= 4 else ()


def _checked(
    field: FieldSpecification, value: FieldContent, citations: tuple[Citation, ...], note: str | None
) -> FieldValue:
    if field.type is FieldType.BOOLEAN:
        said = (
            "The model's judgement of the quoted passage."
            if citations
            else "No passage of the document bears it out."
        )
        note = f"{note} {said}" if note else said
    elif not citations:
        note = f"{note + ' ' if note else ''}The document does not say it in these words."
    return FieldValue(
        name=field.name,
        type=field.type,
        value=value,
        citations=citations,
        verified=bool(citations),
        note=note,
    )


def _list(field: FieldSpecification, answer: Any, index: DocumentIndex) -> FieldValue:
    """Items found in the document; the others are dropped and counted."""
    given = [item.strip() for item in answer if isinstance(item, str)] if isinstance(answer, list) else []
    given = list(dict.fromkeys(item for item in given if not is_absent(item)))
    found = {item: index.find(item, limit=1) for item in given}
    items = tuple(item for item in given if found[item])
    if not items:
        return _missing(field, "What the model named is not in the document." if given else None)
    dropped = len(given) - len(items)
    return FieldValue(
        name=field.name,
        type=field.type,
        value=items,
        citations=tuple(citation for item in items for citation in found[item]),
        verified=True,
        note=f"{dropped} items are not in the document: dropped." if dropped else None,
    )


def _missing(field: FieldSpecification, why: str | None = None) -> FieldValue:
    note = why or "Not found in the document."
    return FieldValue(
        name=field.name,
        type=field.type,
        value=None,
        verified=False,
        note=f"Required, but missing. {note}" if field.required else note,
    )
