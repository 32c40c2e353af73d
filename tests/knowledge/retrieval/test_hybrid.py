"""The retriever over a real SQLite base: what is found, folded, shown around, and told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from base_samples import LetterEmbedder, chunk, embed_all, record

from open_autoglm.errors import UsageError
from open_autoglm.knowledge.hit import Found
from open_autoglm.knowledge.retrieval.hybrid import HybridRetriever
from open_autoglm.knowledge.retrieval.question import MAX_CHARACTERS
from open_autoglm.knowledge.store.base_store import Filters
from open_autoglm.knowledge.store.sqlite_store import SqliteStore

LEAVE = "员工请假应当提前三个工作日向部门主管提交书面申请。"
FIREWALL = "The firewall drops every packet that no rule has accepted."
TRAVEL = "差旅费凭发票在返回后十天内报销，逾期不予办理。"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path)
    yield store
    store.close()


def put(store: SqliteStore, path: str, *texts: str, headings: Sequence[str] = ()) -> None:
    store.put_file(record(path), [chunk(text, tuple(headings)) for text in texts])


def texts(found: Found) -> list[str]:
    return [hit.found.chunk.text for hit in found.hits]


def by_words(store: SqliteStore) -> HybridRetriever:
    return HybridRetriever(store, None)


def by_both(store: SqliteStore) -> HybridRetriever:
    embedder = LetterEmbedder()
    embed_all(store, embedder)
    return HybridRetriever(store, embedder)


def test_the_chunk_with_the_words_comes_first(store: SqliteStore) -> None:
    put(store, "/a.txt", LEAVE, FIREWALL, TRAVEL)
    for retriever in (by_words(store), by_both(store)):
        assert texts(retriever.search("请假要提前几天申请？"))[0] == LEAVE
        assert texts(retriever.search("What does the firewall drop?"))[0] == FIREWALL


def test_traditional_characters_find_simplified_ones(store: SqliteStore) -> None:
    put(store, "/a.txt", LEAVE, TRAVEL)
    (hit, *_) = by_words(store).search("員工請假").hits
    assert hit.found.chunk.text == LEAVE
    assert hit.reasons.matched == ("員工請假",)


def test_reasons_name_the_window_and_the_words(store: SqliteStore) -> None:
    put(store, "/a.txt", TRAVEL * 6 + LEAVE)
    (hit, *_) = by_both(store).search("部门主管").hits
    window = hit.found.chunk.windows[hit.reasons.window]
    assert "主管" in hit.found.chunk.text[window.start : window.end]
    assert hit.reasons.matched == ("部门主管",)
    assert hit.reasons.words > 0
    assert hit.reasons.meaning is not None


def test_scores_fall_and_lie_between_0_and_1(store: SqliteStore) -> None:
    put(store, "/a.txt", LEAVE, FIREWALL, TRAVEL)
    scores = [hit.score for hit in by_both(store).search("请假申请").hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_what_the_base_does_not_know_is_not_answerable(store: SqliteStore) -> None:
    put(store, "/a.txt", LEAVE, FIREWALL, TRAVEL)
    assert by_words(store).search("请假要提前几天申请？").answerable
    assert not by_words(store).search("怎样给水稻施肥？").answerable
    assert not by_words(store).search("How do I enable BitLocker?").answerable


def test_copies_are_folded_into_one_hit(store: SqliteStore) -> None:
    put(store, "/a.txt", LEAVE, TRAVEL)
    put(store, "/copy.txt", LEAVE)
    (hit,) = [hit for hit in by_words(store).search("请假申请").hits if hit.found.chunk.text == LEAVE]
    assert [one.file.path for one in hit.same] == ["/copy.txt"]


def test_another_number_is_another_statement(store: SqliteStore) -> None:
    amounts = [f"本合同总价为人民币{amount}元，签订之后三十天内由甲方一次付清。" for amount in (5000, 8000)]
    put(store, "/a.txt", amounts[0])
    put(store, "/b.txt", amounts[1])
    assert sorted(texts(by_words(store).search("合同总价"))) == amounts


def test_neighbours_of_the_section_and_the_parents_beginning_are_around(store: SqliteStore) -> None:
    chapter, section = ("假期",), ("假期", "请假")
    store.put_file(
        record("/a.txt"),
        [
            chunk("本章规定各种假期。", chapter),
            chunk("其他说明文字。", ("假期", "年假")),
            chunk("适用于正式员工。", section),
            chunk(LEAVE, section),
            chunk("病假须附医院证明。", section),
            chunk("另起一章。", ("工资",)),
        ],
    )
    (hit, *_) = by_words(store).search("提前三个工作日", limit=1).hits
    assert [one.chunk.text for one in hit.around] == [
        "本章规定各种假期。",
        "适用于正式员工。",
        "病假须附医院证明。",
    ]


def test_filters_hold_for_words_and_meaning(store: SqliteStore) -> None:
    put(store, "/hr/a.txt", LEAVE)
    put(store, "/it/b.txt", FIREWALL)
    for retriever in (by_words(store), by_both(store)):
        assert texts(retriever.search("请假 firewall", filters=Filters(folder="/it"))) == [FIREWALL]


def test_limit(store: SqliteStore) -> None:
    for number in range(30):
        put(store, f"/{number}.txt", f"第{number}号文件规定了{'甲乙丙丁戊'[number % 5]}组的请假办法。")
    assert len(by_words(store).search("请假办法", limit=5).hits) == 5
    assert len(by_words(store).search("请假办法", limit=0).hits) == 1


def test_many_questions_have_the_answers_of_each(store: SqliteStore) -> None:
    put(store, "/a.txt", LEAVE, FIREWALL, TRAVEL)
    retriever = by_both(store)
    asked = ["请假申请", "firewall rule", "发票报销"]
    assert retriever.search_many(asked) == [retriever.search(one) for one in asked]
    assert retriever.search_many([]) == []


def test_without_a_model_it_says_that_words_alone_were_searched(store: SqliteStore) -> None:
    put(store, "/a.txt", LEAVE)
    assert by_words(store).search("请假").notes == ("Searched by words alone: no embedding model is in use.",)


def test_missing_vectors_are_told(store: SqliteStore) -> None:
    put(store, "/a.txt", LEAVE)
    retriever = HybridRetriever(store, LetterEmbedder())
    assert "no passage has its vectors yet" in retriever.search("请假").notes[0]
    embed_all(store, LetterEmbedder())
    assert retriever.search("请假").notes == ()
    put(store, "/b.txt", TRAVEL)
    assert retriever.search("请假").notes == (
        "50% of the base has no vectors yet and is found by words alone.",
    )
    assert texts(retriever.search("发票报销"))[0] == TRAVEL


def test_an_empty_base_says_so(store: SqliteStore) -> None:
    found = by_words(store).search("请假")
    assert (found.hits, found.answerable) == ((), False)
    assert "empty" in found.notes[0]


def test_a_long_question_is_cut_and_that_is_said(store: SqliteStore) -> None:
    put(store, "/a.txt", LEAVE)
    found = by_words(store).search("请假" * 50_000)
    assert texts(found) == [LEAVE]
    assert f"first {MAX_CHARACTERS:,} characters" in found.notes[-1]


@pytest.mark.parametrize("question", ["", "  \n\u3000"])
def test_an_empty_question_is_refused(store: SqliteStore, question: str) -> None:
    with pytest.raises(UsageError, match="empty"):
        by_words(store).search(question)


@pytest.mark.parametrize("question", ["?!", '" OR 1 --', "\0", "NEAR(a b)", "的", "\ud800", "😀" * 50])
def test_odd_questions_find_nothing_or_something_but_never_fail(store: SqliteStore, question: str) -> None:
    put(store, "/a.txt", LEAVE, FIREWALL)
    by_words(store).search(question)
    by_both(store).search(question)
