"""Rulings and pictures of a PDF page, from its drawing operators."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from open_autoglm.documents.content import Picture, Rect, Ruling
from open_autoglm.documents.pdf.frame import Frame
from open_autoglm.documents.pdf.plain_pictures import is_plain

MAX_OBJECTS = 50_000
"""Page objects visited; a map or a plot beyond that is a drawing, not a ruled table."""

MAX_SEGMENTS = 400
"""Segments of one path looked at; longer paths are drawings."""

MAX_DEPTH = 6
"""Forms inside forms followed."""

THIN = 3.0
"""Points: a filled rectangle no thicker than this is a line."""

SKEW = 0.6
"""Points a line may deviate from an axis."""

SHORTEST = 3.0
"""Points: shorter strokes are dots, dashes or parts of drawings."""

DRAWING_CURVES = 12
"""Segments of curved or oblique paths near each other that make a vector drawing a picture."""

MAX_DRAWINGS = 500
"""Separate drawings of one page told apart; a page with more is covered with ornaments."""

MAX_LOOKED_AT = 100
"""Pictures of one page that are looked at for being plain."""

NEAR = 3.0
"""Points between two paths of one drawing, at most."""

Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(slots=True)
class Graphics:
    """What is drawn on a page apart from its text."""

    rulings: list[Ruling] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    dots: list[Rect] = field(default_factory=list)
    """Small marks as wide as high, such as drawn bullets."""
    warnings: list[str] = field(default_factory=list)


def read_graphics(page: pypdfium2.PdfPage, frame: Frame) -> Graphics:
    """All boxes are in ``frame``."""
    graphics = Graphics()
    visible = Rect(0.0, 0.0, frame.width, frame.height)
    drawn: list[tuple[Rect, int]] = []
    for visited, (handle, kind, matrix) in enumerate(_objects(page.raw)):
        if visited >= MAX_OBJECTS:
            graphics.warnings.append(f"More than {MAX_OBJECTS:,} drawn objects: the rest were not looked at.")
            break
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            placed = _image_box(handle, matrix, frame)
            box = _clipped(handle, matrix, frame, placed)
            if placed is not None and box is not None and box.overlap(visible) > 0:
                plain = len(graphics.pictures) < MAX_LOOKED_AT and is_plain(page, handle, placed)
                graphics.pictures.append(Picture(_clip(box, visible), plain))
        elif kind == pdfium.FPDF_PAGEOBJ_PATH:
            _read_path(handle, matrix, frame, graphics.rulings, drawn)
    graphics.rulings = [ruling for ruling in graphics.rulings if _is_seen(ruling, visible)]
    graphics.dots = [box for box, _ in drawn if _is_dot(box)]
    graphics.pictures.extend(Picture(_clip(box, visible)) for box in _drawings(drawn, visible))
    return graphics


def _objects(page: Any) -> Iterator[tuple[Any, int, Matrix]]:
    """Paths and images of the page, forms opened, each with the matrix of the form it stands in."""
    for index in range(pdfium.FPDFPage_CountObjects(page)):
        handle = pdfium.FPDFPage_GetObject(page, index)
        yield from _opened(handle, IDENTITY, 0)


def _opened(handle: Any, matrix: Matrix, depth: int) -> Iterator[tuple[Any, int, Matrix]]:
    kind = pdfium.FPDFPageObj_GetType(handle)
    if kind != pdfium.FPDF_PAGEOBJ_FORM:
        if kind in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE):
            yield handle, kind, matrix
        return
    if depth >= MAX_DEPTH:
        return
    inner = _times(_matrix(handle), matrix)
    for index in range(pdfium.FPDFFormObj_CountObjects(handle)):
        yield from _opened(pdfium.FPDFFormObj_GetObject(handle, index), inner, depth + 1)


def _matrix(handle: Any) -> Matrix:
    found = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(handle, ctypes.byref(found)):
        return IDENTITY
    return (found.a, found.b, found.c, found.d, found.e, found.f)


def _times(first: Matrix, second: Matrix) -> Matrix:
    """The map that applies ``first``, then ``second``."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _apply(matrix: Matrix, x: float, y: float) -> Point:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _image_box(handle: Any, matrix: Matrix, frame: Frame) -> Rect | None:
    whole = _times(_matrix(handle), matrix)
    corners = [frame.point(*_apply(whole, x, y)) for x in (0.0, 1.0) for y in (0.0, 1.0)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    box = Rect(min(xs), min(ys), max(xs), max(ys))
    return box if box.width >= 1 and box.height >= 1 else None


def _clipped(handle: Any, matrix: Matrix, frame: Frame, box: Rect | None) -> Rect | None:
    """The part of ``box`` that the object's clip path shows: pictures are often cropped that way."""
    path = pdfium.FPDFPageObj_GetClipPath(handle)
    if box is None or not path:
        return box
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(min(8, max(0, pdfium.FPDFClipPath_CountPaths(path)))):
        points: list[Point] = []
        for number in range(min(MAX_SEGMENTS, pdfium.FPDFClipPath_CountPathSegments(path, index))):
            segment = pdfium.FPDFClipPath_GetPathSegment(path, index, number)
            if pdfium.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y)):
                points.append(frame.point(*_apply(matrix, x.value, y.value)))
        if len(points) >= 3:
            xs, ys = [px for px, _ in points], [py for _, py in points]
            shown = Rect(min(xs), min(ys), max(xs), max(ys))
            if box.overlap(shown) == 0:
                return None
            box = _clip(box, shown)
    return box


