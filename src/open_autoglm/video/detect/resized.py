"""A network made for one size of picture, opened for another: what a picture does not fill costs nothing."""

from __future__ import annotations

from pathlib import Path

import onnx
from google.protobuf.message import DecodeError
from onnx import numpy_helper
from onnx.shape_inference import InferenceError, infer_shapes

from open_autoglm.video.detect.network import Network, load_network_bytes

Size = tuple[int, int]
"""Width and height in pixels."""


def resized_network(path: Path, backend: str, threads: int, size: Size) -> Network | None:
    """The network in ``path`` for pictures of ``size``; None where it can't be changed.

    It can where nothing in it depends on the size but outputs of the shape (1, cells, values) and the sizes
    to which ``Resize`` enlarges. ``size`` must be a multiple of its coarsest grid.
    """
    try:
        model = onnx.load(str(path), format="protobuf")
    except DecodeError:
        return None  # a form that the backend reads and this does not
    made_for = _size(model.graph)
    if made_for is None:
        return None
    _change(model.graph, made_for, size)
    if not _fits_together(model):
        return None
    return load_network_bytes(model.SerializeToString(), path, backend, threads)


def _picture(graph: onnx.GraphProto) -> onnx.ValueInfoProto:
    constants = {constant.name for constant in graph.initializer}
    found: onnx.ValueInfoProto = next(port for port in graph.input if port.name not in constants)
    return found


def _size(graph: onnx.GraphProto) -> Size | None:
    sides = [side.dim_value for side in _picture(graph).type.tensor_type.shape.dim]
    return (sides[3], sides[2]) if len(sides) == 4 and sides[2] and sides[3] else None


def _change(graph: onnx.GraphProto, made_for: Size, size: Size) -> None:
    picture = _picture(graph).type.tensor_type.shape.dim
    picture[2].dim_value, picture[3].dim_value = size[1], size[0]
    for port in graph.output:
        cells = port.type.tensor_type.shape.dim[1]
        cells.dim_value = cells.dim_value * size[0] * size[1] // (made_for[0] * made_for[1])
    # What was said of the values in between holds no longer; it is found out anew.
    del graph.value_info[:]
    constants = {constant.name: constant for constant in graph.initializer}
    # One constant may serve several nodes, and is changed once.
    for name in {node.input[3] for node in graph.node if node.op_type == "Resize" and len(node.input) > 3}:
        if name in constants:
            sizes = numpy_helper.to_array(constants[name]).copy()
            sizes[-2:] = sizes[-2] * size[1] // made_for[1], sizes[-1] * size[0] // made_for[0]
            constants[name].CopyFrom(numpy_helper.from_array(sizes, name))


def _fits_together(model: onnx.ModelProto) -> bool:
    """Whether every value has a shape that the next node takes, down to the outputs.

    A backend would find out only when it runs.
    """
    try:
        infer_shapes(model, strict_mode=True, data_prop=True)
    except InferenceError:
        return False
    return True
