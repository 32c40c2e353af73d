"""The Anthropic dialect: messages, streamed or whole, and the count of their tokens."""
