"""The routes that llama.cpp's own server adds: infill, tokenize and detokenize."""
