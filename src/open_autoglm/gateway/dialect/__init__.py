"""What all API dialects share: fields and how they are checked, pictures, sampling, documented answers."""
