"""Networks are opened alike for pages and recordings; what is none is refused with the caller's own error."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from open_autoglm.errors import ExtraMissing, ModelFileRejected
from open_autoglm.onnx_network import onnxruntime_session, openvino_network

REFUSED = ModelFileRejected("This is no network.")


def doubling(operator: str = "Add") -> bytes:
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None]) for name in ("given", "twice")]
    nodes = [helper.make_node(operator, ["given", "given"], ["twice"])]
    graph = helper.make_graph(nodes, "doubling", ports[:1], ports[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    written: bytes = model.SerializeToString()
    return written


@pytest.mark.parametrize("shapes_vary", [False, True])
def test_a_network_is_opened_from_a_file_and_from_bytes(tmp_path: Path, *, shapes_vary: bool) -> None:
    path = tmp_path / "doubling.onnx"
    path.write_bytes(doubling())
    for model in (path, doubling()):
        session = onnxruntime_session(model, 1, REFUSED, shapes_vary=shapes_vary)
        assert session.run(None, {"given": np.ones(2, np.float32)})[0].tolist() == [2.0, 2.0]


@pytest.mark.parametrize("model", [b"", b"no network", doubling("Twice"), doubling()[:-9]])
def test_what_is_no_network_is_refused(model: bytes) -> None:
    with pytest.raises(ModelFileRejected, match="This is no network") as caught:
        onnxruntime_session(model, 1, REFUSED)
    assert caught.value.__cause__ is not None


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileRejected):
        onnxruntime_session(tmp_path / "absent.onnx", 1, REFUSED)


def test_an_absent_openvino_is_said_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(ExtraMissing, match="openvino is missing") as caught:
        openvino_network(doubling(), 1, REFUSED)
    assert "pip install openvino" in (caught.value.hint or "")


def test_openvino_opens_the_same_bytes() -> None:
    pytest.importorskip("openvino")
    read, compiled = openvino_network(doubling(), 1, REFUSED)
    assert len(read.inputs) == len(compiled.outputs) == 1
    with pytest.raises(ModelFileRejected):
        openvino_network(b"no network", 1, REFUSED)
