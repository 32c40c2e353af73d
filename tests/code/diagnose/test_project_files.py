"""Only the files that matter are read: what a failure names and what that imports."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_autoglm.code.diagnose.project_files import files_of_tests, is_test, python_files, relevant_files


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {
        "shop/__init__.py": "",
        "shop/crawl.py": "from shop.pages import read\nfrom . import prices\nimport json\n",
        "shop/pages.py": "def read(): ...\n",
        "shop/prices.py": "def price(): ...\n",
        "shop/unrelated.py": "x = 1\n",
        "tests/test_crawl.py": "from shop.crawl import crawl\n",
        ".venv/pyvenv.cfg": "",
        ".venv/lib/x.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_imports_of_the_project_are_followed(project: Path) -> None:
    found = relevant_files(project, ["tests/test_crawl.py"])
    assert set(found.tests) == {"tests/test_crawl.py"}
    assert set(found.sources) == {"shop/crawl.py", "shop/pages.py", "shop/prices.py"}


def test_installed_packages_and_files_outside_are_nobody_s_to_change(project: Path) -> None:
    wanted = ["/usr/lib/python3/json.py", "../outside.py", ".venv/lib/x.py", "gone.py", ""]
    assert relevant_files(project, wanted).sources == {}
    assert ".venv/lib/x.py" not in list(python_files(project))


def test_a_file_that_can_t_be_read_is_told(project: Path) -> None:
    (project / "binary.py").write_bytes(b"\x00\x01\x02" * 100)
    found = relevant_files(project, ["binary.py"])
    assert not found.sources
    assert "binary" in found.skipped[0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("test_a.py", True),
        ("a_test.py", True),
        ("tests/helpers.py", True),
        ("conftest.py", True),
        ("attest.py", False),
    ],
)
def test_which_files_are_tests(name: str, expected: bool) -> None:
    assert is_test(name) is expected


def test_tests_are_found(project: Path) -> None:
    assert files_of_tests(project) == ("tests/test_crawl.py",)
