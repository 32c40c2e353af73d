"""Names of organizations by their legal form, and of people by the label or title in front of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from open_autoglm.tasks.document_result import KeyKind
from open_autoglm.tasks.key_patterns.match import PatternMatch

_CHINESE_ORGANIZATION = re.compile(
    r"[\u4e00-\u9fffA-Za-z0-9·（）()]{2,24}?(?:有限责任公司|股份有限公司|有限公司|分公司|集团公司|总公司|大学"
    r"|研究院|研究所|出版社|事务所|人民法院|人民政府|委员会|协会|基金会|银行|医院|(?:水务|水利|气象|统计|财政|税务"
    r"|公安|教育|民政|环保|生态环境|交通运输|管理|监督|监管|规划)局|(?:水文|气象|监测|观测|检测)站|(?:研发|研究|检测"
    r"|技术|数据|服务|管理|交易)中心|(?<!本)集团(?!公司))"
)
_CHINESE_LEAD_IN = re.compile(
    r"^.*?(?:[:：]|以下简称|甲方|乙方|丙方|双方|采购方|供应方|承包人|发包人"
    r"|(?<!共)(?:由|与|和|及|向|对|在|为|是|至|经|将|被|于|从|以及|委托|包括|提交|报送|根据|按照|通过|给|到|受|等|了|的))"
)
_ENGLISH_WORDS = r"\b(?:(?:[A-Z][\w&'-]{0,30}|of|and|&|for|the) ){0,6}?[A-Z][\w&'-]{0,30}"
_ENGLISH_ORGANIZATION = re.compile(
    rf"{_ENGLISH_WORDS}(?:,? (?:Inc\.?|Ltd\.?|LLC|LLP|L\.P\.|Limited|Co\.,? Ltd\.?|GmbH|AG|S\.A\.|PLC|plc)"
    r"| (?:Corporation|Corp\.?|Company|University|Institute|Bank|Association|Foundation|Laboratory"
    r"|Laboratories|Council|Agency|Authority|Ministry|Bureau|Commission|Station|Hospital|Clinic|College|Academy"
    r"|Society))(?![\w])"
)
_UNIVERSITY_OF = re.compile(
    r"\b(?:University|Institute|Ministry|Bank|Department) of (?:[A-Z][\w-]{1,30}(?: and )? ?){1,4}"
)
_LEADING_SMALL = re.compile(r"^(?:(?:The|This|Between|By|And|For|Of|the|and|of|for|&)[ ,]+)+")

_CHINESE_PERSON = re.compile(
    r"(?:法定代表人|授权代表|委托代理人|代表人?|联系人|负责人|经办人|签字人?|主持人?|记录人?|出席人?员?|参会人员|与会人员"
    r"|列席人?员?|作者|项目经理|姓名|收件人|审核人?|批准人?|编制人?|开票人|复核人?|收款人|总经理|董事长|主任|缺席|责任人"
    r"|巡查人|检查人|校核人?|编辑|撰稿人?)"
    r"\s*[:：]\s*(?P<value>[\u4e00-\u9fff·]{2,4}(?:\s*[、，,;；]\s*[\u4e00-\u9fff·]{2,4}(?![\u4e00-\u9fff]))*)"
    r"(?![\u4e00-\u9fff])"
)
_NAME = (
    r"(?:[A-Z]\. ?){1,2}[A-Z][a-zé'’-]{1,30}"
    r"|[A-Z][a-zé'’-]{1,30}(?: [A-Z]\.)?(?: (?:van|von|de|da|del|bin))?(?: [A-Z][A-Za-zé'’-]{1,30}){1,2}"
)
_TITLED_PERSON = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Prof|Professor)\.? "
    r"(?P<value>[A-Z][a-zé'’-]{1,30}(?: [A-Z]\.)?(?: [A-Z][a-zé'’-]{1,30}){0,2})"
)
_LABELLED_PERSON = re.compile(
    r"(?:Authors?|Editors?|Checked by|Inspected by|Inspectors?|Prepared by"
    r"|Written by|Contact(?: person)?|Attendees|Present|Chair(?:person|ed by)?"
    r"|Signed by|Attention|Attn|Name|Owner|Apologies|Minutes(?: by| taken by)?|Approved by|Reviewed by"
    r"|Project manager|By)\s*[:：]\s*"
    rf"(?P<value>(?:{_NAME})(?:(?:, | and |; |, and )(?:{_NAME}))*)"
)
_SEPARATOR = re.compile(r"\s*[、，,;；]\s*(?:and )?| and ")
_NOT_A_NAME = frozenset({"甲方", "乙方", "丙方", "双方", "盖章", "签字", "签章", "日期", "电话", "地址"})


def find_names(text: str) -> Iterator[PatternMatch]:
    """Organizations and people that their form or label makes certain. Others need the model."""
    yield from _organizations(text)
    yield from _people(text)


def _organizations(text: str) -> Iterator[PatternMatch]:
    for pattern in (_CHINESE_ORGANIZATION, _ENGLISH_ORGANIZATION, _UNIVERSITY_OF):
        for match in pattern.finditer(text):
            start, value = match.start(), match[0]
            lead = (_CHINESE_LEAD_IN if pattern is _CHINESE_ORGANIZATION else _LEADING_SMALL).match(value)
            while lead and len(value) - lead.end() >= 4:
                start, value = start + lead.end(), value[lead.end() :]
                lead = (_CHINESE_LEAD_IN if pattern is _CHINESE_ORGANIZATION else _LEADING_SMALL).match(value)
            value = value.strip(" ,")
            opened = value.count("（") + value.count("(")
            if opened != value.count("）") + value.count(")"):
                cut = max(value.rfind("）"), value.rfind(")")) + 1 if opened == 0 else 0
                start, value = start + cut, value[cut:]
            if len(value) >= 4:
                yield PatternMatch(KeyKind.ORGANIZATION, start, start + len(value), value)


def _people(text: str) -> Iterator[PatternMatch]:
    for pattern in (_CHINESE_PERSON, _TITLED_PERSON, _LABELLED_PERSON):
        for match in pattern.finditer(text):
            label = text[match.start() : match.start("value")].strip(" :：")
            place = match.start("value")
            for name in _SEPARATOR.split(match["value"]):
                start = text.find(name, place)
                place = start + len(name)
                if len(name) >= 2 and name not in _NOT_A_NAME:
                    yield PatternMatch(KeyKind.PERSON, start, place, name, None, label)
