"""Notes and summary with a scripted model: language, repetition, pages, facts and long documents."""

from __future__ import annotations

import re

from hand_built import build

from open_autoglm.documents.model import Document
from open_autoglm.tasks.chunks import divide
from open_autoglm.tasks.document_result import KeyKind, Summary
from open_autoglm.tasks.document_text import passages_of
from open_autoglm.tasks.grounding import DocumentIndex
from open_autoglm.tasks.summarize_document import MAX_POINTS, summarize_document
from open_autoglm.tasks.take_notes import ChunkNotes, take_notes
from open_autoglm.values import ChatRequest

DOCUMENT = build(
    "# 年度报告\n全年客运量达到8.64亿人次，同比增长6.2%。",
    "地面公交客运量下降2.1%，主要受轨道交通分流影响。\n财政补贴26.4亿元，比上年减少。",
)


def said(*points: str, lists: str = "人名: \n机构: ") -> str:
    return "\n".join([*(f"{number}. {text}" for number, text in enumerate(points, start=1)), lists])


def note(engine, document: Document, language: str = "zh") -> list[ChunkNotes]:
    return list(take_notes(divide(document, engine), engine, language, lambda *_: None))


def summarize(scripted, *answers: str, document: Document = DOCUMENT, language: str = "zh") -> Summary:
    engine, _ = scripted(list(answers))
    notes = note(engine, document, language)
    index = DocumentIndex(passages_of(document))
    return summarize_document(notes, "年度报告", index, engine, language, lambda *_: None)


def test_a_summary_has_overview_points_and_pages(scripted) -> None:
    summary = summarize(
        scripted,
        said("全年客运量达到8.64亿人次，增长6.2%。", "财政补贴为26.4亿元，比上年减少。"),
        "全年客运量增长，补贴减少。",
    )
    assert summary.overview == "全年客运量增长，补贴减少。"
    assert [(point.pages, point.verified) for point in summary.points] == [((1,), True), ((2,), True)]
    assert (summary.language, summary.parts, summary.notes) == ("zh", 1, ())


def test_a_wrong_page_is_corrected_from_the_text(scripted) -> None:
    summary = summarize(scripted, said("全年客运量达到8.64亿人次，增长6.2%。"), "本报告说明客运量增长。")
    assert [point.pages for point in summary.points] == [(1,)]


def test_a_wrong_number_makes_a_point_unverified(scripted) -> None:
    summary = summarize(scripted, said("全年客运量达到9.64亿人次，同比增长6.2%。"), "本报告说明客运量增长。")
    assert [point.verified for point in summary.points] == [False]
    assert "unverified" in summary.notes[-1]


def test_what_no_page_supports_is_dropped(scripted) -> None:
    summary = summarize(
        scripted,
        said("全年客运量达到8.64亿人次。", "企鹅在南极海岸集体孵化并抚育幼鸟。"),
        "本报告说明客运量增长。",
    )
    assert len(summary.points) == 1
    assert "dropped" in summary.notes[0]


def test_repeated_points_stand_once(scripted) -> None:
    summary = summarize(
        scripted,
        said("全年客运量达到8.64亿人次。", "全年客运量达到8.64亿人次，同比。"),
        "本报告说明客运量增长。",
    )
    assert len(summary.points) == 1


def test_an_answer_in_the_wrong_language_is_asked_again_once(scripted) -> None:
    summary = summarize(
        scripted,
        said("Ridership reached 864 million this year."),
        said("全年客运量达到8.64亿人次。"),
        "本报告说明客运量增长。",
    )
    assert [point.text for point in summary.points] == ["全年客运量达到8.64亿人次。"]


def test_when_the_second_answer_is_no_better_the_notes_say_so(scripted) -> None:
    engine, script = scripted([said("Ridership reached 864 million."), said("Still in English here.")])
    (notes,) = note(engine, DOCUMENT)
    assert notes.points == ()
    assert "also when asked again" in notes.notes[-1]
    assert len(script.requests) == 2


def test_an_overview_sentence_with_an_invented_number_is_dropped(scripted) -> None:
    summary = summarize(
        scripted,
        said("全年客运量达到8.64亿人次。"),
        "全年客运量增长。总投资达999亿元。",
    )
    assert summary.overview == "全年客运量增长。"
    assert "overview" in summary.notes[0]


def test_without_a_usable_overview_verified_points_stand_in_and_the_notes_say_so(scripted) -> None:
    summary = summarize(
        scripted,
        said("全年客运量达到8.64亿人次。"),
        "This is English.",
        "English again.",
    )
    assert summary.overview == "全年客运量达到8.64亿人次。"
    assert any("first verified points" in remark for remark in summary.notes)


