"""Video: decoded, detected, tracked, and judged by rules. Events with their times come out."""
