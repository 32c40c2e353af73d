"""The conversation in a terminal: what is typed becomes a command or a question, answers are streamed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import click

from open_autoglm.cli.chat_printing import PrintedAnswer
from open_autoglm.cli.chat_words import ChatWords
from open_autoglm.cli.render import print_error, print_note
from open_autoglm.context.conversation import AnswerDetails, Conversation, StoredMessage
from open_autoglm.context.conversations import Conversations
from open_autoglm.context.export_conversation import conversation_as_json, conversation_as_markdown
from open_autoglm.context.report import ContextPolicy
from open_autoglm.errors import NotFound, OpenAutoGLMError, UsageError
from open_autoglm.files import write_whole
from open_autoglm.local.catalog import nearest_names
from open_autoglm.serving.request import LOCAL_OWNER
from open_autoglm.tasks.converse import AnswerSoFar, Turn
from open_autoglm.values import Message
from open_autoglm.web.answer_words import answer_facts, context_sentences

LISTED = 20
SHOWN_CHARACTERS = 70

T = TypeVar("T")

Answer = Callable[[Turn], Iterator[AnswerSoFar]]
"""Streams an answer. Closing it stops the answer, and what has come is kept."""


@dataclass(frozen=True, slots=True)
class ChatStart:
    """How a chat begins."""

    model: str
    policy: ContextPolicy
    system: str = ""


class TerminalChat:
    """One person at one terminal."""

    def __init__(
        self,
        store: Conversations,
        answer: Answer,
        models: Callable[[], tuple[str, ...]],
        start: ChatStart,
        words: ChatWords,
    ) -> None:
        self._store = store
        self._answer = answer
        self._models = models
        self._model = start.model
        self._policy = start.policy
        self._system = start.system
        self._words = words
        self._open: Conversation | None = None
        self._listed: tuple[Conversation, ...] = ()
        self._commands: Mapping[str, Callable[[str], None]] = {
            "help": lambda _: print_note(words.help),
            "new": lambda _: self._new(),
            "list": lambda _: self.list(),
            "search": self._search,
            "open": self._open_listed,
            "rename": self._rename,
            "branch": self._branch,
            "retry": lambda _: self._retry(),
            "model": self._choose_model,
            "system": self._set_system,
            "context": lambda _: self._show_context(),
            "export": self._export,
            "delete": lambda _: self._delete(),
        }

    @property
    def model(self) -> str:
        return self._model

    def handle(self, text: str) -> bool:
        """Do what was typed; False: leave. An error is printed, and the chat goes on."""
        name, _, argument = text[1:].partition(" ") if text.startswith("/") else ("", "", text)
        try:
            if not name:
                self.ask(argument)
            elif name in ("quit", "exit", "bye"):
                return False
            elif name in self._commands:
                self._commands[name](argument.strip())
            else:
                print_note(self._words.unknown_command.format(f"/{name}"))
        except OpenAutoGLMError as error:
            print_error(error)
        return True

    # what is said

    def ask(self, text: str) -> None:
        """Ask and print the answer. Raises what went wrong; the question is kept in any case."""
        if not text.strip():
            return
        conversation = self._conversation()
        self._store.append(LOCAL_OWNER, conversation.id, Message("user", text))
        self._reply(self._store.append(LOCAL_OWNER, conversation.id, Message("assistant", ""), whole=False))

    def _retry(self) -> None:
        last = self._messages()[-1]
        if last.role == "assistant":
            answer = self._store.append_version(LOCAL_OWNER, last.id, Message("assistant", ""), whole=False)
        else:
            answer = self._store.append(LOCAL_OWNER, last.conversation, Message("assistant", ""), whole=False)
        self._reply(answer)

    def _reply(self, answer: StoredMessage) -> None:
        turn = Turn(answer.conversation, answer.id, self._model, policy=self._policy)
        if any(message.attachments.documents for message in self._messages()):
            print_note(self._words.documents_left_out)
        last = AnswerSoFar("waiting")
        try:
            with closing(PrintedAnswer(self._answer(turn), self._words)) as printed:
                for so_far in printed:
                    last = so_far
        except KeyboardInterrupt:
            print_note(f"\n{self._words.stopped}")
            return
        if last.error is not None:
            raise last.error
        if last.details is not None:
            print_note(f"[{' · '.join(answer_facts(last.details, self._words.page))}]")
            if last.details.context is not None and last.details.context.done != "nothing":
                self._tell_context(last.details)

    # conversations

    def resume(self, which: str) -> None:
        """Go on with a conversation: its id, or ``last``. Raises NotFound."""
        if which == "last":
            listed = self._store.list(LOCAL_OWNER, 1)
            if not listed:
                raise NotFound(
                    "There is no conversation to go on with.", hint="Begin one without --continue."
                )
            self._use(listed[0])
        else:
            self._use(self._store.get(LOCAL_OWNER, which))

    def list(self) -> None:
        """The conversations used last, numbered for ``/open``."""
        self._show_listed(self._store.list(LOCAL_OWNER, LISTED))

    def _search(self, text: str) -> None:
        self._show_listed(
            tuple(found.conversation for found in self._store.search(LOCAL_OWNER, text, LISTED))
        )

    def _show_listed(self, listed: tuple[Conversation, ...]) -> None:
        self._listed = listed
        if not listed:
            print_note(self._words.nothing_listed)
        for number, conversation in enumerate(listed, 1):
            used = f"{datetime.fromtimestamp(conversation.used).astimezone():%Y-%m-%d %H:%M}"
            click.echo(f"{number:>3}  {used}  {conversation.id}  {conversation.title}")

    def _open_listed(self, number: str) -> None:
        self._use(self._numbered(number, self._listed))

    def _use(self, conversation: Conversation) -> None:
        self._open = conversation
        self._model = conversation.model or self._model
        print_note(self._words.opened.format(conversation.title))
        for message in self._store.branch(LOCAL_OWNER, conversation.id)[-2:]:
            print_note(f"  {self._speaker(message)}: {_one_line(message.text)}")

    def _new(self) -> None:
        self._open = None

    def _conversation(self) -> Conversation:
        """The open one; it is made with the first thing said in it."""
        if self._open is None:
            self._open = self._store.create(LOCAL_OWNER, model=self._model)
            if self._system:
                self._store.append(LOCAL_OWNER, self._open.id, Message("system", self._system))
        return self._open

    def _messages(self) -> tuple[StoredMessage, ...]:
        """The branch that is shown. Raises UsageError where nothing was said."""
        branch = self._store.branch(LOCAL_OWNER, self._open.id) if self._open is not None else ()
        if not branch:
            raise UsageError(self._words.nothing_said)
        return branch

    def _rename(self, title: str) -> None:
        conversation = self._messages()[0].conversation
        self._store.rename(LOCAL_OWNER, conversation, title)
        print_note(self._words.renamed.format(title))

    def _delete(self) -> None:
        conversation = self._store.get(LOCAL_OWNER, self._messages()[0].conversation)
        self._store.delete(LOCAL_OWNER, conversation.id)
        self._open = None
        print_note(self._words.deleted.format(conversation.title))

    def _export(self, name: str) -> None:
        path = Path(name).expanduser()
        if path.suffix.lower() not in (".md", ".json"):
            raise UsageError(f"{name!r} ends in neither .md nor .json.", hint="/export talk.md")
        conversation = self._store.get(LOCAL_OWNER, self._messages()[0].conversation)
        if path.suffix.lower() == ".json":
            text = conversation_as_json(conversation, self._store.tree(LOCAL_OWNER, conversation.id))
        else:
            text = conversation_as_markdown(conversation, self._messages())
        with write_whole(path) as stream:
            stream.write(text)
        print_note(self._words.exported.format(path))

    # branches

    def _branch(self, argument: str) -> None:
        branch = self._messages()
        numbers = argument.split()
        if not numbers:
            for number, message in enumerate(branch, 1):
                count = len(message.versions)
                versions = self._words.versions.format(count) if count > 1 else ""
                speaker = self._speaker(message)
                print_note(self._words.branch_line.format(number, speaker, versions, _one_line(message.text)))
            return
        message = self._numbered(numbers[0], branch)
        if len(numbers) > 1:
            self._store.switch_to(LOCAL_OWNER, self._numbered(numbers[1], message.versions))
            self._branch("")
            return
        self._store.continue_from(LOCAL_OWNER, message.id)
        print_note(self._words.goes_on_from.format(numbers[0]))

    def _numbered(self, number: str, entries: tuple[T, ...]) -> T:
        if not number.isdecimal() or not 1 <= int(number) <= len(entries):
            raise UsageError(self._words.no_such_entry.format(number))
        return entries[int(number) - 1]

    # how it is answered

    def _choose_model(self, name: str) -> None:
        known = self._models()
        if not name:
            print_note(self._words.model_is.format(self._model, ", ".join(known)))
            return
        if name not in known:
            near = nearest_names(name, known)
            sentence = self._words.model_near if near else self._words.model_far
            raise UsageError(sentence.format(name, ", ".join(near or known)))
        self._model = name
        if self._open is not None:
            self._store.use_model(LOCAL_OWNER, self._open.id, name)
        print_note(self._words.model_now.format(name))

    def _set_system(self, text: str) -> None:
        if text:
            self._system = text
            print_note(self._words.system_next)
        elif self._system:
            print_note(self._words.system_is.format(self._system))
        else:
            print_note(self._words.system_none)

    def _show_context(self) -> None:
        answers = [message.details for message in self._messages() if message.details is not None]
        if not answers or answers[-1].context is None:
            print_note(self._words.page.context_unknown)
            return
        self._tell_context(answers[-1])
        if answers[-1].context.summary:
            print_note(f"{self._words.page.context_summary}:\n{answers[-1].context.summary}")

    def _tell_context(self, details: AnswerDetails) -> None:
        print_note(" ".join(context_sentences(details, self._words.page)))

    def _speaker(self, message: StoredMessage) -> str:
        page = self._words.page
        return {"user": page.you, "assistant": page.assistant}.get(message.role, message.role)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_CHARACTERS else f"{line[:SHOWN_CHARACTERS]}…"
