"""Files that state their own structure: office documents, web pages, values, Markdown, text."""
