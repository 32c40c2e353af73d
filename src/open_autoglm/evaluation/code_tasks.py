"""A programming task, and what judges an answer to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from open_autoglm.code.writing.example import Example


@dataclass(frozen=True, slots=True)
class CodeTest:
    """A test passes when its command ends with 0.

    ``code`` is put behind the answered program; ``files`` lie beside it. Without a ``command`` the program
    itself is run.
    """

    name: str
    code: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeTask:
    """``prompt`` is all that a model is shown."""

    id: str
    prompt: str
    hidden: tuple[CodeTest, ...]
    """They judge an answer; neither a model nor what helps it is shown them."""
    language: str = "python"
    entry_point: str = ""
    """The function that is asked for. Empty: the answer is a whole file."""
    program_file: str = "program.py"
    files: Mapping[str, str] = field(default_factory=dict)
    """What lies beside the program, by name."""
    examples: tuple[Example, ...] = ()
    visible: tuple[CodeTest, ...] = ()
    reference: str = ""
    """A right program, whole."""
    properties: tuple[str, ...] = ()
    """Expressions over ``rng``, each a tuple of arguments for which answer and reference have to agree."""
