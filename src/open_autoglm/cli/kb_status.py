"""``kb status``: how far a knowledge base is, and which files could not be read."""

from __future__ import annotations

import json
from typing import Any

import click

from open_autoglm.cli.kb_owner import bases_of, owner_option
from open_autoglm.cli.options import LoadedSettings, settings_options
from open_autoglm.cli.render import print_note, print_table
from open_autoglm.knowledge.bases import OpenBase
from open_autoglm.knowledge.ingest.base_folders import why_vanished
from open_autoglm.knowledge.ingest.embed_windows import EMBEDDER_NOTE
from open_autoglm.knowledge.ingest.folder_walk import readable_name

MAX_FAILED_SHOWN = 50


@click.command("status")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs, with every failed file.")
@owner_option
@settings_options
def status_command(settings: LoadedSettings, *, name: str | None, as_json: bool, key: str | None) -> None:
    """Show what the knowledge base NAME holds, or all of them; with the files that failed and why.

    \b
    Examples:
      open-autoglm-cli kb status
      open-autoglm-cli kb status company --json
    """
    facts = []
    with bases_of(settings, key) as (bases, owner):
        for one in [name] if name is not None else bases.names(owner):
            with bases.opened(owner, one) as base:
                facts.append(_facts(base))
    if as_json:
        click.echo(json.dumps(facts[0] if name is not None else facts, ensure_ascii=False, indent=2))
    elif not facts:
        print_note("There is no knowledge base. Make one with: open-autoglm-cli kb create NAME")
    else:
        for base_facts in facts:
            _print(base_facts)


def _facts(base: OpenBase) -> dict[str, Any]:
    counts = base.store.counts()
    return {
        "name": base.name,
        "files": counts.files,
        "failed": counts.failed,
        "chunks": counts.chunks,
        "windows": counts.windows,
        "without_vector": counts.without_vector,
        "embedder": base.store.note(EMBEDDER_NOTE),
        "folders": [
            {"path": readable_name(folder), "missing": why_vanished(base.store, folder)}
            for folder in base.folders
        ],
        "failures": [
            {"path": readable_name(record.path), "reason": record.reason}
            for record in base.store.files()
            if record.state == "failed"
        ],
        "partly_read": [
            {"path": readable_name(record.path), "reason": record.reason}
            for record in base.store.files()
            if record.state == "read" and record.reason
        ],
    }


def _print(facts: dict[str, Any]) -> None:
    done = facts["windows"] - facts["without_vector"]
    vectors = f"{done:,} of {facts['windows']:,}" + (f" ({facts['embedder']})" if facts["embedder"] else "")
    print_table(
        ("base", facts["name"]),
        [
            ("files", f"{facts['files']:,}, {facts['failed']:,} of them could not be read"),
            ("chunks", f"{facts['chunks']:,}"),
            ("vectors", vectors),
            *(
                (
                    "folder",
                    folder["path"] + (f" is not there: {folder['missing']}" if folder["missing"] else ""),
                )
                for folder in facts["folders"]
            ),
        ],
    )
    told = [*facts["failures"], *facts["partly_read"]]
    if told:
        click.echo()
        print_table(("file", "why"), [(file["path"], file["reason"]) for file in told[:MAX_FAILED_SHOWN]])
    if len(told) > MAX_FAILED_SHOWN:
        print_note(f"… and {len(told) - MAX_FAILED_SHOWN:,} more; --json shows all.")
    click.echo()
