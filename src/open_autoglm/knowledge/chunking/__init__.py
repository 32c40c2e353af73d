"""A document becomes chunks: pieces that belong together, each with where it stands."""
