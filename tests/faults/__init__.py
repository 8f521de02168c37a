"""Real processes are killed; nothing that was logged may be missing or doubled."""
