"""Reads programming tasks: one JSON object a line, in a form of ours or as HumanEval is published."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from open_autoglm.code.languages import language_named
from open_autoglm.code.writing.example import Example
from open_autoglm.code.writing.examples import visible_examples
from open_autoglm.errors import DamagedInput, InputMissing, LimitExceeded
from open_autoglm.evaluation.code_tasks import CodeTask, CodeTest

T = TypeVar("T")
_Wrong = Callable[[str], DamagedInput]

MAX_TASK_FILE_BYTES = 256 << 20


def read_code_tasks(path: Path) -> tuple[CodeTask, ...]:
    """The tasks of a ``.jsonl`` or ``.jsonl.gz`` file, in their order.

    Raises InputMissing, LimitExceeded, and DamagedInput with the number of the line.
    """
    tasks: dict[str, CodeTask] = {}
    for number, line in enumerate(_text(path).split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path.name}, line {number}"
        task = _read_row(line, where)
        if task.id in tasks:
            raise DamagedInput(f"{where}: there is a task {task.id!r} before it.", hint="Give it another id.")
        tasks[task.id] = task
    if not tasks:
        raise DamagedInput(f"{path.name} holds no task.", hint="It needs one JSON object on each line.")
    return tuple(tasks.values())


def _text(path: Path) -> str:
    try:
        with gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb") as file:
            data = file.read(MAX_TASK_FILE_BYTES + 1)
    except gzip.BadGzipFile as error:
        raise DamagedInput(f"{path.name} is not compressed with gzip: {error}.", hint="Check it.") from error
    except OSError as error:
        raise InputMissing(
            f"Tasks {str(path)!r} can't be read: {error.strerror or error}.", hint="Check --tasks."
        ) from error
    except (EOFError, zlib.error) as error:
        raise DamagedInput(f"{path.name} is cut or damaged: {error}.", hint="Fetch it again.") from error
    if len(data) > MAX_TASK_FILE_BYTES:
        raise LimitExceeded(f"{path.name} holds more than {MAX_TASK_FILE_BYTES >> 20} MB.", hint="Divide it.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DamagedInput(
            f"{path.name} is not UTF-8: {error.reason} at byte {error.start}.", hint="Save it as UTF-8."
        ) from error


def _read_row(line: str, where: str) -> CodeTask:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise DamagedInput(f"{where}: not JSON: {error}.") from error
    if not isinstance(row, dict):
        raise DamagedInput(f"{where}: not a JSON object.")
    fields = _Fields(row, where)
    return _human_eval(fields) if "canonical_solution" in row else _own_form(fields)


def _human_eval(row: _Fields) -> CodeTask:
    """As published: the hidden test is a function ``check`` that asserts."""
    prompt, name = row.text("prompt"), row.text("entry_point")
    return CodeTask(
        id=row.text("task_id"),
        prompt=prompt,
        hidden=(CodeTest("check", f"{row.text('test')}\n\ncheck({name})\n"),),
        entry_point=name,
        examples=visible_examples(prompt, name),
        reference=prompt + row.text("canonical_solution"),
    )


def _own_form(row: _Fields) -> CodeTask:
    prompt, name = row.text("prompt"), row.text("entry_point", "")
    language = language_named(row.text("language", "python"))
    if language is None:
        raise row.wrong("language", "is none of the languages known here")
    in_python = language.name == "python"
    examples = row.values("examples", _example)
    if not examples and name and in_python:
        examples = visible_examples(prompt, name)
    task = CodeTask(
        id=row.text("id"),
        prompt=prompt,
        hidden=row.values("hidden", _test),
        language=language.name,
        entry_point=name,
        program_file=row.text("program_file", f"program{language.extensions[0]}"),
        files=row.texts("files"),
        examples=examples,
        visible=row.values("visible", _test),
        reference=row.text("reference", ""),
        properties=row.values("properties", _property),
    )
    if not task.hidden and not task.properties:
        raise row.wrong("hidden", "is empty, and without properties nothing can judge an answer")
    if task.properties and not (task.reference and name and in_python):
        raise row.wrong("properties", "need a reference in Python and an entry_point")
    if task.examples and not (name and in_python):
        raise row.wrong("examples", "need an entry_point in Python; use visible tests")
    return task


def _test(value: Any, number: int, wrong: _Wrong) -> CodeTest:
    if isinstance(value, str) and value.strip():
        return CodeTest(str(number), value)
    if not isinstance(value, dict) or not value.get("files") or not value.get("command"):
        raise wrong("has to be code, or an object with files and a command")
    command = value["command"]
    if not isinstance(command, list) or not all(isinstance(part, str) for part in command):
        raise wrong("has a command that is no list of texts")
    return CodeTest(
        str(value.get("name", number)), files=_texts(value["files"], wrong), command=tuple(command)
    )


def _example(value: Any, _number: int, wrong: _Wrong) -> Example:
    if not isinstance(value, dict):
        raise wrong("has to be an object with call and expected")
    call, expected = value.get("call"), value.get("expected")
    if not isinstance(call, str) or not isinstance(expected, str):
        raise wrong("has to be an object with call and expected, both text")
    return Example(call, expected, raises=bool(value.get("raises", False)))


def _property(value: Any, _number: int, wrong: _Wrong) -> str:
    if not isinstance(value, str):
        raise wrong("has to be an expression, as text")
    try:
        compile(value, "property", "eval")
    except (SyntaxError, ValueError) as error:
        raise wrong(f"is no Python expression: {error}") from error
    return value


def _texts(value: Any, wrong: _Wrong) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise wrong("has to be an object of names and texts")
    for name in value:
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name:
            raise wrong(f"names the file {name!r}, which lies outside the task's folder")
    return dict(value)


class _Fields:
    """Of one row; every mistake is told with its line and its name."""

    def __init__(self, row: Mapping[str, Any], where: str) -> None:
        self._row = row
        self._where = where

    def wrong(self, name: str, what: str) -> DamagedInput:
        return DamagedInput(
            f"{self._where}: {name!r} {what}.", hint="docs/coding_assistant.md shows the form of a task."
        )

    def text(self, name: str, usual: str | None = None) -> str:
        value = self._row.get(name, usual)
        if not isinstance(value, str) or (not value.strip() and usual is None):
            raise self.wrong(name, "is missing" if value is None else "has to be text that is not empty")
        return value

    def texts(self, name: str) -> dict[str, str]:
        return _texts(self._row.get(name, {}), lambda what: self.wrong(name, what))

    def values(self, name: str, read: Callable[[Any, int, _Wrong], T]) -> tuple[T, ...]:
        return tuple(self._values(name, read))

    def _values(self, name: str, read: Callable[[Any, int, _Wrong], T]) -> Iterator[T]:
        values = self._row.get(name, [])
        if not isinstance(values, list):
            raise self.wrong(name, "has to be a list")
        for number, value in enumerate(values, 1):

            def wrong(what: str, number: int = number) -> DamagedInput:
                return self.wrong(f"{name} {number}", what)

            yield read(value, number, wrong)
