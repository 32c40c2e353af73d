"""The words around a repair, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from open_autoglm.text_language import Language


@dataclass(frozen=True, slots=True)
class FixLabels:
    language: str
    changes: str
    evidence: str
    remaining: str
    notes: str
    before: str
    after: str
    rivals: str
    model_words: str
    model: str
    seconds: str


ENGLISH = FixLabels(
    language="en",
    changes="Changes",
    evidence="Evidence",
    remaining="Still failing",
    notes="Notes",
    before="Output before",
    after="Output after",
    rivals="Another change that passes the same tests",
    model_words="In the language model's words (not checked)",
    model="Model: {}",
    seconds="{:.1f} s",
)
CHINESE = FixLabels(
    language="zh",
    changes="改动",
    evidence="证据",
    remaining="仍然失败",
    notes="说明",
    before="修改前的输出",
    after="修改后的输出",
    rivals="另一个也能通过同样测试的改动",
    model_words="语言模型的说明（未经核实）",
    model="模型：{}",
    seconds="{:.1f} 秒",
)


def labels_for(language: Language) -> FixLabels:
    return CHINESE if language == "zh" else ENGLISH
