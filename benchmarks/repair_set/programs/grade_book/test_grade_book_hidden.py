import pytest
from grade_book import GradeBook
from scores import letter, percent, weighted
from students import Student


@pytest.mark.parametrize(
    ("value", "grade"),
    [
        (100, "A"),
        (90, "A"),
        (89.99, "B"),
        (80, "B"),
        (79, "C"),
        (70, "C"),
        (69, "D"),
        (60, "D"),
        (59.9, "F"),
        (0, "F"),
    ],
)
def test_letters(value, grade):
    assert letter(value) == grade


@pytest.mark.parametrize(
    ("points", "possible", "result"), [(0, 5, 0), (5, 5, 100), (1, 8, 12.5), (6, 5, 120)]
)
def test_percent(points, possible, result):
    assert percent(points, possible) == result


@pytest.mark.parametrize(("points", "possible"), [(-1, 5), (1, 0), (1, -2)])
def test_bad_scores(points, possible):
    with pytest.raises(ValueError, match="bad score"):
        percent(points, possible)


def test_weighted():
    assert weighted([(100, 0), (50, 2)]) == 50
    assert weighted([(100, 0)]) is None
    assert weighted([(90, 1)]) == 90


def test_dropping_the_lowest():
    student = Student("s")
    assert student.average("x", drop_lowest=True) is None
    student.record("x", 40, 100)
    assert student.average("x", drop_lowest=True) == 40
    student.record("x", 20, 100)
    assert student.average("x", drop_lowest=True) == 40
    assert student.average("x") == 30


def test_final_over_kinds():
    student = Student("s")
    student.record("exam", 80, 100)
    student.record("quiz", 50, 100)
    student.record("other", 0, 100)
    assert student.kinds() == ["exam", "quiz", "other"]
    assert student.final({"exam": 2, "quiz": 1}) == 70
    assert student.final({"exam": 2, "essay": 8}) == 80
    assert student.final({"essay": 1}) is None
    assert Student("t").final({"exam": 1}) is None


def test_a_result_of_zero_counts():
    book = GradeBook({"exam": 1, "quiz": 1})
    book.record("a", "exam", 0)
    book.record("a", "quiz", 100)
    assert book.grade("a") == (50.0, "F")


def test_rounding_before_the_letter():
    book = GradeBook({"exam": 1})
    book.record("a", "exam", 89.96)
    book.record("b", "exam", 89.94)
    assert book.grade("a") == (90.0, "A")
    assert book.grade("b") == (89.9, "B")


def test_places():
    book = GradeBook({"exam": 1})
    for name, points in (("d", 50), ("b", 70), ("c", 70), ("a", 60), ("e", 90)):
        book.record(name, "exam", points)
    assert book.ranking() == [(1, "e"), (2, "b"), (2, "c"), (4, "a"), (5, "d")]
    assert GradeBook({}).ranking() == []


def test_weights_are_the_books_own():
    weights = {"exam": 1}
    book = GradeBook(weights)
    weights["quiz"] = 9
    with pytest.raises(KeyError):
        book.record("a", "quiz", 1)
    with pytest.raises(KeyError):
        book.grade("nobody")


def test_refused_results_leave_no_trace():
    book = GradeBook({"exam": 1})
    with pytest.raises(KeyError):
        book.record("a", "quiz", 1)
    assert book.ranking() == []
    assert book.distribution() == dict.fromkeys("ABCDF", 0)
