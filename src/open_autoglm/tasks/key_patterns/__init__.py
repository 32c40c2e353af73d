"""What rules alone find in a text, in Chinese and English, each with its exact place."""

from open_autoglm.tasks.key_patterns.find import find_patterns
from open_autoglm.tasks.key_patterns.match import PatternMatch

__all__ = ["PatternMatch", "find_patterns"]
