"""Which build of llama.cpp is installed, and which graphics devices it can compute on.

The ordinary build computes on the processor alone, whatever card the machine has; so the question goes
to the library, not to the hardware. It is asked in a child process: looking for devices starts their
drivers, and those may crash.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version

from open_autoglm.errors import EngineStartFailed

PROBE_COMMAND = (sys.executable, "-P", "-X", "utf8", "-m", "open_autoglm.engine.devices")
PROBE_TIMEOUT_S = 30.0


def engine_build() -> str:
    """Version of the installed build: a state that one build has computed is nothing to another."""
    return version("xllamacpp")


def graphics_devices() -> tuple[str, ...]:
    """Names of the devices, empty for a build or a machine without any. Raises EngineStartFailed."""
    try:
        probe = subprocess.run(PROBE_COMMAND, capture_output=True, timeout=PROBE_TIMEOUT_S, check=True)
        return tuple(str(name) for name in json.loads(probe.stdout))
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise EngineStartFailed(
            f"llama.cpp could not say which graphics devices it sees: {error}.",
            hint="Check the graphics driver, or set device_map to cpu.",
        ) from error


def look_for_graphics_devices() -> list[str]:
    """The same, asked in this process; loads the native library."""
    import xllamacpp

    kinds = xllamacpp.ggml_backend_dev_type
    graphics = (kinds.GGML_BACKEND_DEVICE_TYPE_GPU, kinds.GGML_BACKEND_DEVICE_TYPE_IGPU)
    return [device["description"] for device in xllamacpp.get_device_info() if device["type"] in graphics]


if __name__ == "__main__":
    print(json.dumps(look_for_graphics_devices()))  # noqa: T201 - its output is its answer
