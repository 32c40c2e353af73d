"""A TensorFlow.js graph model becomes an ONNX file: the same bytes on every machine.

The graph is written in ONNX's own order of axes (batch, channels, height, width), where TensorFlow has the
channels last, so that no time goes into turning pictures round. Only operations that the catalogue's
models hold are known; another one is refused by its name.

Formats: https://github.com/tensorflow/tfjs (``graph_model``), https://onnx.ai/onnx/operators.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from open_autoglm.errors import ModelFileRejected
from open_autoglm.local.onnx_graph import GraphWriter

if TYPE_CHECKING:
    from numpy.typing import NDArray

Axes: TypeAlias = tuple[int, ...]
Array: TypeAlias = "NDArray[Any]"

CHANNELS_LAST: Axes = (0, 2, 3, 1)
CHANNELS_FIRST: Axes = (0, 3, 1, 2)
PICTURE_AXES = 4
_BYTES = {"float32": 4, "float16": 2, "int32": 4, "uint8": 1}


@dataclass(frozen=True, slots=True)
class _Value:
    """A tensor of the graph: what ``name`` holds, its axes taken in the order ``axes``."""

    name: str
    axes: Axes


@dataclass(frozen=True, slots=True)
class _Node:
    operation: str
    name: str
    inputs: tuple[str, ...]
    attributes: Mapping[str, Any]


def convert_graph_model(topology: Path, weights: Path, target: Path) -> None:
    """Write the ONNX form of the model whose ``model.json`` and only shard of weights are given.

    Raises ModelFileRejected where the files don't fit together or hold an operation that isn't known.
    """
    try:
        model = json.loads(topology.read_text(encoding="utf-8"))
        constants = _constants(model["weightsManifest"], weights.read_bytes())
        graph = _Conversion(model, constants).graph
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise ModelFileRejected(
            f"{topology.name} can't be converted: {type(error).__name__}: {error}."
        ) from error
    target.write_bytes(graph)


def _constants(manifest: Sequence[Mapping[str, Any]], data: bytes) -> dict[str, Array]:
    """Every constant by its name; half precision becomes single precision, which is exact."""
    import numpy as np

    found: dict[str, Array] = {}
    position = 0
    for entry in (entry for group in manifest for entry in group["weights"]):
        kept_as = entry.get("quantization", {}).get("dtype", entry["dtype"])
        if kept_as == "uint8" or kept_as not in _BYTES:
            raise ValueError(f"weights of type {kept_as} are not known")
        count = int(np.prod(entry["shape"], dtype=np.int64))
        values = np.frombuffer(data, np.dtype(kept_as).newbyteorder("<"), count, position)
        found[entry["name"]] = values.astype(entry["dtype"]).reshape(entry["shape"])
        position += count * _BYTES[kept_as]
    if position != len(data):
        raise ValueError(f"{len(data)} bytes of weights where {position} are described")
    return found


class _Conversion:
    """Goes through the nodes in their order and writes each; ``graph`` is the finished file."""

    def __init__(self, model: Mapping[str, Any], constants: dict[str, Array]) -> None:
        self._constants = constants
        self._values: dict[str, _Value] = {}
        self._writer = GraphWriter()
        self._signature = model["signature"]
        for node in _in_order(model["modelTopology"]["node"]):
            self._convert(node)
        for name, facts in sorted(self._signature["outputs"].items()):
            # The plain name, without TensorFlow's number of the output, is what programs ask for.
            output = name.split(":")[0]
            kept = self._plain(facts["name"])
            self._writer.add("Identity", [kept], output)
            self._writer.output(output, _shape(facts["tensorShape"]))
        self.graph = self._writer.finish(name=str(model.get("generatedBy") or "model"))

    def _convert(self, node: _Node) -> None:
        if node.operation == "Const":
            return
        if node.operation == "Placeholder":
            self._input(node)
        elif node.operation == "Identity":
            self._alias(node.name, node.inputs[0])
        elif node.operation in _FOLDED and all(one in self._constants for one in node.inputs):
            given = [self._constants[one] for one in node.inputs]
            self._constants[node.name] = _FOLDED[node.operation](*given)
        elif node.operation in _WRITERS:
            _WRITERS[node.operation](self, node)
        else:
            raise ValueError(f"the operation {node.operation} of {node.name} is not known")

    # What nodes refer to

    def _input(self, node: _Node) -> None:
        shape = _shape(node.attributes["shape"]["shape"])
        self._writer.input(node.name, shape)
        self._values[node.name] = _Value(node.name, tuple(range(len(shape))))

    def _alias(self, name: str, source: str) -> None:
        if source in self._constants:
            self._constants[name] = self._constants[source]
        else:
            self._values[name] = self._value(source)

    def _value(self, name: str) -> _Value:
        return self._values[name.removesuffix(":0")]

    def _plain(self, name: str, axes: Axes | None = None) -> str:
        """The name of a tensor in TensorFlow's order of axes, or that order followed by ``axes``."""
        value = self._value(name)
        order = value.axes if axes is None else tuple(value.axes[axis] for axis in axes)
        if order == tuple(range(len(order))):
            return value.name
        turned = f"{value.name}/turned{''.join(map(str, order))}"
        if not self._writer.has(turned):
            self._writer.add("Transpose", [value.name], turned, perm=order)
        return turned

    # One method for each operation

    def _transpose(self, node: _Node) -> None:
        value = self._value(node.inputs[0])
        order = self._constants[node.inputs[1]].tolist()
        self._values[node.name] = _Value(value.name, tuple(value.axes[axis] for axis in order))

    def _unary(self, operation: str, name: str, source: str, **attributes: float) -> None:
        value = self._value(source)
        self._writer.add(operation, [value.name], name, **attributes)
        self._values[name] = _Value(name, value.axes)

    def _sigmoid(self, node: _Node) -> None:
        self._unary("Sigmoid", node.name, node.inputs[0])

    def _leaky(self, node: _Node) -> None:
        self._unary("LeakyRelu", node.name, node.inputs[0], alpha=float(node.attributes["alpha"]["f"]))

    def _add(self, node: _Node) -> None:
        first, second = node.inputs
        if first in self._constants:
            first, second = second, first
        value = self._value(first)
        if second in self._constants:
            constant = self._constants[second]
            spread = constant.reshape((1,) * (len(value.axes) - constant.ndim) + constant.shape)
            other = self._writer.constant(f"{node.name}/added", spread.transpose(_inverse(value.axes)))
        else:
            other = self._plain(second, _inverse(value.axes))
        self._writer.add("Add", [value.name, other], node.name)
        self._values[node.name] = _Value(node.name, value.axes)

    def _pad(self, node: _Node) -> None:
        import numpy as np

        value = self._value(node.inputs[0])
        amounts = self._constants[node.inputs[1]][list(_inverse(value.axes))]
        pads = self._writer.constant(f"{node.name}/pads", amounts.T.reshape(-1).astype(np.int64))
        given = [value.name, pads]
        if len(node.inputs) > 2:
            given.append(self._writer.constant(f"{node.name}/filling", self._constants[node.inputs[2]]))
        self._writer.add("Pad", given, node.name)
        self._values[node.name] = _Value(node.name, value.axes)

    def _convolution(self, node: _Node) -> None:
        # TensorFlow: height, width, in, out. ONNX: out, in, height, width.
        kernel = self._constants[node.inputs[1]].transpose(3, 2, 0, 1)
        given = [
            self._plain(node.inputs[0], CHANNELS_FIRST),
            self._writer.constant(f"{node.name}/kernel", kernel),
        ]
        self._writer.add(
            "Conv",
            given,
            node.name,
            dilations=_middle(node.attributes["dilations"]),
            kernel_shape=kernel.shape[2:],
            strides=_middle(node.attributes["strides"]),
        )
        _require_valid(node)
        self._values[node.name] = _Value(node.name, CHANNELS_LAST)

    def _max_pool(self, node: _Node) -> None:
        _require_valid(node)
        self._writer.add(
            "MaxPool",
            [self._plain(node.inputs[0], CHANNELS_FIRST)],
            node.name,
            kernel_shape=_middle(node.attributes["ksize"]),
            strides=_middle(node.attributes["strides"]),
        )
        self._values[node.name] = _Value(node.name, CHANNELS_LAST)

    def _resize(self, node: _Node) -> None:
        import numpy as np

        if not node.attributes["half_pixel_centers"]["b"] or node.attributes["align_corners"]["b"]:
            raise ValueError(f"{node.name} resizes in a way that is not known")
        source = self._plain(node.inputs[0], CHANNELS_FIRST)
        height, width = self._constants[node.inputs[1]].tolist()
        sizes = self._writer.constant(f"{node.name}/sizes", np.array([height, width], np.int64))
        self._writer.add(
            "Resize",
            [source, "", "", sizes],
            node.name,
            axes=(2, 3),
            coordinate_transformation_mode="half_pixel",
            mode="linear",
        )
        self._values[node.name] = _Value(node.name, CHANNELS_LAST)

    def _concatenate(self, node: _Node) -> None:
        *parts, axis_name = node.inputs
        axes = self._value(parts[0]).axes
        names = [self._plain(part, _inverse(axes)) for part in parts]
        self._writer.add("Concat", names, node.name, axis=axes[int(self._constants[axis_name])])
        self._values[node.name] = _Value(node.name, axes)

    def _split(self, node: _Node) -> None:
        import numpy as np

        value = self._value(node.inputs[0])
        sizes = self._constants[node.inputs[1]].astype(np.int64)
        names = [node.name, *(f"{node.name}:{number}" for number in range(1, len(sizes)))]
        given = [value.name, self._writer.constant(f"{node.name}/sizes", sizes)]
        self._writer.add("Split", given, *names, axis=value.axes[int(self._constants[node.inputs[2]])])
        self._values |= {one: _Value(one, value.axes) for one in names}

    def _reshape(self, node: _Node) -> None:
        import numpy as np

        shape = self._constants[node.inputs[1]].astype(np.int64)
        given = [self._plain(node.inputs[0]), self._writer.constant(f"{node.name}/shape", shape)]
        self._writer.add("Reshape", given, node.name)
        self._values[node.name] = _Value(node.name, tuple(range(len(shape))))


