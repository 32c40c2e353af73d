"""A document is divided so that every piece fits the window and nothing is lost."""

from __future__ import annotations

from hand_built import build

from open_autoglm.tasks.chunks import RESERVED_TOKENS, TokenMeter, divide

SENTENCE = "本段说明第{}项工作的进展情况与下一步安排，内容由各部门核对。"


def test_a_short_document_is_one_chunk_that_knows_its_pages(scripted) -> None:
    engine, _ = scripted([])
    (chunk,) = divide(build("# 标题\n第一段。", "第二段。"), engine)
    assert chunk.text == "# 标题\n第一段。\n第二段。"
    assert chunk.pages == (1, 2)


def test_every_chunk_fits_and_every_paragraph_is_in_one(scripted) -> None:
    engine, _ = scripted([], window=2000)
    sentences = [SENTENCE.format(i) * 3 for i in range(60)]
    pages = ["\n".join(sentences[i : i + 10]) for i in range(0, 60, 10)]
    chunks = divide(build(*pages), engine)
    assert len(chunks) > 3
    meter = TokenMeter(engine, "")
    assert all(meter.count(chunk.text) <= 2000 - RESERVED_TOKENS for chunk in chunks)
    together = "\n".join(chunk.text for chunk in chunks)
    assert all(sentence in together for sentence in sentences)
    assert sorted({page for chunk in chunks for page in chunk.pages}) == [1, 2, 3, 4, 5, 6]


def test_one_paragraph_larger_than_the_window_is_split(scripted) -> None:
    engine, _ = scripted([], window=1500)
    chunks = divide(build("".join(SENTENCE.format(i) for i in range(100)), ""), engine)
    assert len(chunks) > 2
    assert all(chunk.pages == (1,) for chunk in chunks)
    assert sum(chunk.text.count("项工作") for chunk in chunks) == 100


def test_text_without_any_border_is_split_too(scripted) -> None:
    engine, _ = scripted([], window=1500)
    chunks = divide(build("天" * 5000), engine)
    assert sum(chunk.text.count("天") for chunk in chunks) == 5000


def test_a_heading_near_the_border_begins_the_next_chunk(scripted) -> None:
    engine, _ = scripted([], window=2000)
    part = "\n".join(SENTENCE.format(i) for i in range(25))
    chunks = divide(build(f"## 一、开头\n{part}\n## 二、结尾\n{part}"), engine)
    assert len(chunks) == 2
    assert "## 二、结尾" in chunks[1].text


def test_headers_footers_and_empty_documents_give_nothing(scripted) -> None:
    engine, _ = scripted([])
    assert divide(build("", ""), engine) == ()
