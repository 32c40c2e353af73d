"""Makes the shipped set of broken programs from right ones: see ``make_repair_set.py``."""
