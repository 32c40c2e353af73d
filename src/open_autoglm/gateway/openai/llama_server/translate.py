"""From the body of /infill to what an engine is asked, and to the place that is completed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from open_autoglm.code.completion.guess import guess_language
from open_autoglm.code.completion.place import Place
from open_autoglm.code.completion.request import CompletionLimits, completion_request
from open_autoglm.code.repository.snippet import estimated_tokens
from open_autoglm.gateway.dialect.sampling import sampling_of, stops_of
from open_autoglm.gateway.failures import FieldRefused
from open_autoglm.gateway.filling.fill import Filling
from open_autoglm.gateway.openai.llama_server.request import InfillRequest
from open_autoglm.values import TextRequest

EXTRA_TOKENS = 1_024
"""Of other files. On two cores a small model reads about 200 tokens a second; editors send ten thousand."""


def filling_of(body: InfillRequest) -> Filling | None:
    """The place to complete; None where the answer's form is given and must be left as it is."""
    if body.grammar is not None or body.json_schema is not None:
        return None
    prefix = body.input_prefix + (body.prompt or "")
    names = [extra.filename for extra in body.input_extra or () if extra.filename]
    language = guess_language(prefix + body.input_suffix, names)
    limit = body.t_max_predict_ms
    return Filling(
        Place(prefix, body.input_suffix, language, least_indent=body.n_indent or 0),
        predict_s=None if limit is None or limit < 0 else limit / 1000,
    )


def is_warm_up(body: InfillRequest) -> bool:
    """Whether the editor only wants the prompt read, for a later request."""
    return body.n_predict == 0


def text_request(body: InfillRequest, filling: Filling | None) -> TextRequest:
    """What the engine is asked. Raises FieldRefused where fields contradict each other.

    Where no temperature is named the answer is greedy: an editor shows one, and the likeliest is the best.
    """
    if body.grammar is not None and body.json_schema is not None:
        raise FieldRefused("grammar", "grammar can't go with json_schema.")
    prefix = body.input_prefix + (body.prompt or "")
    place = filling.place if filling is not None else Place(prefix, body.input_suffix)
    limit = None if body.n_predict in (None, -1) else body.n_predict
    request = completion_request(place, shown_files(body), CompletionLimits(max_tokens=limit))
    temperature = 0.0 if body.temperature is None else body.temperature
    return replace(
        request,
        sampling=sampling_of(body.model_copy(update={"temperature": temperature})),
        stop=(*request.stop, *stops_of(body.stop)) if filling is not None else stops_of(body.stop),
        json_schema=body.json_schema,
        grammar=body.grammar,
    )


def is_truncated(body: InfillRequest, request: TextRequest) -> bool:
    """Whether the model is shown less than the editor sent."""
    sent = len(body.input_prefix) + len(body.prompt or "") + len(body.input_suffix)
    sent += sum(len(extra.text) for extra in body.input_extra or ())
    shown = len(request.prompt) + len(request.suffix or "") + sum(len(text) for _, text in request.files)
    return shown < sent


def shown_files(body: InfillRequest) -> Sequence[tuple[str, str]]:
    """The last of the other files that fit the budget: editors add the newest at the end."""
    files = [
        (extra.filename or f"file {number}", extra.text)
        for number, extra in enumerate(body.input_extra or (), start=1)
    ]
    shown: list[tuple[str, str]] = []
    left = EXTRA_TOKENS
    for name, text in reversed(files):
        left -= estimated_tokens(name) + estimated_tokens(text)
        if left < 0:
            break
        shown.append((name, text))
    return tuple(reversed(shown))
