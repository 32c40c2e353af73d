"""Pages rendered from our own HTML, so that every table, cell and span on them is known."""
