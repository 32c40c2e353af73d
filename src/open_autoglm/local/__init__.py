"""The local adaptation layer: what this machine has, what fits it, and the model files."""
