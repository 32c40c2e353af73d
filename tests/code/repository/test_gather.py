"""What is shown of a project at a place: what is imported and called there, similar code, recent files."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_autoglm.code.repository.gather import GatherBudget, gather
from open_autoglm.code.repository.index import RepositoryIndex
from open_autoglm.code.repository.snippet import Snippet, estimated_tokens
from open_autoglm.code.source import Source
from open_autoglm.errors import UsageError

LONG = "".join(f"    step_{number}(value)\n" for number in range(60))
FILES = {
    "web/fetch.py": 'def fetch_page(address, timeout=10):\n    """Load a page."""\n    return address\n',
    "web/other.py": "def fetch_page():\n    pass\n",
    "web/page.py": "class Page:\n    def title(self):\n        pass\n" + "    # more\n" * 30,
    "work/steps.py": f"def all_steps(value):\n{LONG}",
    "test/test_page.py": "def make_page():\n    return 1\n",
    "work/store.py": "def write_rows(rows, table):\n    for row in rows:\n        table.insert_row(row)\n",
}
OPEN = """from web.fetch import fetch_page
from web.page import Page

def crawl(addresses, table):
    page = Page()
    rows = [fetch_page(address) for address in addresses]
    all_steps(rows)
    make_page()
    table.insert_row(rows)

"""
PLACE = 10, 0
PLENTY = GatherBudget(tokens=5_000, seconds=10)


@pytest.fixture
def index(tmp_path: Path) -> RepositoryIndex:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    index = RepositoryIndex(tmp_path)
    index.refresh()
    return index


def gathered(index: RepositoryIndex, budget: GatherBudget = PLENTY) -> dict[str, Snippet]:
    found = gather(Source("main.py", OPEN), *PLACE, index, budget)
    return {f"{one.why} {one.path} {one.name}".strip(): one for one in found}


def test_an_imported_name_is_shown_from_the_module_it_comes_from(index: RepositoryIndex) -> None:
    found = gathered(index)
    assert found["definition web/fetch.py fetch_page"].text == FILES["web/fetch.py"]
    assert "definition web/other.py fetch_page" not in found


def test_a_name_that_is_called_is_shown_where_one_place_defines_it(index: RepositoryIndex) -> None:
    shown = gathered(index)["definition work/steps.py all_steps"]
    assert shown.text.startswith("def all_steps(value):\n    step_0(value)")
    assert shown.last_line < 10


def test_a_long_class_is_shown_by_its_signatures(index: RepositoryIndex) -> None:
    assert gathered(index)["definition web/page.py Page"].text == "class Page\n    def title(self)\n"


def test_what_tests_define_is_not_shown_to_the_program(index: RepositoryIndex) -> None:
    assert not any("test/" in name for name in gathered(index) if not name.startswith("recent"))


def test_similar_code_is_shown(index: RepositoryIndex) -> None:
    assert gathered(index)["similar work/store.py"].text.startswith("def write_rows")


def test_imported_names_come_first_and_the_budget_of_tokens_is_kept(index: RepositoryIndex) -> None:
    found = gathered(index, GatherBudget(tokens=50, seconds=10))
    assert sum(one.tokens for one in found.values()) <= 50
    assert next(iter(found)).startswith("definition web/")


def test_time_that_has_run_out_ends_the_search(index: RepositoryIndex) -> None:
    assert len(gathered(index, GatherBudget(tokens=5_000, seconds=0))) <= 1


def test_nothing_is_shown_twice(index: RepositoryIndex) -> None:
    places = [(one.path, one.first_line) for one in gathered(index).values() if one.why != "recent"]
    assert len(places) == len(set(places))


def test_a_place_outside_the_file_is_refused(index: RepositoryIndex) -> None:
    with pytest.raises(UsageError, match="there is no line 99"):
        gather(Source("main.py", OPEN), 99, 0, index)


def test_a_text_of_no_known_language_is_helped_by_words_alone(index: RepositoryIndex) -> None:
    found = gather(Source("notes.txt", OPEN), *PLACE, index, PLENTY)
    assert {one.why for one in found} <= {"similar", "recent"}


def test_chinese_counts_a_token_for_a_character() -> None:
    assert estimated_tokens("标题" * 30) > 2 * estimated_tokens("ab" * 30)
