"""The gateway as a process: how it starts, what a kill -9 costs, and how it ends."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from running_program import PROGRAM, serving

REPORT = "The level of the river at station {n} was {n} metres and fell slowly until the night came. "


def refused(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, "serve", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = refused("--local-api-port", port, "--data-dir", tmp_path)
    assert done.returncode == 2
    assert str(port) in done.stderr
    assert "--local-api-port" in done.stderr


def test_it_is_not_open_to_others_without_a_key(tmp_path: Path) -> None:
    done = refused("--local-api-host", "0.0.0.0", "--local-api-port", 0, "--data-dir", tmp_path)
    assert done.returncode == 2
    assert "keys add" in done.stderr


def test_two_servers_do_not_share_a_data_folder(tmp_path: Path) -> None:
    with serving(tmp_path):
        done = refused("--local-api-port", 0, "--data-dir", tmp_path)
    assert done.returncode == 2
    assert "serves the data folder" in done.stderr


@pytest.mark.model
def test_a_conversation_goes_on_after_kill_9_of_the_gateway(tmp_path: Path, small_model_path: Path) -> None:
    arguments = ("--model-path", small_model_path, "--context-window", "2048", "--slots", "2")
    told = "".join(REPORT.format(n=number) for number in range(30))
    turns = [{"role": "user", "content": f"{told}\nWhich station is first?"}]
    with serving(tmp_path, *arguments) as address:
        answer = chat(address, small_model_path, turns)
        turns += [answer["choices"][0]["message"], {"role": "user", "content": "And the last?"}]
        wait_for_state(tmp_path)
        kill_gateway(address)
    with serving(tmp_path, *arguments) as address:
        answer = chat(address, small_model_path, turns)
    usage = answer["usage"]
    assert usage["prompt_tokens_details"]["cached_tokens"] > 0.9 * usage["prompt_tokens"] - 30


@pytest.mark.model
def test_kill_9_of_the_worker_fails_its_answer_and_no_other(tmp_path: Path, small_model_path: Path) -> None:
    arguments = ("--model-path", small_model_path, "--context-window", "2048", "--slots", "2")
    with serving(tmp_path, *arguments) as address, httpx.Client(base_url=address, timeout=120) as client:
        chat(address, small_model_path, [{"role": "user", "content": "Hello"}])
        body = {
            "model": str(small_model_path),
            "messages": [{"role": "user", "content": "Write a very long story."}],
            "max_tokens": 1500,
            "stream": True,
            "temperature": 1,
            "logit_bias": {"2": -100},  # the token that would end it
        }
        with client.stream("POST", "/v1/chat/completions", json=body) as stream:
            lines = stream.iter_lines()
            next(line for line in lines if '"content"' in line)
            worker_of(address).kill()
            rest = "\n".join(lines)
        assert '"error"' in rest
        assert "SIGKILL" in rest
        again = chat(address, small_model_path, [{"role": "user", "content": "Hello again"}])
        assert again["choices"][0]["message"]["content"]


def test_a_task_goes_on_after_kill_9_of_the_gateway(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "examples" / "report.pdf"
    with serving(tmp_path) as address:
        with example.open("rb") as file:
            handed = httpx.post(
                f"{address}/v1/tasks/document_parse",
                files={"file": ("report.pdf", file)},
                data={"summary": "false"},
                timeout=60,
            )
        assert handed.status_code == 202
        kill_gateway(address)
    with serving(tmp_path) as address:
        job = handed.json()["id"]
        with httpx.stream("GET", f"{address}/v1/tasks/{job}/events", timeout=120) as events:
            assert "event: ended" in events.read().decode("utf-8")
        result = httpx.get(f"{address}/v1/tasks/{job}/result", params={"format": "txt"}, timeout=60)
    assert "Qingxi River" in result.text


@pytest.mark.model
@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C can't be sent to a child there")
def test_ctrl_c_ends_it_with_success_and_leaves_no_process(tmp_path: Path, small_model_path: Path) -> None:
    with serving(tmp_path, "--model-path", small_model_path, "--context-window", "1024") as address:
        chat(address, small_model_path, [{"role": "user", "content": "Hello"}])
        gateway = gateway_of(address)
        family = [gateway, *gateway.children(recursive=True)]
        assert len(family) > 1
        gateway.send_signal(signal.SIGINT)
        gone, alive = psutil.wait_procs(family, timeout=20)
        assert alive == []
    assert [one.returncode for one in gone if one.pid == gateway.pid] == [0]


def chat(address: str, model: Path, messages: list[dict[str, Any]]) -> dict[str, Any]:
    answer = httpx.post(
        f"{address}/v1/chat/completions",
        json={"model": str(model), "messages": messages, "max_tokens": 8, "temperature": 0},
        timeout=120,
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def gateway_of(address: str) -> psutil.Process:
    port = int(address.rpartition(":")[2])
    for child in psutil.Process().children():
        if any(one.laddr.port == port for one in child.net_connections("tcp") if one.status == "LISTEN"):
            return child
    raise AssertionError(f"no child listens on {port}")


def worker_of(address: str) -> psutil.Process:
    (worker,) = [
        child
        for child in gateway_of(address).children()
        if "open_autoglm.engine.worker" in " ".join(child.cmdline())
    ]
    return worker


def kill_gateway(address: str) -> None:
    gateway = gateway_of(address)
    gateway.kill()
    gateway.wait(10)


def states_listed(index: Path) -> int:
    if not index.exists():
        return 0
    with closing(sqlite3.connect(index, timeout=10)) as database, suppress(sqlite3.OperationalError):
        return int(database.execute("select count(*) from states").fetchone()[0])
    return 0


def wait_for_state(data_dir: Path) -> None:
    """The state of a conversation is saved in the background after its answer; it counts once listed."""
    end = time.monotonic() + 30
    while not states_listed(data_dir / "prefixes" / "states.sqlite"):
        assert time.monotonic() < end, "no state was saved"
        time.sleep(0.05)
