"""The text layer of a PDF: glyphs, words, lines, rulings and pictures of each page."""
