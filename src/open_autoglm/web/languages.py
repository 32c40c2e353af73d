"""The languages of the page, and which of them a browser asks for."""

from __future__ import annotations

from typing import Literal

from open_autoglm.web.texts import Texts
from open_autoglm.web.texts_chinese import CHINESE
from open_autoglm.web.texts_english import ENGLISH

Language = Literal["zh", "en"]
TEXTS: dict[Language, Texts] = {"zh": CHINESE, "en": ENGLISH}


def preferred_language(accept_language: str) -> Language:
    """Of Chinese and English the one a browser asks for first (RFC 9110, section 12.5.4)."""
    ranked: list[tuple[float, int, Language]] = []
    for place, entry in enumerate(accept_language.split(",")):
        tag, _, parameters = entry.partition(";")
        name = tag.strip().lower().split("-")[0]
        quality = _quality(parameters)
        if quality > 0 and (name == "zh" or name == "en"):
            ranked.append((-quality, place, "zh" if name == "zh" else "en"))
    return min(ranked)[2] if ranked else "en"


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
