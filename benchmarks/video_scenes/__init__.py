"""Scenes with exactly known events, composed of real people on a real square; ``write`` makes files."""
