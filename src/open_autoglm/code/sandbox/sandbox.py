"""Run a command that nobody vouches for, and say how it went and what held it."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from open_autoglm.code.sandbox.confined import Confined, Start
from open_autoglm.code.sandbox.conversation import Conversation
from open_autoglm.code.sandbox.interpreter import environment, search_path, shown_paths, without_dots
from open_autoglm.code.sandbox.limits import RunLimits
from open_autoglm.code.sandbox.line_queue import LineQueue
from open_autoglm.code.sandbox.outcome import RunOutcome
from open_autoglm.code.sandbox.running import Running
from open_autoglm.errors import ExtraMissing, InputMissing
from open_autoglm.stop_signal import StopSignal

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Sandbox:
    """Safe to use from several threads at once; every run is confined for itself.

    ``interpreter`` is the Python whose packages the code may import; a command that begins with ``python``
    is run with it. ``without`` names steps of the Linux launcher to leave out, for tests of what is left.
    """

    def __init__(self, interpreter: Path | None = None, *, without: Sequence[str] = ()) -> None:
        self.interpreter = without_dots(interpreter or Path(sys.executable))
        self._without = tuple(without)

    def run(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        limits: RunLimits,
        stdin: bytes = b"",
        variables: Mapping[str, str] = _NOTHING,
        readable: Sequence[Path] = (),
        stop: StopSignal | None = None,
    ) -> RunOutcome:
        """Run ``command`` in ``folder`` to its end.

        ``folder`` is a copy already, and the only place besides a private one for temporary files that can
        be written; beside it the interpreter, the system's programs and ``readable`` can be read.
        ``variables`` are the environment beyond a search path, a language and places for files.

        A command that fails, hangs or takes too much is an outcome. Raises ExtraMissing when the program is
        not installed, InputMissing without the folder.
        """
        with self._start(command, folder, limits, variables, readable, feeds=bool(stdin)) as confined:
            running = Running(confined, limits)
            if stdin:
                running.feed(stdin)
            return running.outcome(stop or _never)

    @contextlib.contextmanager
    def open(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        limits: RunLimits,
        variables: Mapping[str, str] = _NOTHING,
        readable: Sequence[Path] = (),
        stop: StopSignal | None = None,
    ) -> Iterator[Conversation]:
        """The same for a command that is spoken to in lines; it is ended with the block at the latest.

        ``limits.wall_s`` and ``limits.cpu_s`` are for all of its life, ``limits.output_bytes`` for what
        it has written and nobody has read.
        """
        with self._start(command, folder, limits, variables, readable, feeds=True) as confined:
            lines = LineQueue(limits.output_bytes)
            conversation = Conversation(
                confined, Running(confined, limits, lines.receive), lines, stop or _never
            )
            try:
                yield conversation
            finally:
                conversation.close()

    @contextlib.contextmanager
    def _start(
        self,
        command: Sequence[str],
        folder: Path,
        limits: RunLimits,
        variables: Mapping[str, str],
        readable: Sequence[Path],
        *,
        feeds: bool,
    ) -> Iterator[Confined]:
        if not folder.is_dir():
            raise InputMissing(f"There is no folder {folder} to run {command[0]} in.")
        made = environment(self.interpreter, variables)
        executable = self._executable(command[0], folder, made["PATH"])
        with tempfile.TemporaryDirectory(prefix="autoglm-run-", ignore_cleanup_errors=True) as own_folder:
            yield _confine(
                Start(
                    executable=executable,
                    arguments=(str(executable), *command[1:]),
                    folder=folder.resolve(),
                    own_folder=Path(own_folder).resolve(),
                    variables=made,
                    readable=tuple(shown_paths(executable, self.interpreter, readable)),
                    limits=limits,
                    feeds=feeds,
                ),
                self._without,
            )

    def _executable(self, name: str, folder: Path, path: str) -> Path:
        if name in ("python", "python3"):
            return self.interpreter
        if Path(name).name != name:
            return folder / name if not Path(name).is_absolute() else Path(name)
        found = shutil.which(name, path=path or search_path(self.interpreter))
        if found is None:
            raise ExtraMissing(f"{name!r} is not installed.", hint="Install it, or name it with its folder.")
        return Path(found)


def _confine(start: Start, without: tuple[str, ...]) -> Confined:
    if sys.platform == "win32":
        from open_autoglm.code.sandbox.start_windows import WindowsConfined

        return WindowsConfined(start)
    from open_autoglm.code.sandbox.start_posix import PosixConfined

    return PosixConfined(start, without)


def _never() -> bool:
    return False
