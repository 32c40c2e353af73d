"""LaTeX as MathML that is safe to show, whatever the model wrote.

The converter's own writer undoes the escaping of text (it unescapes what it has serialized), so that
``\\text{<script>…}`` would become markup: the tree is written here, with known elements and attributes only.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape, unescape
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter

MAX_CHARACTERS = 4_000
"""Longer ones are shown as they were written: the converter's time grows faster than its input."""

_ELEMENTS = frozenset(
    """math mrow mi mo mn ms mtext mspace msup msub msubsup mfrac msqrt mroot munder mover munderover mtable
    mtr mtd mlabeledtr mstyle mpadded mphantom menclose mfenced mmultiscripts mprescripts none merror
    """.split()  # noqa: SIM905 - one on each line would fill the screen
)
_ATTRIBUTES = frozenset(
    """display mathvariant stretchy fence separator form largeop movablelimits accent accentunder
    linethickness columnalign rowalign columnspacing rowspacing columnlines rowlines displaystyle scriptlevel
    minsize maxsize lspace rspace width height depth voffset notation symmetric open close separators
    """.split()  # noqa: SIM905
)


@lru_cache(maxsize=2_000)
def to_mathml(latex: str, *, display: bool) -> str:
    """The formula as a ``math`` element, or its LaTeX as ``code`` where it can't be converted."""
    if len(latex) <= MAX_CHARACTERS:
        try:
            tree = Converter(display="block" if display else "inline").convert_to_element(latex)
        except Exception:  # noqa: BLE001 - the converter raises many kinds; the source is still shown
            return _source(latex)
        return "".join(_written(tree, latex))
    return _source(latex)


def _source(latex: str) -> str:
    return f'<code class="formula-source">{escape(latex)}</code>'


def _written(element: Element, latex: str = "") -> list[str]:
    """Pieces of the element's HTML. ``latex`` is what a screen reader may fall back on."""
    pieces: list[str] = []
    known = element.tag in _ELEMENTS
    if known:
        attributes = "".join(
            f' {name}="{escape(unescape(value))}"'
            for name, value in element.attrib.items()
            if name in _ATTRIBUTES
        )
        title = f' alttext="{escape(latex)}"' if latex else ""
        pieces.append(f"<{element.tag}{attributes}{title}>")
    # The converter writes signs as character references inside plain text.
    pieces.append(escape(unescape(element.text or "")))
    for child in element:
        pieces.extend(_written(child))
        pieces.append(escape(unescape(child.tail or "")))
    if known:
        pieces.append(f"</{element.tag}>")
    return pieces
