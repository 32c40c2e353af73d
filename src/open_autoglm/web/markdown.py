"""A model's Markdown as HTML. What a model writes is hostile until shown otherwise.

Raw HTML is shown as text, links lead to web and mail addresses only, and nothing is loaded from anywhere:
a picture becomes a link. Formulas become MathML, code is coloured. The output holds no other element or
attribute than those written here and in ``formulas``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from open_autoglm.web.formulas import to_mathml

MAX_COLOURED = 60_000
"""Characters of code beyond which it is shown without colours."""

_ADDRESS = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_LANGUAGE = re.compile(r"[\w+#.-]{1,30}")
_CLOSERS = {"$$": "$$", "\\[": "\\]", "\\(": "\\)", "$": "$"}


@dataclass(frozen=True, slots=True)
class CodeLabels:
    """The words beside a block of code, in the reader's language."""

    copy: str
    code: str
    picture: str


class MarkdownRenderer:
    """Renders in one language. Holds no text between two calls."""

    def __init__(self, labels: CodeLabels) -> None:
        parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True})
        parser.enable(["table", "strikethrough"])
        parser.inline.ruler.before("escape", "formula", _inline_formula)
        parser.block.ruler.before(
            "fence", "formula", _block_formula, {"alt": ["paragraph", "reference", "blockquote", "list"]}
        )
        parser.validateLink = lambda url: bool(_ADDRESS.match(url))  # type: ignore[method-assign]
        self._parser = parser
        self._renderer = RendererHTML()
        self._renderer.rules.update(_Rules(labels).by_token())  # type: ignore[arg-type]

    def to_html(self, text: str) -> str:
        return "".join(html for _, html in self.blocks(text))

    def blocks(self, text: str) -> Iterator[tuple[int, str]]:
        """The top-level blocks in order: the line each begins at, and its HTML."""
        environment: dict[str, Any] = {}
        tokens = self._parser.parse(text, environment)
        for group in _groups(tokens):
            html = self._renderer.render(group, self._parser.options, environment)
            yield (group[0].map or [0])[0], html


class GrowingMarkdown:
    """Renders a text that grows at its end without doing finished blocks again."""

    def __init__(self, renderer: MarkdownRenderer) -> None:
        self._renderer = renderer
        self._settled = 0
        """Characters of the text whose blocks are finished."""

    def update(self, text: str) -> tuple[list[str], str]:
        """The HTML of blocks finished since the last call, and of the one that may still change."""
        rest = text[self._settled :]
        blocks = list(self._renderer.blocks(rest))
        if not blocks:
            return [], ""
        lines = rest.split("\n")
        self._settled += sum(len(line) + 1 for line in lines[: blocks[-1][0]])
        return [html for _, html in blocks[:-1]], blocks[-1][1]


