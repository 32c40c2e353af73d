"""Lines become regions with types in reading order; then all pages are looked at together."""
