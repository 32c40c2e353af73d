"""From a place in a text to a completion worth showing: where it ends, whether it parses, what it repeats."""