def _groups(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Tokens of one top-level block each."""
    group: list[Token] = []
    for token in tokens:
        group.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield group
            group = []


class _Rules:
    """How tokens are written where the library's own way would load or run something."""

    def __init__(self, labels: CodeLabels) -> None:
        self._labels = labels

    def by_token(self) -> dict[str, Callable[..., str]]:
        return {
            "fence": self.fence,
            "code_block": self.fence,
            "image": self.image,
            "link_open": self.link_open,
            "table_open": self.table_open,
            "table_close": self.table_close,
            "formula": self.formula,
        }

    def fence(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        token = tokens[index]
        match = _LANGUAGE.match(token.info.strip())
        language = match[0].lower() if match else ""
        if language == "math":  # as on GitHub
            return _display_formula(token.content)
        labels = self._labels
        return (
            f'<figure class="code"><figcaption><span>{escape(language or labels.code)}</span>'
            f'<button type="button" class="copy-code">{escape(labels.copy)}</button></figcaption>'
            f'<pre tabindex="0"><code>{_coloured(token.content, language)}</code></pre></figure>\n'
        )

    def image(self, tokens: Sequence[Token], index: int, options: OptionsDict, environment: EnvType) -> str:
        token = tokens[index]
        words = RendererHTML().renderInlineAsText(token.children or [], options, environment)
        name = escape(words or self._labels.picture)
        address = str(token.attrGet("src") or "")
        if not _ADDRESS.match(address):
            return f"<em>{name}</em>"
        return f'<a class="picture-link" {_link(address)}>{name}</a>'

    def link_open(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        return f"<a {_link(str(tokens[index].attrGet('href') or ''))}>"

    def table_open(self, *_: Any) -> str:
        return '<div class="wide" tabindex="0"><table>\n'

    def table_close(self, *_: Any) -> str:
        return "</table></div>\n"

    def formula(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        token = tokens[index]
        if token.info == "open":  # still being written
            return f'<pre class="formula-source">{escape(token.content)}</pre>\n'
        if token.block:
            return _display_formula(token.content)
        return to_mathml(token.content.strip(), display=token.markup in ("$$", "\\["))


def _display_formula(latex: str) -> str:
    """On lines of its own; wider than the page it can be scrolled."""
    return f'<div class="wide formula" tabindex="0">{to_mathml(latex.strip(), display=True)}</div>\n'


def _link(address: str) -> str:
    return f'href="{escape(address)}" target="_blank" rel="noopener noreferrer nofollow"'


def _coloured(code: str, language: str) -> str:
    if not language or len(code) > MAX_COLOURED:
        return escape(code)
    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return escape(code)
    return str(highlight(code, lexer, HtmlFormatter(nowrap=True)))


def _inline_formula(state: StateInline, silent: bool) -> bool:
    r"""``$…$``, ``$$…$$``, ``\(…\)`` and ``\[…\]`` inside a paragraph.

    As in Pandoc a single dollar opens only before ink and closes only after it and before no digit, so
    that prices stay prices.
    """
    start = state.pos
    opener = next((each for each in _CLOSERS if state.src.startswith(each, start)), None)
    if opener is None:
        return False
    begin = start + len(opener)
    end = _closing(state.src, begin, state.posMax, opener)
    if end < 0 or not state.src[begin:end].strip():
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content, token.markup = state.src[begin:end], opener
    state.pos = end + len(_CLOSERS[opener])
    return True


def _closing(text: str, begin: int, limit: int, opener: str) -> int:
    """Where the closing sign stands, or -1."""
    closer = _CLOSERS[opener]
    if opener == "$" and (begin >= limit or text[begin].isspace()):
        return -1
    at = text.find(closer, begin, limit)
    while at >= 0 and closer[0] == "$" and text[at - 1] == "\\":
        at = text.find(closer, at + 1, limit)
    price = opener == "$" and (text[at - 1].isspace() or re.match(r"[\d$]", text[at + 1 : at + 2]))
    return -1 if price else at


def _block_formula(state: StateBlock, line: int, end_line: int, silent: bool) -> bool:
    r"""A formula on lines of its own: ``$$`` or ``\[`` to its closing sign at the end of a line."""
    if state.is_code_block(line):
        return False
    first = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
    opener = next((each for each in ("$$", "\\[") if first.startswith(each)), None)
    if opener is None:
        return False
    closer = _CLOSERS[opener]
    lines, closed, last = [first[len(opener) :]], False, line
    while True:
        text = lines[-1].rstrip()
        if closer in text:
            if not text.endswith(closer) or text.index(closer) != len(text) - len(closer):
                return False  # words follow on the same line: it stands inside a paragraph
            lines[-1], closed = text[: -len(closer)], True
            break
        last += 1
        if last >= end_line or state.sCount[last] < state.blkIndent:
            break
        lines.append(state.src[state.bMarks[last] + state.tShift[last] : state.eMarks[last]])
    if not silent:
        token = state.push("formula", "", 0)
        token.block, token.markup, token.map = True, opener, [line, last + 1]
        token.content = "\n".join(lines)
        token.info = "" if closed else "open"
        state.line = min(last + 1, end_line)
    return True
