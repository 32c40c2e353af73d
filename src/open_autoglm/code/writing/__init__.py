"""A function asked for in words: the examples its docstring shows, and what a model answered."""
