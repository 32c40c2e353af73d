"""A small E5 with weights at random, and the real one where it is installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import platformdirs
import pytest
from e5_samples import SmallE5

from open_autoglm.knowledge.embedding.e5 import E5Embedder
from open_autoglm.local.convert_e5 import convert_e5

NAME = "multilingual-e5-small-int8"


@pytest.fixture
def small_e5(tmp_path: Path) -> Path:
    """Its vectors mean nothing; places for 512 tokens, like the real one."""
    source, target = tmp_path / "small-e5.bin", tmp_path / "small-e5.onnx"
    source.write_bytes(SmallE5(positions=512).file())
    convert_e5(source, target)
    return target


@pytest.fixture(scope="session")
def real_e5() -> Iterator[E5Embedder]:
    """The catalogue's model as `open-autoglm-cli pull` installs it."""
    folder = platformdirs.user_data_path("open-autoglm", appauthor=False) / "models" / NAME
    path = folder / f"{NAME}.onnx"
    if not path.is_file():
        pytest.skip(f"no {NAME} in {folder}: run `open-autoglm-cli pull {NAME}`")
    with closing(E5Embedder(path, NAME)) as embedder:
        yield embedder