_WRITERS: Mapping[str, Callable[[_Conversion, _Node], None]] = {
    "Add": _Conversion._add,
    "AddV2": _Conversion._add,
    "ConcatV2": _Conversion._concatenate,
    "Conv2D": _Conversion._convolution,
    "LeakyRelu": _Conversion._leaky,
    "MaxPool": _Conversion._max_pool,
    "Pad": _Conversion._pad,
    "PadV2": _Conversion._pad,
    "Reshape": _Conversion._reshape,
    "ResizeBilinear": _Conversion._resize,
    "Sigmoid": _Conversion._sigmoid,
    "SplitV": _Conversion._split,
    "Transpose": _Conversion._transpose,
}


def _dense(where: Array, shape: Array, values: Array, default: Array) -> Array:
    """TensorFlow's ``SparseToDense``."""
    import numpy as np

    dense = np.full(shape.tolist(), default, default.dtype)
    dense[tuple(where.T)] = values
    return dense


def _sum(first: Array, second: Array) -> Array:
    total: Array = first + second
    return total


_FOLDED: Mapping[str, Callable[..., Array]] = {"SparseToDense": _dense, "Add": _sum, "AddV2": _sum}


def _in_order(facts: Sequence[Mapping[str, Any]]) -> list[_Node]:
    """Every node after those it reads from, else in the order of the file."""
    waiting = [
        _Node(one["op"], one["name"], tuple(one.get("input", ())), one.get("attr", {})) for one in facts
    ]
    known: set[str] = set()
    ordered: list[_Node] = []
    while waiting:
        ready = [node for node in waiting if all(one.split(":")[0] in known for one in node.inputs)]
        if not ready:
            raise ValueError("the graph runs in a circle or lacks nodes")
        ordered += ready
        known |= {node.name for node in ready}
        waiting = [node for node in waiting if node.name not in known]
    return ordered


def _shape(facts: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(int(axis["size"]) for axis in facts["dim"])


def _inverse(axes: Axes) -> Axes:
    return tuple(axes.index(number) for number in range(len(axes)))


def _middle(attribute: Mapping[str, Any]) -> tuple[int, ...]:
    """Height and width of a list that is written batch, height, width, channels."""
    return tuple(int(number) for number in attribute["list"]["i"][1:3])


def _require_valid(node: _Node) -> None:
    layout = base64.b64decode(node.attributes["data_format"]["s"])
    padding = base64.b64decode(node.attributes["padding"]["s"])
    if layout != b"NHWC" or padding != b"VALID":
        raise ValueError(f"{node.name} is laid out in a way that is not known")
