"""A page of a file that a base holds, drawn for whoever looks a citation up."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from open_autoglm.documents.page_selection import PageSelection
from open_autoglm.documents.reader import DocumentReader, ReadOptions
from open_autoglm.errors import NotFound, UsageError
from open_autoglm.knowledge.store.base_store import FileRecord

KEPT_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class PagePicture:
    """``jpeg`` shows the upright page; ``width`` and ``height`` are its size in points, as boxes count."""

    jpeg: bytes
    width: float
    height: float


class PictureMaker:
    """Draws one page at a time, for drawing takes a processor, and keeps what was looked at last."""

    def __init__(self, reader: Callable[[], DocumentReader]) -> None:
        self._reader = reader
        self._kept: OrderedDict[tuple[str, str, int], PagePicture] = OrderedDict()
        self._drawing = threading.Lock()

    def picture(self, file: FileRecord, page: int) -> PagePicture:
        """Raises NotFound where the file has no such page, or pages that are not drawn; what reading raises
        where the file is gone or was changed into something else."""
        key = (file.path, file.sha256, page)
        with self._drawing:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            drawn = self._draw(Path(file.path), page)
            self._kept[key] = drawn
            while len(self._kept) > 1 and sum(len(one.jpeg) for one in self._kept.values()) > KEPT_BYTES:
                self._kept.popitem(last=False)
            return drawn

    def _draw(self, path: Path, number: int) -> PagePicture:
        reader = self._reader()
        try:
            document = reader.read(path, ReadOptions(pages=PageSelection(((number, number),))))
        except UsageError as error:
            raise NotFound(f"{path.name} has no page {number}.") from error
        [page] = document.pages
        with reader.pictures(path, document) as picture:
            jpeg = picture(number)
        if jpeg is None:
            raise NotFound(f"The pages of {path.name} have no pictures.", hint="Its text is in the citation.")
        return PagePicture(jpeg, page.width, page.height)
