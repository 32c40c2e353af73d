"""A plain report of a recording, from its events and tracks only.

Rules make a sentence of every event (``recording_facts``). A language model, where one is open, tells the
events in its own words, a few at a time; every sentence it writes is held against the one it was made of
(``recording_claims``), and where it says more, or less, the rule's own stays. So each sentence can be traced
to its events, and nothing stands in the report that they don't hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.tasks.model_answers import Question, request_of
from open_autoglm.tasks.recording_claims import claims_beyond, times_in
from open_autoglm.tasks.recording_facts import Statement, event_statements, overview
from open_autoglm.tasks.sentences import ended, is_whole
from open_autoglm.tasks.video_result import AnalysedVideo, PictureNote, RecordingReport, ReportSentence
from open_autoglm.text_language import Language, is_in

TOLD_BY_MODEL = 12
"""Events at most that the model tells; of more, the rules tell the rest: each takes a second or two."""
AT_ONCE = 4
"""In one request: a small model keeps to its material while that is short."""
_MAX_CHARACTERS: Mapping[Language, int] = {"en": 260, "zh": 130}
_MIN_CHARACTERS: Mapping[Language, int] = {"en": 20, "zh": 8}
_TOKENS_EACH = 90

_TASK: Mapping[Language, str] = {
    "en": (
        "These are {count} events that a surveillance camera recorded. Write a report: tell each event in "
        "one plain English sentence of your own, numbered as here. Keep every time, number, zone and track "
        "exactly as given. Add nothing: no reasons, no judgement, no advice."
    ),
    "zh": (
        "这是监控录像中的{count}个事件。请写成报告：用自己的话把每个事件写成一句通顺的中文，编号与上面一致。"
        "时间、数字、区域和轨迹编号必须与原文完全相同。不要添加任何内容：不写原因、不作评价、不提建议。"
    ),
}
_NUMBERED = re.compile(r"\s*\d{1,2}[.、)．]\s*(?P<text>.+)")

RESTS_ON: Mapping[Language, tuple[str, str]] = {
    "en": (
        "This report rests on detections alone; no model looked at the pictures.",
        "A vision model looked at the pictures of {count} of {all} events; all else rests on detections.",
    ),
    "zh": (
        "本报告仅依据检测结果，没有模型查看画面。",
        "视觉模型查看了{all}个事件中{count}个的画面，其余内容依据检测结果。",
    ),
}


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """The report, and what the reader of the result should know of how it was made."""

    report: RecordingReport
    notes: tuple[str, ...]


def report_recording(
    video: AnalysedVideo,
    engine: BlockingEngine | None,
    language: Language,
    *,
    report: Callable[[int, int], None] = lambda *_: None,
) -> WrittenReport:
    """The report in ``language``. Without an engine rules write all of it.

    ``report(done, total)`` is called after each request; what it raises ends the work. Raises what the
    engine raises.
    """
    lead, events = overview(video, language), event_statements(video, language)
    told: dict[int, str] = {}
    notes: tuple[str, ...] = ()
    if engine is not None and events:
        asked = _asked_of_model(events)
        told = _tell(events, asked, engine, language, report)
        if len(told) < len(asked):
            refused = len(asked) - len(told)
            notes = (
                f"Of {len(asked)} sentences that the model wrote, {refused} said more or less than their "
                "events: those of the rules stand instead.",
            )
    sentences = [
        *(ReportSentence(text=one.text, events=one.events, written_by="rules") for one in lead),
        *(
            ReportSentence(
                text=told.get(place, one.text),
                events=one.events,
                written_by="model" if place in told else "rules",
            )
            for place, one in enumerate(events)
        ),
    ]
    made = RecordingReport(
        language=language, sentences=tuple(sentences), rests_on=rests_on(video, video.picture_notes, language)
    )
    return WrittenReport(made, notes)


def rests_on(video: AnalysedVideo, looked_at: Sequence[PictureNote], language: Language) -> str:
    """Whether pictures were looked at, or detections alone decided."""
    alone, seen = RESTS_ON[language]
    count = len({note.event for note in looked_at})
    return seen.format(count=count, all=len(video.events)) if count else alone


def _asked_of_model(events: Sequence[Statement]) -> list[int]:
    """Places of the statements that the model tells: single events first, as many as there is time for."""
    singles_first = sorted(range(len(events)), key=lambda place: (len(events[place].events) > 1, place))
    return sorted(singles_first[:TOLD_BY_MODEL])


def _tell(
    events: Sequence[Statement],
    asked: Sequence[int],
    engine: BlockingEngine,
    language: Language,
    report: Callable[[int, int], None],
) -> dict[int, str]:
    """By place, the sentences of the model that hold."""
    pieces = [asked[start : start + AT_ONCE] for start in range(0, len(asked), AT_ONCE)]
    questions = (_question([events[place] for place in piece], language) for piece in pieces)
    told: dict[int, str] = {}
    report(0, len(pieces))
    answers = engine.map_chat(request_of(question, engine, language) for question in questions)
    for done, (piece, completion) in enumerate(zip(pieces, answers, strict=True), start=1):
        for sentence in _sentences(completion.text):
            # By what it says, not by its number: a model may put events in an order of its own.
            place = next(
                (one for one in piece if one not in told and holds(sentence, events[one], language)), None
            )
            if place is not None:
                told[place] = ended(sentence, language)
        report(done, len(pieces))
    return told


def holds(sentence: str, statement: Statement, language: Language) -> bool:
    """Whether a sentence says what its statement says: the same times in the same order, and nothing more."""
    return (
        _MIN_CHARACTERS[language] <= len(sentence) < _MAX_CHARACTERS[language]
        and is_in(sentence, language)
        and (is_whole(sentence) or language == "zh")
        and times_in(sentence) == times_in(statement.text)
        and (statement.zone is None or statement.zone in sentence)
        and not claims_beyond(sentence, (statement.text,), language)
    )


def _question(statements: Sequence[Statement], language: Language) -> Question:
    lines = "\n".join(f"{number}. {one.text}" for number, one in enumerate(statements, start=1))
    return Question(
        lines,
        _TASK[language].format(count=len(statements)),
        _TOKENS_EACH * len(statements),
        grammar=_grammar(len(statements), language),
    )


def _grammar(count: int, language: Language) -> str:
    lines = ' "\\n" '.join(f'"{number}. " sentence' for number in range(1, count + 1))
    least, most = _MIN_CHARACTERS[language], _MAX_CHARACTERS[language] - 10
    return f"root ::= {lines}\nsentence ::= [^\\n|#*<>`{{}} ] [^\\n|#*<>`{{}}]{{{least},{most}}}\n"


def _sentences(answer: str) -> Iterator[str]:
    for line in answer.splitlines():
        match = _NUMBERED.match(line)
        if match is not None:
            yield " ".join(match["text"].split())
