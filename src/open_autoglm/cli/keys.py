"""``keys``: who may call the gateway."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime

import click

from open_autoglm.cli.options import LoadedSettings, settings_options
from open_autoglm.cli.render import print_note, print_table
from open_autoglm.gateway.keys import Key, KeyStore

at_least_one = click.IntRange(min=1)


@click.group("keys")
@settings_options
def keys_command(settings: LoadedSettings) -> None:
    """Make, list and revoke the keys that callers of the gateway need.

    The first key locks the gateway: from then on every program and the page need one, on this machine
    too. A change holds at once, also for a gateway that is running.

    \b
    Examples:
      open-autoglm-cli keys add laptop --requests-per-minute 60 --concurrent 2
      open-autoglm-cli keys list
      open-autoglm-cli keys revoke laptop
    """
    del settings  # flags given here hold for the commands below


@keys_command.command("add")
@click.argument("name")
@click.option("--requests-per-minute", type=at_least_one, metavar="N", help="Requests a minute at most.")
@click.option("--concurrent", type=at_least_one, metavar="N", help="Requests at the same time at most.")
@click.option("--model", "models", multiple=True, metavar="NAME", help="A model it may ask for; repeatable.")
@settings_options
def add_command(
    settings: LoadedSettings,
    *,
    name: str,
    requests_per_minute: int | None,
    concurrent: int | None,
    models: tuple[str, ...],
) -> None:
    """Make a key for NAME, a person or program. It is shown this once: only its digest is kept.

    \b
    Examples:
      open-autoglm-cli keys add editor
      open-autoglm-cli keys add phone --concurrent 1 --model autoglm-small
    """
    with KeyStore(settings.values.data_dir) as keys:
        secret, key = keys.add(
            name, requests_per_minute=requests_per_minute, concurrent=concurrent, models=models or None
        )
        first = keys.count() == 1
    click.echo(secret)
    print_note(f"Key {key.name!r} has id {key.id}. It is not shown again.")
    if first:
        print_note("It is the only one: every caller of this gateway now needs it.")


@keys_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
@settings_options
def list_command(settings: LoadedSettings, *, as_json: bool) -> None:
    """List the keys that are valid, with their limits and their last use. Keys themselves are not kept.

    \b
    Examples:
      open-autoglm-cli keys list
      open-autoglm-cli keys list --json
    """
    with KeyStore(settings.values.data_dir) as store:
        keys = store.list()
    if as_json:
        click.echo(json.dumps([_as_json(key) for key in keys], ensure_ascii=False, indent=2))
        return
    print_table(
        ("id", "name", "created", "last used", "a minute", "at once", "models"),
        [
            (
                key.id,
                key.name,
                _day(key.created),
                _day(key.last_used) or "never",
                str(key.requests_per_minute or "any"),
                str(key.concurrent or "any"),
                "any" if key.models is None else ", ".join(key.models),
            )
            for key in keys
        ],
    )


@keys_command.command("revoke")
@click.argument("id_or_name")
@settings_options
def revoke_command(settings: LoadedSettings, *, id_or_name: str) -> None:
    """Refuse a key from now on, named by its id or its name.

    \b
    Examples:
      open-autoglm-cli keys revoke laptop
      open-autoglm-cli keys revoke 3f2a91c07d4e
    """
    with KeyStore(settings.values.data_dir) as keys:
        key = keys.revoke(id_or_name)
        left = keys.count()
    click.echo(f"Revoked key {key.name!r} ({key.id}).")
    if left == 0:
        print_note("No key is left: on this machine anybody may call the gateway again, elsewhere nobody.")


def _day(seconds: float | None) -> str:
    """A time for people, in their own zone."""
    return "" if seconds is None else datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")


def _as_json(key: Key) -> dict[str, object]:
    shown = asdict(key)
    del shown["revoked"]  # the list holds valid ones only
    for field in ("created", "last_used"):
        if shown[field] is not None:
            shown[field] = datetime.fromtimestamp(shown[field], UTC).isoformat(timespec="seconds")
    return shown
