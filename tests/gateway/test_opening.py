"""What stands behind the routes when the server has started."""

from __future__ import annotations

from pathlib import Path

from open_autoglm.gateway.model_used import model_used
from open_autoglm.local.tiers import ChosenModel
from open_autoglm.serving.served_model import ServedModel


def test_a_result_names_a_model_file_without_its_folder() -> None:
    path = Path("/home/me/models/own.gguf")
    chosen = ChosenModel(str(path), "own", path, "own.gguf (98 MB), a model file given by path")
    used = model_used(str(path), ServedModel("own", chosen.reason, chosen=chosen), "cpu")
    assert (used.asked, used.name, used.engine) == ("own", "own", "llama.cpp on cpu")
    assert "/home" not in used.model_dump_json()


def test_a_result_says_that_another_server_answered() -> None:
    used = model_used("big", ServedModel("big", "big: held by another server", upstream="big"), "")
    assert (used.asked, used.engine) == ("big", "another server")