def test_of_many_points_the_model_chooses_and_every_part_is_read(scripted) -> None:
    pages = [
        "\n".join(f"第{page}章第{i}节记录了编号{page * 100 + i}的观测结果与说明文字。" for i in range(30))
        for page in range(1, 9)
    ]

    def answer(request: ChatRequest) -> str:
        prompt = str(request.messages[1].content)
        if request.json_schema:
            return '{"keep": [1, 3, 3, 99]}'
        if "root ::= text" in str(request.grammar):
            return "本文记录了各章观测结果。"
        lines = re.findall(r"第\d+章第\d+节记录了编号\d+的观测结果", prompt)
        return said(*(line + "。" for line in (lines[0], lines[len(lines) // 2], lines[-1])))

    engine, script = scripted(answer, window=2000)
    document = build(*pages)
    notes = note(engine, document)
    summary = summarize_document(
        notes, "", DocumentIndex(passages_of(document)), engine, "zh", lambda *_: None
    )
    assert summary.parts == len(notes) > 4
    assert len(summary.points) == MAX_POINTS
    assert all(point.verified and point.pages for point in summary.points)
    assert len({point.text for point in summary.points}) == MAX_POINTS
    assert any("points were chosen" in remark for remark in summary.notes)
    assert all(request.max_tokens for request in script.requests)


def test_a_document_in_another_language_is_summarized_in_the_one_asked_for(scripted) -> None:
    summary = summarize(
        scripted,
        said("Ridership reached 864 million trips, up 6.2%."),
        "Ridership grew by 6.2%.",
        language="en",
    )
    assert summary.language == "en"
    assert [(point.pages, point.verified) for point in summary.points] == [((1,), True)]


def test_a_short_document_has_more_points_and_a_short_text_fewer(scripted) -> None:
    engine, script = scripted(lambda _: said("这是很短的一份说明文字。"))
    note(engine, build("这是很短的一份说明文字。"))
    note(engine, build("本站记录了这一天在观测站得到的各项结果与说明文字。" * 20))
    short, long = (str(request.grammar) for request in script.requests)
    assert ('"1. "' in short, '"2. "' in short) == (True, False)
    assert ('"5. "' in long, '"6. "' in long) == (True, False)


def test_points_that_are_no_plain_sentences_are_dropped_and_counted(scripted) -> None:
    summary = summarize(
        scripted,
        said(
            "全年客运量达到8.64亿人次，增长6.2%。",
            "财政 subsidies 为26.4亿元，比上年减少。",
            "|季节|补贴26.4亿元|-|",
        ),
        "本报告说明全年客运量增长。",
    )
    assert [point.text for point in summary.points] == ["全年客运量达到8.64亿人次，增长6.2%。"]


def test_the_words_of_a_heading_are_no_part_of_a_point(scripted) -> None:
    document = build("## 第五条 违约责任\n乙方逾期交货的，按合同总价的0.1%支付违约金。")
    engine, _ = scripted([said("违约责任，乙方逾期交货应按合同总价的0.1%支付违约金。")])
    (notes,) = note(engine, document)
    assert [point.text for point in notes.points] == ["乙方逾期交货应按合同总价的0.1%支付违约金。"]


def test_names_and_figures_come_with_the_points(scripted) -> None:
    answer = said(
        "全年客运量达到8.64亿人次。",
        lists="人名: 王伟、李娜\n机构: 交通局",
    )
    engine, _ = scripted([answer])
    (notes,) = note(engine, DOCUMENT)
    assert [(finding.kind, finding.value, finding.label) for finding in notes.findings] == [
        (KeyKind.PERSON, "王伟", ""),
        (KeyKind.PERSON, "李娜", ""),
        (KeyKind.ORGANIZATION, "交通局", ""),
        (KeyKind.KEY_FIGURE, "8.64亿人次", "全年客运量"),
    ]


def test_an_overview_keeps_whole_sentences_only(scripted) -> None:
    summary = summarize(
        scripted, said("全年客运量达到8.64亿人次。"), "本报告说明全年客运量增长。财政补贴比上年减少，而且"
    )
    assert summary.overview == "本报告说明全年客运量增长。"


def test_formulas_headers_and_table_marks_are_not_put_to_the_model(scripted) -> None:
    engine, script = scripted(lambda _: said("全年客运量达到8.64亿人次。"))
    rows = " // ".join(f"第{i}项 | {i} | 1" for i in range(9))
    note(engine, build(f"客运量𝑄与速度𝑣有关，按年统计。\n项目 | 数量 | 单价 // {rows} // 合计 | 99 | 9"))
    prompt = str(script.requests[0].messages[1].content)
    assert "客运量Q与速度v有关" in prompt
    assert "|" not in prompt
    assert "合计; 99; 9" in prompt
    assert "more rows" in prompt
