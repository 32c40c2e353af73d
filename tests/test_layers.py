"""The way imports point. An exception stands here with its reason, or it does not exist."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "src" / "open_autoglm"

LAYERS = (
    {"errors", "values", "stop_signal"},
    {
        *("files", "child_process", "database", "sqlite_file", "blob_cache", "config"),
        *("onnx_network", "text_language", "text_encoding"),
    },
    {"local", "engine", "documents", "video", "code", "telemetry"},
    {"context", "knowledge"},
    {"serving"},
    {"tasks", "evaluation"},
    {"jobs"},
    {"runtime"},
    {"gateway", "lsp"},
    {"web"},
    {"cli"},
)
"""From the ground up: a module imports from lower layers, and from its own part of its layer."""

ONLY_HERE = {
    "xllamacpp": "engine",
    "pypdfium2": "documents",
    "rapidocr": "documents",
    "onnxruntime": "onnx_network",
    "openvino": "onnx_network",
    "cv2": "documents, video",
    "av": "video",
    "onnx": "local, video",
    "tree_sitter": "code",
    "docx": "documents",
    "pptx": "documents",
    "openpyxl": "documents",
    "click": "cli",
    "rich": "cli",
    "nicegui": "web",
    "prometheus_client": "telemetry",
    "opentelemetry": "telemetry",
    "usearch": "knowledge",
    "qdrant_client": "knowledge",
    "watchfiles": "knowledge",
    "pygls": "lsp",
    "lsprotocol": "lsp",
    "fastapi": "gateway, web",
    "starlette": "gateway, web",
    "uvicorn": "gateway, cli",
}
"""Libraries that only these parts may name."""


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or path.stem != "__init__")


def imported(path: Path) -> Iterator[str]:
    """Dotted names of everything a file imports, at any depth."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


def layer_of(part: str) -> int:
    found = [index for index, parts in enumerate(LAYERS) if part in parts]
    assert found, f"{part} belongs to no layer: name it in LAYERS"
    return found[0]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    own = part_of(path)
    for name in imported(path):
        if not name.startswith("open_autoglm."):
            continue
        other = name.split(".")[1]
        if own != other:
            assert layer_of(other) < layer_of(own) or {own, other} <= LAYERS[0] | LAYERS[1], (
                f"{own} must not import {other}"
            )


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_libraries_stay_in_their_part(path: Path) -> None:
    for name in imported(path):
        home = ONLY_HERE.get(name.split(".")[0])
        assert home is None or part_of(path) in home.split(", "), f"only {home} may import {name}"


def test_only_config_reads_the_environment() -> None:
    readers = {
        part_of(path)
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    }
    assert readers <= {"config"}
