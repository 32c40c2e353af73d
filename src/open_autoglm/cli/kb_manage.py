"""``kb create``, ``kb list``, ``kb remove``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from open_autoglm.cli.kb_owner import bases_of, owner_option
from open_autoglm.cli.options import LoadedSettings, settings_options
from open_autoglm.cli.render import print_note, print_table
from open_autoglm.knowledge.ingest.folder_walk import readable_name


@click.command("create")
@click.argument("name")
@owner_option
@settings_options
def create_command(settings: LoadedSettings, *, name: str, key: str | None) -> None:
    """Make an empty knowledge base NAME; Chinese names too.

    \b
    Examples:
      open-autoglm-cli kb create company
      open-autoglm-cli kb create 员工手册 --key laptop
    """
    with bases_of(settings, key) as (bases, owner):
        bases.create(owner, name)
    print_note(f"Made the knowledge base {name!r}. Fill it with: open-autoglm-cli kb add {name!r} FOLDER")


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
@owner_option
@settings_options
def list_command(settings: LoadedSettings, *, as_json: bool, key: str | None) -> None:
    """List the knowledge bases and their folders.

    \b
    Examples:
      open-autoglm-cli kb list
      open-autoglm-cli kb list --json
    """
    rows = []
    with bases_of(settings, key) as (bases, owner):
        for name in bases.names(owner):
            with bases.opened(owner, name) as base:
                rows.append((name, base.store.counts(), [readable_name(folder) for folder in base.folders]))
    if as_json:
        listed = [{"name": name, "files": counts.files, "folders": folders} for name, counts, folders in rows]
        click.echo(json.dumps(listed, ensure_ascii=False, indent=2))
    elif rows:
        print_table(
            ("base", "files", "folders"),
            [(name, f"{counts.files:,}", ", ".join(folders)) for name, counts, folders in rows],
        )
    else:
        print_note("There is no knowledge base. Make one with: open-autoglm-cli kb create NAME")


@click.command("remove")
@click.argument("name")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@owner_option
@settings_options
def remove_command(
    settings: LoadedSettings, *, name: str, folders: tuple[Path, ...], key: str | None
) -> None:
    """Remove the knowledge base NAME, or take FOLDERS off it. Your own files are never touched.

    \b
    Examples:
      open-autoglm-cli kb remove company ~/contracts
      open-autoglm-cli kb remove company
    """
    with bases_of(settings, key) as (bases, owner):
        if folders:
            gone = bases.remove_folders(owner, name, folders)
            print_note(f"Forgot {gone:,} files of base {name!r}.")
        else:
            bases.remove(owner, name)
            print_note(f"Removed the knowledge base {name!r}.")
