"""Texts become the tokens that the model was trained with; what is no text becomes no mark."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from e5_samples import PIECES, REPLACED, SCORES

from open_autoglm.knowledge.embedding.e5 import E5Embedder
from open_autoglm.knowledge.embedding.e5_tokenizer import MOST_CHARACTERS, E5Tokenizer

FACTS: dict[str, Any] = {
    "pieces": list(PIECES),
    "scores": [float(score) for score in SCORES],
    "marks": {"begin": 0, "end": 2, "padding": 1, "unknown": 3},
    "replaced": {str(code): text for code, text in REPLACED.items()},
}


@pytest.fixture
def small() -> E5Tokenizer:
    return E5Tokenizer(json.dumps(FACTS), window=12)


def named(tokenizer: E5Tokenizer, text: str) -> list[str]:
    return [PIECES[token] for token in tokenizer.tokens(text).ids[1:-1]]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("ab", ["▁ab"]),
        ("a b", ["▁a", "▁", "b"]),
        ("员工假", ["▁", "员工", "假"]),
        ("  a\t\u00a0 a  ", ["▁a", "▁a"]),
        ("\uff21\x01b", ["▁ab"]),
        ("", []),
        ("a??b", ["▁a", "<unk>", "b"]),
        ("\ud800", ["▁", "<unk>"]),
    ],
)
def test_the_most_probable_pieces_are_taken(small: E5Tokenizer, text: str, pieces: list[str]) -> None:
    assert named(small, text) == pieces


@pytest.mark.parametrize("mark", ["<s>", "</s>", "<pad>", "<unk>"])
def test_nobody_writes_a_mark_into_a_text(small: E5Tokenizer, mark: str) -> None:
    assert not {0, 1, 2} & set(small.tokens(f"a{mark}b").ids[1:-1])


def test_what_is_longer_than_the_window_is_cut_and_said(small: E5Tokenizer) -> None:
    whole, long = small.tokens("a " * 10), small.tokens("a " * 11)
    assert (len(whole.ids), whole.cut) == (12, False)
    assert (long.ids, long.cut) == (whole.ids, True)


def test_no_text_is_looked_at_for_ever(small: E5Tokenizer) -> None:
    assert small.tokens(" " * MOST_CHARACTERS + "a").cut
    assert small.tokens("员" * 10_000_000).cut


@pytest.mark.parametrize(
    "change",
    [{"pieces": ["a"]}, {"scores": ["x"] * len(PIECES)}, {"marks": {}}, {"pieces": ["a"] * len(PIECES)}],
)
def test_other_facts_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        E5Tokenizer(json.dumps({**FACTS, **change}), window=12)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        # The first two are those of the model's own tokenizer, as its authors publish them.
        (
            "query: how much protein should a female eat",
            [0, 41, 1294, 12, 3642, 5045, 21308, 5608, 10, 117776, 73203, 2],
        ),
        ("query: 南瓜的家常做法", [0, 41, 1294, 12, 6, 4617, 39613, 43, 1433, 6856, 115371, 2]),
        ("passage: 员工请假流程是什么?", [0, 46692, 12, 6, 22416, 9736, 14654, 46209, 33848, 32, 2]),
    ],
)
def test_the_real_vocabulary_gives_the_known_tokens(real_e5: E5Embedder, text: str, ids: list[int]) -> None:
    assert real_e5._tokenizer.tokens(text).ids == ids


def test_it_gives_what_the_package_tokenizers_gives(real_e5: E5Embedder) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    ours = real_e5._tokenizer
    facts = json.loads(real_e5._session.get_modelmeta().custom_metadata_map["tokenizer"])
    pieces = list(zip(facts["pieces"], facts["scores"], strict=True))
    theirs = Tokenizer(models.Unigram(pieces, unk_id=3, byte_fallback=False))
    theirs.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="always")
    replaced = {int(code): text for code, text in facts["replaced"].items()}
    ranges = ((32, 0x250), (0x3000, 0xA000), (0xAC00, 0xD7A0), (0x1F300, 0x1FA00), (0x20000, 0x20400))
    choose = random.Random(5)
    for _ in range(200):
        text = "".join(chr(choose.randrange(*choose.choice(ranges))) for _ in range(60))
        words = " ".join(text.translate(replaced).split())
        assert ours.tokens(text).ids[1:-1] == theirs.encode(words, add_special_tokens=False).ids
