"""The installed program serving, as a person starts it, for clients that know nothing of this repository."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = str(Path(sys.executable).with_name("open-autoglm-cli"))
STOP_LIMIT_S = 30.0


@contextmanager
def serving(data_dir: Path, *arguments: str | Path) -> Iterator[str]:
    """``open-autoglm-cli serve`` on a free port, without the page; gives the address."""
    command = [PROGRAM, "serve", "--json", "--no-page", "--local-api-port", "0", "--data-dir", str(data_dir)]
    log = data_dir / "serve.log"
    with (
        log.open("w", encoding="utf-8") as errors,
        subprocess.Popen(
            [*command, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            encoding="utf-8",
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, log.read_text(encoding="utf-8")
            yield json.loads(line)["address"]
        finally:
            process.terminate()
            process.wait(STOP_LIMIT_S)
