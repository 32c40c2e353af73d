"""The head of a model file: read within bounds, refused when it is not one."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest
from model_samples import gguf_bytes

from open_autoglm.errors import ModelFileRejected
from open_autoglm.local.gguf import GgufFacts, check_gguf, read_chat_template, read_gguf


def written(folder: Path, data: bytes) -> Path:
    path = folder / "model.gguf"
    path.write_bytes(data)
    return path


def test_the_shape_is_read(tmp_path: Path) -> None:
    # 24 layers, each 2 key and 2 value heads of 896 / 14 numbers.
    assert read_gguf(written(tmp_path, gguf_bytes(padding=1_000))) == GgufFacts(
        architecture="qwen2",
        layers=24,
        context_length=32768,
        kv_values_per_token=24 * 2 * (64 + 64),
        vocabulary=100,
    )


def test_the_chat_template_behind_the_vocabulary_is_read(tmp_path: Path) -> None:
    data = gguf_bytes(template="{% for message in messages %}", padding=1_000)
    assert read_chat_template(written(tmp_path, data)) == "{% for message in messages %}"
    assert read_chat_template(written(tmp_path, gguf_bytes(padding=1_000))) == ""


def test_without_grouped_heads_every_head_is_cached(tmp_path: Path) -> None:
    facts = read_gguf(written(tmp_path, gguf_bytes(layers=2, heads=4, kv_heads=None, embedding=64)))
    assert facts.kv_values_per_token == 2 * 4 * (16 + 16)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GGUF",
        b"PK\x03\x04" + bytes(100),
        b"GGUF" + struct.pack("<IQQ", 99, 0, 0),
        b"GGUF" + struct.pack("<IQQ", 3, 2**63, 1),
        b"GGUF" + struct.pack("<IQQ", 3, 1, 2**63),
    ],
)
def test_what_is_no_model_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(ModelFileRejected):
        check_gguf(written(tmp_path, data))


def test_absurd_lengths_cost_nothing(tmp_path: Path) -> None:
    head = b"GGUF" + struct.pack("<IQQ", 3, 0, 1)
    name = struct.pack("<Q", 1) + b"k"
    for rest in (
        struct.pack("<Q", 2**62),
        name + struct.pack("<IQ", 8, 2**62),
        name + struct.pack("<IIQ", 9, 8, 2**62),
        name + struct.pack("<IIQQ", 9, 8, 3, 2**62),
        name + struct.pack("<IIQ", 9, 9, 3),
        name + struct.pack("<I", 77),
    ):
        with pytest.raises(ModelFileRejected, match="damaged"):
            read_gguf(written(tmp_path, head + rest))


def test_cut_and_flipped_files_end_in_the_same_error_or_in_facts(tmp_path: Path) -> None:
    whole = gguf_bytes()
    chance = random.Random(7)
    for _ in range(300):
        data = bytearray(whole[: chance.randrange(len(whole))] if chance.random() < 0.5 else whole)
        for _ in range(chance.randrange(4)):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            read_gguf(written(tmp_path, bytes(data)))
        except ModelFileRejected:
            continue
