"""Small models, wheels and machines: real files of real formats, a few kilobytes each."""

from __future__ import annotations

import hashlib
import os
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

from open_autoglm.local.catalog import (
    Catalog,
    CatalogFile,
    CatalogModel,
    PackagePart,
    PackageRegistrySource,
    Source,
    Tier,
)
from open_autoglm.local.hardware import Gpu, Hardware


def gguf_bytes(
    *,
    layers: int = 24,
    heads: int = 14,
    kv_heads: int | None = 2,
    embedding: int = 896,
    context: int = 32768,
    vocabulary: int = 100,
    template: str | None = None,
    padding: int = 0,
) -> bytes:
    """A GGUF file without tensors: header, the keys that matter, a vocabulary, a template, then padding."""

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value.encode())) + value.encode()

    def number(key: str, value: int) -> bytes:
        return text(key) + struct.pack("<II", 4, value)

    keys = [
        text("general.architecture") + struct.pack("<I", 8) + text("qwen2"),
        number("qwen2.block_count", layers),
        number("qwen2.context_length", context),
        number("qwen2.embedding_length", embedding),
        number("qwen2.attention.head_count", heads),
    ]
    if kv_heads is not None:
        keys.append(number("qwen2.attention.head_count_kv", kv_heads))
    tokens = b"".join(text(f"t{i}") for i in range(vocabulary))
    keys.append(text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, vocabulary) + tokens)
    if template is not None:
        keys.append(text("tokenizer.chat_template") + struct.pack("<I", 8) + text(template))
    head = b"GGUF" + struct.pack("<IQQ", 3, 0, len(keys))
    return head + b"".join(keys) + os.urandom(padding)


def make_wheel(folder: Path, distribution: str, member: str, data: bytes, version: str = "1.0") -> Path:
    """A wheel that pip accepts, with ``data`` in ``member``."""
    folder.mkdir(parents=True, exist_ok=True)
    name = distribution.replace("-", "_")
    info = f"{name}-{version}.dist-info"
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, data)
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
        )
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return wheel


def split(data: bytes, count: int) -> list[bytes]:
    step = -(-len(data) // count)
    return [data[start : start + step] for start in range(0, len(data), step)]


def make_model(name: str, data: bytes, sources: Sequence[Source], **changes: object) -> CatalogModel:
    values: dict[str, object] = {
        "name": name,
        "title": name,
        "family": "test",
        "publisher": "nobody",
        "licence": "Apache-2.0",
        "languages": ("en",),
        "capabilities": ("chat",),
        "context_length": 32768,
        "memory_bytes": 1_000_000,
        "needs_gpu": False,
        "files": (
            CatalogFile(
                name=f"{name}.gguf",
                role="weights",
                size=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
                sources=tuple(sources),
            ),
        ),
    }
    return CatalogModel.model_validate({**values, **changes})


def parts_source(count: int, name: str = "tiny") -> PackageRegistrySource:
    return PackageRegistrySource(
        parts=tuple(
            PackagePart(distribution=f"{name}-part{n}", version="1.0", member=f"{name}/part{n}.bin")
            for n in range(1, count + 1)
        )
    )


def make_index(folder: Path, data: bytes, count: int, name: str = "tiny") -> list[Path]:
    """Wheels for ``parts_source(count, name)`` in a folder that pip can find them in."""
    return [
        make_wheel(folder, f"{name}-part{n}", f"{name}/part{n}.bin", piece)
        for n, piece in enumerate(split(data, count), start=1)
    ]


def make_machine(
    *,
    memory: int = 16_000_000_000,
    available: int | None = None,
    free_cores: int = 4,
    gpus: tuple[Gpu, ...] = (),
) -> Hardware:
    return Hardware(
        system="Test",
        architecture="x86_64",
        processor="test",
        physical_cores=8,
        free_physical_cores=free_cores,
        total_memory=memory,
        available_memory=memory if available is None else available,
        gpus=gpus,
    )


def catalog_of(*models: CatalogModel, tiers: tuple[Tier, ...] = ()) -> Catalog:
    return Catalog(models=models, tiers=tiers)
