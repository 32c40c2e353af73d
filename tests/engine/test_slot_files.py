"""Names under which slots are saved: they reach a file system."""

from __future__ import annotations

import pytest

from open_autoglm.engine.slot_files import require_slot_file
from open_autoglm.errors import UsageError


@pytest.mark.parametrize("name", ["a.slot", "0f3a-12.slot", "a" * 128 + ".slot"])
def test_plain_names_pass(name: str) -> None:
    assert require_slot_file(name) == name


@pytest.mark.parametrize(
    "name",
    ["", ".slot", "a", "a.bin", "A.slot", "../a.slot", "a/b.slot", "a\\b.slot", "-a.slot", "a.slot\n",
     "c:a.slot", "a" * 129 + ".slot", "ä.slot"],
)  # fmt: skip
def test_everything_else_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=r"\.slot"):
        require_slot_file(name)
