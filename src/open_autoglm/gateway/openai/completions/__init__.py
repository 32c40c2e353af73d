"""POST /v1/completions: text to go on with, past any chat template."""
