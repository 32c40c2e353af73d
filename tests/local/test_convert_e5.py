"""The weights of a small E5 give nearly the same vectors as ONNX, and always the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from e5_samples import PIECES, REPLACED, SmallE5

from open_autoglm.errors import ModelFileRejected
from open_autoglm.local.convert_e5 import INPUT, LARGEST, OUTPUT, TOKENIZER, convert_e5


def converted(folder: Path, data: bytes, name: str = "model") -> Path:
    source, target = folder / f"{name}.bin", folder / f"{name}.onnx"
    source.write_bytes(data)
    convert_e5(source, target)
    return target


@pytest.mark.parametrize("tokens", [[0, 9, 2], [0, 4, 10, 13, 8, 7, 3, 5, 2], [0, *[6] * 14, 2]])
def test_the_network_gives_the_vector_that_the_weights_mean(tmp_path: Path, tokens: list[int]) -> None:
    model = SmallE5()
    path = converted(tmp_path, model.file())
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (vector,) = session.run([OUTPUT], {INPUT: np.array(tokens, np.int64)})
    assert vector.shape == (64,)
    assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-5)
    assert float(vector @ model.vector(tokens)) > 0.999


def test_numbers_of_a_matrix_never_overflow_where_products_are_added_in_16_bits(tmp_path: Path) -> None:
    stored = onnx.load(converted(tmp_path, SmallE5().file())).graph.initializer
    whole = [onnx.numpy_helper.to_array(one) for one in stored if one.name.endswith("/weights")]
    assert len(whole) == 4  # query, key and value are one
    assert {int(np.abs(one).max()) for one in whole} == {LARGEST}
    assert 2 * 255 * LARGEST < 2**15


def test_the_vocabulary_stands_in_the_metadata(tmp_path: Path) -> None:
    written = onnx.load(converted(tmp_path, SmallE5().file())).metadata_props
    facts = json.loads({entry.key: entry.value for entry in written}[TOKENIZER])
    assert facts["pieces"] == list(PIECES)
    assert facts["scores"][7] == -3.5
    assert facts["marks"] == {"begin": 0, "end": 2, "padding": 1, "unknown": 3}
    assert facts["replaced"] == {str(code): text for code, text in REPLACED.items()}


def test_the_bytes_are_always_the_same(tmp_path: Path) -> None:
    data = SmallE5().file()
    one, two = converted(tmp_path, data, "one"), converted(tmp_path, data, "two")
    assert one.read_bytes() == two.read_bytes()


def exchanged(name: str, kind: int, count: int, content: bytes) -> bytes:
    model = SmallE5()
    model.tensors[name] = (kind, count, content)
    return model.file()


def without(name: str) -> bytes:
    model = SmallE5()
    del model.tensors[name]
    return model.file()


INFINITE = np.array([np.inf], "<f2").tobytes() + bytes(16)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: b"", "0 of 0"),
        (lambda: b"GGUF" + bytes(100), "begins with"),
        (lambda: SmallE5(version=2).file(), "version 2"),
        (lambda: SmallE5().file()[:300], "are wanted"),
        (lambda: SmallE5().file()[:-1], "lies outside the file"),
        (lambda: SmallE5(heads=3).file(), "is not known"),
        (lambda: SmallE5(pieces=("", *PIECES[1:])).file(), "one behind the other"),
        (lambda: SmallE5(scores=(float("nan"),) * len(PIECES)).file(), "no numbers"),
        (lambda: without("l0.q.w"), "KeyError"),
        (lambda: exchanged("l0.q.b", 0, 3, bytes(12)), "l0.q.b has 3 numbers"),
        (lambda: exchanged("l0.q.w", 0, 4096, bytes(4 * 4096)), "of kind 0"),
        (lambda: exchanged("l0.q.w", 1, 4096, INFINITE * 128), "no numbers"),
        (lambda: exchanged("l0.q.w", 1, 4096, bytes(10)), "lies outside the file"),
        (lambda: exchanged("a" * 24, 0, 0, b""), "a name of 24 bytes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_such_file_is_refused(tmp_path: Path, make: Callable[[], bytes], said: str) -> None:
    with pytest.raises(ModelFileRejected, match=said):
        converted(tmp_path, make())
    assert not (tmp_path / "model.onnx").exists()
