"""Makes the smallest networks with the interface of the LaTeX-OCR weights: needs the package onnx.

    python tests/data/formula_model/make.py

They are true ONNX graphs with a known answer, so that loading, fitting and decoding are tested for
real: the resizer agrees with the width it is given, the encoder returns the mean gray value, and the
decoder walks a table of tokens; bright pictures begin with ``x``, dark ones with ``y``.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

HERE = Path(__file__).parent
WIDTHS = 21
VOCABULARY = ["[PAD]", "[BOS]", "[EOS]", "x", "y", "^", "2", "Ġ+", "\\frac"]


def constant(name: str, value: np.ndarray):
    return numpy_helper.from_array(value, name)


def write(name: str, nodes, inputs, output, constants) -> None:
    graph = helper.make_graph(nodes, name, inputs, [output], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model)
    save(model, HERE / f"{name}.onnx")


def pixels():
    return helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [1, 1, "height", "width"])


def resizer() -> None:
    nodes = [
        helper.make_node("Shape", ["pixels"], ["width"], start=3, end=4),
        helper.make_node("Div", ["width", "step"], ["steps"]),
        helper.make_node("Sub", ["steps", "one"], ["index"]),
        helper.make_node("OneHot", ["index", "depth", "values"], ["scores"], axis=-1),
    ]
    constants = [
        constant("step", np.array([32], np.int64)),
        constant("one", np.array([1], np.int64)),
        constant("depth", np.array([WIDTHS], np.int64)),
        constant("values", np.array([0, 1], np.float32)),
    ]
    output = helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, WIDTHS])
    write("image_resizer", nodes, [pixels()], output, constants)


def encoder() -> None:
    nodes = [helper.make_node("ReduceMean", ["pixels"], ["context"], axes=[2, 3], keepdims=0)]
    nodes.append(helper.make_node("Unsqueeze", ["context", "axis"], ["memory"]))
    output = helper.make_tensor_value_info("memory", TensorProto.FLOAT, [1, 1, 1])
    write("encoder", nodes, [pixels()], output, [constant("axis", np.array([1], np.int64))])


def decoder() -> None:
    size = len(VOCABULARY)
    table, by_light = np.zeros((size, size), np.float32), np.zeros((size, size), np.float32)
    for before, after in (("x", "^"), ("y", "^"), ("^", "2"), ("2", "[EOS]")):
        table[VOCABULARY.index(before), VOCABULARY.index(after)] = 9.0
    start = VOCABULARY.index("[BOS]")
    by_light[start, VOCABULARY.index("x")] = 9.0
    by_light[start, VOCABULARY.index("y")] = -9.0
    nodes = [
        helper.make_node("Gather", ["table", "tokens"], ["next"], axis=0),
        helper.make_node("Gather", ["by_light", "tokens"], ["lit"], axis=0),
        helper.make_node("Mul", ["lit", "context"], ["weighted"]),
        helper.make_node("Add", ["next", "weighted"], ["sum"]),
        helper.make_node("Cast", ["mask"], ["kept"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["kept", "last"], ["column"]),
        helper.make_node("Mul", ["sum", "column"], ["logits"]),
    ]
    inputs = [
        helper.make_tensor_value_info("tokens", TensorProto.INT64, [1, "length"]),
        helper.make_tensor_value_info("mask", TensorProto.BOOL, [1, "length"]),
        helper.make_tensor_value_info("context", TensorProto.FLOAT, [1, 1, 1]),
    ]
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, "length", size])
    constants = [
        constant("table", table),
        constant("by_light", by_light),
        constant("last", np.array([-1], np.int64)),
    ]
    write("decoder", nodes, inputs, output, constants)


def tokenizer() -> None:
    special = [{"id": number, "content": VOCABULARY[number], "special": True} for number in range(3)]
    vocabulary = {token: number for number, token in enumerate(VOCABULARY)}
    content = {"added_tokens": special, "model": {"type": "BPE", "vocab": vocabulary, "merges": []}}
    (HERE / "tokenizer.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    resizer()
    encoder()
    decoder()
    tokenizer()
