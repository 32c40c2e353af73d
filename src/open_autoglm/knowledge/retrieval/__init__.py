"""What a question asks for is found by its words and its meaning, scored, and shown with its reasons."""