def _read_path(
    handle: Any, matrix: Matrix, frame: Frame, rulings: list[Ruling], drawn: list[tuple[Rect, int]]
) -> None:
    """Adds the path's rulings, or, where it is no set of straight lines, its box and size to ``drawn``."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(handle, ctypes.byref(fill), ctypes.byref(stroke))
    count = pdfium.FPDFPath_CountSegments(handle)
    if count < 2 or not (fill.value or stroke.value):
        return
    whole = _times(_matrix(handle), matrix)
    edges = None if count > MAX_SEGMENTS else _straight_edges(handle, count, whole, frame)
    if edges is None:
        box = _bounds(handle, matrix, frame)
        if box is not None:
            drawn.append((box, count))
        return
    if stroke.value:
        width = ctypes.c_float()
        pdfium.FPDFPageObj_GetStrokeWidth(handle, ctypes.byref(width))
        thick = width.value * (abs(whole[0] * whole[3] - whole[1] * whole[2]) ** 0.5)
        rulings.extend(_stroked(edges, thick))
    elif not _is_white(handle):
        rulings.extend(_filled(edges))


def _straight_edges(handle: Any, count: int, whole: Matrix, frame: Frame) -> list[tuple[Point, Point]] | None:
    """The edges of a path in the frame, or None where one is curved or oblique."""
    edges: list[tuple[Point, Point]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    start = here = (0.0, 0.0)
    for index in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(handle, index)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_BEZIERTO:
            return None
        pdfium.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        point = frame.point(*_apply(whole, x.value, y.value))
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            start = point
        else:
            if min(abs(point[0] - here[0]), abs(point[1] - here[1])) > SKEW:
                return None
            edges.append((here, point))
            if pdfium.FPDFPathSegment_GetClose(segment):
                edges.append((point, start))
                point = start
        here = point
    return edges


def _stroked(edges: list[tuple[Point, Point]], thick: float) -> Iterator[Ruling]:
    half = min(thick, THIN) / 2
    for (x0, y0), (x1, y1) in edges:
        horizontal = abs(x1 - x0) >= abs(y1 - y0)
        if max(abs(x1 - x0), abs(y1 - y0)) < SHORTEST:
            continue
        if horizontal:
            y = (y0 + y1) / 2
            yield Ruling(Rect(min(x0, x1), y - half, max(x0, x1), y + half), horizontal=True)
        else:
            x = (x0 + x1) / 2
            yield Ruling(Rect(x - half, min(y0, y1), x + half, max(y0, y1)), horizontal=False)


def _filled(edges: list[tuple[Point, Point]]) -> Iterator[Ruling]:
    """A thin filled rectangle is one ruling; the outline of a wide one is four, as a cell's shading is."""
    if not edges:
        return
    # A path may hold many rectangles: each run of four or five edges that returns to its start is one.
    run: list[tuple[Point, Point]] = []
    for edge in edges:
        if run and run[-1][1] != edge[0]:
            yield from _rectangle(run)
            run = []
        run.append(edge)
    yield from _rectangle(run)


