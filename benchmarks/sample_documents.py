"""Documents in our own words with known key information, for measuring without a reader's errors.

People, companies, numbers and addresses are invented. A line of markup becomes a region: ``# `` a title,
``## `` a heading, ``- `` a list item, ``| `` a table row, ``===`` a new page, anything else a paragraph.
"""

# ruff: noqa: E501 (a line of a document is a line)

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from open_autoglm.documents.model import (
    Box,
    Document,
    Page,
    ReadBy,
    Region,
    RegionType,
    Source,
    Table,
    TableCell,
)
from open_autoglm.tasks.document_result import KeyKind

PAGE_WIDTH, PAGE_HEIGHT = 595.0, 842.0


@dataclass(frozen=True)
class Sample:
    """A document and what it is known to hold; of dates and amounts the normalized form."""

    name: str
    language: str
    markup: str
    truth: dict[KeyKind, tuple[str, ...]] = field(default_factory=dict)

    @property
    def document(self) -> Document:
        return build_document(self.name, self.markup)


def build_document(name: str, markup: str) -> Document:
    """The markup as if it had been read from a born-digital file."""
    pages = tuple(
        Page(number=number, width=PAGE_WIDTH, height=PAGE_HEIGHT, regions=tuple(_regions(text, number)))
        for number, text in enumerate(markup.strip().split("===\n"), start=1)
    )
    source = Source(
        name=name, sha256="0" * 64, media_type="application/pdf", size_bytes=1, page_count=len(pages)
    )
    return Document(source=source, pages=pages)


def _regions(text: str, page: int) -> Iterator[Region]:
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    number = 0
    for table, group in groupby(lines, key=lambda line: line.startswith("|")):
        for item in [list(group)] if table else [[line] for line in group]:
            number += 1
            box = Box(x0=50, y0=40 + 30 * number, x1=545, y1=65 + 30 * number)
            yield _region(item, table=table, id_=f"p{page}-r{number}", page=page, box=box)


def _region(lines: list[str], *, table: bool, id_: str, page: int, box: Box) -> Region:
    if table:
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
        cells = tuple(
            TableCell(row=r, column=c, text=text, header=r == 0)
            for r, row in enumerate(rows)
            for c, text in enumerate(row)
        )
        return Region(
            id=id_, page=page, box=box, type=RegionType.TABLE, confidence=1.0, read_by=ReadBy.TEXT_LAYER,
            text="\n".join("\t".join(row) for row in rows),
            table=Table(rows=len(rows), columns=max(map(len, rows)), cells=cells),
        )  # fmt: skip
    (line,) = lines
    kinds = (("# ", RegionType.TITLE), ("## ", RegionType.HEADING), ("- ", RegionType.LIST_ITEM))
    for mark, kind in kinds:
        if line.startswith(mark):
            return Region(
                id=id_, page=page, box=box, type=kind, text=line.removeprefix(mark), level=1,
                confidence=1.0, read_by=ReadBy.TEXT_LAYER,
            )  # fmt: skip
    return Region(
        id=id_, page=page, box=box, type=RegionType.PARAGRAPH, text=line, confidence=1.0,
        read_by=ReadBy.TEXT_LAYER,
    )  # fmt: skip


