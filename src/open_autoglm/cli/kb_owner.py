"""Whose bases a command speaks of: this machine's own, or those of a key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import click

from open_autoglm.cli.options import LoadedSettings
from open_autoglm.knowledge.bases import Bases
from open_autoglm.runtime import Runtime
from open_autoglm.serving.request import LOCAL_OWNER


def owner_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Hands the command ``key``, the id or name of a key."""
    return click.option(
        "--key",
        metavar="ID|NAME",
        help="The bases of this key of the gateway (see `keys list`). Default: this machine's own.",
    )(command)


@contextmanager
def bases_of(settings: LoadedSettings, key: str | None) -> Iterator[tuple[Bases, str]]:
    """The bases, and the owner that is meant. Raises NotFound for a key that is not known."""
    owner = LOCAL_OWNER if key is None else _owner(settings, key)
    with closing(Runtime(settings.values).knowledge_bases()) as bases:
        yield bases, owner


def _owner(settings: LoadedSettings, key: str) -> str:
    from open_autoglm.errors import NotFound
    from open_autoglm.gateway.keys import KeyStore

    with KeyStore(settings.values.data_dir) as keys:
        for known in keys.list():
            if key in (known.id, known.name):
                return known.id
    raise NotFound(f"There is no key with id or name {key[:100]!r}.", hint="See: open-autoglm-cli keys list")
