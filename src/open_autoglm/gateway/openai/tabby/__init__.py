"""What Tabby's editor plugins ask: completions of segments, and whether the server is well."""
