"""Mathematical characters and what they are called in LaTeX, with their role in a formula.

Roles follow The TeXbook, chapter 17: ordinary, large operator, binary, relation, opening, closing,
punctuation; beside them accents, radicals and pieces of large delimiters.
"""

from __future__ import annotations

import unicodedata
from enum import Enum


class Role(Enum):
    ORDINARY = "ordinary"
    LARGE = "large operator"
    BINARY = "binary"
    RELATION = "relation"
    OPENING = "opening"
    CLOSING = "closing"
    PUNCTUATION = "punctuation"
    ACCENT = "accent"
    RADICAL = "radical"
    PIECE = "piece of a delimiter"


_ORDINARY = {
    "∞": r"\infty", "∂": r"\partial", "∇": r"\nabla", "∀": r"\forall", "∃": r"\exists",
    "∄": r"\nexists", "∅": r"\emptyset", "ℏ": r"\hbar", "ħ": r"\hbar", "ℓ": r"\ell", "ℜ": r"\Re",
    "ℑ": r"\Im", "ℵ": r"\aleph", "℘": r"\wp", "¬": r"\neg", "⊤": r"\top",
    "∠": r"\angle", "△": r"\triangle", "▽": r"\triangledown", "□": r"\square", "■": r"\blacksquare",
    "′": r"\prime", "″": r"\prime\prime", "‴": r"\prime\prime\prime", "…": r"\ldots",
    "⋯": r"\cdots", "⋮": r"\vdots", "⋱": r"\ddots", "°": r"{}^{\circ}", "ı": r"\imath",
    "ȷ": r"\jmath", "†": r"\dagger", "‡": r"\ddagger", "§": r"\S", "♭": r"\flat", "♮": r"\natural",
    "♯": r"\sharp", "♣": r"\clubsuit", "♦": r"\diamondsuit", "♥": r"\heartsuit",
    "♠": r"\spadesuit", "%": r"\%", "#": r"\#", "$": r"\$", "_": r"\_", "!": "!", "?": "?",
    "∁": r"\complement", "ð": r"\eth", "℧": r"\mho", "ℶ": r"\beth", "ℷ": r"\gimel", "ℸ": r"\daleth",
    "★": r"\star", "@": "@", "Å": r"\mathring{A}", "✓": r"\checkmark", "£": r"\pounds",
}  # fmt: skip

_LARGE = {
    "∑": r"\sum", "∏": r"\prod", "∐": r"\coprod", "∫": r"\int", "∬": r"\iint", "∭": r"\iiint",
    "∮": r"\oint", "∯": r"\oiint", "⋃": r"\bigcup", "⋂": r"\bigcap", "⋁": r"\bigvee",
    "⋀": r"\bigwedge", "⨁": r"\bigoplus", "⨂": r"\bigotimes", "⨀": r"\bigodot", "⨄": r"\biguplus",
    "⨆": r"\bigsqcup",
}  # fmt: skip

_BINARY = {
    "+": "+", "−": "-", "-": "-", "±": r"\pm", "∓": r"\mp", "×": r"\times", "÷": r"\div",
    "·": r"\cdot", "⋅": r"\cdot", "∗": "*", "*": "*", "⋆": r"\star", "∘": r"\circ", "◦": r"\circ",
    "•": r"\bullet", "∙": r"\bullet", "⊕": r"\oplus", "⊖": r"\ominus", "⊗": r"\otimes",
    "⊘": r"\oslash", "⊙": r"\odot", "∩": r"\cap", "∪": r"\cup", "⊎": r"\uplus", "⊓": r"\sqcap",
    "⊔": r"\sqcup", "∧": r"\wedge", "∨": r"\vee", "∖": r"\setminus", "⋄": r"\diamond",
    "≀": r"\wr", "⨿": r"\amalg", "/": "/", "∕": "/", "⁄": "/", "⋊": r"\rtimes", "⋉": r"\ltimes",
    "◯": r"\bigcirc",
}  # fmt: skip

