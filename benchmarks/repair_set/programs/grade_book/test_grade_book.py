import pytest
from grade_book import GradeBook
from scores import letter, percent, weighted
from students import Student


def course():
    book = GradeBook({"exam": 3, "homework": 1})
    book.record("mei", "exam", 45, 50)
    book.record("mei", "homework", 70)
    book.record("tom", "exam", 85)
    book.record("ann", "homework", 50)
    book.record("ann", "homework", 60)
    return book


def test_grades():
    book = course()
    assert book.grade("mei") == (85.0, "B")
    assert book.grade("tom") == (85.0, "B")
    assert book.grade("ann") == (55.0, "F")


def test_ranking_with_shared_places():
    assert course().ranking() == [(1, "mei"), (1, "tom"), (3, "ann")]


def test_distribution_names_every_letter():
    assert course().distribution() == {"A": 0, "B": 2, "C": 0, "D": 0, "F": 1}


def test_averages():
    student = Student("li")
    for points in (60, 90, 75):
        student.record("quiz", points, 100)
    assert student.average("quiz") == 75
    assert student.average("quiz", drop_lowest=True) == 82.5
    assert student.average("exam") is None
    assert student.kinds() == ["quiz"]


def test_scores():
    assert [letter(value) for value in (90, 89.9, 70, 60, 59)] == ["A", "B", "C", "D", "F"]
    assert percent(3, 4) == 75
    assert weighted([(80, 1), (50, 2)]) == 60
    assert weighted([]) is None
    with pytest.raises(ValueError, match="bad score"):
        percent(1, 0)


def test_kinds_without_a_weight():
    with pytest.raises(KeyError):
        course().record("mei", "essay", 5)
