"""The installed program, as a person runs it: the example read whole, and every refusal one sentence."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import html

ROOT = Path(__file__).parents[2]
PROGRAM = str(Path(sys.executable).with_name("open-autoglm-cli"))
EXAMPLE = ROOT / "examples" / "report.pdf"


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        timeout=150,
    )


def test_the_example_is_read_whole_without_a_model(tmp_path: Path) -> None:
    done = run(
        "--task", "document_parse", "--input", EXAMPLE, "--output", "r.json", "--no-summary", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    pages = result["document"]["pages"]
    assert [page["rotation"] for page in pages] == [0, 0, 0, 0, 270]
    regions = {page["number"]: page["regions"] for page in pages}
    assert regions[1][2]["type"] == "title"
    display = [r["formula"]["latex"] for r in regions[2] if r["type"] == "formula"]
    assert r"Q = \sum_{i = 1}^{N}v_iA_i \tag{2}" in display
    bordered, plain = (r["table"] for r in regions[3] if r["type"] == "table")
    assert (bordered["rows"], bordered["columns"]) == (7, 6)
    assert {"row_span": 1, "column_span": 2, "text": "2024"}.items() <= plain["cells"][1].items()
    handwritten = " ".join(r["text"] for r in regions[4])
    assert {r["read_by"] for r in regions[4] if r["text"]} == {"ocr"}
    assert "左岸护坡有裂缝" in handwritten
    assert "grease the hinge" in handwritten
    dates = {value["normalized"] for value in result["key_information"] if value["kind"] == "date"}
    assert {"2025-12-15", "2025-07-09", "2026-03-31", "2025-12-05"} <= dates
    assert all(value["citations"] for value in result["key_information"])


@pytest.mark.model
def test_a_real_model_summarizes_and_stands_in_the_result(tmp_path: Path, small_model_path: Path) -> None:
    note = "The Lanting weir was built in 1987. It shall be inspected by 1 May 2026, at a cost of USD 900."
    (tmp_path / "note.txt").write_text(note, encoding="utf-8")
    done = run(
        *("--task", "document_parse", "--model", small_model_path, "--context-window", "4096"),
        *("--input", "note.txt", "--output", "note.html"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    page = html.fromstring((tmp_path / "note.html").read_text(encoding="utf-8"))
    assert small_model_path.stem in page.xpath("string(//header)")
    assert "1 May 2026" in page.text_content()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--task", "document_parse", "--input", "none.pdf"], 3, "none.pdf"),
        (["--task", "document_parse", "--input", "empty.pdf"], 3, "empty.pdf"),
        (["--task", "document_parse", "--input", "garbage.pdf"], 3, "garbage.pdf"),
        (["--task", "document_parse", "--input", "good.txt", "--output", "out.docx"], 2, ".docx"),
        (["--task", "document_prase", "--input", "good.txt"], 2, "document_parse"),
        (["--task", "video_analysis", "--input", "good.txt"], 2, "video_analysis"),
        (["--task", "document_parse", "--input", "good.txt", "--output", "none/out.txt"], 1, "none"),
        (["--task", "document_parse", "--input", "good.txt", "--pages", "7"], 2, "7"),
        (["--task", "document_parse", "--input", "good.txt", "--model", "autoglm-larg"], 4, "autoglm-large"),
        (["pull", "qwen2.5-coder-1.5"], 4, "qwen2.5-coder-1.5b-instruct-q4_k_m"),
        (["show", "no-such-model"], 4, "no-such-model"),
    ],
)
def test_a_refusal_is_one_sentence_with_the_right_code_and_no_output(
    arguments: list[str], code: int, words: str, tmp_path: Path
) -> None:
    (tmp_path / "empty.pdf").write_bytes(b"")
    (tmp_path / "garbage.pdf").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 40)
    (tmp_path / "good.txt").write_text("Good.", encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    summary = [] if arguments[0] in ("pull", "show") or "--model" in arguments else ["--no-summary"]
    done = run(*arguments, *summary, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    errors = [line for line in done.stderr.splitlines() if re.match(r"error:|Error:", line)]
    assert len(errors) == 1
    assert words in errors[0]
    assert "Traceback" not in done.stderr
    assert sorted(path for path in tmp_path.iterdir() if path.name != "data") == before


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on file size stands in for a full disk")
def test_a_full_disk_leaves_no_part_of_a_result(tmp_path: Path) -> None:
    import resource

    (tmp_path / "long.txt").write_text("All work is written down.\n\n" * 4000, encoding="utf-8")
    done = subprocess.run(
        [
            *(PROGRAM, "--task", "document_parse", "--input", "long.txt", "--output", "out.md"),
            *("--no-summary", "--page-cache-mb", "0"),
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=100,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )
    assert done.returncode == 1
    assert "Can't write" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir() if path.name != "data"] == ["long.txt"]
