"""``chat``: the conversation of the page in a terminal, with the same store, answered in this process."""

from __future__ import annotations

import io
import sys
from collections.abc import Generator, Iterator
from contextlib import aclosing, closing, suppress
from queue import Empty, SimpleQueue

import click
from anyio.from_thread import BlockingPortal, start_blocking_portal

from open_autoglm.cli.chat_terminal import ChatStart, TerminalChat
from open_autoglm.cli.chat_words import ChatWords, chat_words
from open_autoglm.cli.options import LoadedSettings, settings_options
from open_autoglm.cli.render import print_note
from open_autoglm.context.conversations import Conversations
from open_autoglm.errors import UsageError
from open_autoglm.runtime import Runtime
from open_autoglm.serving.service import Service
from open_autoglm.tasks.converse import AnswerSoFar, Turn, converse

FENCE = '"""'
LOOK_S = 0.2
"""How often waiting for an answer looks up, so that Ctrl-C is heeded on every system."""


@click.command("chat")
@click.option("--model", metavar="NAME", help="Model or tier; a name from `list`, a file or a folder.")
@click.option("--continue", "resumed", metavar="ID|last", help="Go on with a conversation.")
@click.option(
    "--system", default="", metavar="TEXT", help="An instruction that new conversations begin with."
)
@click.option("--list", "listing", is_flag=True, help="List the conversations and end.")
@settings_options
def chat_command(
    settings: LoadedSettings, *, model: str | None, resumed: str | None, system: str, listing: bool
) -> int:
    """Talk with a model.

    Answers are streamed to stdout, everything else goes to stderr. Conversations are those of the page.
    When stdin is not a terminal, all of it is one question.

    \b
    Examples:
      open-autoglm-cli chat
      open-autoglm-cli chat --continue last
      open-autoglm-cli chat --system "Answer in one sentence." --model autoglm-small
      git diff | open-autoglm-cli chat --system "Review this change."
    \b
    Exit codes: 0 answered; 1 the answer failed; 2 wrong usage; 4 a model is missing; 130 Ctrl-C.
    """
    values = settings.values
    if model is not None:  # a file can be asked for by its path only where the settings name it
        values = values.model_copy(update={"model_path": model})
    words = chat_words(values.language)
    start = ChatStart(values.model_path, values.chat_context_policy, system)
    runtime = Runtime(values)
    with closing(runtime.conversations()) as store:
        if listing:
            TerminalChat(store, _no_answer, tuple, start, words).list()
            return 0
        with (
            start_blocking_portal() as portal,
            portal.wrap_async_context_manager(runtime.serving()) as service,
        ):
            chat = TerminalChat(
                store,
                lambda turn: streamed(portal, service, store, turn),
                lambda: tuple(facts.name for facts in portal.call(service.models)),
                start,
                words,
            )
            if resumed is not None:
                chat.resume(resumed)
            return _talk(chat, words) if sys.stdin.isatty() else _answer_stdin(chat)


def _no_answer(_turn: Turn) -> Iterator[AnswerSoFar]:
    return iter(())


def streamed(
    portal: BlockingPortal, service: Service, store: Conversations, turn: Turn
) -> Generator[AnswerSoFar, None, None]:
    """The answer as it grows, made by the portal's event loop. Closing it stops the answer."""
    arrived: SimpleQueue[AnswerSoFar | None] = SimpleQueue()

    async def answer() -> None:
        try:
            async with aclosing(converse(service, store, turn)) as answers:
                async for so_far in answers:
                    arrived.put(so_far)
        finally:
            arrived.put(None)

    future = portal.start_task_soon(answer)
    try:
        while True:
            with suppress(Empty):
                so_far = arrived.get(timeout=LOOK_S)
                if so_far is None:
                    break
                yield so_far
        future.result()
    finally:
        if not future.done():
            future.cancel()
            while arrived.get() is not None:  # until what has come is kept
                pass


def _answer_stdin(chat: TerminalChat) -> int:
    """All of stdin is the question, the answer goes to stdout."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            # A pipe on Windows would take the system's code page, which has no place for most of the world.
            stream.reconfigure(encoding="utf-8", errors="replace")
    question = sys.stdin.read()
    if not question.strip():
        raise UsageError("There is no question on stdin.", hint="Pipe a text in, or start it in a terminal.")
    chat.ask(question.rstrip("\n"))
    return 0


def _talk(chat: TerminalChat, words: ChatWords) -> int:
    with suppress(ImportError):  # Windows has none; its console edits lines itself
        import readline  # noqa: F401 - gives input() its line editing and history
    print_note(words.welcome.format(chat.model))
    interrupted = False
    while True:
        try:
            text = _read()
        except EOFError:
            print_note("")
            return 0
        except KeyboardInterrupt:
            print_note("")
            if interrupted:
                return 130
            interrupted = True
            continue
        interrupted = False
        if text.strip() and not chat.handle(text):
            return 0


def _read() -> str:
    '''One message: a line, lines that end in a backslash and the next one, or all between two """.'''
    line = input("> ")
    if line.strip().startswith(FENCE):
        lines = [line.strip().removeprefix(FENCE)]
        while not lines[-1].rstrip().endswith(FENCE):
            lines.append(input("… "))
        lines[-1] = lines[-1].rstrip().removesuffix(FENCE)
        return "\n".join(lines).strip("\n")
    lines = [line]
    while lines[-1].endswith("\\"):
        lines[-1] = lines[-1][:-1]
        lines.append(input("… "))
    return "\n".join(lines)
