"""The worker process: opens one file at a time and reads its pages, for a program that stays safe.

Run as ``python -m open_autoglm.documents.workers.worker``. Commands come over standard input, answers go over
standard output; whatever a library prints goes to standard error. The process ends when its input
ends, so no worker outlives the program, however that died.
"""

from __future__ import annotations

import base64
import faulthandler
import sys
import threading
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, BinaryIO

from open_autoglm.child_process import (
    claim_standard_output,
    leave_interrupts_to_the_program,
    limit_memory,
    listen_for_messages,
)
from open_autoglm.documents.limits import MAX_PAGE_MESSAGE_BYTES
from open_autoglm.documents.workers.messages import (
    Command,
    DrawPage,
    Failed,
    Opened,
    OpenFile,
    PageDrawn,
    PageRead,
    ReadPage,
    Setup,
    Started,
    command_from,
    receive_command,
    send,
)
from open_autoglm.errors import OpenAutoGLMError

if TYPE_CHECKING:
    from collections.abc import Callable

    from open_autoglm.documents.model import Page
    from open_autoglm.documents.workers.openers import PagedFile

OVERTIME_S = 10.0
"""The program stops a worker at the time limit; one that nobody stops ends itself this much later."""

MAX_PICTURE_CHARACTERS = 32 << 20
"""Pictures of one page, in base64; half of what one message may be."""


def main() -> None:
    leave_interrupts_to_the_program()
    answers = claim_standard_output()
    setup = receive_command(sys.stdin.buffer)
    if not isinstance(setup, Setup):
        return
    limit_memory(setup.memory_bytes)
    commands: SimpleQueue[Command] = SimpleQueue()
    threading.Thread(
        target=listen_for_messages,
        args=(lambda body: commands.put(command_from(body)), MAX_PAGE_MESSAGE_BYTES),
        daemon=True,
    ).start()
    module, _, function = setup.opener.partition(":")
    opener: Callable[[OpenFile], PagedFile] = getattr(import_module(module), function)
    send(answers, Started())
    _serve(setup, opener, commands, answers)


def _serve(
    setup: Setup,
    opener: Callable[[OpenFile], PagedFile],
    commands: SimpleQueue[Command],
    answers: BinaryIO,
) -> None:
    file: PagedFile | None = None
    name = ""
    while True:
        command = commands.get()
        # Its own watchdog thread needs no interpreter lock: it ends a parser that never gives it up.
        faulthandler.dump_traceback_later(setup.time_limit_s + OVERTIME_S, exit=True)
        answer: Opened | PageRead | PageDrawn | Failed
        try:
            if isinstance(command, OpenFile):
                name = Path(command.path).name
                file = opener(command)
                answer = Opened(
                    page_count=file.page_count,
                    title=file.title or None,
                    author=file.author or None,
                    warnings=file.warnings,
                )
            elif isinstance(command, ReadPage) and file is not None:
                page = file.read_page(command.number, command.threads)
                answer = PageRead(page=_without_excess_pictures(page))
            elif isinstance(command, DrawPage) and file is not None:
                jpeg = file.draw_page(command.number, command.rotation, command.dpi)
                answer = PageDrawn(jpeg=None if jpeg is None else base64.b64encode(jpeg))
            else:
                continue
        except OpenAutoGLMError as error:
            answer = Failed(error=type(error).__name__, message=error.message, hint=error.hint)
        except MemoryError:
            answer = _out_of_memory(name, command, setup.memory_bytes)
        except Exception as error:  # noqa: BLE001 - the edge of the process: parsers raise anything
            answer = _broken(name, command, error)
        faulthandler.cancel_dump_traceback_later()
        send(answers, answer)


def _subject(name: str, command: Command) -> str:
    return f"Page {command.number} of {name}" if isinstance(command, ReadPage | DrawPage) else name


def _out_of_memory(name: str, command: Command, memory_bytes: int) -> Failed:
    return Failed(
        error="LimitExceeded",
        message=f"{_subject(name, command)} needs more than {memory_bytes >> 20:,} MB of memory.",
        hint="Raise the limit with --worker-memory-mb.",
        out_of_memory=True,
    )


def _broken(name: str, command: Command, error: Exception) -> Failed:
    detail = " ".join(str(error).split())[:200]
    reason = f"{type(error).__name__}: {detail}" if detail else type(error).__name__
    return Failed(
        error="DamagedInput",
        message=f"{_subject(name, command)} can't be read ({reason}).",
        hint="The file may be damaged; open it in the program that made it and save it again.",
    )


def _without_excess_pictures(page: Page) -> Page:
    """The page with no more than MAX_PICTURE_CHARACTERS of pictures; dropped ones leave a note."""
    left = MAX_PICTURE_CHARACTERS
    regions = []
    for region in page.regions:
        size = len(region.image or "")
        if size > left:
            note = f"{region.note or ''} The picture is left out: this page's pictures are too large."
            region = region.model_copy(update={"image": None, "note": note.strip()})
        else:
            left -= size
        regions.append(region)
    return page.model_copy(update={"regions": tuple(regions)})


if __name__ == "__main__":
    main()
