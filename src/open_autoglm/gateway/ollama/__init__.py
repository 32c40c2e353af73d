"""The Ollama dialect: chat and generate as JSON lines, and what its clients ask about models."""
