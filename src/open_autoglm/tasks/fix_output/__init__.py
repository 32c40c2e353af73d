"""The forms of a repair: plain text, Markdown, HTML, JSON and a bare diff."""
