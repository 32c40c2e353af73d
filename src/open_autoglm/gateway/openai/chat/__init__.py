"""POST /v1/chat/completions: what may be asked, what is answered, and the way between."""
