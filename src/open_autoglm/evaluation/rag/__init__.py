"""Whether a knowledge base finds the passages that answer, cites them, and says what is not there."""
