"""Faults that people often make in Python, each with the change that undoes it."""
