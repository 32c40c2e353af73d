"""Pages that are pictures: opened, turned upright, read, and joined with what text there is."""
