"""What the llama.cpp engine promises beyond the contract: isolation, reasons, recovery, no orphans."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import anyio
import httpx
import psutil
import pytest
from contenders import ask_worker, count_busy_slots

from open_autoglm.engine import supervisor
from open_autoglm.engine.base import SlotUse
from open_autoglm.engine.devices import graphics_devices
from open_autoglm.engine.llama_cpp import LlamaCppEngine
from open_autoglm.engine.llama_cpp_options import AS_MANY_LAYERS_AS_FIT, LlamaCppOptions
from open_autoglm.engine.worker_process import Endpoint
from open_autoglm.errors import EngineStartFailed, EngineUnavailable
from open_autoglm.values import ChatRequest, Message, Sampling

pytestmark = [pytest.mark.anyio, pytest.mark.model]

HELLO = ChatRequest((Message("user", "Hello"),), max_tokens=4)
STORY = ChatRequest((Message("user", "Tell me a very long story."),), sampling=Sampling(temperature=0.0))


def options_for(path: Path, **changes: Any) -> LlamaCppOptions:
    return LlamaCppOptions("small", path, context_window=256, slots=1, **changes)


def endpoint_of(engine: LlamaCppEngine) -> Endpoint:
    assert engine.endpoint is not None
    return engine.endpoint


async def save_slot_of(engine: LlamaCppEngine, name: str) -> httpx.Response:
    endpoint = endpoint_of(engine)
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.post(
            f"{endpoint.address}/slots/0?action=save",
            json={"filename": name},
            headers={"Authorization": f"Bearer {endpoint.api_key}"},
        )


def wait_until_gone(pid: int, limit_s: float) -> bool:
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


class TestIsolation:
    async def test_a_request_without_the_key_is_refused(self, llama_cpp: LlamaCppEngine) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            for path in ("/props", "/slots", "/v1/models", "/metrics"):
                response = await client.get(endpoint_of(llama_cpp).address + path)
                assert response.status_code == 401, path
            response = await client.post(
                endpoint_of(llama_cpp).address + "/v1/chat/completions",
                json={"messages": [{"role": "user", "content": "Hello"}]},
                headers={"Authorization": "Bearer wrong"},
            )
            assert response.status_code == 401

    async def test_it_listens_on_the_loopback_interface_only(self, llama_cpp: LlamaCppEngine) -> None:
        listening = [
            connection.laddr.ip
            for connection in psutil.Process(endpoint_of(llama_cpp).pid).net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        ]
        assert listening == ["127.0.0.1"]

    @pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:3000", "null"])
    async def test_no_web_page_may_read_its_answers(self, llama_cpp: LlamaCppEngine, origin: str) -> None:
        """The header is absent or empty, and an empty value matches no origin (Fetch, section 4.10)."""
        endpoint = endpoint_of(llama_cpp)
        async with httpx.AsyncClient(trust_env=False) as client:
            headers = {"Origin": origin, "Authorization": f"Bearer {endpoint.api_key}"}
            got = await client.get(f"{endpoint.address}/v1/models", headers=headers)
            preflight = await client.options(
                f"{endpoint.address}/v1/chat/completions",
                headers={"Origin": origin, "Access-Control-Request-Method": "POST"},
            )
        for response in (got, preflight):
            assert not response.headers.get("access-control-allow-origin")
        assert not preflight.headers.get("access-control-allow-methods")

    async def test_the_key_is_not_in_the_command_line_or_the_environment(
        self, llama_cpp: LlamaCppEngine
    ) -> None:
        endpoint = endpoint_of(llama_cpp)
        process = psutil.Process(endpoint.pid)
        assert len(endpoint.api_key) > 30
        assert endpoint.api_key not in repr(endpoint)
        assert not any(endpoint.api_key in argument for argument in process.cmdline())
        assert not any(endpoint.api_key in value for value in process.environ().values())

    async def test_there_is_no_web_page(self, llama_cpp: LlamaCppEngine) -> None:
        assert (await ask_worker(llama_cpp, "/")).status_code == 404

    @pytest.mark.parametrize("name", ["../out.slot", "/tmp/out.slot", "..\\out.slot"])
    async def test_the_worker_itself_writes_nowhere_but_in_its_folder(
        self, llama_cpp: LlamaCppEngine, name: str
    ) -> None:
        """The engine refuses such names before; this is the second lock on the same door."""
        assert (await save_slot_of(llama_cpp, name)).status_code == 400

    async def test_without_a_slot_folder_it_writes_no_file(self, small_model_path: Path) -> None:
        async with LlamaCppEngine(options_for(small_model_path)) as engine:
            assert not engine.capabilities.saved_slots
            assert (await save_slot_of(engine, "a.slot")).status_code == 501

    async def test_saved_slots_are_for_their_owner_only(self, llama_cpp: LlamaCppEngine) -> None:
        if sys.platform == "win32":
            pytest.skip("permission bits are POSIX")
        await llama_cpp.chat(HELLO, slot=SlotUse(0))
        await llama_cpp.save_slot(0, "private.slot")
        folder = llama_cpp.options.slot_folder
        assert folder is not None
        assert folder.stat().st_mode & 0o077 == 0
        assert (folder / "private.slot").is_file()

    async def test_a_terminal_interrupt_does_not_reach_the_worker(self, llama_cpp: LlamaCppEngine) -> None:
        if sys.platform == "win32":
            pytest.skip("process groups are POSIX")
        assert os.getpgid(endpoint_of(llama_cpp).pid) != os.getpgrp()


class TestStart:
    @pytest.mark.parametrize(
        ("damage", "reason"),
        [
            (lambda whole: None, "No such file"),
            (lambda whole: b"", "magic"),
            (lambda whole: b"not a model at all " * 1000, "GGUF"),
            (lambda whole: whole[:50_000_000], "not within the file bounds"),
            (lambda whole: whole[:3000], "key-value"),
        ],
        ids=["missing", "empty", "garbage", "cut", "cut-in-header"],
    )
    async def test_a_wrong_file_is_named_with_a_reason(
        self,
        tmp_path: Path,
        small_model_path: Path,
        damage: Callable[[bytes], bytes | None],
        reason: str,
    ) -> None:
        path = tmp_path / "model.gguf"
        content = damage(small_model_path.read_bytes())
        if content is not None:
            path.write_bytes(content)
        engine = LlamaCppEngine(options_for(path, start_timeout_s=20.0))
        with pytest.raises(EngineStartFailed, match=reason) as failure:
            await engine.open()
        assert str(path) in failure.value.message
        assert "'small'" in failure.value.message
        await engine.close()

    async def test_a_start_over_its_limit_is_ended(self, small_model_path: Path) -> None:
        before = set(psutil.Process().children())
        engine = LlamaCppEngine(options_for(small_model_path, start_timeout_s=0.05))
        started = time.monotonic()
        with pytest.raises(EngineStartFailed, match=r"not ready after 0\.05 s"):
            await engine.open()
        assert time.monotonic() - started < 5
        await engine.close()
        assert not set(psutil.Process().children()) - before

    async def test_layers_for_a_card_that_is_not_there_are_refused(self, small_model_path: Path) -> None:
        if graphics_devices():
            pytest.skip("this build computes on a graphics card")
        with pytest.raises(EngineStartFailed, match=r"20 layers .* sees none; set device_map to cpu"):
            await LlamaCppEngine(options_for(small_model_path, gpu_layers=20)).open()
        async with LlamaCppEngine(options_for(small_model_path, gpu_layers=AS_MANY_LAYERS_AS_FIT)) as engine:
            assert engine.capabilities.context_window == 256

    async def test_a_cancelled_start_leaves_no_process(self, small_model_path: Path) -> None:
        before = set(psutil.Process().children())
        with anyio.move_on_after(0.1):
            async with LlamaCppEngine(options_for(small_model_path)):
                await anyio.sleep_forever()
        assert not set(psutil.Process().children()) - before

    async def test_closing_twice_is_harmless_and_leaves_no_process(self, small_model_path: Path) -> None:
        engine = LlamaCppEngine(options_for(small_model_path))
        await engine.open()
        pid = endpoint_of(engine).pid
        started = time.monotonic()
        await engine.close()
        await engine.close()
        assert time.monotonic() - started < 3
        assert not psutil.pid_exists(pid)
        with pytest.raises(EngineUnavailable, match="not open"):
            await engine.chat(HELLO)

    async def test_closing_during_an_answer_does_not_wait_for_it(self, small_model_path: Path) -> None:
        engine = LlamaCppEngine(options_for(small_model_path))
        await engine.open()
        pid = endpoint_of(engine).pid
        async with aclosing(engine.stream(STORY)) as events:
            await anext(events)
            started = time.monotonic()
            await engine.close()
            assert time.monotonic() - started < 3
        assert not psutil.pid_exists(pid)


class TestRecovery:
    async def test_after_a_killed_worker_the_request_fails_and_the_next_succeeds(
        self, small_model_path: Path
    ) -> None:
        async with LlamaCppEngine(options_for(small_model_path)) as engine:
            before = endpoint_of(engine)
            with pytest.raises(EngineUnavailable, match=r"'small' (was killed|ended)") as failure:
                async with aclosing(engine.stream(STORY)) as events:
                    await anext(events)
                    psutil.Process(before.pid).kill()
                    async for _ in events:
                        pass
            assert failure.value.retryable
            assert not engine.answering
            assert engine.resident_bytes() is None
            answer = await engine.chat(HELLO)
            assert answer.usage.completion_tokens > 0
            after = endpoint_of(engine)
            assert after.pid != before.pid
            assert after.api_key != before.api_key

    async def test_restarts_are_given_up_when_the_model_is_gone(
        self, small_model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(supervisor, "FIRST_DELAY_S", 0.01)
        monkeypatch.setattr(supervisor, "MOST_FAILED_STARTS", 2)
        link = tmp_path / "model.gguf"
        try:
            link.symlink_to(small_model_path)
        except OSError:
            pytest.skip("this system allows no symbolic links")
        async with LlamaCppEngine(options_for(link)) as engine:
            link.unlink()
            psutil.Process(endpoint_of(engine).pid).kill()
            with pytest.raises((EngineUnavailable, EngineStartFailed)):
                await engine.chat(HELLO)
            with anyio.fail_after(20), pytest.raises(EngineStartFailed, match="No such file"):
                await engine.chat(HELLO)


PARENT = """
import sys, time
from pathlib import Path
from open_autoglm.engine.llama_cpp_options import AS_MANY_LAYERS_AS_FIT, LlamaCppOptions
from open_autoglm.engine.worker_process import WorkerProcess
worker = WorkerProcess(LlamaCppOptions("small", Path(sys.argv[1]), context_window=256, slots=1))
if sys.argv[2] == "loaded":
    worker.wait_ready()
    print(worker.pid, flush=True)
