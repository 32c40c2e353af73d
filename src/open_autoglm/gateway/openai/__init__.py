"""The OpenAI dialect: chat, completions, responses, models, embeddings, and llama.cpp's additions to it."""