def _rectangle(run: list[tuple[Point, Point]]) -> Iterator[Ruling]:
    xs = [x for edge in run for x, _ in edge]
    ys = [y for edge in run for _, y in edge]
    box = Rect(min(xs), min(ys), max(xs), max(ys))
    if min(box.width, box.height) <= THIN:
        if max(box.width, box.height) >= SHORTEST:
            yield Ruling(box, horizontal=box.width >= box.height)
        return
    yield Ruling(Rect(box.x0, box.y0, box.x1, box.y0), horizontal=True)
    yield Ruling(Rect(box.x0, box.y1, box.x1, box.y1), horizontal=True)
    yield Ruling(Rect(box.x0, box.y0, box.x0, box.y1), horizontal=False)
    yield Ruling(Rect(box.x1, box.y0, box.x1, box.y1), horizontal=False)


def _is_white(handle: Any) -> bool:
    """White fills are backgrounds; nobody sees their edges."""
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    found = pdfium.FPDFPageObj_GetFillColor(
        handle, ctypes.byref(red), ctypes.byref(green), ctypes.byref(blue), ctypes.byref(alpha)
    )
    return bool(found) and min(red.value, green.value, blue.value) >= 250


def _bounds(handle: Any, matrix: Matrix, frame: Frame) -> Rect | None:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not pdfium.FPDFPageObj_GetBounds(
        handle, ctypes.byref(left), ctypes.byref(bottom), ctypes.byref(right), ctypes.byref(top)
    ):
        return None
    x0, y0 = _apply(matrix, left.value, bottom.value)
    x1, y1 = _apply(matrix, right.value, top.value)
    return frame.rect(x0, y0, x1, y1)


def _drawings(drawn: list[tuple[Rect, int]], visible: Rect) -> list[Rect]:
    """Boxes of vector drawings: touching oblique paths taken together, if they have enough segments."""
    groups: list[tuple[Rect, int]] = []
    for box, weight in sorted(drawn):
        if not _is_inside(box, visible):
            continue
        near = _widened(box)
        apart: list[tuple[Rect, int]] = []
        for other, other_weight in groups:
            if near.overlap(other) > 0:
                box, weight = box.union(other), weight + other_weight
                near = _widened(box)
            else:
                apart.append((other, other_weight))
        groups = [*apart, (box, weight)]
        if len(groups) > MAX_DRAWINGS:
            break
    return [
        box for box, weight in groups if weight >= DRAWING_CURVES and box.width >= 24 and box.height >= 24
    ]


def _is_dot(box: Rect) -> bool:
    return 1 <= box.width <= 10 and 0.8 <= box.width / max(box.height, 0.1) <= 1.25


def _widened(box: Rect) -> Rect:
    return Rect(box.x0 - NEAR, box.y0 - NEAR, box.x1 + NEAR, box.y1 + NEAR)


def _is_inside(box: Rect, visible: Rect) -> bool:
    return box.x1 >= visible.x0 and box.x0 <= visible.x1 and box.y1 >= visible.y0 and box.y0 <= visible.y1


def _is_seen(ruling: Ruling, visible: Rect) -> bool:
    """Not outside the page, and not the edge of a background that fills it."""
    box = ruling.box
    if not _is_inside(box, visible):
        return False
    if ruling.horizontal:
        on_edge = box.y0 <= visible.y0 + 1 or box.y1 >= visible.y1 - 1
        return not (on_edge and box.width >= 0.95 * visible.width)
    on_edge = box.x0 <= visible.x0 + 1 or box.x1 >= visible.x1 - 1
    return not (on_edge and box.height >= 0.95 * visible.height)


def _clip(box: Rect, visible: Rect) -> Rect:
    return Rect(
        max(box.x0, visible.x0),
        max(box.y0, visible.y0),
        min(box.x1, visible.x1),
        min(box.y1, visible.y1),
    )
