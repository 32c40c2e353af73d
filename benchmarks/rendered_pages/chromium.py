"""Headless Chromium: prints a page to PDF, or answers with its document; and which fonts it lacks."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-pdf-header-footer",
)
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_TIME_LIMIT = 300


def find_chromium() -> str | None:
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def print_to_pdf(source: str, pdf: Path, *flags: str) -> None:
    """Raises RuntimeError where there is no Chromium, or it fails."""
    _run(source, f"--print-to-pdf={pdf.resolve()}", *flags)


def dump_document(source: str) -> str:
    """The document after its scripts ran. Raises RuntimeError as ``print_to_pdf``."""
    return _run(source, "--dump-dom")


def missing_fonts(families: Sequence[str]) -> list[str]:
    """Those that fontconfig does not know; none where the system has no fontconfig to ask."""
    if shutil.which("fc-list") is None:
        return []
    done = subprocess.run(["fc-list", ":", "family"], capture_output=True, timeout=60, check=False)
    known = {name for line in done.stdout.decode("utf-8", "replace").splitlines() for name in line.split(",")}
    return [family for family in families if family not in known]


def _run(source: str, *flags: str) -> str:
    browser = find_chromium()
    if browser is None:
        raise RuntimeError("Chromium is not installed here (Debian: the chromium package)")
    with tempfile.TemporaryDirectory() as scratch:
        page = Path(scratch) / "page.html"
        page.write_text(source, encoding="utf-8")
        command = [browser, *_FLAGS, f"--user-data-dir={scratch}/profile", *flags, page.as_uri()]
        done = subprocess.run(command, capture_output=True, timeout=_TIME_LIMIT, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"Chromium failed: {done.stderr.decode('utf-8', 'replace')[-500:]}")
    return done.stdout.decode("utf-8")
