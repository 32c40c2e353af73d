"""What is wrong with a request that its schema refuses, said in the words of its sender."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError

from open_autoglm.gateway.failures import Failure

MAX_TOLD_PROBLEMS = 3
MAX_PLACE_CHARS = 200


def invalid_request(error: RequestValidationError) -> Failure:
    """400 with the places and what was expected there; the first place is the parameter."""
    problems = error.errors()
    told = [f"{_place(problem, error.body)}: {_said(problem)}" for problem in problems[:MAX_TOLD_PROBLEMS]]
    more = f" and {len(problems) - len(told)} more" if len(problems) > len(told) else ""
    parameter = _place(problems[0], error.body) if problems else None
    return Failure(400, f"The request is not valid: {'; '.join(told)}{more}.", parameter=parameter)


def _place(problem: Any, body: Any) -> str:
    """The way to the value, as the sender wrote it: alternatives of the schema have no part in it."""
    origin, *steps = problem["loc"]
    if origin != "body":
        return _joined(steps or [origin])
    if problem["type"] == "json_invalid":
        return "body"
    way: list[Any] = []
    here = body
    for step in steps:
        if _leads_on(here, step):
            here = here[step]
        elif problem["type"] != "missing" or step is not steps[-1]:
            continue
        way.append(step)
    return _joined(way or ["body"])


def _leads_on(here: Any, step: Any) -> bool:
    if isinstance(here, Mapping):  # a JSON object or a form
        return step in here
    return isinstance(here, list) and isinstance(step, int) and step < len(here)


def _said(problem: Any) -> str:
    if problem["type"] == "union_tag_invalid":
        context = problem["ctx"]
        return f"{context['tag'][:MAX_PLACE_CHARS]!r} is not possible here, only {context['expected_tags']}"
    if problem["type"] == "value_error":
        return str(problem["ctx"]["error"])
    if problem["type"] == "json_invalid":
        return f"not JSON: {problem['ctx']['error']} at character {problem['loc'][-1]}"
    if problem["type"] == "model_attributes_type" and problem["loc"] == ("body",):
        return "a JSON object sent as application/json is expected"
    return str(problem["msg"])


def _joined(way: list[Any]) -> str:
    return ".".join(str(step) for step in way)[:MAX_PLACE_CHARS]
