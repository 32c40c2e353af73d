"""What the head of a GGUF file says: enough to know a model from garbage and to plan its memory.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. Files are hostile: every count is
bounded and tensors are never touched.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from open_autoglm.errors import ModelFileRejected

MAGIC = b"GGUF"
VERSIONS = (2, 3)
MIN_BYTES = 24
MAX_TENSORS = 1_000_000
MAX_KEYS = 10_000
MAX_KEY_BYTES = 1_000
MAX_STRING_BYTES = 16_000_000
MAX_ARRAY_ITEMS = 2_000_000
MAX_METADATA_BYTES = 128_000_000
MAX_LIST_ITEMS = 4_096
"""Items of an array that are kept; per-layer counts are far fewer."""

_STRING, _ARRAY = 8, 9
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_ARCHITECTURE_KEY = "general.architecture"
_TOKENS_KEY = "tokenizer.ggml.tokens"
_TEMPLATE_KEY = "tokenizer.chat_template"
_PLANNED = (
    "block_count",
    "context_length",
    "embedding_length",
    "attention.head_count",
    "attention.head_count_kv",
    "attention.key_length",
    "attention.value_length",
    "pooling_type",
)


@dataclass(frozen=True, slots=True)
class GgufFacts:
    """Shape of a model as its own file states it. 0 where the file does not say."""

    architecture: str
    layers: int
    context_length: int
    kv_values_per_token: int
    """Numbers the KV cache holds for one token: keys and values over all layers."""
    vocabulary: int
    pooling_stated: bool = False
    """Whether it says how one vector is made of many, as embedding models do."""


def check_gguf(path: Path) -> None:
    """Refuse what is not a GGUF model: wrong magic, unknown version, absurd counts, too short."""
    try:
        with path.open("rb") as file:
            _read_header(file, path)
    except OSError as error:
        raise ModelFileRejected(f"Model file {path} can't be read: {error}.") from error


def read_gguf(path: Path) -> GgufFacts:
    """Read the shape of the model at ``path``. Raises ModelFileRejected for anything damaged."""
    try:
        with path.open("rb") as file:
            return _facts(_read_metadata(file, path), path)
    except OSError as error:
        raise ModelFileRejected(f"Model file {path} can't be read: {error}.") from error


def read_chat_template(path: Path) -> str:
    """The model's own chat template, empty where the file has none. Raises ModelFileRejected.

    It stands behind the vocabulary, so this takes some tenths of a second where that is large.
    """
    try:
        with path.open("rb") as file:
            for _ in range(_read_header(file, path)):
                key = _read_string(file, path, MAX_KEY_BYTES)
                value = _read_value(file, path, _read_scalar(file, path, "I"))
                if key == _TEMPLATE_KEY and isinstance(value, str):
                    return value
                if file.tell() > MAX_METADATA_BYTES:
                    raise _damaged(path)
    except OSError as error:
        raise ModelFileRejected(f"Model file {path} can't be read: {error}.") from error
    return ""


def _read_header(file: BinaryIO, path: Path) -> int:
    """The number of metadata keys."""
    head = file.read(MIN_BYTES)
    if len(head) < MIN_BYTES or head[:4] != MAGIC:
        raise ModelFileRejected(
            f"{path} is not a GGUF model: it begins with {head[:4]!r}, not {MAGIC!r}.",
            hint="Give a .gguf file, or a name from `open-autoglm-cli list`.",
        )
    version, tensors, keys = struct.unpack("<IQQ", head[4:])
    if version not in VERSIONS:
        raise ModelFileRejected(f"{path} has GGUF version {version}; versions 2 and 3 can be read.")
    if tensors > MAX_TENSORS or keys > MAX_KEYS:
        raise ModelFileRejected(f"{path} states {tensors} tensors and {keys} keys: it is damaged.")
    return int(keys)


def _read_metadata(file: BinaryIO, path: Path) -> dict[str, Any]:
    """The keys of interest up to the vocabulary, which writers put after the shape."""
    values: dict[str, Any] = {}
    for _ in range(_read_header(file, path)):
        key = _read_string(file, path, MAX_KEY_BYTES)
        value = _read_value(file, path, _read_scalar(file, path, "I"))
        if key in (_ARCHITECTURE_KEY, _TOKENS_KEY) or key.endswith(_PLANNED):
            values[key] = value
        if key == _TOKENS_KEY and _ARCHITECTURE_KEY in values:
            break
        if file.tell() > MAX_METADATA_BYTES:
            raise _damaged(path)
    return values


def _read_value(file: BinaryIO, path: Path, kind: int) -> Any:
    if kind == _STRING:
        return _read_string(file, path, MAX_STRING_BYTES)
    if kind != _ARRAY:
        return _read_scalar(file, path, _format(kind, path))
    item_kind, count = _read_scalar(file, path, "I"), _read_scalar(file, path, "Q")
    if count > MAX_ARRAY_ITEMS:
        raise _damaged(path)
    if item_kind == _STRING:
        for _ in range(count):
            length = _read_scalar(file, path, "Q")
            if length > MAX_STRING_BYTES:
                raise _damaged(path)
            file.seek(length, 1)
        return _Count(count)
    code = _format(item_kind, path)
    if count > MAX_LIST_ITEMS:
        file.seek(count * struct.calcsize("<" + code), 1)
        return _Count(count)
    return [_read_scalar(file, path, code) for _ in range(count)]


class _Count(int):
    """Only the length of an array was kept."""


def _format(kind: int, path: Path) -> str:
    if kind not in _SCALARS:
        raise _damaged(path)
    return _SCALARS[kind]


def _read_scalar(file: BinaryIO, path: Path, code: str) -> Any:
    size = struct.calcsize("<" + code)
    data = file.read(size)
    if len(data) < size:
        raise _damaged(path)
    return struct.unpack("<" + code, data)[0]


def _read_string(file: BinaryIO, path: Path, limit: int) -> str:
    length = _read_scalar(file, path, "Q")
    if length > limit:
        raise _damaged(path)
    data = file.read(length)
    if len(data) < length:
        raise _damaged(path)
    return data.decode("utf-8", errors="replace")


def _damaged(path: Path) -> ModelFileRejected:
    return ModelFileRejected(f"{path} is cut short or damaged: its metadata can't be read.")


def _facts(values: dict[str, Any], path: Path) -> GgufFacts:
    architecture = str(values.get(_ARCHITECTURE_KEY, ""))
    shape = {name: values.get(f"{architecture}.{name}") for name in _PLANNED}
    layers = _whole(shape["block_count"], path)
    heads = _largest(shape["attention.head_count"], path)
    head_length = _whole(shape["embedding_length"], path) // heads if heads else 0
    kv_heads = shape["attention.head_count_kv"]
    if isinstance(kv_heads, list):
        kv_heads_total = sum(_whole(count, path) for count in kv_heads)
    else:
        kv_heads_total = layers * (heads if kv_heads is None else _whole(kv_heads, path))
    key = _whole(shape["attention.key_length"], path) or head_length
    value = _whole(shape["attention.value_length"], path) or head_length
    vocabulary = values.get(_TOKENS_KEY)
    return GgufFacts(
        architecture=architecture,
        layers=layers,
        context_length=_whole(shape["context_length"], path),
        kv_values_per_token=kv_heads_total * (key + value),
        vocabulary=vocabulary if isinstance(vocabulary, _Count) else 0,
        pooling_stated=bool(_whole(shape["pooling_type"], path)),
    )


def _largest(value: Any, path: Path) -> int:
    return (
        max((_whole(item, path) for item in value), default=0)
        if isinstance(value, list)
        else _whole(value, path)
    )


def _whole(value: Any, path: Path) -> int:
    if value is None:
        return 0
    if not isinstance(value, int) or not 0 <= value < 2**40:
        raise _damaged(path)
    return int(value)
