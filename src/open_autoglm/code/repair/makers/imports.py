"""Missing imports: of the standard library, of the project, and of names that were misspelt."""

from __future__ import annotations

import ast
import difflib
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from open_autoglm.code.diagnose.failure import Failure
from open_autoglm.code.repair.edit import Candidate, Words, edit_between

REASON = Words("An import is missing.", "缺少导入。")
WRONG = Words("An import names something that is not there.", "导入的名称不存在。")
KNOWN: Mapping[str, tuple[str, ...]] = {
    "collections": ("defaultdict", "Counter", "deque", "OrderedDict", "namedtuple", "ChainMap"),
    "collections.abc": ("Iterable", "Iterator", "Mapping", "Sequence", "Callable"),
    "contextlib": (
        "contextmanager",
        "suppress",
        "closing",
        "ExitStack",
        "asynccontextmanager",
        "nullcontext",
    ),
    "copy": ("deepcopy",),
    "csv": ("DictReader", "DictWriter"),
    "dataclasses": ("dataclass", "field", "replace", "asdict"),
    "datetime": ("datetime", "date", "timedelta", "timezone", "UTC"),
    "decimal": ("Decimal", "InvalidOperation", "ROUND_HALF_UP", "ROUND_HALF_EVEN", "ROUND_DOWN"),
    "enum": ("Enum", "IntEnum", "auto"),
    "fractions": ("Fraction",),
    "functools": ("lru_cache", "cache", "partial", "reduce", "wraps", "cached_property", "cmp_to_key"),
    "html": ("escape", "unescape"),
    "html.parser": ("HTMLParser",),
    "io": ("StringIO", "BytesIO"),
    "itertools": (
        "chain",
        "groupby",
        "islice",
        "product",
        "zip_longest",
        "count",
        "pairwise",
        "accumulate",
        "takewhile",
        "dropwhile",
    ),
    "math": ("ceil", "floor", "sqrt", "isclose", "gcd", "prod", "inf", "nan", "log"),
    "pathlib": ("Path", "PurePath", "PurePosixPath"),
    "statistics": ("mean", "median", "stdev"),
    "typing": ("Any", "Optional", "Protocol", "NamedTuple", "TypedDict", "Literal", "ClassVar"),
    "urllib.error": ("URLError", "HTTPError"),
    "urllib.parse": (
        "urljoin",
        "urlparse",
        "urlsplit",
        "urlencode",
        "urlunparse",
        "urlunsplit",
        "parse_qs",
        "parse_qsl",
        "quote",
        "unquote",
        "quote_plus",
        "urldefrag",
    ),
    "urllib.request": ("urlopen", "Request"),
    "xml.etree": ("ElementTree",),
    "zoneinfo": ("ZoneInfo",),
    "json": ("JSONDecodeError",),
}
ALIASES = {
    "np": "numpy",
    "pd": "pandas",
    "plt": "matplotlib.pyplot",
    "ET": "xml.etree.ElementTree",
    "dt": "datetime",
    "bs4": "bs4",
}
_FROM = {name: module for module, names in KNOWN.items() for name in names}
_UNDEFINED = re.compile(r"name '(\w+)' is not defined|Undefined name [`'](\w+)[`']")
_NO_MODULE = re.compile(r"No module named '([\w.]+)'")
_NO_NAME = re.compile(r"cannot import name '(\w+)' from (?:partially initialized module )?'([\w.]+)'")


def import_candidates(files: Mapping[str, str], failures: tuple[Failure, ...]) -> Iterator[Candidate]:
    """For every undefined name, and every import that fails, that the failures tell of."""
    for failure in failures:
        places = [frame.file for frame in reversed(failure.frames) if frame.file in files]
        if not places:
            continue
        message = f"{failure.headline}\n{failure.message}"
        for match in _UNDEFINED.finditer(message):
            yield from _defining(files, places[0], match[1] or match[2])
        if module := _NO_MODULE.search(message):
            yield from _renamed_module(files, places, module[1])
        if name := _NO_NAME.search(message):
            yield from _renamed_name(files, places, name[1], name[2])


def undefined_names(failures: tuple[Failure, ...]) -> tuple[str, ...]:
    found = (match for failure in failures for match in _UNDEFINED.finditer(failure.headline))
    return tuple(dict.fromkeys(match[1] or match[2] for match in found))


