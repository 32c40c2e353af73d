"""The pictures of one request: each read once, and all of them together bounded."""

from __future__ import annotations

from pathlib import Path

import pytest

from open_autoglm.config import MEGABYTE, Settings
from open_autoglm.errors import LimitExceeded
from open_autoglm.gateway.dialect import pictures
from open_autoglm.values import ImagePart

pytestmark = pytest.mark.anyio


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The URLs that were read; each holds 0.4 MB."""
    urls: list[str] = []

    async def image_from_url(url: str, *, fetch: bool, max_bytes: int) -> ImagePart:
        urls.append(url)
        return ImagePart(bytes(4 * MEGABYTE // 10), "image/png")

    monkeypatch.setattr(pictures, "image_from_url", image_from_url)
    return urls


async def test_the_same_picture_is_read_once(read: list[str], tmp_path: Path) -> None:
    settings = Settings(max_body_mb=1, data_dir=tmp_path)
    images = await pictures.load_images(["a", "b", "a"], settings)
    assert list(images) == read == ["a", "b"]


async def test_many_small_pictures_are_no_larger_than_one_may_be(read: list[str], tmp_path: Path) -> None:
    settings = Settings(max_body_mb=1, data_dir=tmp_path)
    with pytest.raises(LimitExceeded, match="max_body_mb"):
        await pictures.load_images([str(number) for number in range(100)], settings)
    assert len(read) == 3