_RELATION = {
    "=": "=", "<": "<", ">": ">", "≤": r"\leq", "≥": r"\geq", "⩽": r"\leqslant",
    "⩾": r"\geqslant", "≦": r"\leqq", "≧": r"\geqq", "≠": r"\neq", "≡": r"\equiv",
    "≢": r"\not\equiv", "∼": r"\sim", "∽": r"\backsim", "≃": r"\simeq", "≅": r"\cong",
    "≈": r"\approx", "≍": r"\asymp", "≐": r"\doteq", "∝": r"\propto", "≪": r"\ll", "≫": r"\gg",
    "≺": r"\prec", "≻": r"\succ", "⪯": r"\preceq", "⪰": r"\succeq", "⊂": r"\subset",
    "⊃": r"\supset", "⊆": r"\subseteq", "⊇": r"\supseteq", "⊊": r"\subsetneq",
    "⊋": r"\supsetneq", "⊄": r"\not\subset", "⊈": r"\nsubseteq", "⊑": r"\sqsubseteq",
    "⊒": r"\sqsupseteq", "∈": r"\in", "∉": r"\notin", "∋": r"\ni", "∣": r"\mid",
    "∤": r"\nmid", "∥": r"\parallel", "∦": r"\nparallel", "⊥": r"\perp", "⟂": r"\perp",
    "⊢": r"\vdash", "⊣": r"\dashv",
    "⊨": r"\models", "→": r"\to", "←": r"\leftarrow", "↔": r"\leftrightarrow", "⇒": r"\Rightarrow",
    "⇐": r"\Leftarrow", "⇔": r"\Leftrightarrow", "⟶": r"\longrightarrow", "⟵": r"\longleftarrow",
    "⟹": r"\Longrightarrow", "⟸": r"\Longleftarrow", "⟺": r"\iff", "⟷": r"\longleftrightarrow",
    "↦": r"\mapsto", "⟼": r"\longmapsto", "↑": r"\uparrow", "↓": r"\downarrow",
    "↕": r"\updownarrow", "⇑": r"\Uparrow", "⇓": r"\Downarrow", "⇕": r"\Updownarrow",
    "↗": r"\nearrow", "↘": r"\searrow", "↖": r"\nwarrow", "↙": r"\swarrow", "↪": r"\hookrightarrow",
    "↩": r"\hookleftarrow", "⇀": r"\rightharpoonup", "⇁": r"\rightharpoondown",
    "↼": r"\leftharpoonup", "↽": r"\leftharpoondown", "⇌": r"\rightleftharpoons", "⇝": r"\leadsto",
    ":": ":", "≔": ":=", "≜": r"\triangleq", "≲": r"\lesssim", "≳": r"\gtrsim", "∴": r"\therefore",
    "∵": r"\because", "⌣": r"\smile", "⌢": r"\frown", "≮": r"\nless", "≯": r"\ngtr", "≰": r"\nleq",
    "≱": r"\ngeq", "↛": r"\nrightarrow", "⊲": r"\triangleleft", "⊳": r"\triangleright",
}  # fmt: skip

_OPENING = {"(": "(", "[": "[", "{": r"\{", "⟨": r"\langle", "〈": r"\langle", "⌊": r"\lfloor",
            "⌈": r"\lceil", "⟦": r"\llbracket"}  # fmt: skip
_CLOSING = {")": ")", "]": "]", "}": r"\}", "⟩": r"\rangle", "〉": r"\rangle", "⌋": r"\rfloor",
            "⌉": r"\rceil", "⟧": r"\rrbracket"}  # fmt: skip
_PUNCTUATION = {",": ",", ";": ";", ".": "."}

FENCES = {"|": "|", "‖": r"\|", "∥": r"\|", "∣": "|"}
"""Bars that open and close: which of the two, only the neighbours tell."""

ACCENTS = {
    "ˆ": r"\hat", "^": r"\hat", "̂": r"\hat", "¯": r"\bar", "‾": r"\bar", "̄": r"\bar", "̅": r"\bar",
    "ˉ": r"\bar", "―": r"\bar", "⎯": r"\bar",
    "˜": r"\tilde", "~": r"\tilde", "̃": r"\tilde", "˙": r"\dot", "̇": r"\dot", "¨": r"\ddot",
    "̈": r"\ddot", "⃗": r"\vec", "ˇ": r"\check", "̌": r"\check", "˘": r"\breve", "̆": r"\breve",
    "´": r"\acute", "́": r"\acute", "`": r"\grave", "̀": r"\grave", "˚": r"\mathring",
}  # fmt: skip
"""Marks above a symbol, standing alone or combining."""

PIECES = {
    "⎛": "(", "⎜": "(", "⎝": "(", "⎞": ")", "⎟": ")", "⎠": ")", "⎡": "[", "⎢": "[", "⎣": "[",
    "⎤": "]", "⎥": "]", "⎦": "]", "⎧": "{", "⎨": "{", "⎩": "{", "⎫": "}", "⎬": "}", "⎭": "}",
    "⎪": "", "⏐": "|", "⎮": "∫", "⌠": "∫", "⌡": "∫",
}  # fmt: skip
"""Parts that large delimiters are built from, and the delimiter; the brace extension fits both."""

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ϵ": "epsilon",
    "ζ": "zeta", "η": "eta", "θ": "theta", "ϑ": "vartheta", "ι": "iota", "κ": "kappa",
    "ϰ": "varkappa", "λ": "lambda", "μ": "mu", "µ": "mu", "\u2206": "Delta", "\u2126": "Omega",
    "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi",
    "ϖ": "varpi", "ρ": "rho", "ϱ": "varrho", "σ": "sigma", "ς": "varsigma", "τ": "tau",
    "υ": "upsilon", "φ": "varphi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma",
    "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Υ": "Upsilon",
    "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega", "ϝ": "digamma",
}  # fmt: skip

