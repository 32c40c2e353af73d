"""The command line. ``main`` is the installed program ``open-autoglm-cli``."""

from open_autoglm.cli.root import main

__all__ = ["main"]
