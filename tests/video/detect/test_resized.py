"""A network made for a square looks at a wide picture, and where it can't be changed, that is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from open_autoglm.video.detect.network import load_network
from open_autoglm.video.detect.resized import resized_network

SIDE = 64
STEPS = (16, 32)
VALUES = 4


def convolutions(path: Path, side: int | str = SIDE, cells: int = -1) -> Path:
    """Two grids out of one picture; the coarse one is enlarged and added to the fine one.

    ``cells``: what the last ``Reshape`` of each grid makes of its rows and columns; -1 for whatever there is.
    """
    rng = np.random.default_rng(1)
    constants = [numpy_helper.from_array(np.array([1, cells, VALUES], np.int64), "rows")]
    for step in STEPS:
        weights = rng.normal(size=(VALUES, 3, step, step)).astype(np.float32)
        constants.append(numpy_helper.from_array(weights, f"weights{step}"))
    fine = SIDE // STEPS[0]
    constants.append(numpy_helper.from_array(np.array([1, VALUES, fine, fine], np.int64), "fine sizes"))
    nodes: list[Any] = []
    for step in STEPS:
        nodes.append(
            helper.make_node("Conv", ["picture", f"weights{step}"], [f"grid{step}"], strides=[step, step])
        )
    nodes += [
        helper.make_node("Resize", ["grid32", "", "", "fine sizes"], ["enlarged"], mode="nearest"),
        helper.make_node("Add", ["grid16", "enlarged"], ["both"]),
        helper.make_node("Transpose", ["both"], ["turned16"], perm=[0, 2, 3, 1]),
        helper.make_node("Transpose", ["grid32"], ["turned32"], perm=[0, 2, 3, 1]),
    ]
    outputs = []
    for step in STEPS:
        nodes.append(helper.make_node("Reshape", [f"turned{step}", "rows"], [f"cells{step}"]))
        shape = [1, (SIDE // step) ** 2 if cells == -1 else cells, VALUES]
        outputs.append(helper.make_tensor_value_info(f"cells{step}", TensorProto.FLOAT, shape))
    picture = helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, side, side])
    graph = helper.make_graph(nodes, "convolutions", [picture], outputs, constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def test_the_upper_half_of_a_square_gives_the_upper_cells(tmp_path: Path) -> None:
    path = convolutions(tmp_path / "square.onnx")
    square = np.random.default_rng(2).normal(size=(1, 3, SIDE, SIDE)).astype(np.float32)
    whole = load_network(path, "onnxruntime", 1).run(square)
    wide = resized_network(path, "onnxruntime", 1, (SIDE, SIDE // 2))
    assert wide is not None
    assert wide.inputs[0].shape == (1, 3, SIDE // 2, SIDE)
    found = wide.run(np.ascontiguousarray(square[:, :, : SIDE // 2]))
    for port in wide.outputs:
        cells = whole[port.name].shape[1] // 2
        assert port.shape == (1, cells, VALUES)
        assert found[port.name] == pytest.approx(whole[port.name][:, :cells], abs=1e-3)


def test_a_picture_may_be_larger_than_the_network_was_made_for(tmp_path: Path) -> None:
    wide = resized_network(
        convolutions(tmp_path / "square.onnx"), "onnxruntime", 1, (3 * SIDE // 2, 2 * SIDE)
    )
    assert wide is not None
    assert [port.shape for port in wide.outputs] == [(1, 48, VALUES), (1, 12, VALUES)]
    found = wide.run(np.zeros((1, 3, 2 * SIDE, 3 * SIDE // 2), np.float32))
    assert found["cells16"].shape == (1, 48, VALUES)


def test_a_network_that_counts_its_cells_by_itself_is_not_changed(tmp_path: Path) -> None:
    path = convolutions(tmp_path / "counted.onnx", cells=16)
    assert resized_network(path, "onnxruntime", 1, (SIDE, SIDE // 2)) is None


def test_a_network_for_any_size_is_not_changed(tmp_path: Path) -> None:
    path = convolutions(tmp_path / "any.onnx", side="side")
    assert resized_network(path, "onnxruntime", 1, (SIDE, SIDE // 2)) is None


def test_a_file_in_another_form_is_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "other.onnx"
    path.write_text("<net/>", encoding="utf-8")
    assert resized_network(path, "openvino", 1, (SIDE, SIDE // 2)) is None


def test_openvino_gives_the_same(tmp_path: Path) -> None:
    pytest.importorskip("openvino")
    path = convolutions(tmp_path / "square.onnx")
    picture = np.random.default_rng(3).normal(size=(1, 3, SIDE // 2, SIDE)).astype(np.float32)
    found = []
    for backend in ("onnxruntime", "openvino"):
        wide = resized_network(path, backend, 1, (SIDE, SIDE // 2))
        assert wide is not None
        found.append(wide.run(picture))
    for name, values in found[0].items():
        assert found[1][name] == pytest.approx(values, abs=1e-2)
