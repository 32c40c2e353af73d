"""A Python file as templates see it: tree with exact places, names in reach, what the failure tells."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from open_autoglm.code.diagnose.failure import Failure
from open_autoglm.code.repair.edit import Words

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known of the failure beside the program itself."""

    failures: tuple[Failure, ...] = ()
    strings: frozenset[str] = frozenset()
    """Literals of the tests."""
    numbers: frozenset[float] = frozenset()
    raised: frozenset[str] = frozenset()
    """Names of exceptions that the tests raise or expect."""

    @property
    def messages(self) -> str:
        return "\n".join(failure.headline + "\n" + failure.message for failure in self.failures)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Stretches of text (start, end, what stands there then), as one change."""

    changes: tuple[tuple[int, int, str], ...]
    maker: str
    reason: Words
    prior: float

    def applied(self, text: str) -> str:
        for start, end, new in sorted(self.changes, reverse=True):
            text = text[:start] + new + text[end:]
        return text


@dataclass(frozen=True, slots=True)
class Template:
    """A family of proposals: its name, its sentence, and what it proposes for one node of the tree."""

    name: str
    reason: Words
    propose: Callable[[ModuleView, ast.AST], Iterator[tuple[float, tuple[tuple[int, int, str], ...]]]]


Change = tuple[int, int, str]
Proposals = Iterator[tuple[float, tuple[Change, ...]]]


@dataclass
class ModuleView:
    """One file with its tree. Raises SyntaxError when it does not parse."""

    file: str
    text: str
    hints: Hints = field(default_factory=Hints)

    def __post_init__(self) -> None:
        self.tree = ast.parse(self.text)
        self._lines = self.text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self.parents: dict[ast.AST, ast.AST] = {}
        self._local_names: dict[Function | None, tuple[str, ...]] = {}
        self._codes: dict[ast.AST, str] = {}
        for node in ast.walk(self.tree):
            for child in ast.iter_child_nodes(node):
                self.parents[child] = node

    # --- places

    def offset(self, line: int, column: int) -> int:
        """``column`` counts bytes of UTF-8, as the tree does."""
        text = self._lines[line - 1]
        if not text.isascii():
            column = len(text.encode()[:column].decode("utf-8", "ignore"))
        return self._starts[line - 1] + column

    def span(self, node: ast.AST) -> tuple[int, int]:
        place: Any = node  # only nodes with a place are asked for it
        end_line, end_column = place.end_lineno or place.lineno, place.end_col_offset or 0
        return self.offset(place.lineno, place.col_offset), self.offset(end_line, end_column)

    def code(self, node: ast.AST) -> str:
        if node not in self._codes:
            start, end = self.span(node)
            self._codes[node] = self.text[start:end]
        return self._codes[node]

    def replace(self, node: ast.AST, new: str) -> tuple[Change, ...]:
        start, end = self.span(node)
        return ((start, end, new),)

    def statement_span(self, node: ast.stmt) -> tuple[int, int]:
        """Whole lines with their ends; decorators belong to what they decorate."""
        first = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", ()))])
        last = node.end_lineno or node.lineno
        return self._starts[first - 1], min(self._starts[last], len(self.text))

    def statement_span_of_handler(self, node: ast.ExceptHandler) -> int:
        """Where the line of an ``except`` begins."""
        return self._starts[node.lineno - 1]

    def indent(self, node: ast.stmt) -> str:
        line = self._lines[node.lineno - 1]
        return line[: len(line) - len(line.lstrip())]

    def alone_on_lines(self, node: ast.stmt) -> bool:
        """Whether no other statement shares its lines."""
        start, end = self.span(node)
        before = self.text[self._starts[node.lineno - 1] : start]
        after = self.text[end : self._starts[node.end_lineno or node.lineno] - 1]
        return not before.strip() and not after.split("#")[0].strip()

    # --- the tree around a node

    def parent(self, node: ast.AST) -> ast.AST | None:
        return self.parents.get(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        while (above := self.parents.get(node)) is not None:
            yield above
            node = above

    def function_of(self, node: ast.AST) -> Function | None:
        return next((item for item in self.ancestors(node) if isinstance(item, Function)), None)

    def class_of(self, node: ast.AST) -> ast.ClassDef | None:
        return next((item for item in self.ancestors(node) if isinstance(item, ast.ClassDef)), None)

    def statement_of(self, node: ast.AST) -> ast.stmt | None:
        if isinstance(node, ast.stmt):
            return node
        return next((item for item in self.ancestors(node) if isinstance(item, ast.stmt)), None)

    def block_of(self, node: ast.stmt) -> list[ast.stmt]:
        """The statements among which it stands."""
        above = self.parents.get(node)
        for name in ("body", "orelse", "finalbody", "handlers"):
            block = getattr(above, name, None)
            if isinstance(block, list) and node in block:
                return block
        return [node]

    def loop_of(self, node: ast.AST) -> ast.For | ast.AsyncFor | ast.While | None:
        for item in self.ancestors(node):
            if isinstance(item, ast.For | ast.AsyncFor | ast.While):
                return item
            if isinstance(item, Function | ast.Lambda | ast.ClassDef):
                return None
        return None

    def is_docstring(self, node: ast.AST) -> bool:
        above = self.parents.get(node)
        owner = self.parents.get(above) if above is not None else None
        return (
            isinstance(above, ast.Expr)
            and isinstance(owner, ast.Module | ast.ClassDef | Function)
            and owner.body[0] is above
            and isinstance(node, ast.Constant)
            and isinstance(node.value, str)
        )

    # --- names

    @cached_property
    def module_names(self) -> tuple[str, ...]:
        """Defined or imported at the top."""
        found: dict[str, None] = {}
        for node in self.tree.body:
            if isinstance(node, Function | ast.ClassDef):
                found[node.name] = None
            elif isinstance(node, ast.Import | ast.ImportFrom):
                for alias in node.names:
                    found[(alias.asname or alias.name).split(".")[0]] = None
            else:
                for item in ast.walk(node):
                    if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store):
                        found[item.id] = None
        return tuple(found)

    @cached_property
    def imported(self) -> frozenset[str]:
        found = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                found |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        return frozenset(found)

    @cached_property
    def used(self) -> frozenset[str]:
        return frozenset(
            item.id
            for item in ast.walk(self.tree)
            if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Load)
        )

    @cached_property
    def async_names(self) -> frozenset[str]:
        """Functions of this file that must be awaited."""
        return frozenset(node.name for node in ast.walk(self.tree) if isinstance(node, ast.AsyncFunctionDef))

    def local_names(self, function: Function | None) -> tuple[str, ...]:
        """Parameters and variables of a function and of those around it, in order of appearance."""
        if function not in self._local_names:
            self._local_names[function] = self._find_local_names(function)
        return self._local_names[function]

    def _find_local_names(self, function: Function | None) -> tuple[str, ...]:
        found: dict[str, None] = {}
        while function is not None:
            arguments = function.args
            listed = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
            listed += [item for item in (arguments.vararg, arguments.kwarg) if item is not None]
            found |= dict.fromkeys(item.arg for item in listed)
            for node in ast.walk(function):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    found[node.id] = None
                elif isinstance(node, ast.ExceptHandler) and node.name:
                    found[node.name] = None
            function = self.function_of(function)
        return tuple(found)

    def aliases(self, function: Function | None, name: str) -> set[str]:
        """Names that stand for the same value at first: ``page`` after ``page = start``."""
        found: set[str] = set()
        for node in ast.walk(function) if function is not None else ():
            if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(node.value, ast.Name):
                continue
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and name in (target.id, node.value.id):
                found |= {target.id, node.value.id} - {name}
        return found

    def unread_names(self, function: Function) -> list[tuple[str, int]]:
        """Variables of a function that nothing reads, with the line on which they are set."""
        stored: dict[str, int] = {}
        read: set[str] = set()
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                stored.setdefault(node.id, node.lineno)
            elif isinstance(node, ast.Name):
                read.add(node.id)
        return [(name, line) for name, line in stored.items() if name not in read and name.strip("_") == name]

    def names_at(self, node: ast.AST) -> tuple[str, ...]:
        """Everything a name could mean there, nearest first, without builtins."""
        local = self.local_names(self.function_of(node))
        return tuple(dict.fromkeys([*local, *self.module_names]))

    @cached_property
    def attributes(self) -> frozenset[str]:
        """Names that stand after a dot anywhere."""
        return frozenset(item.attr for item in ast.walk(self.tree) if isinstance(item, ast.Attribute))

    @cached_property
    def attributes_of_self(self) -> tuple[str, ...]:
        """Attributes that are used on ``self`` anywhere, and methods."""
        found: dict[str, None] = {}
        for node in ast.walk(self.tree):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "self"
            ):
                found[node.attr] = None
            elif isinstance(node, ast.ClassDef):
                found |= dict.fromkeys(item.name for item in node.body if isinstance(item, Function))
        return tuple(found)

    @cached_property
    def told_numbers(self) -> tuple[int, ...]:
        """Numbers that docstrings and comments name, hexadecimal ones and code points too."""
        told = [
            node.value
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and self.is_docstring(node)
        ]
        told += re.findall(r"#(.*)", self.text)
        found: dict[int, None] = {}
        for text in told:
            for hexadecimal, plain in re.findall(r"(?:0x|U\+)([0-9A-Fa-f]{2,8})|\b(\d{1,9})\b", text):
                found[int(hexadecimal, 16) if hexadecimal else int(plain)] = None
        return tuple(found)[:12]

    @cached_property
    def strings(self) -> tuple[str, ...]:
        """String literals that are no docstrings."""
        return tuple(
            dict.fromkeys(
                node.value
                for node in ast.walk(self.tree)
                if isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and not self.is_docstring(node)
            )
        )


BUILTINS = frozenset(dir(builtins))


def call_name(node: ast.AST) -> str:
    """The last name of what is called: ``loads`` of ``json.loads(text)``; empty for anything else."""
    if not isinstance(node, ast.Call):
        return ""
    called = node.func
    if isinstance(called, ast.Name):
        return called.id
    return called.attr if isinstance(called, ast.Attribute) else ""


def quoted(text: str, like: str) -> str:
    """A literal of ``text`` with the quotes of the source ``like``."""
    literal = repr(text)
    if '"' in like[:3] and '"' not in text and literal[0] == "'":
        inner = literal[1:-1].replace("\\'", "'")
        return f'"{inner}"'
    return literal
