"""Completions for editors: asked for, ended where their statement does, checked, kept while typed."""
