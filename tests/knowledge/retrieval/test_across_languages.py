"""Questions of one language find passages of the other, with the real model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import platformdirs
import pytest
from base_samples import chunk, record

from open_autoglm.knowledge.embedding.e5 import E5Embedder
from open_autoglm.knowledge.ingest.embed_windows import embed_windows
from open_autoglm.knowledge.retrieval.hybrid import HybridRetriever
from open_autoglm.knowledge.store.sqlite_store import SqliteStore

NAME = "multilingual-e5-small-int8"
ENGLISH = (
    "The firewall drops every packet that no rule has accepted before.",
    "Employees ask for leave three working days in advance, in writing.",
    "The pump delivers 40 litres a minute at a pressure of two bar.",
    "Invoices are kept for ten years in the archive of the finance department.",
)
"""Beside one that looks most like Chinese."""
ODD = "GB18030 and Big5 are encodings of Chinese (中文) text: 汉字, 漢字, 编码."


@pytest.fixture(scope="module")
def embedder() -> Iterator[E5Embedder]:
    """The catalogue's model as `open-autoglm-cli pull` installs it."""
    folder = platformdirs.user_data_path("open-autoglm", appauthor=False) / "models" / NAME
    path = folder / f"{NAME}.onnx"
    if not path.is_file():
        pytest.skip(f"no {NAME} in {folder}: run `open-autoglm-cli pull {NAME}`")
    with closing(E5Embedder(path, f"{NAME}@test")) as embedder:
        yield embedder


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("防火墙怎样处理没有规则允许的数据包？", 0),
        ("请假要提前几天申请？", 1),
        ("水泵每分钟输送多少升水？", 2),
        ("发票要保存多少年？", 3),
    ],
)
def test_chinese_questions_find_english_passages(
    tmp_path: Path, embedder: E5Embedder, question: str, place: int
) -> None:
    store = SqliteStore(tmp_path)
    store.put_file(record("/a.txt"), [chunk(text) for text in (*ENGLISH, ODD)])
    embed_windows(store, embedder, on_progress=lambda _: None, stop=lambda: False)
    found = HybridRetriever(store, embedder).search(question)
    assert found.hits[0].found.chunk.text == ENGLISH[place]
    assert found.answerable
    store.close()
