"""Everything that the OpenAPI document promises, called with what it allows and with what it does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from scripted_gateway import Answers
from served import Served

from open_autoglm.engine.scripted import ScriptedAnswer
from open_autoglm.values import ChatRequest, EngineRequest, ToolCall

ROOT = Path(__file__).parents[2]
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


class Obliging(Answers):
    """Gives the form that was asked for: JSON, or a call of the tool that has to be called."""

    def __call__(self, request: EngineRequest) -> str | ScriptedAnswer:
        if not isinstance(request, ChatRequest) or request.tool_choice in ("auto", "none"):
            return '{"a": 1}'
        name = request.tools[0].name if request.tool_choice == "required" else request.tool_choice
        return ScriptedAnswer(tool_calls=(ToolCall("call_1", name, "{}"),))


@pytest.fixture
def answers() -> Answers:
    return Obliging()


@pytest.mark.timeout(600)
def test_the_document_is_true(scripted: Served, tmp_path: Path) -> None:
    """No answer has a status, a type or a form that is not documented, and none is a defect."""
    program = Path(sys.executable).with_name("schemathesis")
    done = subprocess.run(
        [
            *(str(program), "--config-file", str(CONFIGURATION)),
            *("run", f"{scripted.address}/openapi.json", "--seed", "1", "--checks", "all"),
        ],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        timeout=580,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:]
