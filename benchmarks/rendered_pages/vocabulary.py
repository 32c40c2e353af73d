"""Words for the rendered pages, drawn from a seeded generator."""

# ruff: noqa: SIM905 - a list of words reads best as one text

from __future__ import annotations

from random import Random

_ENGLISH = (
    "harbor window measure supply northern quarter river engine annual station copper report method "
    "sample garden signal winter market program energy cotton bridge volume paper record village "
    "pressure camera number forest journal circle metal harvest budget region factory service network "
    "ceramic filter design contract transport reserve library surface current balance schedule"
).split()
_SMALL = "the of and in for with on by from to at over under between".split()
_PLACES = (
    "Ashford|Brookfield|New Carlow|Dunmore|East Harrow|Fairview|Glen Ross|Hillcrest|Ivybridge|Kingsport|"
    "Lakeside|Millbrook|North Elm|Oakdale|Port Avery|Quarry Bay|Redwater|Saint Orla|Thornbury|Upper Wick|"
    "Valley Cross|Westbrook|Yarrow|Zephyr Hills"
).split("|")
_CHINESE = (
    "产量 收入 地区 季度 合计 项目 材料 设备 服务 运输 能源 市场 计划 标准 测量 温度 压力 样品 方法 结果 "
    "人数 比例 增长 预算 成本 利润 合同 图书 森林 河流 桥梁 学校 医院 工厂 城市 乡村 春季 夏季 秋季 冬季"
).split()
_CHINESE_PLACES = (
    "青州 临江 平湖 宁远 安泰 长林 云溪 白沙 东港 新桥 石门 南岭 高塘 清河 永兴 海东 江口 福田".split()
)


class Vocabulary:
    """Draws words, names, numbers and sentences in English or Chinese."""

    def __init__(self, random: Random, language: str) -> None:
        self.random = random
        self.chinese = language == "zh"

    def word(self) -> str:
        return self.random.choice(_CHINESE if self.chinese else _ENGLISH)

    def label(self, words: int = 2) -> str:
        chosen = [self.word() for _ in range(self.random.randint(1, words))]
        return "".join(chosen) if self.chinese else " ".join(chosen).capitalize()

    def places(self, count: int) -> list[str]:
        names = list(_CHINESE_PLACES if self.chinese else _PLACES)
        self.random.shuffle(names)
        return [
            name if index < len(names) else f"{name} {index // len(names) + 1}"
            for index, name in ((i, names[i % len(names)]) for i in range(count))
        ]

    def number(self) -> str:
        kind = self.random.randrange(5)
        if kind == 0:
            return f"{self.random.randint(1000, 99_999):,}"
        if kind == 1:
            return f"{self.random.uniform(0, 100):.1f}"
        if kind == 2:
            return f"{self.random.uniform(0, 1):.3f}"
        if kind == 3:
            return f"{self.random.uniform(0, 100):.1f}%"
        return str(self.random.randint(0, 999))

    def numbers(self, count: int) -> list[str]:
        """Numbers of one kind, as in one column."""
        kind = self.random.randrange(4)
        draw = self.random
        makers = (
            lambda: f"{draw.randint(0, 99_999):,}",
            lambda: f"{draw.uniform(0, 100):.1f}",
            lambda: f"{draw.uniform(-1, 1):.3f}".replace("-", "−"),
            lambda: f"{draw.uniform(0, 100):.1f}%",
        )
        return [makers[kind]() for _ in range(count)]

    def sentence(self, words: int) -> str:
        if self.chinese:
            return "".join(self.word() for _ in range(max(2, words // 2))) + "。"
        chosen = [self.random.choice(_SMALL) if i % 3 == 2 else self.word() for i in range(words)]
        return " ".join(chosen).capitalize() + "."

    def paragraph(self, sentences: int) -> str:
        text = [self.sentence(self.random.randint(9, 18)) for _ in range(sentences)]
        return ("" if self.chinese else " ").join(text)
