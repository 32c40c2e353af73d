"""``kb``: knowledge bases made of a person's own documents."""

from __future__ import annotations

import importlib

import click

from open_autoglm.cli.options import LoadedSettings, settings_options

COMMANDS = {
    "add": "open_autoglm.cli.kb_add:add_command",
    "ask": "open_autoglm.cli.kb_ask:ask_command",
    "backup": "open_autoglm.cli.kb_backup:backup_command",
    "create": "open_autoglm.cli.kb_manage:create_command",
    "list": "open_autoglm.cli.kb_manage:list_command",
    "remove": "open_autoglm.cli.kb_manage:remove_command",
    "restore": "open_autoglm.cli.kb_backup:restore_command",
    "search": "open_autoglm.cli.kb_search:search_command",
    "status": "open_autoglm.cli.kb_status:status_command",
}
"""Imported when used so that ``--help`` stays quick."""


class KbGroup(click.Group):
    """Knows its commands by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group("kb", cls=KbGroup)
@settings_options
def kb_command(settings: LoadedSettings) -> None:
    """Ask your own documents: folders become a knowledge base that is searched and answers with sources.

    \b
    Examples:
      open-autoglm-cli kb create company
      open-autoglm-cli kb add company ~/handbook ~/contracts
      open-autoglm-cli kb ask company "员工请假流程是什么?"
      open-autoglm-cli kb search company "firewall policy"
      open-autoglm-cli kb add company --watch
    """
    del settings  # flags given here hold for the commands below
