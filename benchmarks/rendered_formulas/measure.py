"""Reads the rendered corpus back and compares with its own LaTeX.

    PYTHONPATH=benchmarks python -m rendered_formulas.measure PDF_FOLDER [tune|report] [--show]

Detection: found formulas are matched to those of the item whose marker precedes them, one to one, the
most similar first, when at least half of their tokens agree; precision is matched / found, recall is
matched / true. Similarity and the exact rate count a formula that was missed, or has no LaTeX, as 0.
"""

from __future__ import annotations

import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from open_autoglm.documents.content import FoundFormula, PageContent
from open_autoglm.documents.formulas import find_formulas
from open_autoglm.documents.pdf.file import PdfFile
from rendered_formulas.corpus import ITEMS, TUNED, Item
from rendered_formulas.score import similarity, tokens

MATCH = 0.5


@dataclass(slots=True)
class Tally:
    true: int = 0
    found: int = 0
    matched: int = 0
    similar: float = 0.0
    exact: int = 0
    refused: int = 0
    display_right: int = 0
    seconds: float = 0.0
    pages: int = 0
    misses: list[str] = field(default_factory=list)
    confidence: list[tuple[float, bool]] = field(default_factory=list)


def found_by_item(
    content: PageContent, found: list[FoundFormula], last: int
) -> list[tuple[int, FoundFormula]]:
    """Each formula with the number of the item whose marker stands above or left of it."""
    markers = [(last, -1.0, -1.0)]
    for line in content.lines:
        match = re.match(r"Item (\d+)\.", line.text)
        if match:
            markers.append((int(match[1]), line.box.y0, line.box.x0))
    pairs = []
    for formula in found:
        middle = (formula.box.y0 + formula.box.y1) / 2
        above = [marker for marker in markers if marker[1] < max(middle, formula.box.y0 + 3)]
        pairs.append((max(above, key=lambda marker: marker[1])[0], formula))
    return pairs


def align(true: list[str], found: list[FoundFormula]) -> list[tuple[str, FoundFormula | None, float]]:
    """One found formula or none for each true one, the most similar pairs first."""
    pairs = sorted(
        (
            (similarity(one, two.latex or two.raw_text), -i, -j)
            for i, one in enumerate(true)
            for j, two in enumerate(found)
        ),
        reverse=True,
    )
    partner: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    for like, i, j in pairs:
        if like >= MATCH and -i not in partner and -j not in taken:
            partner[-i] = (-j, like)
            taken.add(-j)
    result: list[tuple[str, FoundFormula | None, float]] = []
    for i, one in enumerate(true):
        index, like = partner.get(i, (-1, 0.0))
        result.append((one, found[index] if index >= 0 else None, like))
    return result


def measure(path: Path, numbers: set[int], *, tex: bool) -> Tally:
    tally = Tally()
    by_item: dict[int, list[FoundFormula]] = {}
    last = -1
    with PdfFile.open(path) as file:
        for number in range(1, file.page_count + 1):
            content = file.content(number)
            start = time.process_time()
            found = find_formulas(content, file.raster(number))
            tally.seconds += time.process_time() - start
            tally.pages += 1
            tally.found += len(found)
            for item, formula in found_by_item(content, found, last):
                by_item.setdefault(item, []).append(formula)
            numbers_here = [int(n) for line in content.lines for n in re.findall(r"^Item (\d+)\.", line.text)]
            last = max([last, *numbers_here])
    for number in sorted(numbers):
        item = ITEMS[number]
        if not (item.chinese if tex else item.tex_only):
            _add(tally, number, item, by_item.get(number, []))
    return tally


def _add(tally: Tally, number: int, item: Item, found: list[FoundFormula]) -> None:
    tally.true += len(item.formulas)
    matched = align(item.formulas, found)
    for true, formula, like in matched:
        if formula is None:
            tally.misses.append(f"[{number}] MISSED {true}")
            continue
        tally.matched += 1
        tally.display_right += formula.display == item.display
        if formula.latex is None:
            tally.refused += 1
            tally.misses.append(f"[{number}] REFUSED {true}   raw {formula.raw_text}")
            continue
        exact = tokens(true) == tokens(formula.latex)
        tagged = re.search(r"\\tag\{(.*)\}", formula.latex)
        exact = exact and (tagged[1] if tagged else None) == item.tag
        tally.similar += like
        tally.exact += exact
        tally.confidence.append((formula.confidence, exact))
        if not exact:
            tally.misses.append(f"[{number}] {like:.2f} c={formula.confidence} {true}   GOT {formula.latex}")
    taken = {id(formula) for _, formula, _ in matched}
    for formula in found:
        if id(formula) not in taken:
            tally.misses.append(f"[{number}] FALSE {formula.latex or formula.raw_text}")


def main() -> None:
    folder, half = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "report"
    numbers = set(range(len(TUNED))) if half == "tune" else set(range(len(TUNED), len(ITEMS)))
    print(f"{'document':26} true found prec. recall similar exact refused display ms/page")
    total = Tally()
    for path in sorted(folder.glob(f"*.{half}.pdf")):
        tally = measure(path, numbers, tex=path.name.startswith("tex"))
        print(_row(path.name, tally))
        if "--show" in sys.argv:
            print("\n".join(tally.misses))
        add(total, tally)
    print(_row("all", total))
    for low, high in ((0.5, 0.8), (0.8, 0.9), (0.9, 1.01)):
        part = [exact for confidence, exact in total.confidence if low <= confidence < high]
        if part:
            share = sum(part) / len(part)
            print(f"confidence {low:.1f}–{min(high, 1):.1f}: {len(part)} formulas, {share:.1%} exact")


def add(total: Tally, tally: Tally) -> None:
    """Adds one document's counts to a sum."""
    for name in (
        "true",
        "found",
        "matched",
        "similar",
        "exact",
        "refused",
        "display_right",
        "seconds",
        "pages",
    ):
        setattr(total, name, getattr(total, name) + getattr(tally, name))
    total.confidence += tally.confidence


def _row(name: str, tally: Tally) -> str:
    return (
        f"{name:26} {tally.true:4} {tally.found:5} {tally.matched / max(1, tally.found):5.3f} "
        f"{tally.matched / max(1, tally.true):6.3f} {tally.similar / max(1, tally.true):7.3f} "
        f"{tally.exact / max(1, tally.true):5.3f} {tally.refused:7} "
        f"{tally.display_right / max(1, tally.matched):7.3f} "
        f"{1000 * tally.seconds / max(1, tally.pages):7.1f}"
    )


if __name__ == "__main__":
    main()
