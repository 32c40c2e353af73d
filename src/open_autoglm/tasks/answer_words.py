"""What is told about an answer beside its sentences: why one was left out, and how it came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from open_autoglm.text_language import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerWords:
    """Braces are places for values."""

    only_orders: str
    not_comparable: str
    other_meaning: str
    only_repeats: str
    too_little: str
    beside_question: str
    number_of_other: str
    not_there: str
    denies: str
    denied: str
    wrong_language: str
    names_no_passage: str
    broken_off: str
    cited_other: str
    no_number: str
    quoted: str
    cut: str
    some_fit: str
    holds_orders: str


WORDS: Mapping[Language, AnswerWords] = {
    "en": AnswerWords(
        only_orders="The passage holds nothing but words meant for a model.",
        not_comparable="It is in another language than the passage and can't be compared.",
        other_meaning="It does not mean what the passage says.",
        only_repeats="It only repeats the question.",
        too_little="Only {:.0%} of what it says stands in the passage.",
        beside_question="It does not speak of what was asked.",
        number_of_other="The passage says {!r} of something else.",
        not_there="Not in the passage: {}.",
        denies="It denies what the passage does not deny.",
        denied="The passage says that this is not so.",
        wrong_language="It is not in the language of the question.",
        names_no_passage="It names no passage.",
        broken_off="It was broken off at the limit of an answer.",
        cited_other="The model named passage {}; passage {} holds it.",
        no_number="none",
        quoted="The model gave no sentence that holds; the passages' own stand instead.",
        cut="The passage found is longer than the model's window; its end was left out.",
        some_fit="{} of {} passages found fit into the model's window.",
        holds_orders="Passage {} holds words meant for a model, not for a reader; nothing rests on them.",
    ),
    "zh": AnswerWords(
        only_orders="该段落只有写给模型的话。",
        not_comparable="它与段落的语言不同，无法核对。",
        other_meaning="它的意思与段落所说的不同。",
        only_repeats="它只是重复了问题。",
        too_little="它所说的只有 {:.0%} 见于该段落。",
        beside_question="它没有谈到所问的内容。",
        number_of_other="段落中的 {!r} 说的是别的事。",
        not_there="段落中没有：{}。",
        denies="它否定了段落没有否定的内容。",
        denied="段落说的恰好相反。",
        wrong_language="它不是用提问的语言写的。",
        names_no_passage="它没有注明段落。",
        broken_off="它因回答的长度限制而中断。",
        cited_other="模型注明的是段落 {}；依据其实在段落 {}。",
        no_number="（无）",
        quoted="模型没有给出有依据的句子，以下为文档原句。",
        cut="找到的段落比模型的窗口长，末尾已略去。",
        some_fit="找到 {1} 个段落，模型的窗口只容得下 {0} 个。",
        holds_orders="段落 {} 中有写给模型而不是写给读者的话，回答不以它们为据。",
    ),
}
