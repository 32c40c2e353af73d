"""A private knowledge base: files become chunks, chunks are found again by their words and their meaning."""
