"""Writes the reference pages from the program itself; ``--check`` fails when one is out of date.

python docs/generate_reference.py
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import click
from pydantic import BaseModel

from open_autoglm.cli.options import default_text
from open_autoglm.cli.root import COMMANDS, root
from open_autoglm.config import ENVIRONMENT_PREFIX, Settings
from open_autoglm.tasks.answer_result import AnsweredQuestion
from open_autoglm.tasks.completion_result import CodeCompletion
from open_autoglm.tasks.document_result import ParsedDocument
from open_autoglm.tasks.fix_result import FixedCode
from open_autoglm.tasks.video_result import AnalysedVideo
from open_autoglm.video.zones import ZoneFile

FOLDER = Path(__file__).parent / "reference"


def cli_page() -> str:
    """Every command's help, as the terminal shows it at 100 columns."""
    shared = {f"--{key.replace('_', '-')}" for key in Settings.model_fields} | {"--config"}
    context = click.Context(root, info_name="open-autoglm-cli", max_content_width=100, terminal_width=100)
    pieces = [
        "# Command line\n\nGenerated from the program's own help. Every command also takes the settings "
        "flags of [settings.md](settings.md) (`--data-dir`, `--threads`, …).\n",
        f"## open-autoglm-cli\n\n```text\n{root.get_help(context)}\n```\n",
    ]
    for name in sorted(COMMANDS):
        command = root.get_command(context, name)
        if command is None:
            raise SystemExit(f"command {name} is missing")
        pieces.extend(_helps(command, name, context, shared))
    return "\n".join(pieces)


def _helps(command: click.Command, name: str, parent: click.Context, shared: set[str]) -> Iterator[str]:
    """The help of a command and of the commands below it, without the flags that all share."""
    command.params = [option for option in command.params if not shared & set(option.opts)]
    own = click.Context(command, info_name=name, parent=parent, max_content_width=100, terminal_width=100)
    yield f"## {own.command_path}\n\n```text\n{command.get_help(own)}\n```\n"
    if isinstance(command, click.Group):
        for below in command.list_commands(own):
            found = command.get_command(own, below)
            if found is not None:
                yield from _helps(found, below, own, shared)


def settings_page() -> str:
    """Every setting with its default, flag and environment variable."""
    rows = [
        "# Settings\n\nDefaults, then the YAML file (`--config FILE`, else `OPEN_AUTOGLM_CONFIG`, else "
        "`./open-autoglm.yaml`), then the environment, then flags: the nearer one wins. "
        "`open-autoglm-cli config` prints every value and where it came from.\n",
        "| YAML key | default | flag | environment | meaning |",
        "|---|---|---|---|---|",
    ]
    for key, field in Settings.model_fields.items():
        shown = "the system's folder for program data" if key == "data_dir" else default_text(field)
        rows.append(
            f"| `{key}` | {shown} | `--{key.replace('_', '-')}` | "
            f"`{ENVIRONMENT_PREFIX}{key.upper()}` | {field.description} |"
        )
    return "\n".join(rows) + "\n"


def schema(model: type[BaseModel], mode: Literal["validation", "serialization"]) -> str:
    """JSON Schema of a JSON result or of a file that people write."""
    return json.dumps(model.model_json_schema(mode=mode), indent=2, ensure_ascii=False) + "\n"


def pages() -> Iterator[tuple[Path, str]]:
    yield FOLDER / "settings.md", settings_page()
    yield FOLDER / "document_result.schema.json", schema(ParsedDocument, "validation")
    yield FOLDER / "answer_result.schema.json", schema(AnsweredQuestion, "serialization")
    yield FOLDER / "completion_result.schema.json", schema(CodeCompletion, "serialization")
    yield FOLDER / "fix_result.schema.json", schema(FixedCode, "serialization")
    yield FOLDER / "video_result.schema.json", schema(AnalysedVideo, "serialization")
    yield FOLDER / "zones.schema.json", schema(ZoneFile, "validation")
    yield FOLDER / "cli.md", cli_page()


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is old")
    check: bool = parser.parse_args().check
    old = [(path, text) for path, text in pages() if _read(path) != text]
    for path, text in old:
        if not check:
            path.write_text(text, encoding="utf-8", newline="\n")
        print(f"{path.name}: {'out of date' if check else 'written'}")
    return 1 if check and old else 0


if __name__ == "__main__":
    sys.exit(main())
