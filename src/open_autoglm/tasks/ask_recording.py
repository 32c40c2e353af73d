"""A question about a recording, answered with times from its events; what they don't hold is not answered.

Rules choose the events a question is about by its words. A language model, where one is open, words the
answer; it is held against the events it names, and the rules' own sentences stand where it says more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.tasks.lexical import rank
from open_autoglm.tasks.model_answers import Question, request_of
from open_autoglm.tasks.recording_claims import claims_beyond, times_in
from open_autoglm.tasks.recording_facts import Statement, count_statements, event_statements
from open_autoglm.tasks.recording_words import ASKED, Asked
from open_autoglm.tasks.sentences import ended
from open_autoglm.tasks.video_result import AnalysedVideo, RecordingAnswer
from open_autoglm.text_language import Language, is_in, language_of

MAX_QUESTION_CHARACTERS = 500
GIVEN_TO_MODEL = 12
"""Events at most that stand in one question."""
ANSWERED_BY_RULES = 5
"""Events at most that a rule's answer tells one by one."""
_MIN_CHARACTERS: Mapping[Language, int] = {"en": 12, "zh": 4}
_MAX_CHARACTERS = 300
_MAX_TOKENS = 160

_TASK: Mapping[Language, str] = {
    "en": (
        "These numbered facts are all that is known of a surveillance recording. Answer the question in one "
        "plain English sentence. Begin with the numbers of the facts you use in brackets, like [2]. Give "
        "times exactly as they stand. If the facts do not answer it, write only: none.\nQuestion: {question}"
    ),
    "zh": (
        "以上编号的事实就是关于这段监控录像已知的全部内容。请用一句通顺的中文回答问题，开头用方括号写出所用事实的编号，"
        "例如[2]。时间必须照抄原文。如果事实中没有答案，只写：none。\n问题：{question}"
    ),
}
_NOT_HELD: Mapping[Language, str] = {
    "en": "The events of this recording don't answer that.",
    "zh": "这段录像的事件中没有答案。",
}
_NOT_FOUND: Mapping[Language, str] = {
    "en": "No such event was found in this recording.",
    "zh": "这段录像中没有发现这样的事件。",
}
_MORE: Mapping[Language, str] = {
    "en": "And {count} more events.",
    "zh": "另有{count}个事件。",
}
_OBJECTS = ("people", "person", "visitor", "men", "car", "人", "车")
"""How many of these there were is a number of tracks."""
_ANSWER = re.compile(r"\s*\[(?P<facts>[\d,\s]+)\]\s*(?P<text>.+)", re.S)


def ask_recording(question: str, video: AnalysedVideo, engine: BlockingEngine | None) -> RecordingAnswer:
    """The answer, in the language of the question, and the events it rests on.

    Raises what the engine raises.
    """
    question = " ".join(question.split())[:MAX_QUESTION_CHARACTERS]
    language = language_of(question)
    kinds = asked_for(question)
    facts, sure = _facts(question, kinds, video, language)
    if not facts:
        known = bool(kinds) and kinds != {"count"}
        return RecordingAnswer(
            question=question, answer=(_NOT_FOUND if known else _NOT_HELD)[language], events=()
        )
    answered = _by_model(question, facts, engine, language) if engine is not None else None
    if answered is not None:
        return answered
    if not sure:
        return RecordingAnswer(question=question, answer=_NOT_HELD[language], events=())
    return _by_rules(question, facts, language)


def asked_for(question: str) -> set[Asked]:
    """What kinds of events the question's words point to, and whether it asks for a number."""
    text = f" {question.casefold()} "
    return {kind for kind, words in ASKED.items() if any(word in text for word in words)}


def _facts(
    question: str, kinds: set[Asked], video: AnalysedVideo, language: Language
) -> tuple[list[Statement], bool]:
    """What may answer the question, in the order of time, and whether its words point there for sure."""
    events = event_statements(video, language, grouped=False)
    counts = list(count_statements(video, language)) if "count" in kinds else []
    wanted = [one for one in events if one.kind in kinds]
    if kinds - {"count"}:
        counts = [one for one in counts if one.kind in kinds]
    elif any(word in question.casefold() for word in _OBJECTS):
        counts = [one for one in counts if one.kind is None]
    if counts or wanted:
        # A class or a zone that the question names says which of them are meant.
        best = rank(question, [one.text for one in wanted])[:GIVEN_TO_MODEL]
        chosen = sorted(best) if len(wanted) > GIVEN_TO_MODEL and best else range(len(wanted))
        return [*counts, *(wanted[place] for place in list(chosen)[:GIVEN_TO_MODEL])], True
    if kinds:
        return [], True
    best = sorted(rank(question, [one.text for one in events])[:GIVEN_TO_MODEL])
    return [events[place] for place in best] or list(events[:GIVEN_TO_MODEL]), False


def _by_model(
    question: str, facts: Sequence[Statement], engine: BlockingEngine, language: Language
) -> RecordingAnswer | None:
    """None where the model finds no answer, or writes one that the facts don't hold."""
    lines = "\n".join(f"{number}. {one.text}" for number, one in enumerate(facts, start=1))
    asked = Question(
        lines, _TASK[language].format(question=question), _MAX_TOKENS, grammar=_grammar(len(facts), language)
    )
    match = _ANSWER.fullmatch(engine.chat(request_of(asked, engine, language)).text.strip())
    if match is None:
        return None
    numbers = {int(number) for number in re.findall(r"\d+", match["facts"])}
    used = [one for number, one in enumerate(facts, start=1) if number in numbers]
    text = " ".join(match["text"].split())
    grounds = [one.text for one in used]
    says_when = bool(times_in(text)) or not any(times_in(ground) for ground in grounds)
    whole = len(text) >= _MIN_CHARACTERS[language] and not text[0].islower()
    if not used or not says_when or not whole or not is_in(text, language):
        return None
    if claims_beyond(text, grounds, language, may_say=question):
        return None
    events = dict.fromkeys(event for one in used for event in one.events)
    return RecordingAnswer(question=question, answer=ended(text, language), events=tuple(events))


def _by_rules(question: str, facts: Sequence[Statement], language: Language) -> RecordingAnswer:
    told = facts[:ANSWERED_BY_RULES]
    texts = [one.text for one in told]
    if len(facts) > len(told):
        texts.append(_MORE[language].format(count=len(facts) - len(told)))
    events = dict.fromkeys(event for one in facts for event in one.events)
    text = ("" if language == "zh" else " ").join(texts)
    return RecordingAnswer(question=question, answer=text, events=tuple(events))


def _grammar(count: int, language: Language) -> str:
    numbers = " | ".join(f'"{number}"' for number in range(1, count + 1))
    first = "[A-Z0-9]" if language == "en" else "[^\\n|#*<>`{} ]"
    return (
        'root ::= "none" | "[" number ("," number){0,4} "] " sentence\n'
        f"number ::= {numbers}\n"
        f"sentence ::= {first} [^\\n|#*<>`{{}}]{{8,{_MAX_CHARACTERS}}}\n"
    )
