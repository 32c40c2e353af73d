"""E5 turns texts into vectors of length one, each the same whatever stands beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from open_autoglm.errors import ModelFileRejected
from open_autoglm.knowledge.embedding.e5 import E5Embedder


@pytest.fixture(params=[1, 2], ids=["one thread", "two threads"])
def embedder(request: pytest.FixtureRequest, small_e5: Path) -> Iterator[E5Embedder]:
    with closing(E5Embedder(small_e5, "small@1", request.param)) as embedder:
        yield embedder


def test_it_says_what_it_is(embedder: E5Embedder) -> None:
    assert (embedder.identity, embedder.dimensions) == ("small@1", 64)


def test_vectors_have_length_one_and_come_in_order(embedder: E5Embedder) -> None:
    texts = ["ab", "员工 a" * 20, "", "b"]
    vectors = embedder.embed_passages(texts)
    assert (vectors.shape, vectors.dtype) == ((4, 64), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for text, vector in zip(texts, vectors, strict=True):
        np.testing.assert_array_equal(embedder.embed_passages([text])[0], vector)


def test_no_text_gives_no_vector(embedder: E5Embedder) -> None:
    assert embedder.embed_queries([]).shape == (0, 64)


def test_a_question_is_introduced_as_one(embedder: E5Embedder) -> None:
    asked, said = embedder.embed_queries(["ab"]), embedder.embed_passages(["ab"])
    assert not np.array_equal(asked, said)
    np.testing.assert_array_equal(embedder.embed(["ab", "query: ab"], "plain").vectors, [asked[0]] * 2)
    np.testing.assert_array_equal(embedder.embed(["passage: ab"], "plain").vectors, said)


def test_what_was_read_and_cut_is_told(embedder: E5Embedder) -> None:
    read = embedder.embed(["a", "a " * 600, "a" * 20_000], "passage")
    assert read.cut == (1, 2)
    assert 512 < read.tokens <= 3 * 512


def test_closing_twice_is_closing_once(embedder: E5Embedder) -> None:
    embedder.close()
    embedder.close()


@pytest.mark.parametrize("content", [b"", b"no network at all"])
def test_another_file_is_refused_with_the_remedy(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelFileRejected, match="multilingual-e5-small-int8"):
        E5Embedder(path, "x")


def test_a_network_without_a_vocabulary_is_refused(tmp_path: Path) -> None:
    from onnx import TensorProto, helper, save

    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("tokens", "vector")]
    graph = helper.make_graph(
        [helper.make_node("Identity", ["tokens"], ["vector"])], "g", ports[:1], ports[1:]
    )
    opset = helper.make_opsetid("", 18)
    save(helper.make_model(graph, opset_imports=[opset], ir_version=8), tmp_path / "bare.onnx")
    with pytest.raises(ModelFileRejected):
        E5Embedder(tmp_path / "bare.onnx", "x")


ENGLISH = (
    "Employees ask for leave in writing, three days ahead.",
    "The rules of the firewall stand in /etc/nftables.conf; reload it after a change.",
    "Cut the pumpkin into pieces and boil it for twenty minutes.",
)
CHINESE = (
    "员工请假须提前三天书面申请。",
    "防火墙规则写在 /etc/nftables.conf 里，修改后需要重新加载。",
    "南瓜切块，加水煮二十分钟。",
)
ASKED = ("How do I ask for leave?", "How is the firewall configured?", "How long does a pumpkin boil?")
ASKED_IN_CHINESE = ("员工请假流程是什么？", "如何配置防火墙？", "南瓜要煮多久？")


@pytest.mark.parametrize("asked", [ASKED, ASKED_IN_CHINESE], ids=["English", "Chinese"])
@pytest.mark.parametrize("said", [ENGLISH, CHINESE], ids=["English", "Chinese"])
def test_the_real_model_finds_within_and_across_languages(
    real_e5: E5Embedder, asked: tuple[str, ...], said: tuple[str, ...]
) -> None:
    likeness = real_e5.embed_queries(asked) @ real_e5.embed_passages(said).T
    assert likeness.argmax(axis=1).tolist() == [0, 1, 2]
