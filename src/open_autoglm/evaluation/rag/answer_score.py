"""How good an answer is: whether there is one, what it cites, and whether it holds what is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from open_autoglm.evaluation.rag.right_passage import Passage
from open_autoglm.evaluation.rag.same_words import holds


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer of a knowledge base, as far as it is scored."""

    text: str
    found: bool
    """False: it said that the documents hold no answer."""
    quoted: bool
    """The documents' own sentences stand for an answer of the model."""
    cited: tuple[tuple[Passage, ...], ...]
    """For each sentence the passages that it cites."""
    removed: int
    """Sentences of the model that the check left out."""
    seconds: float
    """That answering took; of an answer that was kept, those of the run that made it."""


@dataclass(frozen=True, slots=True)
class AnswerScore:
    """``cited_right`` of the ``sentences`` cite a passage that answers the question."""

    sentences: int
    cited_right: int
    holds_known: bool | None
    """Whether it holds the known answer; None where none is known."""


def score_answer(
    given: GivenAnswer, is_right: Callable[[Passage], bool], known: Sequence[str] = ()
) -> AnswerScore:
    """A sentence cites rightly where one of its passages is right; ``known``: one of these must be said."""
    return AnswerScore(
        sentences=len(given.cited),
        cited_right=sum(any(is_right(passage) for passage in passages) for passages in given.cited),
        holds_known=given.found and any(holds(given.text, one) for one in known) if known else None,
    )
