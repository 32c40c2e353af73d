"""The report of an evaluation for people: Markdown and one HTML file, in English or Chinese."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from open_autoglm.evaluation.code_report import CodeReport, ModelScore, failing_case, task_rows
from open_autoglm.evaluation.code_run import TaskScore
from open_autoglm.evaluation.report_forms import (
    HTML_END,
    estimate_text,
    html_figures,
    html_head,
    html_start,
    markdown_table,
    markdown_text,
)
from open_autoglm.text_language import Language

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "title": "Programs written, scored",
        "tasks": "{tasks}: {asked} tasks.",
        "weights": "Total = 0.3 × syntax (it parses) + 0.5 × logic (hidden tests and properties) + 0.2 × "
        "execution (visible examples and tests). pass@k counts a program as right only when every hidden "
        "test and property holds; in brackets the interval of 95 %.",
        "partial": "Not whole: it was stopped before every task was answered.",
        "model": "model",
        "answered": "tasks",
        "syntax": "syntax",
        "logic": "logic",
        "execution": "execution",
        "total": "total",
        "tokens": "tokens written",
        "seconds": "seconds",
        "each": "Each task",
        "task": "task",
        "right": "right",
        "wrong": "wrong",
        "none": "not answered",
        "of": "{right} of {samples} right",
    },
    "zh": {
        "title": "编程能力评测",
        "tasks": "{tasks}：{asked} 道题。",
        "weights": "总分 = 0.3 × 语法（能够解析）+ 0.5 × 逻辑（隐藏测试与性质检查）+ 0.2 × 执行（可见示例与"
        "测试）。只有通过全部隐藏测试和性质检查的程序才计入 pass@k；方括号内为 95% 置信区间。",
        "partial": "结果不完整：评测在答完所有题目之前被停止。",
        "model": "模型",
        "answered": "题数",
        "syntax": "语法",
        "logic": "逻辑",
        "execution": "执行",
        "total": "总分",
        "tokens": "生成词元",
        "seconds": "秒",
        "each": "逐题结果",
        "task": "题目",
        "right": "正确",
        "wrong": "错误",
        "none": "未作答",
        "of": "{samples} 次中 {right} 次正确",
    },
}


def to_markdown(report: CodeReport, language: Language = "en") -> str:
    words = _WORDS[language]
    header, rows = summary_table(report.models, language)
    lines = [f"# {words['title']}", "", words["tasks"].format(tasks=report.source, asked=report.asked)]
    lines += [words["weights"], report.isolation]
    if not report.whole:
        lines += ["", f"**{words['partial']}**"]
    lines += ["", *markdown_table(header, rows), "", f"## {words['each']}", ""]
    names = [markdown_text(model.name) for model in report.models]
    lines += markdown_table(
        [words["task"], *names],
        [
            [markdown_text(task_id), *(markdown_text(_said(task, words)) for task in tasks)]
            for task_id, tasks in task_rows(report.models)
        ],
    )
    return "\n".join(lines) + "\n"


def to_html(report: CodeReport, language: Language = "en") -> str:
    """Stands alone and fetches nothing."""
    return "".join(_html(report, language))


def summary_table(models: Sequence[ModelScore], language: Language) -> tuple[list[str], list[list[str]]]:
    """Header and one row a model, side by side."""
    words = _WORDS[language]
    ks = sorted({k for model in models for k in model.pass_rates})
    header = [
        *(words[name] for name in ("model", "answered", "syntax", "logic", "execution", "total")),
        *(f"pass@{k}" for k in ks),
        words["tokens"],
        words["seconds"],
    ]
    return header, [_summary_row(model, ks) for model in models]


def _summary_row(model: ModelScore, ks: Sequence[int]) -> list[str]:
    rates = model.pass_rates
    shares = [model.syntax, model.logic, model.execution, model.total]
    return [
        model.name,
        str(len(model.tasks)),
        *(f"{share:.3f}" for share in shares),
        *(estimate_text(rates[k]) if k in rates else "–" for k in ks),
        f"{model.completion_tokens:,}",
        f"{model.seconds:,.0f}",
    ]


def _said(task: TaskScore | None, words: Mapping[str, str]) -> str:
    if task is None:
        return words["none"]
    failing = failing_case(task)
    if len(task.samples) == 1:
        verdict = words["right"] if task.right else words["wrong"]
    else:
        verdict = words["of"].format(right=task.right, samples=len(task.samples))
    return f"{verdict}: {failing}" if failing else verdict


def _html(report: CodeReport, language: Language) -> Iterator[str]:
    words = _WORDS[language]
    yield html_start(words["title"], language)
    yield (
        f"<p>{escape(words['tasks'].format(tasks=report.source, asked=report.asked))}</p>\n"
        f"<p>{escape(words['weights'])}</p>\n<p>{escape(report.isolation)}</p>\n"
    )
    if not report.whole:
        yield f"<p><strong>{escape(words['partial'])}</strong></p>\n"
    header, rows = summary_table(report.models, language)
    yield html_head(header)
    for row in rows:
        yield html_figures(row)
    yield f"</table>\n<h2>{words['each']}</h2>\n"
    yield html_head([words["task"], *(model.name for model in report.models)])
    for task_id, tasks in task_rows(report.models):
        cells = "".join(_html_cell(task, words) for task in tasks)
        yield f"<tr><td>{escape(task_id)}</td>{cells}</tr>\n"
    yield HTML_END


def _html_cell(task: TaskScore | None, words: Mapping[str, str]) -> str:
    right = task is not None and task.right == len(task.samples)
    verdict, _, failing = _said(task, words).partition(": ")
    case = f"<br><code>{escape(failing)}</code>" if failing else ""
    return f'<td class="{"right" if right else "wrong"}">{escape(verdict)}{case}</td>'
