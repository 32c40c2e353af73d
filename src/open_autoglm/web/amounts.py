"""Amounts as people read them."""

from __future__ import annotations


def gigabytes(amount: int) -> str:
    """Bytes in the unit that leaves few digits: ``850 MB``, ``1.1 GB``."""
    if amount < 1_000_000_000:
        return f"{amount / 1_000_000:.0f} MB"
    return f"{amount / 1_000_000_000:.1f} GB"


def duration(seconds: float) -> str:
    """``40 s``, ``12 min``, ``3 h 5 min``."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
