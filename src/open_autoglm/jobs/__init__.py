"""Work that takes minutes: handed in, watched, stopped, fetched, and gone on with after a restart."""
