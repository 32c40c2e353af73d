"""The reference pages say what the program says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from open_autoglm.cli.root import COMMANDS, root

SCRIPT = Path(__file__).parent.parent / "docs" / "generate_reference.py"


def test_the_pages_are_up_to_date() -> None:
    run = subprocess.run([sys.executable, str(SCRIPT), "--check"], capture_output=True, text=True)
    assert run.returncode == 0, f"{run.stdout}{run.stderr}\nrun: python docs/generate_reference.py"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_flag_has_help_and_the_command_an_example(name: str) -> None:
    command = root.get_command(click.Context(root), name)
    assert command is not None
    assert command.help
    assert f"open-autoglm-cli {name}" in command.help or "--task" in command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts} has no help"
