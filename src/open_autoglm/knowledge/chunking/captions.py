"""Captions that stand above a table belong to it: each piece of the table is found by them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from open_autoglm.documents.model import Region, RegionType

MAX_CHARACTERS = 200
_CAPTION = re.compile(r"(?:table|tab\.|表格?|附表)\s*[\dA-Z一二三四五六七八九十]", re.IGNORECASE)


def with_captions(regions: Sequence[Region]) -> list[Region]:
    """The regions; a caption before a table that has none becomes the table's own."""
    found: list[Region] = []
    for region in regions:
        table = region.table
        if table is not None and table.caption is None and found and _is_caption(found[-1]):
            caption = " ".join(found.pop().text.split())
            found.append(region.model_copy(update={"table": table.model_copy(update={"caption": caption})}))
        else:
            found.append(region)
    return found


def _is_caption(region: Region) -> bool:
    if not region.text.strip() or len(region.text) > MAX_CHARACTERS:
        return False
    if region.type is RegionType.CAPTION:
        return True
    return region.type is RegionType.PARAGRAPH and _CAPTION.match(region.text.lstrip()) is not None
