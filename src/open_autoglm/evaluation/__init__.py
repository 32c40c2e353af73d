"""Scores and comparisons: text, tables, speed, accuracy."""
