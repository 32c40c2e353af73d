"""Logs, metrics and traces; every name stands in one place."""
