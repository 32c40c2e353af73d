"""A file is a detector that is known, or it is refused in one sentence."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from open_autoglm.errors import ExtraMissing, InputMissing, ModelFileRejected, UsageError
from open_autoglm.video.detect.open_detector import open_detector

SIZE = 32


@pytest.fixture
def nanodet_file(tmp_path: Path) -> Path:
    """A NanoDet of 32 × 32 pixels that names a dog in the upper left whatever it sees."""
    nodes, outputs, constants = [], [], []
    for number, step in enumerate((8, 16, 32)):
        cells = (SIZE // step) ** 2
        scores = np.zeros((1, cells, 80), np.float32)
        scores[0, 0, 16] = 0.75 if step == 16 else 0.0
        distances = np.zeros((1, cells, 44), np.float32)
        for kind, values in (("scores", scores), ("distances", distances)):
            name = f"{kind}{number}"
            constants.append(onnx.numpy_helper.from_array(values, f"{name}/kept"))
            # The input is used, so that no part of the graph is taken away.
            nodes += [helper.make_node("Add", [f"{name}/kept", "nothing"], [name])]
            outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, values.shape))
    constants.append(onnx.numpy_helper.from_array(np.zeros((), np.float32), "zero"))
    nodes = [
        helper.make_node("ReduceMax", ["image"], ["largest"], keepdims=0),
        helper.make_node("Mul", ["largest", "zero"], ["nothing"]),
        *nodes,
    ]
    return save(tmp_path / "nanodet.onnx", nodes, [1, 3, SIZE, SIZE], outputs, constants)


def save(path: Path, nodes: list[Any], size: list[int], outputs: list[Any], constants: list[Any]) -> Path:
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, size)
    graph = helper.make_graph(nodes, "drawn", [image], outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path)
    return path


def test_a_nanodet_file_is_opened_and_detects_from_several_threads(nanodet_file: Path) -> None:
    detector = open_detector(nanodet_file)
    frames = [np.full((64, 64, 3), shade, np.uint8) for shade in range(16)]
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(detector.detect, frames):
            assert [one.class_name for one in found] == ["dog"]
    assert "dog" in detector.class_names


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputMissing, match=r"no detector file .*absent\.onnx"):
        open_detector(tmp_path / "absent.onnx")


def test_what_is_no_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.onnx"
    path.write_text("not a network", encoding="utf-8")
    with pytest.raises(ModelFileRejected, match="not an ONNX network"):
        open_detector(path)


def test_a_network_of_another_kind_names_what_is_supported(tmp_path: Path) -> None:
    output = helper.make_tensor_value_info("boxes", TensorProto.FLOAT, [1, 3, 8, 8])
    nodes = [helper.make_node("Relu", ["image"], ["boxes"])]
    path = save(tmp_path / "other.onnx", nodes, [1, 3, 8, 8], [output], [])
    with pytest.raises(ModelFileRejected, match=r"outputs are boxes 1×3×8×8\. Supported: NanoDet"):
        open_detector(path)


def test_an_absent_backend_is_said_with_its_remedy(
    nanodet_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(ExtraMissing, match="openvino is missing") as caught:
        open_detector(nanodet_file, backend="openvino")
    assert "pip install openvino" in (caught.value.hint or "")


def test_an_unknown_backend_is_refused(nanodet_file: Path) -> None:
    with pytest.raises(UsageError, match="'tensorrt'"):
        open_detector(nanodet_file, backend="tensorrt")


def test_openvino_gives_the_same(nanodet_file: Path) -> None:
    pytest.importorskip("openvino")
    frame = np.full((48, 64, 3), 90, np.uint8)
    found = open_detector(nanodet_file, backend="openvino").detect(frame)
    assert found == open_detector(nanodet_file).detect(frame)
