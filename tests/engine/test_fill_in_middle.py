"""Prompts that fill in the middle, with a tokenizer of one token a character and a few markers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from open_autoglm.engine.fill_in_middle import FAMILIES, fill_in_prompt, find_markers
from open_autoglm.values import TextRequest

pytestmark = pytest.mark.anyio

QWEN, _, STARCODER, *_ = FAMILIES


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Tokenizer:
    """Markers are tokens below zero, -1 for the first; other characters stand for themselves."""

    def __init__(self, *markers: str) -> None:
        self._markers = list(markers)

    async def __call__(self, text: str, markers: bool) -> Sequence[int]:
        if markers and text in self._markers:
            return [-1 - self._markers.index(text)]
        return [ord(sign) for sign in text]

    def text(self, tokens: Sequence[int]) -> str:
        return "".join(self._markers[-1 - token] if token < 0 else chr(token) for token in tokens)


def knowing(family: object) -> Tokenizer:
    return Tokenizer(
        *(getattr(family, name) for name in ("prefix", "suffix", "middle", "repository", "file"))
    )


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.prefix)
async def test_a_family_is_known_by_its_markers(family: object) -> None:
    assert await find_markers(knowing(family)) == family


async def test_a_model_without_markers_can_not_fill_in() -> None:
    assert await find_markers(Tokenizer("<|im_start|>")) is None


async def test_prefix_and_suffix_stand_between_the_markers() -> None:
    tokenizer = knowing(QWEN)
    prompt = await fill_in_prompt(TextRequest("a = ", suffix="\nb"), QWEN, tokenizer)
    assert tokenizer.text(prompt) == "<|fim_prefix|>a = <|fim_suffix|>\nb<|fim_middle|>"


async def test_other_files_come_first_with_their_names() -> None:
    tokenizer = knowing(QWEN)
    request = TextRequest("a", suffix="b", files=(("x.py", "x = 1\n"), ("y.py", "y = 2\n")))
    assert tokenizer.text(await fill_in_prompt(request, QWEN, tokenizer)) == (
        "<|repo_name|>project\n<|file_sep|>x.py\nx = 1\n<|file_sep|>y.py\ny = 2\n<|file_sep|>current\n"
        "<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>"
    )


async def test_a_family_that_knows_no_files_gets_them_as_text() -> None:
    tokenizer = knowing(FAMILIES[1])
    request = TextRequest("a", suffix="b", files=(("x.py", "x = 1"),))
    prompt = tokenizer.text(await fill_in_prompt(request, FAMILIES[1], tokenizer))
    assert prompt.startswith("x.py\nx = 1\n\n<|fim_prefix|>a")


async def test_a_marker_in_the_caller_s_text_stays_text() -> None:
    tokenizer = knowing(QWEN)
    prompt = await fill_in_prompt(TextRequest("<|fim_middle|>", suffix=""), QWEN, tokenizer)
    assert list(prompt).count(-3) == 1
