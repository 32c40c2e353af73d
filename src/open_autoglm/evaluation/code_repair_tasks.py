"""The shipped broken programs as tasks that any model can be asked: correct the file, so that tests pass."""

from __future__ import annotations

from open_autoglm.evaluation.code_tasks import CodeTask, CodeTest
from open_autoglm.evaluation.repair_set import RepairTask, repair_tasks

_PROMPT = (
    "The tests of this program fail. Correct the program, and change nothing else in it.\n\n"
    "{name}:\n```python\n{program}```\n\n{test_name}:\n```python\n{tests}```"
)
_UNUSED_PLUGINS = ("cacheprovider", "schemathesis", "hypothesispytest", "langsmith_plugin", "anyio")
"""Where they are installed they load for seconds; a name that isn't is no error."""


def code_repair_tasks(part: str | None = None) -> tuple[CodeTask, ...]:
    """Of ``tune`` or ``report``; all without a name. Raises NotFound where there is no such part.

    The file that holds the fault is named to the model; where in it is not.
    """
    return tuple(_as_task(task) for task in repair_tasks(part))


def _as_task(task: RepairTask) -> CodeTask:
    broken = task.broken_files[0]
    return CodeTask(
        id=task.id,
        prompt=_PROMPT.format(
            name=broken, program=task.files[broken], test_name=task.test_name, tests=task.test_text
        ),
        hidden=(_pytest(task.hidden_name, task.hidden_text),),
        program_file=broken,
        files=task.files,
        visible=(_pytest(task.test_name, task.test_text),),
        reference=task.reference[broken],
    )


def _pytest(name: str, text: str) -> CodeTest:
    quiet = [part for plugin in _UNUSED_PLUGINS for part in ("-p", f"no:{plugin}")]
    return CodeTest(name, files={name: text}, command=("python", "-B", "-m", "pytest", "-q", *quiet, name))
