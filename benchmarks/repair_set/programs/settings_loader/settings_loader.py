"""Reads settings from a text of ``name = value`` lines."""

from dataclasses import dataclass


class SettingError(ValueError):
    """A line that can't be used; ``line`` is its number, from 1."""

    def __init__(self, line, reason):
        super().__init__(f"line {line}: {reason}")
        self.line = line


@dataclass(frozen=True)
class Settings:
    host: str = "localhost"
    port: int = 8080
    timeout: float = 30.0
    debug: bool = False
    tags: tuple[str, ...] = ()


def _flag(text):
    words = {
        "true": True,
        "yes": True,
        "on": True,
        "1": True,
        "false": False,
        "no": False,
        "off": False,
        "0": False,
    }
    try:
        return words[text.lower()]
    except KeyError:
        raise ValueError(f"no yes or no: {text!r}") from None


def _port(text):
    port = int(text)
    if not 1 <= port <= 65535:
        raise ValueError(f"port must lie between 1 and 65535, not {port}")
    return port


def _tags(text):
    return tuple(tag.strip() for tag in text.split(",") if tag.strip())


_READERS = {"host": str, "port": _port, "timeout": float, "debug": _flag, "tags": _tags}


def load(text):
    """Return the settings of a text; what it does not name has its default.

    Empty lines and lines that begin with ``#`` are ignored; space around names and values does not
    count, values may hold ``=``. Later lines win. Raises SettingError, with the number of the line,
    for a line without ``=``, an unknown name or a value that can't be read, which is its cause.
    """
    values = {}
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, separator, value = line.partition("=")
        name = name.strip()
        if not separator:
            raise SettingError(number, "no '='")
        if name not in _READERS:
            raise SettingError(number, f"unknown name {name!r}")
        try:
            values[name] = _READERS[name](value.strip())
        except ValueError as error:
            raise SettingError(number, str(error)) from error
    return Settings(**values)


def load_or_default(read):
    """Return ``(settings, problem)`` of what ``read()`` returns.

    The problem is None; or the text of the SettingError or FileNotFoundError that occurred, and the
    settings are the defaults then. Other errors are raised.
    """
    try:
        return load(read()), None
    except (SettingError, FileNotFoundError) as error:
        return Settings(), str(error)
