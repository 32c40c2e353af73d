"""Sections of the benchmark of retrieval: what is found, and what is answered from it."""
