"""Known faults, put into the real trainers from outside: what the health rules are measured on."""
