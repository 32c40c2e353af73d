"""Serving models to many callers: which model, in what order, from which cache, in which slot."""
