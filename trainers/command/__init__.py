"""Other people's training as a trainer: commands that an administrator registered in a file."""
