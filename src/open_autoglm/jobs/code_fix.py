"""The job ``code_fix``: code that was handed in is repaired by its error or a test, with evidence."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import ExitStack
from io import StringIO
from pathlib import Path, PureWindowsPath
from tempfile import TemporaryDirectory
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from open_autoglm.code.languages import LANGUAGES, Language, language_of
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.errors import DamagedInput, UnsupportedFormat, UsageError
from open_autoglm.files import write_whole
from open_autoglm.jobs.handed_in_test import pytest_text
from open_autoglm.jobs.job import JobProgress
from open_autoglm.jobs.job_runner import JobFiles, JobRun
from open_autoglm.jobs.job_task import OpenedModel, OpenModel, ResultForm
from open_autoglm.tasks.fix_code import FixOptions, FixProgress, FixRequest, fix_code
from open_autoglm.tasks.fix_output.write import write_fix_result
from open_autoglm.tasks.fix_result import FixedCode

TASK = "code_fix"
MAX_ERROR = 200_000
MAX_TEST = 200_000
MAX_NAME = 200
PREFIX = "open-autoglm-code-"
_NEEDS_PLUGIN = re.compile(
    r"\basyncio\b|\banyio\b|pytest_\w+|\b(?:mocker|httpx_mock|requests_mock|benchmark)\b"
)


class CodeFixOptions(BaseModel):
    """What is asked of the code, as the command line has it in flags."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str | None = Field(default=None, description="Model or tier. Empty: the one of the settings.")
    language: Literal["auto", "zh", "en"] = Field(default="auto", description="Language of the explanation.")
    error: str | None = Field(default=None, max_length=MAX_ERROR, description="What it says when it fails.")
    test: str | None = Field(default=None, max_length=MAX_TEST, description="A pytest file, or asserts.")
    use_model: bool = Field(default=True, description="false: only changes that need no model are tried.")

    def check(self, file_name: str) -> None:
        """Raises UnsupportedFormat for a file in no known language, UsageError and DamagedInput for a test
        that can't be one."""
        known = known_language(file_name)
        if self.test and known.name == "python":
            pytest_text(_module(file_name), self.test)
        elif self.test:
            raise UsageError(
                f"A test can be handed in for Python; {file_name[:MAX_NAME]} is {known.title}.",
                hint="Leave it out, and give what the compiler says as the error.",
            )


class CodeFix:
    """The work of the job; called in a thread. ``told`` takes out of errors what its owner is not to see.

    ``runs_code`` is whether what is handed in may be run here; else repairs are checked, never proven.
    """

    forms: tuple[ResultForm, ...] = ("json", "md", "txt", "html")

    def __init__(self, open_model: OpenModel, *, runs_code: bool, told: Callable[[str], str] = str) -> None:
        self._open_model = open_model
        self._told = told
        self.runs_code = runs_code

    def __call__(self, run: JobRun) -> None:
        asked = CodeFixOptions.model_validate(run.job.options)
        opened: list[OpenedModel] = []
        with TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as folder, ExitStack() as held:

            def open_model() -> BlockingEngine:
                if not opened:
                    run.report(JobProgress("load"))
                    opened.append(held.enter_context(self._open_model(asked.model, run.job.owner)))
                    run.stop.on_stop(opened[0].engine.cancel)
                return opened[0].engine

            path = _laid_out(Path(folder), run, asked)
            request = FixRequest(
                path,
                asked.error or "",
                _command(path, asked.test) if asked.test else None,
                language=None if asked.language == "auto" else asked.language,
            )
            result = fix_code(
                request,
                open_model if asked.use_model else None,
                FixOptions(run=self.runs_code),
                on_progress=lambda progress: run.report(_progress(progress)),
                stop=run.stop,
            )
        if opened:
            result = result.model_copy(update={"model": opened[0].used})
        with write_whole(run.files.result) as stream:
            stream.write(self._for_owner(result, run.job.file_name).model_dump_json())

    def result(self, files: JobFiles) -> FixedCode:
        """What the job made. Raises DamagedInput."""
        try:
            return FixedCode.model_validate_json(files.result.read_bytes())
        except (OSError, ValidationError) as error:
            raise DamagedInput(
                "The result of this job can't be read any more.", hint="Hand the code in again."
            ) from error

    def rendered(self, files: JobFiles, form: ResultForm) -> str:
        """The result as JSON, Markdown, text or a page."""
        stream = StringIO()
        write_fix_result(self.result(files), stream, form)
        return stream.getvalue()

    def _for_owner(self, result: FixedCode, file_name: str) -> FixedCode:
        """Under the name that its owner gave it, and without paths of this machine."""
        return result.model_copy(
            update={
                "name": file_name,
                "notes": tuple(map(self._told, result.notes)),
                "errors": tuple(map(self._told, result.errors)),
            }
        )


def known_language(file_name: str) -> Language:
    """By the extension. Raises UnsupportedFormat."""
    found = language_of(file_name)
    if found is None:
        listed = ", ".join(language.extensions[0] for language in LANGUAGES)
        raise UnsupportedFormat(
            f"{file_name[:MAX_NAME]} is in no language that is known here.",
            hint=f"Give its name an ending that tells the language: {listed}.",
        )
    return found


def _laid_out(folder: Path, run: JobRun, asked: CodeFixOptions) -> Path:
    """The code as a file of its own, and its test beside it; where a repair finds both."""
    name = _module(run.job.file_name) + Path(run.job.file_name).suffix.lower()
    path = folder / name
    path.write_bytes(run.files.source.read_bytes())
    if asked.test:
        test = pytest_text(path.stem, asked.test)
        (folder / f"test_{path.stem}.py").write_text(test, encoding="utf-8")
    return path


def _command(path: Path, test: str) -> str:
    """Plugins of everything that is installed here take seconds to load, and a pasted test needs few."""
    alone = "" if _NEEDS_PLUGIN.search(test) else "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 "
    return f"{alone}python -m pytest -q test_{path.stem}.py"


def _module(file_name: str) -> str:
    """A name that a test can import and every disk can hold, from whatever was given."""
    stem = Path(PureWindowsPath(file_name).name).stem[:60]
    plain = "".join(character if character.isalnum() or character == "_" else "_" for character in stem)
    return plain if plain.isidentifier() else f"code_{plain}".rstrip("_")


def _progress(progress: FixProgress) -> JobProgress:
    return JobProgress(progress.stage, progress.tried)
