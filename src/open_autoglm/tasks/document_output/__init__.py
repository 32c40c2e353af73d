"""The result of document_parse as a file: text, Markdown, JSON or HTML, chosen by extension."""

from open_autoglm.tasks.document_output.write import FORMATS, format_of, write_result

__all__ = ["FORMATS", "format_of", "write_result"]