CONTRACT_ZH = Sample(
    "采购合同.pdf",
    "zh",
    """
# 设备采购合同
合同编号：QH-2025-0412
甲方（采购方）：青禾智能制造有限公司
统一社会信用代码：91320594MA1XK3LD47
法定代表人：周文斌
地址：苏州市工业园区星湖街328号创意产业园7栋
乙方（供应方）：海岳精密仪器股份有限公司
法定代表人：林淑芬
联系人：何志远 电话：13812345678 邮箱：hezhiyuan@haiyue-precision.cn
甲乙双方经友好协商，就甲方向乙方采购三坐标测量机一事达成如下协议，签订日期为2025年4月12日。
## 第一条 采购内容与价款
| 名称 | 型号 | 数量 | 单价 | 小计 |
| 三坐标测量机 | HY-CMM860 | 2台 | ¥480,000.00 | ¥960,000.00 |
| 测头套件 | HY-TP20 | 4套 | ¥15,000.00 | ¥60,000.00 |
合同总价为人民币壹佰零贰万元整（¥1,020,000.00），含运输、安装与培训费用。
===
## 第二条 交付与验收
乙方应于2025年6月30日前将全部设备运抵甲方指定地点，并在到货后10个工作日内完成安装调试。
甲方应当在安装调试完成后15日内组织验收，逾期未提出书面异议的视为验收合格。
## 第三条 付款方式
甲方应在合同生效后7日内支付合同总价的30%作为预付款，即¥306,000.00；验收合格后支付65%，余款5%作为质保金，于质保期满后支付。
## 第四条 质量保证
设备质保期为验收合格之日起24个月。质保期内出现故障的，乙方须在48小时内派员到场维修。
## 第五条 违约责任
乙方逾期交货的，每逾期一日应按合同总价的0.1%向甲方支付违约金，违约金累计不超过合同总价的10%。
任何一方不得将本合同项下的权利义务转让给第三方。
## 第六条 争议解决
因本合同引起的争议，双方应协商解决；协商不成的，提交苏州仲裁委员会仲裁。
""",
    {
        KeyKind.TITLE: ("设备采购合同",),
        KeyKind.PERSON: ("周文斌", "林淑芬", "何志远"),
        KeyKind.ORGANIZATION: ("青禾智能制造有限公司", "海岳精密仪器股份有限公司", "苏州仲裁委员会"),
        KeyKind.DATE: ("2025-04-12", "2025-06-30"),
        KeyKind.AMOUNT: (
            "1020000.00 CNY", "480000.00 CNY", "960000.00 CNY", "15000.00 CNY", "60000.00 CNY", "306000.00 CNY",
        ),
        KeyKind.IDENTIFIER: ("QH-2025-0412", "91320594MA1XK3LD47"),
        KeyKind.CONTACT: (
            "13812345678", "hezhiyuan@haiyue-precision.cn", "苏州市工业园区星湖街328号创意产业园7栋",
        ),
        KeyKind.OBLIGATION: (
            "乙方应于2025年6月30日前将全部设备运抵甲方指定地点", "甲方应当在安装调试完成后15日内组织验收",
            "甲方应在合同生效后7日内支付合同总价的30%作为预付款", "乙方须在48小时内派员到场维修",
            "每逾期一日应按合同总价的0.1%向甲方支付违约金", "任何一方不得将本合同项下的权利义务转让给第三方",
            "双方应协商解决",
        ),
        KeyKind.DEADLINE: ("2025年6月30日前", "10个工作日内", "15日内", "7日内", "48小时内"),
    },
)  # fmt: skip

