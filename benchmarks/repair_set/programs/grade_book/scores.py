"""Scores of one course."""


def percent(points, possible):
    """Return the points as a percentage; raises ValueError unless ``0 <= points`` and ``possible > 0``."""
    if points < 0 or possible <= 0:
        raise ValueError(f"bad score: {points} of {possible}")
    return 100 * points / possible


def letter(percentage):
    """Return the grade: A from 90, B from 80, C from 70, D from 60, else F."""
    for grade, lowest in (("A", 90), ("B", 80), ("C", 70), ("D", 60)):
        if percentage >= lowest:
            return grade
    return "F"


def weighted(parts):
    """Return the mean of ``(value, weight)`` pairs by their weights; None where the weights add up to 0."""
    total = sum(weight for _, weight in parts)
    if total == 0:
        return None
    return sum(value * weight for value, weight in parts) / total
