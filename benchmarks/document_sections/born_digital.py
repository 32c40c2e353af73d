"""Text of born-digital pages: word similarity, CPU seconds a page and memory, beside the peers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from document_sections.read_texts import PARSERS
from document_sections.section import Options, Section
from open_autoglm.documents.pdf.file import PdfFile
from open_autoglm.evaluation.text_similarity import word_similarity

FILES = ("2305.03393v1-pg9", "amt_handbook_sample", "multi_page")
RIGHT_TO_LEFT = "right_to_left_01"
FACTS_FILE = "nics-background-checks-2015-11"
FACTS = ("NICS Firearm Background Checks", "November - 2015", "71,137", "5,017", "2,236,457")
"""Title, Alabama's and Wyoming's totals, and the sum of the last column."""

TIME_LIMIT = 600


def measure(options: Options) -> Section:
    """One row a parser; ``-`` where it failed."""
    section = Section(
        "Born-digital pages: word similarity to the reference (1 is equal)",
        ["parser", *FILES, "mean", "right-to-left", "facts", "CPU s/page", "resident MB"],
    )
    names = (*FILES, RIGHT_TO_LEFT, FACTS_FILE)
    paths = [options.data / "documents" / f"{name}.pdf" for name in names]
    for parser in PARSERS:
        python = sys.executable if parser == "open-autoglm" else str(options.peer_python)
        section.rows.append(_row(parser, _read(python, parser, paths), paths))
    section.notes = [
        "CPU s/page: the pages of the first three files and the right-to-left page, imports apart.",
        "facts: how many of the known values of the background-check table were read.",
        "The references are another parser's frozen output. In 2305.03393v1-pg9 it writes two table rows as",
        "one, value beside value, so a right reading of that table can't reach 1.",
    ]
    return section


def _read(python: str, parser: str, paths: list[Path]) -> list[dict[str, object]] | str:
    """One answer a file, or why there is none."""
    script = Path(__file__).with_name("read_texts.py")
    command = [python, "-X", "utf8", str(script), parser, *map(str, paths)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIME_LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return f"no answer in {TIME_LIMIT} s"
    lines = [line for line in done.stdout.decode("utf-8", "replace").splitlines() if line.startswith("{")]
    answers = [json.loads(line) for line in lines]
    if answers and "missing" in answers[0]:
        return "not installed"
    if len(answers) != len(paths):
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no reason given"]
        return f"failed: {last[0][:60]}"
    return answers


def _row(parser: str, answers: list[dict[str, object]] | str, paths: list[Path]) -> list[str]:
    if isinstance(answers, str):
        return [parser, *["-"] * len(FILES), "-", "-", "-", "-", answers]
    scores = []
    for path, answer in zip(paths[:-1], answers[:-1], strict=True):
        reference = path.with_suffix(".gt.md").read_text("utf-8")
        scores.append(word_similarity(str(answer.get("text", "")), reference))
    seconds = sum(float(str(answer.get("cpu_s", 0))) for answer in answers[:-1])
    text = " ".join(str(answers[-1].get("text", "")).split())
    facts = sum(fact in text for fact in FACTS)
    return [
        parser,
        *[f"{score:.3f}" for score in scores[:-1]],
        f"{sum(scores[:-1]) / len(FILES):.3f}",
        f"{scores[-1]:.3f}",
        f"{facts}/{len(FACTS)}",
        f"{seconds / sum(map(_pages, paths[:-1])):.3f}",
        f"{float(str(answers[-1].get('resident_mb', 0))):.0f}",
    ]


def _pages(path: Path) -> int:
    with PdfFile.open(path) as file:
        return file.page_count