REPORT_ZH = Sample(
    "年度报告.pdf",
    "zh",
    """
# 澄湖市2024年公共交通运行报告
编制单位：澄湖市交通运输研究院
编制人：沈佳宁
发布日期：2025年2月18日
## 一、总体情况
2024年，澄湖市公共交通全年客运量达到8.64亿人次，同比增长6.2%。其中轨道交通客运量5.31亿人次，占比61.5%，首次超过六成。
全市公交线路由2023年的412条调整为398条，撤并重复线路21条，新开微循环线路7条。
## 二、轨道交通
4号线二期于2024年9月28日开通运营，新增里程18.7公里，设站11座。开通后三个月日均客流9.3万人次，高于可行性研究预测的8万人次。
全网列车正点率为99.87%，比上年提高0.04个百分点。
===
## 三、地面公交
新能源公交车达到5,216辆，占全部车辆的93%。全年更新车辆640辆，投入资金7.8亿元。
地面公交客运量为3.33亿人次，同比下降2.1%，主要受轨道交通分流影响。
## 四、财政补贴
2024年市财政安排公共交通补贴26.4亿元，比上年减少1.2亿元，单位客运量补贴由3.39元降至3.06元。
| 项目 | 2023年 | 2024年 |
| 轨道交通补贴 | 14.9亿元 | 14.1亿元 |
| 地面公交补贴 | 12.7亿元 | 12.3亿元 |
===
## 五、存在的问题
早高峰1号线中山路至火车站区间满载率仍达118%，个别站点限流时间超过30分钟。
郊区线路平均候车时间为17分钟，明显长于中心城区的6分钟。
## 六、2025年工作安排
市交通运输局应在2025年5月底前完成1号线增购列车招标，计划投入资金3.5亿元。
澄湖公交集团负责在2025年12月31日前将郊区线路平均候车时间压缩到12分钟以内。
""",
    {
        KeyKind.TITLE: ("澄湖市2024年公共交通运行报告",),
        KeyKind.PERSON: ("沈佳宁",),
        KeyKind.ORGANIZATION: ("澄湖市交通运输研究院", "澄湖公交集团", "市交通运输局"),
        KeyKind.DATE: ("2025-02-18", "2024-09-28", "2025-12-31", "2025-05"),
        KeyKind.AMOUNT: (
            "780000000.00 CNY", "2640000000.00 CNY", "120000000.00 CNY", "3.39 CNY", "3.06 CNY",
            "1490000000.00 CNY", "1410000000.00 CNY", "1270000000.00 CNY", "1230000000.00 CNY", "350000000.00 CNY",
        ),
        KeyKind.OBLIGATION: ("市交通运输局应在2025年5月底前完成1号线增购列车招标",),
        KeyKind.DEADLINE: ("2025年12月31日前", "2025年5月底前"),
        KeyKind.KEY_FIGURE: ("8.64亿人次", "5.31亿人次", "99.87%", "26.4亿元", "118%", "3.33亿人次"),
    },
)  # fmt: skip

MINUTES_ZH = Sample(
    "会议纪要.docx",
    "zh",
    """
# 云雀项目第三次评审会会议纪要
时间：2025年3月6日14:00
地点：杭州研发中心3楼会议室
主持人：顾晓峰
记录人：田雨
出席人员：顾晓峰、罗依娜、马骏、田雨
## 一、进展
罗依娜汇报：样机累计运行1,260小时，故障率由2.4%降至0.9%，达到立项目标。
马骏汇报：结构件成本由每套3,850元降到3,120元，还需再降5%才能满足定价要求。
## 二、决议
会议同意样机进入小批量试产，首批200套，预算不超过62万元。
试产由宁川电子科技有限公司承担，合同须在2025年3月20日前签订。
## 三、行动项
- 罗依娜负责完成可靠性补充试验，2025年4月15日前提交报告。
- 马骏负责与供应商谈判，将成本降到3,000元以内。
- 田雨于3月10日前分发本纪要。
""",
    {
        KeyKind.TITLE: ("云雀项目第三次评审会会议纪要",),
        KeyKind.PERSON: ("顾晓峰", "罗依娜", "马骏", "田雨"),
        KeyKind.ORGANIZATION: ("宁川电子科技有限公司", "杭州研发中心"),
        KeyKind.DATE: ("2025-03-06", "2025-03-20", "2025-04-15"),
        KeyKind.AMOUNT: ("3850.00 CNY", "3120.00 CNY", "620000.00 CNY", "3000.00 CNY"),
        KeyKind.OBLIGATION: (
            "合同须在2025年3月20日前签订", "罗依娜负责完成可靠性补充试验", "马骏负责与供应商谈判", "田雨于3月10日前分发本纪要",
        ),
        KeyKind.DEADLINE: ("2025年3月20日前", "2025年4月15日前", "3月10日前"),
        KeyKind.KEY_FIGURE: ("1,260小时", "0.9%", "200套"),
    },
)  # fmt: skip

