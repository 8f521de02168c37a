"""A study as one document that needs no server: HTML to keep and print, Markdown to paste."""
