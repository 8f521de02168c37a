"""The language of the search box, and the runs it finds."""
