"""Source code: read, parse, index, complete, run and repair."""
