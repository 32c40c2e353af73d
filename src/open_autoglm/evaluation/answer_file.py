"""Keeps what a model answered, so that a long run can stop and go on without asking again."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from open_autoglm.code.writing.questions import AnswersChat
from open_autoglm.errors import DamagedInput, InputMissing, OutputFailed
from open_autoglm.values import ChatRequest, Completion, Usage


@dataclass(frozen=True, slots=True)
class _Kept:
    text: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int
    seconds: float


class AnswerFile:
    """One JSON object a line: model, request by its digest, answer. Safe to use from several threads.

    An answer is found again by all that it was asked with: messages, sampling with its seed, limits. A line
    that was broken off by the end of a process is left out.
    """

    def __init__(self, path: Path | None) -> None:
        """Without a path answers are kept in memory. Raises InputMissing, DamagedInput for another file."""
        self.path = path
        self._lock = threading.Lock()
        self._answers: dict[tuple[str, str], _Kept] = {}
        text = "" if path is None else _text(path)
        self._ends_whole = text.endswith("\n") or not text
        for line in text.splitlines():
            self._read(line)

    def __len__(self) -> int:
        return len(self._answers)

    def of(self, model: str, engine: AnswersChat) -> RememberedAnswers:
        """The same engine, asked only what it has not answered yet under the name ``model``."""
        return RememberedAnswers(self, model, engine)

    def find(self, model: str, request: ChatRequest) -> tuple[Completion, float] | None:
        """The answer and the seconds it took."""
        kept = self._answers.get((model, digest_of(request)))
        if kept is None:
            return None
        finish: Any = kept.finish_reason
        usage = Usage(kept.prompt_tokens, kept.completion_tokens)
        return Completion(kept.text, finish, usage, model), kept.seconds

    def add(self, model: str, request: ChatRequest, completion: Completion, seconds: float) -> None:
        """Written at once. Raises OutputFailed."""
        digest = digest_of(request)
        kept = _Kept(
            completion.text,
            completion.finish_reason,
            completion.usage.prompt_tokens,
            completion.usage.completion_tokens,
            round(seconds, 3),
        )
        line = json.dumps({"model": model, "request": digest, **asdict(kept)}, ensure_ascii=True)
        with self._lock:
            if self.path is not None:
                self._append(self.path, line if self._ends_whole else f"\n{line}")
                self._ends_whole = True
            self._answers[model, digest] = kept

    def _append(self, path: Path, line: str) -> None:
        try:
            with path.open("a", encoding="utf-8", newline="\n") as file:
                file.write(f"{line}\n")
        except OSError as error:
            raise OutputFailed(
                f"Can't write {path}: {error.strerror or error}.", hint="Free some space."
            ) from error

    def _read(self, line: str) -> None:
        try:
            row = json.loads(line)
        except ValueError:
            return
        try:
            key = str(row.pop("model")), str(row.pop("request"))
            self._answers[key] = _Kept(**row)
        except (AttributeError, KeyError, TypeError) as error:
            raise DamagedInput(
                f"{self.path} is no file of answers.", hint="Choose another --output, or move it away."
            ) from error


class RememberedAnswers:
    """An engine behind the file of its answers.

    ``asked`` counts what was asked of it; ``seconds`` is what those answers took when they were made.
    """

    def __init__(self, kept: AnswerFile, model: str, engine: AnswersChat) -> None:
        self._kept = kept
        self._model = model
        self._engine = engine
        self.asked = 0
        self.seconds = 0.0

    def chat(self, request: ChatRequest) -> Completion:
        found = self._kept.find(self._model, request)
        if found is None:
            began = time.monotonic()
            completion = self._engine.chat(request)
            found = completion, time.monotonic() - began
            self._kept.add(self._model, request, *found)
        self.asked += 1
        self.seconds += found[1]
        return found[0]


def digest_of(request: ChatRequest) -> str:
    """Of everything that shapes the answer."""
    text = json.dumps(asdict(request), sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") if path.exists() else ""
    except OSError as error:
        raise InputMissing(f"Answers {str(path)!r} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise DamagedInput(f"{path} is no file of answers.", hint="Move it away.") from error
