"""Tasks over HTTP: hand a file in, watch it, fetch what came out."""
