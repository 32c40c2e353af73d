"""What one file may cost: every bound on bytes, pages, seconds and memory stands here."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """Bounds that a user may move; the settings of the same names fill them."""

    max_file_mb: int = 1024
    """Size of the file itself."""
    max_pages: int = 2000
    """Pages read in one go; a selection of pages counts, not the whole file."""
    page_timeout_s: float = 60.0
    """Seconds one page may take, and seconds opening the file may take."""
    worker_memory_mb: int = 3072
    """Memory one worker process may take."""


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Bounds on a ZIP based office file, checked on its directory before anything is unpacked."""

    max_members: int = 20_000
    max_unpacked_bytes: int = 2048 * MEGABYTE
    max_xml_bytes: int = 256 * MEGABYTE
    """One XML member: a tree takes about ten times the text."""
    max_ratio: float = 250.0
    """Unpacked size by packed size, of a member above ``ratio_from_bytes``; honest XML stays below 60."""
    ratio_from_bytes: int = 8 * MEGABYTE


@dataclass(frozen=True, slots=True)
class MarkupLimits:
    """Bounds on what an office or text file turns into."""

    max_table_rows: int = 20_000
    max_table_columns: int = 1_000
    max_table_cells: int = 500_000
    max_text_bytes: int = 128 * MEGABYTE
    """A text, Markdown, CSV or HTML file: all of it is held in memory while it is parsed."""
    max_nesting: int = 200
    max_image_bytes: int = 4 * MEGABYTE


MAX_PAGE_MESSAGE_BYTES = 64 * MEGABYTE
"""A finished page as it crosses from a worker to the program; pictures make up most of it."""
