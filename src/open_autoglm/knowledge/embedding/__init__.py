"""Texts become vectors: one protocol, and what implements it."""
