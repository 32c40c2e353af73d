"""The forms of a recording's result: JSON, Markdown, HTML, CSV, and the videos and texts beside it."""
