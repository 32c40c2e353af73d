"""Asynchronous code: what must be awaited, and what must not."""

from __future__ import annotations

import ast

from open_autoglm.code.repair.edit import Words
from open_autoglm.code.repair.templates.view import ModuleView, Proposals, Template, call_name

AWAITED = (
    "sleep",
    "gather",
    "wait_for",
    "wait",
    "read",
    "fetch",
    "get",
    "put",
    "join",
    "acquire",
    "json",
    "text",
    "send",
    "drain",
    "to_thread",
    "close",
    "request",
)


def _inside_async(view: ModuleView, node: ast.AST) -> bool:
    return isinstance(view.function_of(node), ast.AsyncFunctionDef)


def _await(view: ModuleView, node: ast.AST) -> Proposals:
    if (
        not isinstance(node, ast.Call)
        or not _inside_async(view, node)
        or isinstance(view.parent(node), ast.Await)
    ):
        return
    name = call_name(node)
    told = "coroutine" in view.hints.messages
    parameters = view.local_names(view.function_of(node))
    likely = name in view.async_names or (name in AWAITED and isinstance(node.func, ast.Attribute))
    if likely or told or name in parameters:
        code = view.code(node)
        bracketed = isinstance(view.parent(node), ast.Attribute | ast.Subscript)
        prior = 0.9 if name in view.async_names else 0.8 if told or likely else 0.5
        yield prior, view.replace(node, f"(await {code})" if bracketed else f"await {code}")


def _no_await(view: ModuleView, node: ast.AST) -> Proposals:
    if isinstance(node, ast.Await):
        told = "can't be used in 'await'" in view.hints.messages
        yield 0.9 if told else 0.25, view.replace(node, view.code(node.value))


def _blocking(view: ModuleView, node: ast.AST) -> Proposals:
    """A call that stops every task."""
    if isinstance(node, ast.Call) and _inside_async(view, node) and view.code(node.func) == "time.sleep":
        if isinstance(view.parent(node), ast.Await):
            yield 0.8, view.replace(node.func, "asyncio.sleep")
        else:
            yield (
                0.85,
                view.replace(
                    node, f"await asyncio.sleep({', '.join(view.code(item) for item in node.args)})"
                ),
            )


def _with(view: ModuleView, node: ast.AST) -> Proposals:
    if isinstance(node, ast.With | ast.For) and _inside_async(view, node):
        start = view.span(node)[0]
        told = (
            "asynchronous" in view.hints.messages
            or "async" in view.hints.messages
            or "__aiter__" in view.hints.messages
        )
        yield 0.8 if told or isinstance(node, ast.With) else 0.35, ((start, start, "async "),)
    elif isinstance(node, ast.AsyncWith | ast.AsyncFor):
        start = view.span(node)[0]
        yield 0.35, ((start, start + len("async "), ""),)
    elif isinstance(node, ast.FunctionDef) and any(
        isinstance(item, ast.Await | ast.AsyncFor) for item in ast.walk(node)
    ):
        start = view.span(node)[0]
        yield 0.9, ((start, start, "async "),)


def _together(view: ModuleView, node: ast.AST) -> Proposals:
    """Tasks one after the other, or never waited for."""
    if not _inside_async(view, node):
        return
    if isinstance(node, ast.Expr) and call_name(node.value) in ("create_task", "ensure_future"):
        yield 0.6, view.replace(node.value, f"await {view.code(node.value)}")
    if isinstance(node, ast.Return) and isinstance(node.value, ast.ListComp | ast.GeneratorExp):
        waits = any(isinstance(item, ast.Await) for item in ast.walk(node.value))
        gathered = f"await asyncio.gather(*{view.code(node.value)})"
        for text in () if waits else (gathered, f"list({gathered})"):
            yield 0.6, view.replace(node.value, text)
    if isinstance(node, ast.ListComp) and call_name(node.elt) in view.async_names:
        yield 0.6, view.replace(node, f"await asyncio.gather(*{view.code(node)})")
    if isinstance(node, ast.Call) and node.args and view.code(node.func) == "asyncio.run":
        yield 0.8, view.replace(node, f"await {view.code(node.args[0])}")


TEMPLATES = (
    Template("await", Words("A coroutine is not awaited.", "协程没有 await。"), _await),
    Template("no-await", Words("What is awaited is no coroutine.", "await 的对象不是协程。"), _no_await),
    Template("blocking", Words("A blocking call stops all tasks.", "阻塞调用卡住了所有任务。"), _blocking),
    Template(
        "async-block",
        Words("The block is asynchronous, or is not.", "应使用 async 语句块，或不应使用。"),
        _with,
    ),
    Template("together", Words("Tasks are not waited for.", "任务没有被等待。"), _together),
)
