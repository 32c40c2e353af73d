"""What people read in their editor, in both languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorTexts:
    """Braces are places for values."""

    language: Language
    source: str
    """Whose word a diagnostic is."""
    states: dict[str, str]
    """Of a repair: how sure it is."""

    # actions
    fix: str
    repair: str
    """Of a repair that was tried: how far it goes, how sure it is, and why each change was made."""
    fix_file: str
    explain: str
    by_model: str

    # progress
    loading: str
    fixing: str
    explaining: str
    stages: dict[str, str]

    # answers
    no_model: str
    not_saved: str
    refused: str
    stopped: str
    changed_meanwhile: str
    apply_question: str
    apply: str
    dismiss: str
    applied: str
    not_applied: str
    unexpected: str

    # hover and diagnostics
    defined_in: str
    more_definitions: str
    missing: str
    misfit: str
    no_parse: str


ENGLISH = EditorTexts(
    language="en",
    source="Open-AutoGLM",
    states={"proven": "proven", "checked": "checked", "suggested": "suggested, not verified"},
    fix="Fix: {}",
    repair="{} ({}): {}",
    fix_file="Fix this file (runs its tests in a sandbox)",
    explain="Explain: {}",
    by_model="By the model {}; nobody has checked it.",
    loading="Loading {}",
    fixing="Fixing {}",
    explaining="Explaining",
    stages={
        "read": "reading",
        "reproduce": "running it as it is",
        "search": "trying changes",
        "model": "trying what the model says",
        "prove": "running the repaired code",
    },
    no_model="No model for completions: {} Everything that needs no model goes on working.",
    not_saved="Save {} first: what is run is what lies on the disk.",
    refused="Not possible: {}",
    stopped="Stopped.",
    changed_meanwhile="{} has changed meanwhile; ask for the repair again.",
    apply_question="{} Apply it?",
    apply="Apply",
    dismiss="Leave as it is",
    applied="Applied: {}",
    not_applied="The editor did not apply the change: {}",
    unexpected="Unexpected {}: a defect; the log has the details.",
    defined_in="Defined in {}, line {}",
    more_definitions="and in {} other places",
    missing="{} is missing here",
    misfit="{} does not fit here",
    no_parse="this does not parse",
)

CHINESE = EditorTexts(
    language="zh",
    source="Open-AutoGLM",
    states={"proven": "已证实", "checked": "已检查", "suggested": "建议，未验证"},
    fix="修复：{}",
    repair="{}（{}）：{}",
    fix_file="修复此文件(在沙箱中运行其测试)",
    explain="解释：{}",
    by_model="由模型 {} 撰写，未经检查。",
    loading="正在加载 {}",
    fixing="正在修复 {}",
    explaining="正在解释",
    stages={
        "read": "读取",
        "reproduce": "按原样运行",
        "search": "尝试改动",
        "model": "尝试模型的建议",
        "prove": "运行修复后的代码",
    },
    no_model="没有可用于补全的模型：{} 不需要模型的功能照常可用。",
    not_saved="请先保存 {}：运行的是磁盘上的内容。",
    refused="无法完成：{}",
    stopped="已停止。",
    changed_meanwhile="{} 在此期间已被修改；请重新请求修复。",
    apply_question="{} 要应用吗？",
    apply="应用",
    dismiss="保持原样",
    applied="已应用：{}",
    not_applied="编辑器没有应用修改：{}",
    unexpected="意外的 {}：这是一个缺陷，详情见日志。",
    defined_in="定义于 {} 第 {} 行",
    more_definitions="另有 {} 处定义",
    missing="此处缺少 {}",
    misfit="{} 不应出现在此处",
    no_parse="此处无法解析",
)

_MISSING = re.compile(r"missing (.+)")
_MISFIT = re.compile(r"(.+) does not fit here")


def editor_texts(locale: str | None, setting: Literal["auto", "zh", "en"]) -> EditorTexts:
    """In the language of the settings, else of the editor."""
    language = (locale or "en").lower()[:2] if setting == "auto" else setting
    return CHINESE if language == "zh" else ENGLISH


def fault_words(message: str, texts: EditorTexts) -> str:
    """A syntax fault's message in the reader's language."""
    if found := _MISSING.fullmatch(message):
        return texts.missing.format(found[1])
    if found := _MISFIT.fullmatch(message):
        return texts.misfit.format(found[1])
    return texts.no_parse
