"""Where a base is kept: one protocol, SQLite on this machine or Qdrant on several."""
