"""Inference engines behind one protocol. Nothing outside this package names an inference library."""
