"""The pictures of a request, each read once and all of them together bounded."""

from __future__ import annotations

from collections.abc import Iterable

from open_autoglm.config import MEGABYTE, Settings
from open_autoglm.errors import LimitExceeded
from open_autoglm.gateway.dialect.images import image_from_url
from open_autoglm.values import ImagePart


async def load_images(urls: Iterable[str], settings: Settings) -> dict[str, ImagePart]:
    """Pictures by their URL. Raises UsageError, LimitExceeded and what reading an image raises."""
    max_bytes = settings.max_body_mb * MEGABYTE
    images: dict[str, ImagePart] = {}
    total = 0
    for url in dict.fromkeys(urls):
        images[url] = await image_from_url(url, fetch=settings.fetch_images, max_bytes=max_bytes)
        total += len(images[url].data)
        if total > max_bytes:  # a short address may lead to a large picture, and a request holds many
            raise LimitExceeded(
                f"The images of the request are larger than {settings.max_body_mb} MB together.",
                hint="Send fewer or smaller ones, or raise the setting max_body_mb.",
            )
    return images
