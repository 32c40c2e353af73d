"""The video worker: analyses one source, or gives pictures of one file, for a program that stays safe.

Run as ``python -m open_autoglm.video.workers.worker``. Commands come over standard input, answers go over
standard output. The process ends when its input ends, so no worker outlives the program.
"""

from __future__ import annotations

import os
import sys
import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING

from open_autoglm.child_process import (
    claim_standard_output,
    leave_interrupts_to_the_program,
    limit_memory,
    listen_for_messages,
)
from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.video.limits import MAX_MESSAGE_BYTES
from open_autoglm.video.workers.messages import (
    Analyse,
    Command,
    Failed,
    ShowFrames,
    command_from,
    receive_command,
    send,
)

if TYPE_CHECKING:
    from typing import BinaryIO


def main() -> None:
    leave_interrupts_to_the_program()
    answers = claim_standard_output()
    first = receive_command(sys.stdin.buffer)
    if not isinstance(first, Analyse | ShowFrames):
        return
    limit_memory(first.limits.worker_memory_mb << 20)
    commands: SimpleQueue[Command] = SimpleQueue()
    threading.Thread(
        target=listen_for_messages,
        args=(lambda body: commands.put(command_from(body)), MAX_MESSAGE_BYTES),
        daemon=True,
    ).start()
    _serve(first, commands, answers)
    answers.flush()
    # Threads that are still inside a library would keep a normal end waiting.
    os._exit(0)


def _serve(first: Analyse | ShowFrames, commands: SimpleQueue[Command], answers: BinaryIO) -> None:
    try:
        if isinstance(first, Analyse):
            from open_autoglm.video.workers.analysing import analyse

            analyse(first, lambda answer: send(answers, answer))
        else:
            from open_autoglm.video.workers.showing import show

            show(first, commands.get, lambda answer: send(answers, answer))
    except OpenAutoGLMError as error:
        # The name of a class that the program knows; StreamLost and its like are kinds of it.
        kind = next(kind for kind in type(error).__mro__ if kind.__module__ == OpenAutoGLMError.__module__)
        send(answers, Failed(error=kind.__name__, message=error.message, hint=error.hint))
    except MemoryError:
        send(
            answers,
            Failed(
                error="LimitExceeded",
                message=f"{first.source.name} needs more memory than {first.limits.worker_memory_mb:,} MB.",
                hint="Make a smaller copy with a video program, for example 1920 wide.",
            ),
        )
    except Exception as error:  # noqa: BLE001 - the edge of the process: parsers raise anything
        detail = " ".join(str(error).split())[:200]
        reason = f"{type(error).__name__}: {detail}" if detail else type(error).__name__
        send(
            answers,
            Failed(
                error="DamagedInput",
                message=f"{first.source.name} can't be analysed ({reason}).",
                hint="The file may be damaged; convert it with a video program.",
            ),
        )


if __name__ == "__main__":
    main()
