"""The local API gateway: OpenAI, Anthropic and Ollama dialects over one service."""
