"""A TensorFlow.js graph gives the same numbers as ONNX, and always the same bytes."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

from open_autoglm.errors import ModelFileRejected
from open_autoglm.local.convert_tfjs import convert_graph_model


def text(value: str) -> dict[str, str]:
    return {"s": base64.b64encode(value.encode()).decode()}


def shape(*sizes: int) -> dict[str, Any]:
    return {"dim": [{"size": str(size)} for size in sizes]}


def node(op: str, name: str, *inputs: str, **attributes: Any) -> dict[str, Any]:
    return {"op": op, "name": name, "input": list(inputs), "attr": attributes}


class Graph:
    """A graph that is put together piece by piece and written as TensorFlow.js keeps it."""

    def __init__(self) -> None:
        self.nodes = [{"op": "Placeholder", "name": "image", "attr": {"shape": {"shape": shape(1, 2, 4, 6)}}}]
        self.weights: list[dict[str, Any]] = []
        self.data = b""

    def constant(self, name: str, values: Any, dtype: str = "int32") -> None:
        array = np.array(values, "float16" if dtype == "float32" else dtype)
        entry: dict[str, Any] = {"name": name, "shape": list(array.shape), "dtype": dtype}
        if dtype == "float32":
            entry["quantization"] = {"dtype": "float16", "original_dtype": "float32"}
        self.weights.append(entry)
        self.nodes.append({"op": "Const", "name": name, "attr": {}})
        self.data += array.tobytes()

    def write(self, folder: Path, *sizes: int) -> tuple[Path, Path]:
        topology, weights = folder / "model.json", folder / "model.bin"
        outputs = {"Identity:0": {"name": "Identity:0", "tensorShape": shape(*sizes)}}
        model = {
            "signature": {"outputs": outputs},
            "modelTopology": {"node": self.nodes},
            "weightsManifest": [{"paths": ["model.bin"], "weights": self.weights}],
        }
        topology.write_text(json.dumps(model), encoding="utf-8")
        weights.write_bytes(self.data)
        return topology, weights


@pytest.fixture
def graph() -> Graph:
    """Pad, a convolution of stride 2 with a bias, and what leads there and away, channels last."""
    graph = Graph()
    kernel = np.arange(3 * 3 * 2 * 3).reshape(3, 3, 2, 3) / 64 - 0.4
    graph.constant("pads", [[0, 0], [0, 0], [1, 1], [1, 1]])
    graph.constant("last", [0, 2, 3, 1])
    graph.constant("first", [0, 3, 1, 2])
    graph.constant("kernel", kernel, "float32")
    graph.constant("bias", [0.5, -0.25, 1.0], "float32")
    graph.nodes += [
        node("Pad", "padded", "image", "pads"),
        node("Transpose", "turned", "padded", "last"),
        node(
            "Conv2D",
            "convolved",
            "turned",
            "kernel",
            strides={"list": {"i": ["1", "2", "2", "1"]}},
            dilations={"list": {"i": ["1", "1", "1", "1"]}},
            padding=text("VALID"),
            data_format=text("NHWC"),
        ),
        node("Add", "shifted", "convolved", "bias"),
        node("Transpose", "back", "shifted", "first"),
        node("LeakyRelu", "leaky", "back", alpha={"f": 0.1}),
        node("Identity", "Identity", "leaky"),
    ]
    return graph


def expected(image: np.ndarray) -> np.ndarray:
    kernel = np.arange(3 * 3 * 2 * 3).reshape(3, 3, 2, 3) / 64 - 0.4
    kernel = kernel.astype(np.float16).astype(np.float64)
    padded = np.pad(image[0], ((0, 0), (1, 1), (1, 1)))
    rows = [
        [np.einsum("chw,hwco->o", padded[:, 2 * y : 2 * y + 3, 2 * x : 2 * x + 3], kernel) for x in range(3)]
        for y in range(2)
    ]
    value = np.array(rows).transpose(2, 0, 1) + np.array([0.5, -0.25, 1.0])[:, None, None]
    return np.where(value > 0, value, 0.1 * value)[None]


def run(path: Path, image: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(["Identity"], {"image": image})[0]


def test_the_converted_graph_gives_the_same_numbers(graph: Graph, tmp_path: Path) -> None:
    target = tmp_path / "model.onnx"
    convert_graph_model(*graph.write(tmp_path, 1, 3, 2, 3), target)
    onnx.checker.check_model(onnx.load(target), full_check=True)
    image = np.random.default_rng(5).normal(size=(1, 2, 4, 6)).astype(np.float32)
    np.testing.assert_allclose(run(target, image), expected(image), atol=1e-5)


def test_pictures_are_not_turned_round_for_nothing(graph: Graph, tmp_path: Path) -> None:
    target = tmp_path / "model.onnx"
    convert_graph_model(*graph.write(tmp_path, 1, 3, 2, 3), target)
    operations = [one.op_type for one in onnx.load(target).graph.node]
    assert operations == ["Pad", "Conv", "Add", "LeakyRelu", "Identity"]


def test_the_bytes_are_always_the_same(graph: Graph, tmp_path: Path) -> None:
    files = graph.write(tmp_path, 1, 3, 2, 3)
    convert_graph_model(*files, tmp_path / "one.onnx")
    graph.nodes.reverse()  # an order in which nothing can be run as it stands
    convert_graph_model(*files, tmp_path / "two.onnx")
    assert (tmp_path / "one.onnx").read_bytes() == (tmp_path / "two.onnx").read_bytes()


def test_split_concatenation_resize_and_reshape(tmp_path: Path) -> None:
    graph = Graph()
    graph.constant("last", [0, 2, 3, 1])
    graph.constant("first", [0, 3, 1, 2])
    graph.constant("sizes", [1, 1])
    graph.constant("axis", 3)
    graph.constant("double", [8, 12])
    graph.constant("flat", [1, 2, 96])
    graph.nodes += [
        node("Transpose", "turned", "image", "last"),
        node("SplitV", "parts", "turned", "sizes", "axis"),
        node("ConcatV2", "swapped", "parts:1", "parts", "axis"),
        node(
            "ResizeBilinear",
            "large",
            "swapped",
            "double",
            half_pixel_centers={"b": True},
            align_corners={"b": False},
        ),
        node("Transpose", "back", "large", "first"),
        node("Reshape", "flattened", "back", "flat"),
        node("Identity", "Identity", "flattened"),
    ]
    target = tmp_path / "model.onnx"
    convert_graph_model(*graph.write(tmp_path, 1, 2, 96), target)
    image = np.zeros((1, 2, 4, 6), np.float32)
    image[0, 1] = 3.0
    found = run(target, image)
    assert (found[0, 0] == 3.0).all()
    assert (found[0, 1] == 0.0).all()


def test_an_unknown_operation_is_named(graph: Graph, tmp_path: Path) -> None:
    graph.nodes.append(node("Einsum", "strange", "image"))
    with pytest.raises(ModelFileRejected, match="Einsum of strange is not known"):
        convert_graph_model(*graph.write(tmp_path, 1, 3, 2, 3), tmp_path / "model.onnx")
    assert not (tmp_path / "model.onnx").exists()


@pytest.mark.parametrize("change", [lambda data: data[:-2], lambda data: data + b"more"])
def test_weights_of_another_length_are_refused(graph: Graph, tmp_path: Path, change: Any) -> None:
    topology, weights = graph.write(tmp_path, 1, 3, 2, 3)
    weights.write_bytes(change(weights.read_bytes()))
    with pytest.raises(ModelFileRejected, match="can't be converted"):
        convert_graph_model(topology, weights, tmp_path / "model.onnx")


def test_a_file_that_is_no_graph_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text("[1, 2]", encoding="utf-8")
    (tmp_path / "model.bin").write_bytes(b"")
    with pytest.raises(ModelFileRejected, match=r"model\.json can't be converted"):
        convert_graph_model(tmp_path / "model.json", tmp_path / "model.bin", tmp_path / "model.onnx")
