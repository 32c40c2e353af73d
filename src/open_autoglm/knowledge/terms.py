"""The words of a text as they are indexed and asked for."""
