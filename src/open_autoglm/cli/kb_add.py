"""``kb add``: folders are read into a knowledge base, and followed."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from open_autoglm.cli.interrupt import Interrupt, interruptible
from open_autoglm.cli.kb_display import IngestDisplay
from open_autoglm.cli.kb_owner import bases_of, owner_option
from open_autoglm.cli.options import LoadedSettings, settings_options
from open_autoglm.cli.render import print_note, stderr
from open_autoglm.cli.run_files import count
from open_autoglm.errors import Cancelled, PartialResult
from open_autoglm.knowledge.bases import Bases
from open_autoglm.knowledge.ingest.folder_walk import readable_name
from open_autoglm.knowledge.ingest.progress import IngestResult

MAX_FAILED_SHOWN = 20


@click.command("add")
@click.argument("name")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option("--watch", is_flag=True, help="Follow the folders afterwards, until Ctrl-C.")
@click.option(
    "--embed-anew", is_flag=True, help="Make all vectors anew, with the embedding model of the settings."
)
@click.option("--json", "as_json", is_flag=True, help="Print what came of it as JSON.")
@owner_option
@settings_options
def add_command(
    settings: LoadedSettings,
    *,
    name: str,
    folders: tuple[Path, ...],
    watch: bool,
    embed_anew: bool,
    as_json: bool,
    key: str | None,
) -> int:
    """Read FOLDERS into the knowledge base NAME, and what has changed in those it has.

    Words are found as soon as a file is read; vectors follow. Ctrl-C keeps what is done, and the next run
    goes on. Files that can't be read are listed and tried again when they change; files that are gone are
    forgotten, those of a folder that is gone as a whole are kept. Without FOLDERS those of the base are read.

    \b
    Examples:
      open-autoglm-cli kb add company ~/handbook ~/contracts
      open-autoglm-cli kb add company ~/handbook --watch
      open-autoglm-cli kb add company --embed-anew
    \b
    Exit codes: 0 all is read; 1 some files could not be read, or it failed; 2 wrong usage; 3 a folder is
    not there; 130 Ctrl-C.
    """
    with interruptible() as interrupt, bases_of(settings, key) as (bases, owner):
        for folder in folders:
            bases.add_folder(owner, name, folder)
        interrupt.heeded = True
        with IngestDisplay(stderr(), name) as display:
            result = bases.look(
                owner, name, on_progress=display, on_note=print_note, stop=interrupt, embed_anew=embed_anew
            )
        _print(result, as_json=as_json)
        if watch:
            _watch(bases, owner, name, interrupt)
    if result.failed:
        raise PartialResult(
            f"{count(len(result.failed), 'file')} of base {name!r} could not be read.",
            hint=f"They are listed by: open-autoglm-cli kb status {name}",
        )
    return 0


def _watch(bases: Bases, owner: str, name: str, interrupt: Interrupt) -> None:
    print_note("Following the folders; Ctrl-C ends it.")

    def tell(result: IngestResult) -> None:
        done = [
            f"{number:,} {what}"
            for number, what in (
                (result.read, "read"),
                (result.renamed, "renamed"),
                (result.removed, "removed"),
            )
            if number
        ]
        print_note(f"{name}: {', '.join(done)}.")

    bases.watch(owner, name, on_change=tell, on_note=print_note, stop=interrupt)
    raise Cancelled("Following was stopped.", hint=f"Go on with: open-autoglm-cli kb add {name} --watch")


def _print(result: IngestResult, *, as_json: bool) -> None:
    for note in result.notes:
        print_note(note)
    if as_json:
        facts = asdict(result)
        facts["failed"] = [
            {"path": readable_name(file.path), "reason": file.reason} for file in result.failed
        ]
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    click.echo(
        f"{count(result.read, 'file')} read, {result.renamed:,} renamed, {result.removed:,} removed, "
        f"{result.unchanged:,} unchanged; {count(result.chunks, 'chunk')}, {count(result.vectors, 'vector')}."
    )
    for file in result.failed[:MAX_FAILED_SHOWN]:
        print_note(f"{readable_name(file.path)}: {file.reason}")
    if len(result.failed) > MAX_FAILED_SHOWN:
        print_note(f"… and {len(result.failed) - MAX_FAILED_SHOWN:,} more could not be read.")
