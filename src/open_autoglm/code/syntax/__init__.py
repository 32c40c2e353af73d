"""What a parse tells of a source: faults, definitions, imports, names. Only here is the parser named."""