CONTRACT_EN = Sample(
    "service-agreement.pdf",
    "en",
    """
# Maintenance Services Agreement
Agreement No. MSA-2025-077
This Agreement is made on 14 January 2025 between Harrowgate Wind Farms Ltd. (the "Client") and Bluestone Turbine Services GmbH (the "Contractor").
The Client is represented by Margaret Ellison, Director of Operations. The Contractor is represented by Dr. Jonas Falk.
## 1. Services
The Contractor shall inspect and maintain the 38 turbines at the Kettle Moor site twice a year and shall keep their availability at or above 97%.
The Contractor must respond to a fault notice within 24 hours and restore operation within five days.
## 2. Fees
The annual fee is EUR 1.45 million, payable in four equal instalments of EUR 362,500.00. The first instalment is due by 31 March 2025.
The Client shall pay each invoice within 30 days of receipt. Late payments bear interest at 6% a year.
===
## 3. Term and termination
This Agreement starts on 1 February 2025 and expires on 31 January 2028. Either party may terminate it by giving 90 days written notice.
## 4. Liability
The Contractor's liability is limited to EUR 3,000,000 in any contract year. The Contractor is required to hold insurance of at least that amount.
## 5. Confidentiality
Neither party may not disclose the other's technical data; each party agrees to return all documents within 14 days after termination.
## 6. Notices
Notices to the Client: Address: 12 Harbour Road, Grimsby, DN31 3LL. Email: legal@harrowgate-wind.example. Telephone: +44 1472 555 0182.
Notices to the Contractor: service@bluestone-turbine.example, +49 40 5550 1200. Contact person: Anna Petersen.
""",
    {
        KeyKind.TITLE: ("Maintenance Services Agreement",),
        KeyKind.PERSON: ("Margaret Ellison", "Jonas Falk", "Anna Petersen"),
        KeyKind.ORGANIZATION: ("Harrowgate Wind Farms Ltd", "Bluestone Turbine Services GmbH"),
        KeyKind.DATE: ("2025-01-14", "2025-03-31", "2025-02-01", "2028-01-31"),
        KeyKind.AMOUNT: ("1450000.00 EUR", "362500.00 EUR", "3000000.00 EUR"),
        KeyKind.IDENTIFIER: ("MSA-2025-077",),
        KeyKind.CONTACT: (
            "legal@harrowgate-wind.example", "+44 1472 555 0182", "service@bluestone-turbine.example",
            "+49 40 5550 1200", "12 Harbour Road, Grimsby",
        ),
        KeyKind.OBLIGATION: (
            "The Contractor shall inspect and maintain the 38 turbines",
            "The Contractor must respond to a fault notice within 24 hours",
            "The Client shall pay each invoice within 30 days of receipt",
            "The Contractor is required to hold insurance", "each party agrees to return all documents",
        ),
        KeyKind.DEADLINE: (
            "within 24 hours", "within five days", "31 March 2025", "within 30 days", "31 January 2028", "within 14 days",
        ),
        KeyKind.KEY_FIGURE: ("38 turbines", "97%", "6%"),
    },
)  # fmt: skip

