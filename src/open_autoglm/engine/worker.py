"""The child process that holds one model: ``python -m open_autoglm.engine.worker``.

Runs llama.cpp's own server on the loopback interface behind a random key. It is started by
``open_autoglm.engine.supervisor`` and ends with it, even when the supervisor is killed: the end of
stdin ends the process, and on Linux the kernel also kills it with its parent, which covers the
seconds in which the model loads and no Python runs.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
import time
from typing import Any, NoReturn

from open_autoglm.engine.devices import look_for_graphics_devices
from open_autoglm.engine.llama_cpp_options import AS_MANY_LAYERS_AS_FIT, LlamaCppOptions
from open_autoglm.engine.worker_protocol import Failed, Handover, Ready, report_to_line

LOOPBACK = "127.0.0.1"
SPINS_BEFORE_SLEEP = "3000"
"""On two quiet cores a 1.5B model answers 1.4 times, a 135M one 3.7 to 4.2 times as fast as with none."""
PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
LOG_DELAY_S = 0.3  # llama.cpp logs from a thread of its own, which ends with the process


def main() -> None:
    reports = _claim_stdout()
    stdin = io.BufferedReader(io.FileIO(0, closefd=False))
    handover = Handover.from_line(stdin.readline())
    _die_with(handover.parent_pid)
    threading.Thread(target=_exit_at_end_of, args=(stdin,), daemon=True).start()

    _prepare_native_code()
    # Imported here: after the line above, and so that a library that can't be loaded is reported.
    try:
        import xllamacpp

        _require_devices(handover.options)
        server = xllamacpp.Server(_parameters(handover))
    except RuntimeError as error:  # llama.cpp has logged what it found; this says only that it did
        sys.stderr.write(f"{error}\n")
        time.sleep(LOG_DELAY_S)
        _fail(reports, None)
    except ImportError as error:
        _fail(reports, why_not_loaded(error))
    except (OSError, ValueError) as error:
        _fail(reports, str(error))
    reports.write(report_to_line(Ready(server.listening_address)))
    reports.flush()
    threading.Event().wait()  # llama.cpp answers from its own threads


def _fail(reports: io.BufferedWriter, reason: str | None) -> NoReturn:
    reports.write(report_to_line(Failed(reason)))
    reports.flush()
    sys.exit(1)


def why_not_loaded(error: ImportError) -> str:
    """The library's own reason, and the remedy where a small Linux lacks what it is linked against."""
    remedy = (
        "; install it, on Debian and Ubuntu with `apt-get install libgomp1`"
        if "libgomp" in str(error)
        else ""
    )
    return f"the engine library can't be loaded: {error}{remedy}"


def _require_devices(options: LlamaCppOptions) -> None:
    """llama.cpp itself leaves layers on the processor without a word when there is nowhere else."""
    if options.gpu_layers > 0 and not look_for_graphics_devices():
        raise ValueError(
            f"{options.gpu_layers} layers were asked for on a graphics card, but this build of llama.cpp "
            "sees none; set device_map to cpu or install a build for your card"
        )


def _parameters(handover: Handover) -> Any:
    """llama.cpp's settings. What is not set here keeps the library's default."""
    import xllamacpp

    options = handover.options
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(options.model_path)
    if options.mmproj_path is not None:
        parameters.mmproj.path = str(options.mmproj_path)

    # Reachable by the supervisor alone. No origin is allowed: the header is answered with an empty
    # value, which matches no origin (the value "localhost" would let in every local page).
    parameters.hostnames = [LOOPBACK]
    parameters.port = 0
    parameters.api_keys = [handover.api_key]
    parameters.cors_origins = ""
    parameters.cors_methods = ""
    parameters.cors_headers = ""
    parameters.cors_credentials = False
    parameters.ui = False
    parameters.endpoint_slots = True
    parameters.endpoint_metrics = True
    parameters.slot_save_path = _slot_folder(options)
    parameters.media_path = ""
    parameters.offline = True
    parameters.n_threads_http = 2 * options.slots + 8  # one for each request, waiting ones too

    parameters.n_ctx = options.context_window * options.slots
    parameters.n_parallel = options.slots
    parameters.kv_unified = False  # each slot is sure of its window, whatever its neighbors hold
    parameters.ctx_shift = False  # never forget the start of a prompt in silence
    parameters.cache_ram_mib = options.effective_prompt_cache_mb

    if options.kv_cache_type == "q8_0":
        # Values can be held like this only where they are read by flash attention.
        parameters.cache_type_k = parameters.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_Q8_0
        parameters.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_ENABLED
    for pool in (parameters.cpuparams, parameters.cpuparams_batch):
        pool.n_threads = options.threads
        pool.poll = 0  # for builds with llama.cpp's own threads; see _prepare_native_code
    parameters.n_batch = options.effective_batch_tokens
    parameters.n_ubatch = options.effective_batch_tokens
    parameters.n_gpu_layers = options.gpu_layers
    parameters.fit_params = options.gpu_layers == AS_MANY_LAYERS_AS_FIT
    if options.embedding:
        parameters.embedding = True
        if options.embedding == "mean":
            parameters.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    if options.guessed_tokens:
        kinds = xllamacpp.common_speculative_type
        parameters.speculative.types = [kinds.COMMON_SPECULATIVE_TYPE_NGRAM_MAP_K]
        parameters.speculative.ngram_map_k.size_m = options.guessed_tokens
    return parameters


def _slot_folder(options: LlamaCppOptions) -> str:
    """llama.cpp puts a file's name right behind this text. The folder holds what callers have said."""
    if options.slot_folder is None:
        return ""
    options.slot_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return str(options.slot_folder) + os.sep


def _claim_stdout() -> io.BufferedWriter:
    """Keep stdout for reports; whatever native code prints there goes to stderr instead."""
    reports = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return reports


def _prepare_native_code() -> None:
    """Settings that native libraries read from the environment when they are loaded.

    OpenMP's threads wait for each other hundreds of times a token. Spinning for as long as it takes is
    ruinous on cores that other programs also use; sleeping at once costs a third of the speed on quiet
    ones. So GNU's threads spin for about 30 microseconds, then sleep; what other OpenMP libraries do
    instead was not measured, and they sleep. And a failed assertion would start a debugger to print a
    backtrace.
    """
    os.putenv("OMP_WAIT_POLICY", "passive")
    os.putenv("GOMP_SPINCOUNT", SPINS_BEFORE_SLEEP)
    os.putenv("GGML_NO_BACKTRACE", "1")


def _exit_at_end_of(stream: io.BufferedReader) -> NoReturn:
    while stream.read1(4096):
        pass
    os._exit(0)  # nothing here is worth saving, and a running prefill would delay a polite exit


def _die_with(parent_pid: int) -> None:
    """Ask Linux to kill this process with the thread that started it."""
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:  # it died before the kernel knew our wish
        os._exit(0)


if __name__ == "__main__":
    main()