SYMBOLS: dict[str, tuple[str, Role]] = {
    **{char: (name, Role.ORDINARY) for char, name in _ORDINARY.items()},
    **{char: (f"\\{name}", Role.ORDINARY) for char, name in _GREEK.items()},
    **{char: (name, Role.LARGE) for char, name in _LARGE.items()},
    **{char: (name, Role.BINARY) for char, name in _BINARY.items()},
    **{char: (name, Role.RELATION) for char, name in _RELATION.items()},
    **{char: (name, Role.OPENING) for char, name in _OPENING.items()},
    **{char: (name, Role.CLOSING) for char, name in _CLOSING.items()},
    **{char: (name, Role.PUNCTUATION) for char, name in _PUNCTUATION.items()},
    **{char: (name, Role.ORDINARY) for char, name in FENCES.items()},
    **{char: (name, Role.ACCENT) for char, name in ACCENTS.items()},
    **{char: (char, Role.PIECE) for char in PIECES},
    "√": (r"\sqrt", Role.RADICAL),
    "\\": (r"\setminus", Role.BINARY),
    "\u0338": (r"\not", Role.RELATION),
    "⧸": (r"\not", Role.RELATION),
}

INTEGRALS = frozenset({r"\int", r"\iint", r"\iiint", r"\oint", r"\oiint"})
"""Large operators that carry their limits beside them."""

FUNCTIONS = frozenset({
    "arccos", "arcsin", "arctan", "arg", "cos", "cosh", "cot", "coth", "csc", "deg", "det", "dim",
    "exp", "gcd", "hom", "inf", "ker", "lg", "lim", "ln", "log", "max", "min", "sec", "sin", "sinh",
    "sup", "tan", "tanh", "Pr",
})  # fmt: skip
"""Operator names that LaTeX knows as commands; other upright words become ``\\operatorname``."""

LIMIT_FUNCTIONS = frozenset({"lim", "max", "min", "sup", "inf", "det", "gcd", "Pr", "limsup", "liminf"})
"""Operator names that carry limits below in displays."""

WORDS = frozenset({"if", "for", "and", "or", "otherwise", "where", "with", "else", "when", "all", "in", "as"})
"""Upright words inside a formula that are text, not operators."""


def split_names(word: str) -> list[str]:
    """The function names a word is made of (``dimker`` is dim and ker); empty when it is not."""
    if word in FUNCTIONS:
        return [word]
    for end in range(len(word) - 2, 1, -1):
        if word[:end] in FUNCTIONS and (rest := split_names(word[end:])):
            return [word[:end], *rest]
    return []


_STYLES = (
    ("DOUBLE-STRUCK", r"\mathbb"),
    ("BOLD SCRIPT", r"\mathcal"),
    ("BOLD FRAKTUR", r"\mathfrak"),
    ("SCRIPT", r"\mathcal"),
    ("FRAKTUR", r"\mathfrak"),
    ("BLACK-LETTER", r"\mathfrak"),
    ("SANS-SERIF", r"\mathsf"),
    ("MONOSPACE", r"\mathtt"),
    ("BOLD ITALIC", r"\boldsymbol"),
    ("BOLD", r"\mathbf"),
    ("ITALIC", ""),
)

UPRIGHT = r"\mathrm"
"""The style of a letter that stands upright; runs of such letters are names or words."""


def plain_letter(char: str) -> tuple[str, str] | None:
    """The base letter and LaTeX style of a mathematical alphanumeric symbol, None for other characters.

    Covers U+1D400–U+1D7FF and the letterlike symbols that stand in their gaps (ℎ, ℝ, ℒ …).
    """
    code = ord(char)
    if not (0x1D400 <= code <= 0x1D7FF or 0x2100 <= code <= 0x214F):
        return None
    if char in SYMBOLS:
        return None
    base = unicodedata.normalize("NFKD", char)
    if len(base) != 1 or base == char:
        return None
    if char == "ℎ":
        return "h", ""
    name = unicodedata.name(char, "")
    for word, style in _STYLES:
        if word in name:
            return _base_letter(base, name), style
    return None


def _base_letter(base: str, name: str) -> str:
    """NFKD folds the symbol variants into the plain letters; the character's name keeps them apart."""
    if name.endswith("EPSILON SYMBOL"):
        return "ϵ"
    if name.endswith("PHI SYMBOL"):
        return "ϕ"
    if name.endswith("THETA SYMBOL"):
        return "ϑ"
    return base
