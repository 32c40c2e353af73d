"""The words in which a recording is spoken of, in Chinese and English, and nothing beyond them.

A sentence about an event may use these, the words of the event itself, and no others: what a language
model adds of its own stands out by the words it needs for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from open_autoglm.tasks.video_output.labels import CHINESE, ENGLISH
from open_autoglm.text_language import Language
from open_autoglm.video.events.event import EventType

TYPES: Mapping[Language, Mapping[EventType, tuple[str, str]]] = {
    "en": {
        "intrusion": ("intrusion", "intrusions"),
        "line_crossing": ("line crossing", "line crossings"),
        "abandoned_object": ("abandoned object", "abandoned objects"),
        "removed_object": ("removed object", "removed objects"),
        "crowd": ("crowd", "crowds"),
        "loitering": ("case of loitering", "cases of loitering"),
        "running": ("case of running", "cases of running"),
        "camera_tampered": ("camera fault", "camera faults"),
    },
    "zh": {kind: (CHINESE.types[kind], CHINESE.types[kind]) for kind in get_args(EventType)},
}
"""One and several."""

TAMPERING: Mapping[Language, Mapping[str, str]] = {
    "en": {"covered": "covered", "moved": "moved", "frozen": "frozen"},
    "zh": {"covered": "被遮挡", "moved": "被移动", "frozen": "画面静止"},
}

DIRECTIONS: Mapping[Language, Mapping[str, str]] = {
    "en": {"to_left": "to the left", "to_right": "to the right"},
    "zh": {"to_left": "向左", "to_right": "向右"},
}

Asked = EventType | Literal["count"]

ASKED: Mapping[Asked, tuple[str, ...]] = {
    "intrusion": (
        *("intru", "enter", "trespass", "forbidden", "broke in", "break in", "came in", "come in"),
        *("went in", "go in", "inside", "闯入", "进入", "入侵", "进来", "闯进", "进去"),
    ),
    "line_crossing": ("cross", "tripwire", "the line", "越线", "越过", "跨越", "过线"),
    "abandoned_object": (
        *("abandon", "left", "leave", "leaving", "unattended", "luggage", "bag", "suitcase", "backpack"),
        *("package", "parcel", "put down", "遗留", "遗弃", "包", "行李", "丢下", "留下", "放下", "包裹"),
    ),
    "removed_object": (
        *("remov", "taken", "took", "take away", "stolen", "steal", "missing", "disappear"),
        *("拿走", "取走", "移走", "被盗", "偷", "不见", "消失"),
    ),
    "crowd": ("crowd", "gather", "group of people", "聚集", "人群", "拥挤"),
    "loitering": ("loiter", "linger", "hang around", "hung around", "徘徊", "逗留", "停留"),
    "running": (" ran ", " run ", "running", "奔跑", "跑"),
    "camera_tampered": (
        *("camera", "tamper", "cover", "moved", "frozen", "black", "摄像", "镜头", "遮挡", "画面"),
    ),
    "count": ("how many", "number of", "count", "多少", "几个", "几人", "几次", "人数", "数量"),
}
"""Pieces of words that tell what a question is about."""

MAY_STAND: Mapping[Language, str] = {
    "en": """
        a an the of and or to in on for by with from at as is are was were be been being that which who it its
        has have had there this then when while after before until during between within into out off over
        again also still about first second last once twice time times moment minute minutes second seconds
        hour hours recording video footage camera picture scene event events zone area place position frame
        person people man individual someone somebody anyone object item thing something group visitor
        enter entered entering entry intrusion intruded stepped step steps walked went came come stay stayed
        staying remain remained remaining spent left leave leaving exit exited inside outside cross crossed
        crossing line direction left right side put down placed abandoned unattended lay lying lie belong
        owner away moved move removed removal taken took take carried disappeared gone missing crowd gathered
        gather gathering formed form dispersed disperse ended end ending ends began begin begun beginning
        started start starting lasted lasting last long longest total most maximum peak reached up each both
        loitered loitering lingered ran running run faster covered cover view frozen froze tampered
        tampering blocked obscured recorded detected detection seen noticed observed found identified tracked
        track tracks shown occurred occur happened took place number numbered id ids one two three four five
        six seven eight nine ten several approximately around near nearly period duration continued
    """,
    "zh": """
        录像 视频 画面 镜头 摄像机 事件 区域 范围 位置 地点 场景 时间 时刻 时候 开始 结束 期间 持续 直到
        直至 共计 一共 总共 共有 最多 最长 最后 首次 再次 之后 之前 随后 然后 接着 分别 其中 先后 依次
        此后 期间内 有人 某人 人员 一个人 一人 一名 一位 个人 人 人群 人数 行人 物品 物体 东西 一件 一个
        物主 主人 目标 进入 闯入 入侵 走进 进去 离开 走出 出去 停留 逗留 待了 滞留 留在 越过 跨过 穿过
        越线 边界 界线 方向 向左 向右 放下 放置 留下 遗留 遗留物 无人看管 无人看守 被放在 被留在 搁置
        放在 拿走 取走 移走 被移走 带走 消失 走开 远离 聚集 人群聚集 散去 散开 解散 形成 达到 出现 发生
        徘徊 来回 奔跑 跑动 跑过 遮挡 被遮挡 移动 被移动 静止 冻结 异常 恢复 检测到 发现 记录 记录到
        显示 看到 观察到 识别 轨迹 编号 跟踪 处于 状态 仍在 仍然 依然 还在 仍 区域闯入 摄像机异常 左右
        大约 约 名 位 件 个 次 秒 秒钟 分钟 分 小时 点 时 从 到 至 在 于 的 了 着 过 并 且 和 与 及 又
        被 把 将 由 为 是 有 该 此 这 那 其 后 前 内 外 里 上 下 中 间 最 长 多 共 第 一 二 三 四 五 六
        七 八 九 十 两 号 物品被移走 附近 时长 时间段 期 段 起 止 进行 曾 已 已经 才 就 也 都 画 面 当时
        同时 间隔 每次 一次 一直 一段
    """,
}
"""Function words, and the words for what the rules watch for."""

NEGATIONS: Mapping[Language, tuple[str, ...]] = {
    "en": ("no", "not", "never", "none", "nobody", "nothing", "without", "n't", "neither", "nor"),
    "zh": ("没", "不", "未", "无", "非", "否"),
}
"""``unattended`` and ``无人看管`` stand for themselves; see ``recording_claims``."""


def class_words(name: str | None, language: Language) -> str:
    """What a class is called; ``object`` where the detector named none."""
    if name is None:
        return "物品" if language == "zh" else "object"
    return (CHINESE if language == "zh" else ENGLISH).class_name(name)
