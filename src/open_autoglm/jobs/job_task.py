"""What every task is to the jobs: work, and results that are shown in several forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.errors import UsageError
from open_autoglm.jobs.job_runner import JobFiles, JobRun
from open_autoglm.tasks.document_result import ModelUsed

ResultForm = Literal["json", "md", "txt", "html", "csv"]


@dataclass(frozen=True, slots=True)
class OpenedModel:
    engine: BlockingEngine
    used: ModelUsed


OpenModel = Callable[[str | None, str], AbstractContextManager[OpenedModel]]
"""From the model asked for (None: of the settings) and the owner to the model, while it is used."""


class JobTask(Protocol):
    """One task: the work of its jobs, and what came out of them."""

    @property
    def forms(self) -> tuple[ResultForm, ...]:
        """The forms that its results have."""

    def __call__(self, run: JobRun) -> None: ...

    def rendered(self, files: JobFiles, form: ResultForm) -> str:
        """The result in one of its forms. Raises DamagedInput where it can't be read any more."""
        ...


JobTasks = Mapping[str, JobTask]
"""Every task that can be handed in, by its name."""


def require_form(task: JobTask, name: str, form: ResultForm) -> None:
    """Raises UsageError for a form that results of ``name`` don't have."""
    if form not in task.forms:
        raise UsageError(
            f"Results of {name} have no form {form!r}.", hint=f"Use one of: {', '.join(task.forms)}."
        )
