"""Renders page sources to one PDF with Chromium and asks it where each table stands."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from pathlib import Path

from rendered_pages.chromium import dump_document, print_to_pdf
from rendered_pages.page_sources import CSS, PageSource

_MEASURE = """
<script>
const pages = [...document.querySelectorAll("section")].map(section => {
  const origin = section.getBoundingClientRect();
  const boxes = [...section.querySelectorAll("table.truth")].map(table => {
    const box = table.getBoundingClientRect();
    return [box.left - origin.left, box.top - origin.top, box.right - origin.left, box.bottom - origin.top];
  });
  const high = section.scrollHeight > section.clientHeight + 1;
  const wide = section.scrollWidth > section.clientWidth + 1;
  return {boxes, fits: !high && !wide};
});
document.body.innerHTML = "<pre id=measured>" + JSON.stringify(pages) + "</pre>";
</script>
"""
_POINTS_PER_PIXEL = 0.75


def render(sources: Sequence[PageSource], folder: Path) -> Path:
    """Write ``pages.pdf`` and ``truth.json`` (one entry a page: name, tables with box and HTML).

    Raises RuntimeError where there is no Chromium, or a page does not fit its sheet.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pdf = folder / "pages.pdf"
    body = "".join(source.html for source in sources)
    start = f'<!doctype html><meta charset="utf-8"><style>{CSS}</style><body>{body}'
    print_to_pdf(start, pdf)
    dumped = dump_document(start + _MEASURE)
    measured = json.loads(html.unescape(_measured(dumped)))
    overfull = [s.name for s, page_data in zip(sources, measured, strict=True) if not page_data["fits"]]
    if overfull:
        raise RuntimeError(f"these pages are longer than their sheet: {', '.join(overfull)}")
    truth = [_truth(source, page_data["boxes"]) for source, page_data in zip(sources, measured, strict=True)]
    (folder / "truth.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1), encoding="utf-8")
    return pdf


def _measured(dumped: str) -> str:
    found = re.search(r'<pre id="?measured"?>(.*?)</pre>', dumped, re.DOTALL)
    if found is None:
        raise RuntimeError("Chromium did not answer with the measures of the pages")
    return found.group(1)


def _truth(source: PageSource, boxes: Sequence[Sequence[float]]) -> dict[str, object]:
    tables = [
        {"box": [round(value * _POINTS_PER_PIXEL, 2) for value in box], "html": table}
        for table, box in zip(source.tables, boxes, strict=True)
    ]
    return {"name": source.name, "tables": tables}
