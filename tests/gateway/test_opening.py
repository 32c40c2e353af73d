"""What stands behind the routes when the server has started."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import anyio
import pytest

from open_autoglm.config import Settings
from open_autoglm.gateway.model_used import model_used
from open_autoglm.gateway.opening import open_gateway
from open_autoglm.local.tiers import ChosenModel
from open_autoglm.runtime import Runtime
from open_autoglm.serving.request import LOCAL_OWNER
from open_autoglm.serving.served_model import ServedModel
from open_autoglm.telemetry.metrics import Metrics


def test_a_result_names_a_model_file_without_its_folder() -> None:
    path = Path("/home/me/models/own.gguf")
    chosen = ChosenModel(str(path), "own", path, "own.gguf (98 MB), a model file given by path")
    used = model_used(str(path), ServedModel("own", chosen.reason, chosen=chosen), "cpu")
    assert (used.asked, used.name, used.engine) == ("own", "own", "llama.cpp on cpu")
    assert "/home" not in used.model_dump_json()


def test_a_result_says_that_another_server_answered() -> None:
    used = model_used("big", ServedModel("big", "big: held by another server", upstream="big"), "")
    assert (used.asked, used.engine) == ("big", "another server")


def followed() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "follow base"]


@pytest.mark.anyio
async def test_a_server_that_fails_follows_no_base_any_more(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    settings = Settings(data_dir=tmp_path / "data")
    with closing(Runtime(settings).knowledge_bases()) as bases:
        bases.create(LOCAL_OWNER, "manuals")
        bases.add_folder(LOCAL_OWNER, "manuals", tmp_path / "documents")
    with anyio.fail_after(30), pytest.raises(BaseExceptionGroup, match="unhandled errors"):
        async with open_gateway(Runtime(settings), Metrics()):
            while not followed():
                await anyio.sleep(0.01)
            raise ZeroDivisionError
    assert not followed()
