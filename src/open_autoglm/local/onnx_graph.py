"""Writes ONNX files whose bytes depend on nothing but what they say.

The helpers of the ``onnx`` package put in what differs from release to release; here every field is set.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

IR_VERSION = 8
OPERATOR_SET = 18
"""The first whose Resize takes ``axes``; every onnxruntime of the last years runs it."""
PRODUCER = "open-autoglm"

_TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int32": 6, "int64": 7, "float16": 10}
_ATTRIBUTE_FLOAT, _ATTRIBUTE_INT, _ATTRIBUTE_STRING, _ATTRIBUTE_INTS = 1, 2, 3, 7


class GraphWriter:
    """Gathers nodes in the order they are run."""

    def __init__(self) -> None:
        import onnx

        self._model = onnx.ModelProto()
        self._graph = self._model.graph
        self._names: set[str] = set()

    def has(self, name: str) -> bool:
        """Whether something of that name was written."""
        return name in self._names

    def input(self, name: str, shape: Sequence[int | str], kind: str = "float32") -> None:
        """A tensor that is given to every run; a size that is a word differs from run to run."""
        self._declare(self._graph.input.add(), name, shape, kind)
        self._names.add(name)

    def output(self, name: str, shape: Sequence[int]) -> None:
        self._declare(self._graph.output.add(), name, shape)

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Keep ``values`` under ``name``; answers the name."""
        if name in self._names:
            return name
        tensor = self._graph.initializer.add()
        tensor.name = name
        tensor.dims.extend(values.shape)
        tensor.data_type = _TYPES[values.dtype.name]
        tensor.raw_data = values.astype(values.dtype.newbyteorder("<")).tobytes()
        self._names.add(name)
        return name

    def add(self, operation: str, inputs: Sequence[str], *outputs: str, **attributes: Any) -> None:
        """A node; its attributes may be whole numbers, lists of them, numbers and words.

        ``to`` of a Cast is the name of a type.
        """
        node = self._graph.node.add()
        node.name = outputs[0]
        node.op_type = operation
        node.input.extend(inputs)
        node.output.extend(outputs)
        for name, value in sorted(attributes.items()):
            attribute = node.attribute.add()
            attribute.name = name
            if name == "to":
                value = _TYPES[value]
            if isinstance(value, int):
                attribute.type, attribute.i = _ATTRIBUTE_INT, value
            elif isinstance(value, float):
                attribute.type, attribute.f = _ATTRIBUTE_FLOAT, value
            elif isinstance(value, str):
                attribute.type, attribute.s = _ATTRIBUTE_STRING, value.encode()
            else:
                attribute.type = _ATTRIBUTE_INTS
                attribute.ints.extend(value)
        self._names.update(outputs)

    def metadata(self, key: str, value: str) -> None:
        """Words that go with the file; programs find them by ``key``."""
        entry = self._model.metadata_props.add()
        entry.key = key
        entry.value = value

    def finish(self, name: str) -> bytes:
        """The file. Nothing may be added after it."""
        self._graph.name = name
        self._model.ir_version = IR_VERSION
        self._model.producer_name = PRODUCER
        operators = self._model.opset_import.add()
        operators.domain = ""
        operators.version = OPERATOR_SET
        written: bytes = self._model.SerializeToString(deterministic=True)
        return written

    @staticmethod
    def _declare(value: Any, name: str, shape: Sequence[int | str], kind: str = "float32") -> None:
        value.name = name
        value.type.tensor_type.elem_type = _TYPES[kind]
        for size in shape:
            dimension = value.type.tensor_type.shape.dim.add()
            if isinstance(size, str):
                dimension.dim_param = size
            else:
                dimension.dim_value = size
