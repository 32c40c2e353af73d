"""Folders become a base: what is new or has changed is read, what is gone is forgotten."""
