"""Finding runs: the language of the search box, and the indexed tables that it reads."""
