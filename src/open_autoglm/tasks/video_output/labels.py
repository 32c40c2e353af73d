"""The words around a recording's result, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from open_autoglm.tasks.video_result import AnalysedVideo
from open_autoglm.video.events.event import Event

Language = Literal["zh", "en"]


@dataclass(frozen=True)
class VideoLabels:
    """Every word that an output adds. ``types`` and ``notes`` are by the names the result uses."""

    language: str
    report: str
    more: str
    events: str
    no_events: str
    event_columns: tuple[str, ...]
    timeline: str
    timeline_help: str
    open_recording: str
    cannot_play: str
    counts: str
    counts_none: str
    people_curve: str
    zones: str
    heat_map: str
    recording: str
    problems: str
    gap: str
    notes: str
    questions: str
    vision: str
    agrees: dict[bool | None, str]
    whole_picture: str
    going_on: str
    lasts: str
    confidence: str
    track: str
    tracks: str
    owner: str
    clip: str
    facts: str
    analysed: str
    speed: str
    detector: str
    written_by: str
    types: dict[str, str]
    notes_of_events: dict[str, str]
    numbers: dict[str, str]
    classes: dict[str, str]
    all_types: str
    people: str

    def type_of(self, event: Event) -> str:
        return self.types.get(event.type, event.type)

    def note_of(self, event: Event) -> str:
        return self.notes_of_events.get(event.note or "", event.note or "")

    def class_name(self, name: str | None) -> str:
        return self.classes.get(name or "", name or "")

    def zone_of(self, event: Event) -> str:
        return event.zone or self.whole_picture


ENGLISH = VideoLabels(
    language="en",
    report="Report",
    more="and {} more",
    events="Events",
    no_events="Nothing happened that the rules ask for.",
    event_columns=("Event", "From", "To", "Where", "What"),
    timeline="Timeline",
    timeline_help="Drag along the timeline, use the arrow keys, or choose an event.",
    open_recording="Play the recording here…",
    cannot_play="This browser can't play that file; the pictures of the report stay.",
    counts="Tracked",
    counts_none="nothing",
    people_curve="People in the zone",
    zones="Zones",
    heat_map="Where people were",
    recording="Recording",
    problems="What went wrong",
    gap="{} to {} could not be analysed: {}",
    notes="Notes",
    questions="Questions",
    vision="Picture",
    agrees={
        True: "the picture agrees",
        False: "the picture does not show it",
        None: "the picture leaves it open",
    },
    whole_picture="whole picture",
    going_on="going on",
    lasts="{} s",
    confidence="confidence {:.0%}",
    track="track {}",
    tracks="tracks {}",
    owner="left by track {}",
    clip="clip",
    facts="{width}×{height}, {codec}, {length}",
    analysed="Analysed up to {}",
    speed="{factor:.1f} times as fast as it plays, {fps:g} detections a second",
    detector="Detector: {}",
    written_by="Report by: {}",
    types={
        "intrusion": "Intrusion",
        "line_crossing": "Line crossed",
        "abandoned_object": "Object left",
        "removed_object": "Object taken",
        "crowd": "Crowd",
        "loitering": "Loitering",
        "running": "Running",
        "camera_tampered": "Camera tampered",
    },
    notes_of_events={
        "to_left": "to the left",
        "to_right": "to the right",
        "covered": "covered",
        "moved": "moved",
        "frozen": "picture stands still",
    },
    numbers={
        "seconds_inside": "seconds inside",
        "dwell_s": "dwell time asked (s)",
        "min_duration_s": "duration asked (s)",
        "entries": "entries",
        "people_at_peak": "people at the peak",
        "mean_people": "people on average",
        "density_at_peak": "people in a hundredth of the picture",
        "seconds": "seconds",
        "max_people": "people allowed",
        "max_density": "density allowed",
        "speed_at_peak": "speed at the peak (heights/s)",
        "min_speed": "speed asked (heights/s)",
        "timeout_s": "timeout asked (s)",
        "seconds_unattended": "seconds unattended",
        "seconds_lying": "seconds that it lay there",
        "attended_distance_pixels": "attended within (pixels)",
        "owner_distance_pixels": "distance of the owner (pixels)",
        "contrast": "contrast (levels of 255)",
        "background_match": "likeness to the usual view",
        "sharpness": "sharpness",
        "brightness": "brightness (levels of 255)",
    },
    classes={},
    all_types="All",
    people="people",
)

CHINESE = VideoLabels(
    language="zh-Hans",
    report="报告",
    more="另有 {} 个",
    events="事件",
    no_events="没有发生规则所关注的事件。",
    event_columns=("事件", "开始", "结束", "地点", "内容"),
    timeline="时间轴",
    timeline_help="拖动时间轴，使用方向键，或点击一个事件。",
    open_recording="在此播放录像……",
    cannot_play="此浏览器无法播放该文件；报告中的图片仍可查看。",
    counts="跟踪到",
    counts_none="无",
    people_curve="区域内人数",
    zones="区域",
    heat_map="人员活动热力图",
    recording="录像",
    problems="出现的问题",
    gap="{} 至 {} 未能分析：{}",
    notes="说明",
    questions="提问",
    vision="图片核对",
    agrees={True: "图片与事件一致", False: "图片中未见此事件", None: "图片无法判断"},
    whole_picture="整个画面",
    going_on="进行中",
    lasts="{} 秒",
    confidence="置信度 {:.0%}",
    track="轨迹 {}",
    tracks="轨迹 {}",
    owner="由轨迹 {} 留下",
    clip="片段",
    facts="{width}×{height}，{codec}，{length}",
    analysed="已分析至 {}",
    speed="速度为播放的 {factor:.1f} 倍，每秒检测 {fps:g} 次",
    detector="检测器：{}",
    written_by="报告撰写：{}",
    types={
        "intrusion": "闯入",
        "line_crossing": "越线",
        "abandoned_object": "遗留物品",
        "removed_object": "物品被取走",
        "crowd": "人群聚集",
        "loitering": "徘徊",
        "running": "奔跑",
        "camera_tampered": "摄像头被干扰",
    },
    notes_of_events={
        "to_left": "向左",
        "to_right": "向右",
        "covered": "被遮挡",
        "moved": "被移动",
        "frozen": "画面静止",
    },
    numbers={
        "seconds_inside": "区域内秒数",
        "dwell_s": "规定停留秒数",
        "min_duration_s": "规定持续秒数",
        "entries": "进入次数",
        "people_at_peak": "峰值人数",
        "mean_people": "平均人数",
        "density_at_peak": "每百分之一画面人数",
        "seconds": "秒数",
        "max_people": "允许人数",
        "max_density": "允许密度",
        "speed_at_peak": "峰值速度（身高/秒）",
        "min_speed": "规定速度（身高/秒）",
        "timeout_s": "规定时限秒数",
        "seconds_unattended": "无人看管秒数",
        "seconds_lying": "放置秒数",
        "attended_distance_pixels": "看管距离（像素）",
        "owner_distance_pixels": "物主距离（像素）",
        "contrast": "对比度（255 级）",
        "background_match": "与平常画面的相似度",
        "sharpness": "清晰度",
        "brightness": "亮度（255 级）",
    },
    classes={
        "person": "人",
        "bicycle": "自行车",
        "car": "汽车",
        "motorcycle": "摩托车",
        "bus": "公交车",
        "truck": "卡车",
        "dog": "狗",
        "cat": "猫",
        "backpack": "背包",
        "umbrella": "雨伞",
        "handbag": "手提包",
        "suitcase": "行李箱",
    },
    all_types="全部",
    people="人",
)


def labels_for(result: AnalysedVideo, language: Language | None = None) -> VideoLabels:
    """Those of ``language``; where it is None, those of the report's, and English without a report."""
    if language is None and result.report is not None:
        language = result.report.language
    return CHINESE if language == "zh" else ENGLISH
