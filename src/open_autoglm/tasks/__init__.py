"""Tasks, one verb per file: each takes its engine and stores as arguments and returns a typed result."""
