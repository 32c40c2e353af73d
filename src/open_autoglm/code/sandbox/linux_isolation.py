"""From the steps that the kernel granted to what they hold back together."""

from __future__ import annotations

from collections.abc import Mapping

from open_autoglm.code.sandbox.isolation import Isolation, Measure

_NEEDS: dict[Measure, tuple[frozenset[str], ...]] = {
    # Each set of steps is enough alone.
    "network": (frozenset({"network"}), frozenset({"system_calls"})),
    "files": (frozenset({"root"}), frozenset({"landlock", "system_calls"})),
    "processes": (frozenset({"processes"}), frozenset({"landlock_signals"})),
    "system_calls": (frozenset({"system_calls"}),),
    "limits": (frozenset({"limits"}),),
}
_REMARKS = {
    "network": "its own loopback is refused, too",
    "root": "changes of file modes and times are ignored",
}
"""What a program under test notices where a step is missing."""


def linux_isolation(granted: frozenset[str], refused: Mapping[str, str]) -> Isolation:
    """``refused`` has the system's reason for each step that it refused."""
    steps = granted | {"limits"}
    held = tuple(measure for measure, ways in _NEEDS.items() if any(way <= steps for way in ways))
    missing = tuple(measure for measure in _NEEDS if measure not in held)
    remarks = [f"{step} refused: {reason}" for step, reason in refused.items()]
    remarks += [remark for step, remark in _REMARKS.items() if step in refused]
    return Isolation(held, missing, tuple(remarks))