def missing_module(failures: tuple[Failure, ...], files: Mapping[str, str]) -> str | None:
    """A module that is neither the project's nor the standard library's, and is not installed."""
    own = {PurePosixPath(name).parts[0].removesuffix(".py") for name in files} | {
        PurePosixPath(name).stem for name in files
    }
    for failure in failures:
        if match := _NO_MODULE.search(failure.message):
            name = match[1].split(".")[0]
            if name not in own and name not in sys.stdlib_module_names:
                return name
    return None


def _defining(files: Mapping[str, str], file: str, name: str) -> Iterator[Candidate]:
    lines = [(f"from {module} import {name}", 0.97) for module in _modules_defining(files, file, name)]
    if name in sys.stdlib_module_names:
        lines.append((f"import {name}", 0.99))
    if name in ALIASES:
        lines.append((f"import {ALIASES[name]} as {name}", 0.9))
    if name in _FROM:
        lines.append((f"from {_FROM[name]} import {name}", 0.98))
    submodules = {"parse": "urllib", "request": "urllib", "error": "urllib", "etree": "xml"}
    if name in submodules:
        lines.append((f"from {submodules[name]} import {name}", 0.8))
    for line, prior in lines:
        text = files[file]
        yield Candidate((edit_between(file, text, with_import(text, line)),), "import", REASON, prior)


def _modules_defining(files: Mapping[str, str], file: str, name: str) -> Iterator[str]:
    for other, text in files.items():
        if other != file and other.endswith(".py") and name in text and name in _defined(text):
            path = PurePosixPath(other)
            shared = path.parent == PurePosixPath(file).parent
            parts = (path.stem,) if shared and "__init__.py" not in files else path.with_suffix("").parts
            yield ".".join(part for part in parts if part != "__init__")


def _defined(text: str) -> set[str]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return set()
    found = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found


def with_import(text: str, line: str) -> str:
    """The text with an import line after its docstring and its imports from the future."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError):
        return f"{line}\n{text}"
    after = 0
    for place, node in enumerate(body):
        documented = place == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if not (documented or future):
            break
        after = node.end_lineno or after
    lines = text.split("\n")
    first = next(
        (
            node.lineno
            for node in body
            if isinstance(node, ast.Import | ast.ImportFrom) and node.lineno > after
        ),
        None,
    )
    if first is not None:
        return "\n".join([*lines[: first - 1], line, *lines[first - 1 :]])
    lead = ["", line] if after else [line]
    rest = lines[after:]
    return "\n".join([*lines[:after], *lead, *([""] if rest and rest[0].strip() else []), *rest])


def _renamed_module(files: Mapping[str, str], places: list[str], missing: str) -> Iterator[Candidate]:
    own = [PurePosixPath(name).stem for name in files if name.endswith(".py")]
    pool = [*own, *sys.stdlib_module_names]
    for other in difflib.get_close_matches(missing, pool, n=3, cutoff=0.7):
        for file in dict.fromkeys(places):
            changed = re.sub(
                rf"^(\s*(?:from|import)\s+){re.escape(missing)}\b", rf"\g<1>{other}", files[file], flags=re.M
            )
            if changed != files[file]:
                yield Candidate((edit_between(file, files[file], changed),), "import", WRONG, 0.9)


def _renamed_name(
    files: Mapping[str, str], places: list[str], missing: str, module: str
) -> Iterator[Candidate]:
    source = next(
        (
            text
            for name, text in files.items()
            if PurePosixPath(name).with_suffix("").as_posix().replace("/", ".").endswith(module)
        ),
        None,
    )
    pool = _defined(source) if source is not None else set(KNOWN.get(module, ()))
    homes = [_FROM[missing]] if missing in _FROM else []
    for file in dict.fromkeys(places):
        text = files[file]
        for other in difflib.get_close_matches(missing, pool, n=3, cutoff=0.55):
            changed = re.sub(rf"\b{re.escape(missing)}\b", other, text)
            yield Candidate((edit_between(file, text, changed),), "import", WRONG, 0.92)
        for home in homes:
            changed = re.sub(
                rf"^from {re.escape(module)} import {re.escape(missing)}$",
                f"from {home} import {missing}",
                text,
                flags=re.M,
            )
            if changed != text:
                yield Candidate((edit_between(file, text, changed),), "import", WRONG, 0.93)
