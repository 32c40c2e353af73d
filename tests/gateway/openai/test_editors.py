"""What plugins of editors send, in their own shape: llama.vim, llama.vscode, Continue and Tabby."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import pytest
from scripted_gateway import Answers, ScriptedHouse

from open_autoglm.engine.scripted import ScriptedAnswer, ScriptedEngine
from open_autoglm.values import TextRequest

PREFIX = "import json\n\n\ndef titles(pages):\n    found = []\n    for page in pages:\n"
SUFFIX = "\n    return found\n"
CHUNK = {"text": "def title_of(page):\n    return page['title']\n", "time": [-1, 5], "filename": "pages.py"}

LLAMA_VIM = {
    "id_slot": 0,
    "input_prefix": PREFIX,
    "input_suffix": SUFFIX,
    "input_extra": [CHUNK],
    "prompt": "        found.",
    "n_predict": 128,
    "stop": [],
    "n_indent": 8,
    "top_k": 40,
    "top_p": 0.9,
    "samplers": ["top_k", "top_p", "infill"],
    "stream": False,
    "cache_prompt": True,
    "t_max_prompt_ms": 500,
    "t_max_predict_ms": 250,
    "response_fields": [
        "content",
        "timings/prompt_n",
        "timings/prompt_ms",
        "timings/prompt_per_token_ms",
        "timings/prompt_per_second",
        "timings/predicted_n",
        "timings/predicted_ms",
        "timings/predicted_per_token_ms",
        "timings/predicted_per_second",
        "truncated",
        "tokens_cached",
    ],
}
LLAMA_VIM_WARM_UP = {
    "id_slot": 0,
    "input_prefix": "",
    "input_suffix": "",
    "input_extra": [CHUNK],
    "prompt": "",
    "n_predict": 0,
    "temperature": 0.0,
    "samplers": [],
    "stream": False,
    "cache_prompt": True,
    "t_max_prompt_ms": 1,
    "t_max_predict_ms": 1,
    "response_fields": [""],
}
LLAMA_VSCODE = {
    "id_slot": 0,
    "input_prefix": PREFIX,
    "input_suffix": SUFFIX,
    "input_extra": [CHUNK],
    "prompt": "        found.",
    "n_predict": 128,
    "n_cmpl": 3,
    "top_k": 40,
    "top_p": 0.99,
    "stream": False,
    "samplers": ["top_k", "top_p", "infill"],
    "cache_prompt": True,
    "n_indent": 8,
    "t_max_prompt_ms": 500,
    "t_max_predict_ms": 500,
}
LLAMA_VSCODE_WARM_UP = {
    "id_slot": 0,
    "input_prefix": "",
    "input_suffix": "",
    "input_extra": [CHUNK],
    "prompt": "",
    "n_predict": 0,
    "samplers": [],
    "cache_prompt": True,
    "t_max_prompt_ms": 500,
    "t_max_predict_ms": 1,
}
TABBY = {
    "language": "python",
    "segments": {
        "prefix": f"{PREFIX}        found.",
        "suffix": SUFFIX,
        "filepath": "crawl.py",
        "git_url": "git@example.org:crawl.git",
        "declarations": [{"filepath": "pages.py", "body": CHUNK["text"]}],
        "relevant_snippets_from_changed_files": [{"filepath": "store.py", "body": "x = 1\n", "score": 0.5}],
    },
    "temperature": None,
}
FREED_WITHIN_S = 1.0
ANSWER = "append(title_of(page))\n        print(page)\n    return found\n"


@pytest.fixture
def answers() -> Answers:
    return Answers(ANSWER)


def asked(engine: ScriptedEngine) -> TextRequest:
    (request,) = engine.requests
    assert isinstance(request, TextRequest)
    return request


@pytest.mark.parametrize("body", [LLAMA_VIM, LLAMA_VSCODE], ids=["llama.vim", "llama.vscode"])
@pytest.mark.anyio
async def test_a_suggestion_ends_with_its_statement(
    client: httpx.AsyncClient, engine: ScriptedEngine, body: dict[str, Any]
) -> None:
    answer = await client.post("/infill", json=body)
    assert answer.status_code == 200
    assert answer.json()["content"] == "append(title_of(page))"
    request = asked(engine)
    assert request.prompt == f"{PREFIX}        found."
    assert request.suffix == SUFFIX
    assert request.files == (("pages.py", CHUNK["text"]),)
    assert request.sampling.temperature == 0


@pytest.mark.anyio
async def test_llama_vim_gets_the_fields_it_asks_for_by_their_paths(client: httpx.AsyncClient) -> None:
    answer = (await client.post("/infill", json=LLAMA_VIM)).json()
    assert list(answer) == LLAMA_VIM["response_fields"]
    assert answer["truncated"] is False
    assert answer["timings/predicted_n"] > 0
    assert isinstance(answer["timings/prompt_ms"], float)


@pytest.mark.anyio
async def test_llama_vscode_gets_one_object_with_content_and_timings(client: httpx.AsyncClient) -> None:
    answer = (await client.post("/infill", json=LLAMA_VSCODE)).json()
    assert {"content", "tokens_cached", "truncated", "timings"} <= set(answer)
    assert answer["completion"] == {"check": "parsed", "language": "python", "candidates": 1}
    assert "n_cmpl" in answer["open_autoglm"]["ignored_fields"]


@pytest.mark.parametrize("body", [LLAMA_VIM_WARM_UP, LLAMA_VSCODE_WARM_UP])
@pytest.mark.anyio
async def test_other_files_can_be_read_ahead_behind_all_that_people_wait_for(
    client: httpx.AsyncClient, house: ScriptedHouse, engine: ScriptedEngine, body: dict[str, Any]
) -> None:
    answer = await client.post("/infill", json=body)
    assert answer.status_code == 200
    assert asked(engine).max_tokens == 0
    assert house.asked[-1].priority == "batch"
    if "response_fields" in body:
        assert answer.json() == {}


@pytest.mark.anyio
async def test_what_is_typed_as_suggested_is_answered_without_the_model(
    client: httpx.AsyncClient, engine: ScriptedEngine
) -> None:
    await client.post("/infill", json=LLAMA_VIM)
    typed = {**LLAMA_VIM, "prompt": "        found.app", "response_fields": ["content", "completion"]}
    answer = (await client.post("/infill", json=typed)).json()
    assert answer["content"] == "end(title_of(page))"
    assert answer["completion"]["check"] == "kept"
    assert len(engine.requests) == 1
    other = {**LLAMA_VIM, "prompt": "        found.ext"}
    await client.post("/infill", json=other)
    assert len(engine.requests) == 2


@pytest.mark.anyio
async def test_a_suggestion_with_a_fault_is_tried_again_and_else_says_so(
    client: httpx.AsyncClient, answers: Answers, engine: ScriptedEngine
) -> None:
    answers.say("append((page\n", "append(page)\n")
    answer = (await client.post("/infill", json=LLAMA_VSCODE)).json()
    assert answer["content"] == "append(page)"
    assert answer["completion"]["candidates"] == 2
    answers.say("extend((page\n", "extend((page\n")
    again = {**LLAMA_VSCODE, "prompt": "        found"}
    assert (await client.post("/infill", json=again)).json()["completion"]["check"] == "faulty"


@pytest.mark.anyio
async def test_time_that_is_over_ends_it_with_a_whole_line(
    client: httpx.AsyncClient, answers: Answers
) -> None:
    text = "".join(f"value_{number} = {number}\n        " for number in range(20))
    answers.say(ScriptedAnswer(text, token_delay_s=0.01))
    body = {**LLAMA_VSCODE, "prompt": "        ", "n_indent": 0, "t_max_predict_ms": 60}
    answer = (await client.post("/infill", json=body)).json()
    lines = answer["content"].split("\n")
    assert 1 <= len(lines) < 20
    assert lines[-1].strip() == f"value_{len(lines) - 1} = {len(lines) - 1}"


@pytest.mark.anyio
async def test_lines_indented_by_less_end_it(client: httpx.AsyncClient, answers: Answers) -> None:
    answers.say("{\n        'a': 1,\n    }\n    x = 2\n")
    body = {**LLAMA_VSCODE, "prompt": "        y = ", "n_indent": 8}
    answer = (await client.post("/infill", json=body)).json()
    assert "x = 2" not in answer["content"]


@pytest.mark.anyio
async def test_continue_streams_past_the_template_with_markers_of_its_own(
    client: httpx.AsyncClient, engine: ScriptedEngine
) -> None:
    prompt = f"<|fim_prefix|>{PREFIX}        found.<|fim_suffix|>{SUFFIX}<|fim_middle|>"
    body = {
        "model": "scripted",
        "prompt": prompt,
        "max_tokens": 4096,
        "temperature": 0.01,
        "stop": ["<|endoftext|>", "<|fim_prefix|>", "<|file_sep|>", "/src/", "#- coding: utf-8"],
        "stream": True,
    }
    answer = await client.post("/v1/completions", json={**body, "max_tokens": 200})
    pieces = [line.removeprefix("data: ") for line in answer.text.strip().split("\n\n")]
    assert pieces[-1] == "[DONE]"
    text = "".join(json.loads(piece)["choices"][0]["text"] for piece in pieces[:-1])
    assert text == ANSWER
    assert asked(engine).prompt == prompt


@pytest.mark.anyio
async def test_continue_may_send_prefix_and_suffix(client: httpx.AsyncClient, engine: ScriptedEngine) -> None:
    body = {"model": "scripted", "prompt": PREFIX, "suffix": SUFFIX, "max_tokens": 200, "stream": True}
    answer = await client.post("/v1/completions", json=body)
    assert answer.status_code == 200
    assert (asked(engine).prompt, asked(engine).suffix) == (PREFIX, SUFFIX)


@pytest.mark.anyio
async def test_tabby_gets_one_checked_choice(client: httpx.AsyncClient, engine: ScriptedEngine) -> None:
    answer = await client.post("/v1/completions", json=TABBY)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"id", "choices"}
    assert body["choices"] == [{"index": 0, "text": "append(title_of(page))"}]
    assert asked(engine).files == (("store.py", "x = 1\n"), ("pages.py", CHUNK["text"]))


@pytest.mark.parametrize("segments", [{}, {"prefix": 3}, "text"])
@pytest.mark.anyio
async def test_what_tabby_can_not_mean_is_refused(client: httpx.AsyncClient, segments: object) -> None:
    answer = await client.post("/v1/completions", json={"language": "python", "segments": segments})
    assert answer.status_code == 400
    assert "segments" in answer.json()["error"]["param"]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.anyio
async def test_tabby_finds_the_server_well(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, "/v1/health")
    assert answer.status_code == 200
    assert answer.json()["model"] == "scripted"


@pytest.mark.anyio
async def test_tabby_is_asked_to_tell_nothing_and_what_it_tells_is_dropped(client: httpx.AsyncClient) -> None:
    settings = await client.get("/v1beta/server_setting")
    assert settings.json() == {"disable_client_side_telemetry": True}
    event = {"type": "select", "completion_id": "cmpl-1", "choice_index": 0}
    assert (await client.post("/v1/events", json=event)).status_code == 204


# Over a real connection: one that is closed is the only way to know of the next keystroke.


def test_the_next_keystroke_ends_the_answer_to_the_one_before(
    address: str, engine: ScriptedEngine, answers: Answers
) -> None:
    answers.say(ScriptedAnswer("append(" + "page, " * 2000, token_delay_s=0.01))
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{address}/infill", json=LLAMA_VIM, timeout=0.5)
    assert len(engine.requests) == 1
    until = time.monotonic() + FREED_WITHIN_S
    while engine.busy_slots:
        assert time.monotonic() < until, "a slot is freed within a second"
        time.sleep(0.005)
    typed = {**LLAMA_VIM, "prompt": "        found.a"}
    answer = httpx.post(f"{address}/infill", json=typed, timeout=10).json()
    assert answer["content"] == "append(title_of(page))"
