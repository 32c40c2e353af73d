"""Candidates that need no guess: what a linter fixes, what an import gives, what a parser misses."""
