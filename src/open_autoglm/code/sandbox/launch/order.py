"""What the first process of a sandbox is told: one order, as pairs of a key and a value in a flat text."""

from __future__ import annotations

_END = b"\0\0end"


class Order:
    """A plain class with a form of its own on the pipe, because dataclasses and json are slow to import."""

    __slots__ = (
        "arguments",
        "cpu_s",
        "disk_bytes",
        "executable",
        "file_bytes",
        "folder",
        "memory_bytes",
        "ours",
        "outer_user",
        "own_folder",
        "processes",
        "readable",
        "variables",
        "without",
    )

    def __init__(
        self,
        *,
        executable: str,
        arguments: list[str],
        variables: list[str],
        folder: str,
        own_folder: str,
        readable: list[str],
        without: list[str],
        memory_bytes: int,
        cpu_s: int,
        file_bytes: int,
        disk_bytes: int,
        processes: int,
        outer_user: int,
        ours: list[int],
    ) -> None:
        self.executable = executable
        self.arguments = arguments
        self.variables = variables
        """As ``NAME=value``."""
        self.folder = folder
        """The working folder, which it may write."""
        self.own_folder = own_folder
        """An empty folder that belongs to this run: mount point, or place for temporary files."""
        self.readable = readable
        self.without = without
        """Measures to leave out, by name."""
        self.memory_bytes = memory_bytes
        self.cpu_s = cpu_s
        self.file_bytes = file_bytes
        self.disk_bytes = disk_bytes
        self.processes = processes
        self.outer_user = outer_user
        """The number of the user that our program runs as."""
        self.ours = ours
        """Processes of our program, which must not be signalled."""


_LISTS = ("arguments", "variables", "readable", "without")
_TEXTS = ("executable", "folder", "own_folder")
_NUMBERS = ("memory_bytes", "cpu_s", "file_bytes", "disk_bytes", "processes", "outer_user")


def to_bytes(order: Order) -> bytes:
    pairs = [(name, getattr(order, name)) for name in _TEXTS]
    pairs += [(name, str(getattr(order, name))) for name in _NUMBERS]
    pairs += [(name, value) for name in _LISTS for value in getattr(order, name)]
    pairs += [("ours", str(pid)) for pid in order.ours]
    return b"".join(_field(name) + _field(value) for name, value in pairs) + _END


def is_whole(data: bytes) -> bool:
    return data.endswith(_END)


def from_bytes(data: bytes) -> Order:
    fields = [_text(field) for field in data.removesuffix(_END).split(b"\0")]
    pairs = list(zip(fields[::2], fields[1::2], strict=False))
    single = dict(pairs)

    def every(name: str) -> list[str]:
        return [value for key, value in pairs if key == name]

    return Order(
        executable=single["executable"],
        arguments=every("arguments"),
        variables=every("variables"),
        folder=single["folder"],
        own_folder=single["own_folder"],
        readable=every("readable"),
        without=every("without"),
        memory_bytes=int(single["memory_bytes"]),
        cpu_s=int(single["cpu_s"]),
        file_bytes=int(single["file_bytes"]),
        disk_bytes=int(single["disk_bytes"]),
        processes=int(single["processes"]),
        outer_user=int(single["outer_user"]),
        ours=[int(value) for value in every("ours")],
    )


def _field(text: str) -> bytes:
    """Paths may hold bytes that are no UTF-8; a NUL stands in no path, argument or variable."""
    return text.encode("utf-8", "surrogateescape") + b"\0"


def _text(field: bytes) -> str:
    return field.decode("utf-8", "surrogateescape")
