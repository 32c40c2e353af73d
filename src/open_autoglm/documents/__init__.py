"""Open any file: pages, regions, text, tables, formulas, reading order, Markdown and JSON."""
