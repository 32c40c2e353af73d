"""What an evaluation found, as figures: one row for each model, and every task with its failing case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from open_autoglm.evaluation.code_run import TaskScore
from open_autoglm.evaluation.code_statistics import Estimate, pass_rate

_USUAL_K = (1, 5, 10, 25, 100)


@dataclass(frozen=True, slots=True)
class ModelScore:
    """How one model, or one way of using it, did on the tasks."""

    name: str
    tasks: tuple[TaskScore, ...]

    @property
    def samples(self) -> int:
        return max((len(task.samples) for task in self.tasks), default=0)

    @property
    def syntax(self) -> float:
        return self._mean([sample.score.marks.syntax for task in self.tasks for sample in task.samples])

    @property
    def logic(self) -> float:
        return self._mean([sample.score.marks.logic for task in self.tasks for sample in task.samples])

    @property
    def execution(self) -> float:
        return self._mean([sample.score.marks.execution for task in self.tasks for sample in task.samples])

    @property
    def total(self) -> float:
        return self._mean([sample.score.marks.total for task in self.tasks for sample in task.samples])

    @property
    def pass_rates(self) -> dict[int, Estimate]:
        """By k; as far as there are samples."""
        counts = [(len(task.samples), task.right) for task in self.tasks]
        most = min((samples for samples, _ in counts), default=0)
        return {k: pass_rate(k, counts) for k in sorted({*_USUAL_K, most}) if 1 <= k <= most}

    @property
    def right(self) -> int:
        """Tasks whose first sample is right."""
        return sum(task.samples[0].score.right for task in self.tasks)

    @property
    def prompt_tokens(self) -> int:
        return sum(sample.solved.prompt_tokens for task in self.tasks for sample in task.samples)

    @property
    def completion_tokens(self) -> int:
        return sum(sample.solved.completion_tokens for task in self.tasks for sample in task.samples)

    @property
    def answers(self) -> int:
        return sum(sample.solved.answers for task in self.tasks for sample in task.samples)

    @property
    def seconds(self) -> float:
        """Of the model alone."""
        return sum(sample.solved.seconds for task in self.tasks for sample in task.samples)

    @staticmethod
    def _mean(values: list[float]) -> float:
        return sum(values) / len(values) if values else 0.0


@dataclass(frozen=True, slots=True)
class CodeReport:
    """``asked`` is how many tasks there were to answer; a model that was stopped has answered fewer."""

    source: str
    asked: int
    models: tuple[ModelScore, ...]
    isolation: str

    @property
    def whole(self) -> bool:
        return all(len(model.tasks) == self.asked for model in self.models)


def as_json(report: CodeReport) -> dict[str, Any]:
    """For programs; shares are of 0 to 1."""
    return {
        "tasks": report.source,
        "asked": report.asked,
        "whole": report.whole,
        "sandbox": report.isolation,
        "models": [_model_json(model) for model in report.models],
    }


def _model_json(model: ModelScore) -> dict[str, Any]:
    return {
        "name": model.name,
        "answered": len(model.tasks),
        "samples": model.samples,
        "syntax": round(model.syntax, 4),
        "logic": round(model.logic, 4),
        "execution": round(model.execution, 4),
        "total": round(model.total, 4),
        "pass_at": {
            str(k): {name: round(value, 4) for name, value in asdict(rate).items()}
            for k, rate in model.pass_rates.items()
        },
        "right": model.right,
        "answers": model.answers,
        "prompt_tokens": model.prompt_tokens,
        "completion_tokens": model.completion_tokens,
        "seconds": round(model.seconds, 1),
        "tasks": [_task_json(task) for task in model.tasks],
    }


def _task_json(task: TaskScore) -> dict[str, Any]:
    return {
        "id": task.task.id,
        "right": task.right,
        "samples": [
            {
                **{name: round(value, 4) for name, value in asdict(sample.score.marks).items()},
                "total": round(sample.score.marks.total, 4),
                "right": sample.score.right,
                "verified": sample.solved.verified,
                "failing": sample.score.failing,
                "program": sample.solved.program,
            }
            for sample in task.samples
        ],
    }


def failing_case(task: TaskScore) -> str:
    """The first that is known of a task; empty where every sample is right in all."""
    return next((sample.score.failing for sample in task.samples if sample.score.failing), "")


def task_rows(models: Sequence[ModelScore]) -> list[tuple[str, list[TaskScore | None]]]:
    """Each task with what every model made of it; None where one has not come so far."""
    ids = dict.fromkeys(task.task.id for model in models for task in model.tasks)
    by_model = [{task.task.id: task for task in model.tasks} for model in models]
    return [(task_id, [tasks.get(task_id) for tasks in by_model]) for task_id in ids]