else:
    print(worker.pid, flush=True)
    worker.wait_ready()
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX; TerminateProcess closes stdin alike")
@pytest.mark.parametrize("moment", ["loaded", "loading"])
def test_a_parent_killed_with_sigkill_leaves_no_worker(small_model_path: Path, moment: str) -> None:
    command = [sys.executable, "-c", PARENT, str(small_model_path), moment]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker_pid = int(parent.stdout.readline())
        assert psutil.pid_exists(worker_pid)
        parent.send_signal(signal.SIGKILL)
    assert wait_until_gone(worker_pid, limit_s=3.0)


async def test_a_repeated_prompt_is_read_from_the_cache(llama_cpp: LlamaCppEngine) -> None:
    question = ChatRequest((Message("user", "Name the planets, please. " * 8),), max_tokens=4)
    await llama_cpp.chat(question)
    again = await llama_cpp.chat(question)
    assert again.usage.cached_tokens > again.usage.prompt_tokens // 2


async def test_a_smaller_kv_cache_saves_smaller_slots(small_model_path: Path, tmp_path: Path) -> None:
    sizes: dict[str, int] = {}
    for kind in ("f16", "q8_0"):
        options = options_for(small_model_path, kv_cache_type=kind, slot_folder=tmp_path / kind)
        async with LlamaCppEngine(options) as engine:
            cold = await engine.chat(HELLO, slot=SlotUse(0))
            await engine.save_slot(0, "hello.slot")
            await engine.erase_slot(0)
            await engine.restore_slot(0, "hello.slot")
            warm = await engine.chat(HELLO, slot=SlotUse(0))
        assert warm.text == cold.text
        assert warm.usage.cached_tokens == warm.usage.prompt_tokens - 1
        sizes[kind] = (tmp_path / kind / "hello.slot").stat().st_size
    assert 0.5 < sizes["q8_0"] / sizes["f16"] < 0.6


