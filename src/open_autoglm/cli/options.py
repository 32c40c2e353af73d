"""Flags that every command shares: one for each setting, and ``--config``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import click
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from open_autoglm.config import LoadedSettings, Settings, load_settings
from open_autoglm.telemetry.logs import set_up_logs

_GIVEN = "open_autoglm.given_flags"


def settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the settings flags to a command and hand it ``settings``, a LoadedSettings.

    Flags given before a subcommand hold for it too; the nearest one wins.
    """

    @functools.wraps(command)
    @click.pass_context
    def with_settings(context: click.Context, /, *args: Any, **kwargs: Any) -> Any:
        given: dict[str, Any] = dict(context.meta.get(_GIVEN, {}))
        for key in ("config", *Settings.model_fields):
            value = kwargs.pop(f"setting_{key}")
            if value is not None:
                given[key] = value
        context.meta[_GIVEN] = given
        settings = load_settings(
            file=given.get("config"), flags={k: v for k, v in given.items() if k != "config"}
        )
        set_up_logs(settings.values.log_level, settings.values.log_format)
        return command(*args, settings=settings, **kwargs)

    decorated: Callable[..., Any] = with_settings
    for key, field in reversed(Settings.model_fields.items()):
        decorated = click.option(
            f"--{key.replace('_', '-')}",
            f"setting_{key}",
            metavar=_metavar(key, field.annotation),
            help=f"{field.description}{_default(field)}",
        )(decorated)
    return click.option(
        "--config",
        "setting_config",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Settings file (YAML). Else OPEN_AUTOGLM_CONFIG, then ./open-autoglm.yaml.",
    )(decorated)


def _metavar(key: str, annotation: Any) -> str:
    """What a value looks like, from its type; numbers with a unit have it at the end of their name."""
    if get_origin(annotation) is Literal:
        return "|".join(get_args(annotation))
    kinds = {kind for kind in (get_args(annotation) or (annotation,)) if kind is not type(None)}
    number = "SECONDS" if key.endswith("_s") else "NUMBER"
    names = {bool: "true|false", int: "N", float: number, Path: "PATH"}
    return names.get(kinds.pop(), "VALUE") if len(kinds) == 1 else "VALUE"


def default_text(field: FieldInfo) -> str:
    """A setting's default for people; empty where there is none, or it is an empty list or map."""
    value = field.default
    return "" if value is PydanticUndefined or value in (None, ()) else str(value)


def _default(field: FieldInfo) -> str:
    text = default_text(field)
    return f" Default: {text.lower()}." if text else ""


__all__ = ["LoadedSettings", "default_text", "settings_options"]