PAPER_EN = Sample(
    "paper.pdf",
    "en",
    """
# Low-Cost Soil Moisture Sensing with Printed Electrodes
Elena Marchetti, Tomas Lindqvist and Priya Raman
Institute of Agricultural Engineering, University of Westmark
DOI: 10.5555/wm.2024.0317
## Abstract
We present a soil moisture sensor printed with carbon ink on paper. A sensor costs USD 0.42 and lasts for 11 weeks in the field. Over three farms and 64 sensors the mean absolute error against gravimetric samples was 2.8%, compared with 2.1% for a commercial probe that costs USD 120.
## 1. Introduction
Irrigation takes about 70% of the fresh water used in the region. Dense sensing could lower it, but commercial probes are too expensive for small farms.
## 2. Method
Electrodes were printed with a desktop inkjet printer and sealed with beeswax. Each sensor reports its impedance at 50 kHz once an hour.
Field trials ran from 4 April 2023 to 22 September 2023 on sandy, loamy and clay soils.
===
## 3. Results
| Soil | Sensors | Error, ours | Error, commercial |
| Sand | 22 | 2.2% | 1.9% |
| Loam | 21 | 2.5% | 2.0% |
| Clay | 21 | 3.7% | 2.4% |
The error was largest on clay, where cracks break the contact between electrode and soil. 9 of 64 sensors failed before week 11, mostly because of rodents.
Farmers who saw hourly readings used 18% less water than in 2022 at the same yield.
## 4. Conclusion
Printed sensors are accurate enough for irrigation on sand and loam. On clay a second electrode pair is needed. Designs are available at https://soil.westmark.example/printed. The work was funded by the Norden Research Foundation. Contact: e.marchetti@westmark.example.
""",
    {
        KeyKind.TITLE: ("Low-Cost Soil Moisture Sensing with Printed Electrodes",),
        KeyKind.PERSON: ("Elena Marchetti", "Tomas Lindqvist", "Priya Raman"),
        KeyKind.ORGANIZATION: (
            "Institute of Agricultural Engineering", "University of Westmark", "Norden Research Foundation",
        ),
        KeyKind.DATE: ("2023-04-04", "2023-09-22"),
        KeyKind.AMOUNT: ("0.42 USD", "120.00 USD"),
        KeyKind.IDENTIFIER: ("10.5555/wm.2024.0317",),
        KeyKind.CONTACT: ("https://soil.westmark.example/printed", "e.marchetti@westmark.example"),
        KeyKind.KEY_FIGURE: ("2.8%", "11 weeks", "18%", "70%", "64"),
    },
)  # fmt: skip

INVOICE_EN = Sample(
    "invoice.pdf",
    "en",
    """
# Invoice
Invoice No.: INV-20931
Invoice date: 2025-05-08
Due date: 7 June 2025
From: Pinewood Office Supply Inc., 418 Maple Avenue, Columbus, OH 43215
Telephone: (614) 555-0137  Email: billing@pinewood-office.example
Bill to: Redhill Dental Clinic, Attention: Susan Whitaker
PO Number: PO-7714
| Item | Quantity | Unit price | Amount |
| Ergonomic chair | 6 | $245.00 | $1,470.00 |
| Standing desk | 2 | $610.00 | $1,220.00 |
| Delivery | 1 | $85.00 | $85.00 |
| Total |  |  | $2,775.00 |
Please pay within 30 days. IBAN: GB82 WEST 1234 5698 7654 32
""",
    {
        KeyKind.TITLE: ("Invoice",),
        KeyKind.PERSON: ("Susan Whitaker",),
        KeyKind.ORGANIZATION: ("Pinewood Office Supply Inc", "Redhill Dental Clinic"),
        KeyKind.DATE: ("2025-05-08", "2025-06-07"),
        KeyKind.AMOUNT: (
            "245.00 USD", "1470.00 USD", "610.00 USD", "1220.00 USD", "85.00 USD", "2775.00 USD",
        ),
        KeyKind.IDENTIFIER: ("INV-20931", "PO-7714", "GB82 WEST 1234 5698 7654 32"),
        KeyKind.CONTACT: (
            "(614) 555-0137", "billing@pinewood-office.example", "418 Maple Avenue, Columbus",
        ),
        KeyKind.DEADLINE: ("7 June 2025", "within 30 days"),
    },
)  # fmt: skip

SAMPLES = (CONTRACT_ZH, REPORT_ZH, MINUTES_ZH, CONTRACT_EN, PAPER_EN, INVOICE_EN)