async def test_cancelling_a_long_prefill_frees_the_slot_within_a_second(llama_cpp: LlamaCppEngine) -> None:
    """Prefill is cut between batches. A second of the worker's computing, so that other load counts not."""
    prompt = " ".join(str(number) for number in range(140))
    worker = psutil.Process(endpoint_of(llama_cpp).pid)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(llama_cpp.chat, ChatRequest((Message("user", prompt),), max_tokens=4))
        while not await count_busy_slots(llama_cpp):
            await anyio.sleep(0.01)
        tasks.cancel_scope.cancel()
    before = sum(worker.cpu_times()[:2])
    with anyio.fail_after(10.0):
        while await count_busy_slots(llama_cpp):
            await anyio.sleep(0.02)
    assert sum(worker.cpu_times()[:2]) - before < 1.0  # the whole prompt takes more than two


async def test_guessing_from_the_prompt_changes_no_answer(small_model_path: Path) -> None:
    line = "The old bridge over the wide river was built from grey stone in the year 1732."
    request = ChatRequest(
        (Message("user", f"Repeat this line: {line}"),), max_tokens=50, grammar=f'root ::= "{line} {line}"'
    )
    options = LlamaCppOptions(
        "guessing", small_model_path, context_window=256, slots=2, quote_speculation=True
    )
    answers: list[str] = []

    async def answer() -> None:
        answers.append((await guessing.chat(request)).text)

    async with LlamaCppEngine(options) as guessing:
        async with anyio.create_task_group() as tasks:
            for _ in range(options.slots):  # every slot guesses at once
                tasks.start_soon(answer)
        metrics = (await ask_worker(guessing, "/metrics")).text
    assert answers == [f"{line} {line}"] * 2
    accepted = [row for row in metrics.splitlines() if "accepted_tokens_total " in row][-1]
    assert float(accepted.split()[-1]) > 0
