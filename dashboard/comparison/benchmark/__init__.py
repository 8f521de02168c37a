"""Does a study say what it promises? Studies by the thousand whose truth is known."""
