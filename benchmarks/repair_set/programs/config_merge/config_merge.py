"""Puts settings from several sources together."""

import copy

_MISSING = object()


def merged(*layers):
    """Return one dictionary of several, later ones first in rank.

    Dictionaries under the same key are merged in turn, at every depth; other values replace each
    other, lists as a whole. A value of None removes the key. Nothing given is changed, and the
    result shares no list or dictionary with it.
    """
    result = {}
    for layer in layers:
        _merge_into(result, layer)
    return result


def get(settings, path, default=None):
    """Return the value at a path such as ``"server.port"``, or the default where it is missing."""
    found = settings
    for part in path.split("."):
        found = found.get(part, _MISSING) if isinstance(found, dict) else _MISSING
        if found is _MISSING:
            return default
    return found


def with_value(settings, path, value):
    """Return a copy of the settings with another value at a path; dictionaries on the way are made."""
    for part in reversed(path.split(".")):
        value = {part: value}
    return merged(settings, value)


def flat(settings, prefix=""):
    """Return ``{path: value}`` of all values that are no dictionaries; an empty dictionary is a value."""
    values = {}
    for key, value in settings.items():
        if isinstance(value, dict) and value:
            values.update(flat(value, f"{prefix}{key}."))
        else:
            values[prefix + key] = value
    return values


def changes(before, after):
    """Return ``{path: (value before, value after)}`` where flat settings differ; None stands for missing."""
    old, new = flat(before), flat(after)
    return {
        path: (old.get(path), new.get(path))
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
    }


def _merge_into(target, layer):
    for key, value in layer.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict):
            inner = target.get(key)
            target[key] = inner if isinstance(inner, dict) else {}
            _merge_into(target[key], value)
        else:
            target[key] = copy.deepcopy(value)
