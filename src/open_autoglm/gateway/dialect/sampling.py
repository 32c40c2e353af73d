"""From the fields of a request to the values an engine takes."""

from __future__ import annotations

from typing import Any

from open_autoglm.gateway.dialect.fields import SamplingFields, Stop
from open_autoglm.gateway.failures import FieldRefused
from open_autoglm.values import Sampling

DEFAULT_TEMPERATURE = 1.0
"""What OpenAI's reference gives for a request without one."""
NO_SEED = -1
SEEDS = 2**32 - 1
"""Engines take 32 bits, and the last number means to them that there is none."""


def sampling_of(body: SamplingFields, *, seed_offset: int = 0) -> Sampling:
    """The sampling of one of the answers; each further one of the same request has the next seed."""
    if body.repeat_penalty is not None and body.repetition_penalty is not None:
        raise FieldRefused("repetition_penalty", "repeat_penalty and repetition_penalty are the same thing.")
    plain = Sampling()
    return Sampling(
        temperature=_or(body.temperature, DEFAULT_TEMPERATURE),
        top_p=_or(body.top_p, plain.top_p),
        top_k=max(0, int(_or(body.top_k, plain.top_k))),
        min_p=_or(body.min_p, plain.min_p),
        repeat_penalty=_or(_or(body.repeat_penalty, body.repetition_penalty), plain.repeat_penalty),
        frequency_penalty=_or(body.frequency_penalty, plain.frequency_penalty),
        presence_penalty=_or(body.presence_penalty, plain.presence_penalty),
        seed=seed_of(body.seed, seed_offset),
        logit_bias=tuple((int(token), bias) for token, bias in (body.logit_bias or {}).items()),
    )


def seed_of(seed: int | None, offset: int = 0) -> int | None:
    return None if seed is None or seed == NO_SEED else (seed + offset) % SEEDS


def stops_of(stop: Stop | None) -> tuple[str, ...]:
    return (stop,) if isinstance(stop, str) else tuple(stop or ())


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value
