"""What a project holds: its files, what they define, where similar code stands."""
