"""What came to lie in the picture, or went away from it, and has not moved since."""
