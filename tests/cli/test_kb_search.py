"""``kb search``: passages with scores and reasons, for one question or for a file of them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from open_autoglm.cli.root import run


@pytest.fixture
def base(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> str:
    """Two files in a base; the embedding model is not here."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "请假.md").write_text("# 请假\n\n员工请假应提前三天向主管申请。\n", encoding="utf-8")
    (folder / "firewall.txt").write_text("The firewall drops packets that no rule accepts.\n")
    os.utime(folder / "firewall.txt", (1_600_000_000, 1_600_000_000))  # September 2020
    assert run(["kb", "create", "company"]) == 0
    assert run(["kb", "add", "company", str(folder)]) == 0
    capfd.readouterr()
    return "company"


def hits(capfd: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert run(["kb", "search", *arguments, "--json"]) == 0
    return [hit["file"] for hit in json.loads(capfd.readouterr().out)["hits"]]


def test_passages_come_with_place_score_and_reasons(base: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["kb", "search", base, "請假要提前幾天？"]) == 0
    shown = capfd.readouterr()
    assert "documents/请假.md, page 1" in shown.out
    assert "words" in shown.out
    assert "請假" in shown.out
    assert "words alone" in shown.err


def test_json_has_the_whole_passage(base: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["kb", "search", base, "firewall rule", "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    first = found["hits"][0]
    assert first["text"] == "The firewall drops packets that no rule accepts."
    assert first["reasons"]["matched"] == ["firewall", "rule"]
    assert 0 <= first["score"] <= 1


def test_filters(base: str, capfd: pytest.CaptureFixture[str]) -> None:
    question = "firewall 请假"
    assert sorted(hits(capfd, base, question)) == ["documents/firewall.txt", "documents/请假.md"]
    assert hits(capfd, base, question, "--type", "md") == ["documents/请假.md"]
    assert hits(capfd, base, question, "--until", "2021-01-01") == ["documents/firewall.txt"]
    assert hits(capfd, base, question, "--since", "2021-01-01") == ["documents/请假.md"]
    assert hits(capfd, base, question, "--folder", "documents/请假.md") == ["documents/请假.md"]


def test_many_questions_at_once(base: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    queries, output = tmp_path / "q.jsonl", tmp_path / "hits.jsonl"
    queries.write_text(
        '{"id": "a", "question": "请假提前几天"}\n\n{"id": 2, "question": "firewall"}\n', encoding="utf-8"
    )
    assert run(["kb", "search", base, "--queries", str(queries), "--output", str(output)]) == 0
    lines = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == ["a", 2]
    assert [line["hits"][0]["file"] for line in lines] == ["documents/请假.md", "documents/firewall.txt"]
    assert set(lines[0]["hits"][0]) == {"file", "page", "chunk", "score"}


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("{", "no JSON"),
        ("[1]", "no JSON object"),
        ('{"id": 1}', 'no text under "question"'),
        ('{"question": " "}', 'no text under "question"'),
        ('{"id": [], "question": "x"}', '"id"'),
        ("\ufffe", "no JSON"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_a_bad_line_is_named(
    base: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], line: str, wrong: str
) -> None:
    queries = tmp_path / "q.jsonl"
    queries.write_text('{"question": "x"}\n' + line + "\n", encoding="utf-8")
    assert run(["kb", "search", base, "--queries", str(queries)]) == 3
    told = capfd.readouterr().err
    assert "q.jsonl, line 2" in told
    assert wrong in told


@pytest.mark.parametrize(
    "arguments",
    [[], ["x", "--queries", "q.jsonl"], [" "], ["x", "--type", "exe"], ["x", "--since", "yesterday"]],
)
def test_wrong_usage(base: str, capfd: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert run(["kb", "search", base, *arguments]) == 2
    assert capfd.readouterr().err


def test_an_empty_base_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    run(["kb", "create", "empty"])
    assert run(["kb", "search", "empty", "请假"]) == 0
    assert "The base is empty" in capfd.readouterr().err


def test_a_base_that_is_not_there(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["kb", "search", "nothing", "x"]) != 0
    assert "nothing" in capfd.readouterr().err
