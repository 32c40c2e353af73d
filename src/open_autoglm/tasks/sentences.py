"""The form of what the model writes for people: whole sentences in one language, without markup.

A grammar (GBNF) keeps an engine to it where it takes one; whatever comes back is checked all the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from open_autoglm.tasks.lexical import same_statement
from open_autoglm.tasks.model_answers import cut_back
from open_autoglm.text_language import Language, is_in

_NEVER = r"\n|#$*<>\[\]_\\`{}\U0001d400-\U0001d7ff"
"""Marks of tables, headings, emphasis and code, and the italic letters that formulas are set in."""
MAX_TEXT_SENTENCES = 4
_CHINESE_SCRIPT = r"\u3000-\u303f\u3400-\u9fff\uff00-\uffef"

_PIECES: Mapping[Language, str] = {
    "en": f"piece ::= [^{_NEVER}{_CHINESE_SCRIPT}]\n",
    # Latin letters only in names and units: a small model else falls into English within a sentence.
    # No colon: it else gives every sentence a heading.
    "zh": (
        f'piece ::= [^{_NEVER}A-Za-z。！？：:] | name | [0-9] unit | [0-9] ":" [0-9]\n'
        "name ::= [A-Z] [A-Za-z0-9.&-]{0,20}\n"
        "unit ::= [a-zA-Z] [a-zA-Z/]{0,4}\n"
    ),
}


def sentence_rules(language: Language, least: int, most: int) -> str:
    """GBNF: ``sentence`` is one of ``least`` to ``most`` characters; ``text`` several that run on."""
    pieces = f"piece{{{least},{most}}}"
    if language == "en":  # a full stop may also stand in a number or a name
        return (
            f'sentence ::= [A-Z0-9] {pieces}\ntext ::= "This " piece{{{least},{2 * most}}}\n{_PIECES["en"]}'
        )
    return (
        f'sentence ::= {pieces} "。"\n'
        f'text ::= "本" {pieces} "。" ({pieces} "。"){{0,{MAX_TEXT_SENTENCES - 1}}}\n{_PIECES["zh"]}'
    )


_MARKUP = re.compile("[|#$*<>\\[\\]_\\\\`{}\U0001d400-\U0001d7ff]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_STRAY_WORD = re.compile(r"(?<![A-Za-z\d.@/-])(?<!\d )[a-z]{3,}(?![A-Za-z]*[\d@./-])")
"""A word in small letters that is neither a unit, nor part of a name or an address."""
_LABEL_LINE = re.compile(r"[^，。,;；]{1,20}(?<!\d)[:：][^，。;；]{1,50}[。.]?")
_SENTENCE_ENDS = "。！？.!?"
_SENTENCE = re.compile(r".+?(?:[。！？]|[.!?](?=\s+[A-Z\u3400-\u9fff]|\s*$)|$)", re.S)
_MIN_WORDS = 4
_MIN_HAN = 6


def is_readable(text: str, language: Language) -> bool:
    """Whether ``text`` is prose for a reader: in ``language`` throughout, no markup, label or loop."""
    if not is_in(text, language) or _MARKUP.search(text) or _LABEL_LINE.fullmatch(text) or _loops(text):
        return False
    if language == "en":
        return not _HAN.search(text) and len(text.split()) >= _MIN_WORDS
    return not _STRAY_WORD.search(text) and len(_HAN.findall(text)) >= _MIN_HAN


def split_sentences(text: str) -> list[str]:
    """The sentences of prose; a full stop within a number, a name or an address ends none."""
    return [match[0].strip() for match in _SENTENCE.finditer(text) if match[0].strip()]


def is_whole(text: str) -> bool:
    """Whether a sentence came to its end."""
    return text.rstrip("”’\"')）")[-1:] in tuple(_SENTENCE_ENDS)


def ended(text: str, language: Language) -> str:
    """A sentence with its full stop."""
    return text if is_whole(text) else text.rstrip(" ,;，；、") + ("。" if language == "zh" else ".")


def brought_to_an_end(text: str, limit: int, language: Language) -> str:
    """A sentence that a limit of ``limit`` characters may have broken off, up to its last whole clause."""
    if len(text) < limit:
        return text
    return ended(cut_back(text.rstrip("。") if language == "zh" else text, limit), language)


def without_repetitions(texts: list[str]) -> list[str]:
    """The first of those that say the same."""
    kept: list[str] = []
    for text in texts:
        if not any(same_statement(text, other) for other in kept):
            kept.append(text)
    return kept


def _loops(text: str) -> bool:
    """A run of eight characters or more three times over."""
    return re.search(r"(.{8,}?)(?:\W*\1){2,}", text) is not None
