"""The words around a result, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from open_autoglm.tasks.document_result import KeyKind, ParsedDocument


@dataclass(frozen=True)
class Labels:
    """Every word an output adds to the document's own."""

    summary: str
    key_information: str
    fields: str
    text: str
    problems: str
    notes: str
    page: str
    page_citation: str
    unverified: str
    low_confidence: str
    not_read: str
    missing: str
    model: str
    kinds: dict[KeyKind, str]

    def cite(self, pages: tuple[int, ...]) -> str:
        return self.page_citation.format(", ".join(map(str, pages))) if pages else ""


ENGLISH = Labels(
    summary="Summary",
    key_information="Key information",
    fields="Fields",
    text="Text",
    problems="What went wrong",
    notes="Notes",
    page="Page {}",
    page_citation="[p. {}]",
    unverified="not found in the document",
    low_confidence="low confidence {:.0%}",
    not_read="This page was not read: {}",
    missing="none",
    model="Model: {}",
    kinds={
        KeyKind.TITLE: "Title",
        KeyKind.PERSON: "People",
        KeyKind.ORGANIZATION: "Organizations",
        KeyKind.DATE: "Dates",
        KeyKind.AMOUNT: "Amounts",
        KeyKind.IDENTIFIER: "Identifiers",
        KeyKind.CONTACT: "Contacts",
        KeyKind.OBLIGATION: "Obligations",
        KeyKind.DEADLINE: "Deadlines",
        KeyKind.KEY_FIGURE: "Key figures",
    },
)

CHINESE = Labels(
    summary="摘要",
    key_information="关键信息",
    fields="字段",
    text="正文",
    problems="出现的问题",
    notes="说明",
    page="第 {} 页",
    page_citation="[第 {} 页]",
    unverified="文档中未找到",
    low_confidence="置信度低 {:.0%}",
    not_read="本页未能读取：{}",
    missing="无",
    model="模型：{}",
    kinds={
        KeyKind.TITLE: "标题",
        KeyKind.PERSON: "人物",
        KeyKind.ORGANIZATION: "机构",
        KeyKind.DATE: "日期",
        KeyKind.AMOUNT: "金额",
        KeyKind.IDENTIFIER: "编号",
        KeyKind.CONTACT: "联系方式",
        KeyKind.OBLIGATION: "义务",
        KeyKind.DEADLINE: "期限",
        KeyKind.KEY_FIGURE: "关键数据",
    },
)


def labels_of(result: ParsedDocument) -> Labels:
    """Those of the summary's language; without a summary, those of the script that prevails."""
    if result.summary is not None:
        return CHINESE if result.summary.language == "zh" else ENGLISH
    sample = "".join(region.text for page in result.document.pages[:5] for region in page.regions)[:4000]
    chinese = sum("\u4e00" <= character <= "\u9fff" for character in sample)
    return CHINESE if chinese * 4 > len(sample) else ENGLISH
