"""Keeps a dictionary in a JSON file."""

import json
from pathlib import Path


class StoreError(Exception):
    """The file can't be read as a JSON object."""


class JsonStore:
    """Values by name, in a file that is whole at every moment."""

    def __init__(self, path):
        self._path = Path(path)

    def load(self):
        """Return the dictionary in the file, ``{}`` where there is no file.

        Raises StoreError where the file holds no JSON object.
        """
        try:
            data = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise StoreError(f"{self._path.name} is no JSON") from error
        if not isinstance(data, dict):
            raise StoreError(f"{self._path.name} holds no object")
        return data

    def save(self, data):
        """Write the dictionary beside the file first, then put it in its place; folders are made as needed.

        Text that is not ASCII is written as it is. If writing fails, the file before stays and
        nothing is left beside it.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_name(self._path.name + ".new")
        try:
            beside.write_text(json.dumps(data, ensure_ascii=False, indent=2), encoding="utf-8")
            beside.replace(self._path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise

    def get(self, name, default=None):
        """Return a value; names are paths such as ``"window.size"`` through nested dictionaries."""
        found = self.load()
        for part in name.split("."):
            if not isinstance(found, dict) or part not in found:
                return default
            found = found[part]
        return found

    def set(self, name, value):
        """Set a value and save; dictionaries on the way are made, and take the place of other values."""
        data = self.load()
        *way, last = name.split(".")
        inner = data
        for part in way:
            if not isinstance(inner.get(part), dict):
                inner[part] = {}
            inner = inner[part]
        inner[last] = value
        self.save(data)
