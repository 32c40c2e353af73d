"""Sections of the coding benchmark."""
