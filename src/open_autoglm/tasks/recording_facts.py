"""What a recording's events say, in sentences made by rule: the ground of its report and its answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from open_autoglm.tasks.recording_words import DIRECTIONS, TAMPERING, TYPES, class_words
from open_autoglm.tasks.video_result import AnalysedVideo
from open_autoglm.text_language import Language
from open_autoglm.video.events.event import Event, EventType, clock

GROUPED_ABOVE = 4
"""More events of one kind in one zone than this are told in one sentence."""
ENDS_WITHIN_S = 1.0
"""An event that ends this near to the end of the recording was cut off by it."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence and the events it rests on; ``kind`` is None for counts and gaps."""

    text: str
    events: tuple[str, ...]
    kind: EventType | None
    zone: str | None = None


def event_statements(
    video: AnalysedVideo, language: Language, *, grouped: bool = True
) -> tuple[Statement, ...]:
    """One for each event in the order they began; many of one kind in one zone become one."""
    groups: dict[tuple[object, ...], list[Event]] = defaultdict(list)
    for event in video.events:
        groups[event.type, event.zone, event.class_name, event.note].append(event)
    told: list[tuple[float, Statement]] = []
    for events in groups.values():
        if grouped and len(events) > GROUPED_ABOVE:
            told.append((events[0].start_seconds, _group(events, language)))
        else:
            told.extend((event.start_seconds, _single(event, video, language)) for event in events)
    return tuple(statement for _, statement in sorted(told, key=lambda one: one[0]))


def overview(video: AnalysedVideo, language: Language) -> tuple[Statement, ...]:
    """How long it is, how many events of each kind, how many objects; and what could not be analysed."""
    return (_event_counts(video, language), *_track_counts(video, language), *_gaps(video, language))


def count_statements(video: AnalysedVideo, language: Language) -> tuple[Statement, ...]:
    """How often each kind of event came, and how many there were of each class: for questions."""
    kinds = dict.fromkeys(event.type for event in video.events)
    counted = []
    for kind in kinds:
        ids = tuple(event.id for event in video.events if event.type == kind)
        text = f"{_number_of(kind, len(ids), language)}。" if language == "zh" else ""
        text = text or f"There {_was(len(ids))} {_number_of(kind, len(ids), language)}."
        counted.append(Statement(text, ids, kind))
    return (*counted, *_track_counts(video, language))


def _single(event: Event, video: AnalysedVideo, language: Language) -> Statement:
    words = _Words(event, video, language)
    return Statement(_TELL[language][event.type](words), (event.id,), event.type, event.zone)


@dataclass(frozen=True, slots=True)
class _Words:
    """An event in the pieces that its sentence is made of."""

    event: Event
    video: AnalysedVideo
    language: Language

    @property
    def who(self) -> str:
        name = class_words(self.event.class_name or "person", self.language)
        if self.language == "zh":
            return "一人" if name == "人" else f"一个{name}"
        return f"{'An' if name[0] in 'aeiou' else 'A'} {name}"

    @property
    def thing(self) -> str:
        name = class_words(self.event.class_name, self.language)
        if self.language == "zh":
            return "一件物品" if name == "物品" else f"一个{name}"
        return f"{'An' if name[0] in 'aeiou' else 'A'} {name}"

    @property
    def zone(self) -> str:
        return zone_words(self.event.zone, self.language)

    @property
    def seconds(self) -> int:
        end = self.event.end_seconds
        return max(1, round((self.video.analysed_seconds if end is None else end) - self.event.start_seconds))

    @property
    def goes_on(self) -> bool:
        end = self.event.end_seconds
        return end is None or end >= self.video.analysed_seconds - ENDS_WITHIN_S

    @property
    def track(self) -> str:
        ids = self.event.track_ids
        if len(ids) != 1:
            return ""
        return f"（轨迹{ids[0]}）" if self.language == "zh" else f" (track {ids[0]})"

    @property
    def owner(self) -> str:
        owner = self.event.owner_track_id
        if owner is None:
            return ""
        return (
            f"，由轨迹{owner}的人放下"
            if self.language == "zh"
            else f", put down by the person of track {owner}"
        )

    def until(self, ended: str, lasting: str) -> str:
        """``ended`` with {end} and {seconds}, or ``lasting`` where the recording ended first."""
        form = lasting if self.goes_on else ended
        return form.format(end=self.event.end or "", seconds=self.seconds)

    @property
    def most_people(self) -> str:
        most = next((self.event.numbers[name] for name in _PEOPLE if name in self.event.numbers), None)
        if most is None:
            return ""
        return f"，最多{most:.0f}人" if self.language == "zh" else f", with at most {most:.0f} people"


_PEOPLE = ("people_at_peak", "peak_people", "max_people_seen", "people")
"""Names of the number of people at the peak, in ``Event.numbers``."""


def _intrusion_en(w: _Words) -> str:
    stayed = w.until("left at {end}, after {seconds} seconds", "was still there when the recording ended")
    return f"{w.who}{w.track} entered {w.zone} at {w.event.start} and {stayed}."


def _intrusion_zh(w: _Words) -> str:
    stayed = w.until("于{end}离开，停留{seconds}秒", "录像结束时仍在")
    return f"{w.event.start}，{w.who}{w.track}进入{w.zone}，{stayed}。"


def _line_en(w: _Words) -> str:
    way = DIRECTIONS["en"].get(w.event.note or "", "")
    return f"{w.who}{w.track} crossed the line of {w.zone} {way + ' ' if way else ''}at {w.event.start}."


def _line_zh(w: _Words) -> str:
    way = DIRECTIONS["zh"].get(w.event.note or "", "")
    return f"{w.event.start}，{w.who}{w.track}{way}越过{w.zone}的界线。"


def _abandoned_en(w: _Words) -> str:
    stayed = w.until("lay unattended until {end}", "still lay unattended when the recording ended")
    return f"{w.thing} was left in {w.zone} at {w.event.start}{w.owner}, and {stayed}."


def _abandoned_zh(w: _Words) -> str:
    stayed = w.until("直到{end}一直无人看管", "录像结束时仍无人看管")
    return f"{w.event.start}，{w.thing}被留在{w.zone}{w.owner}，{stayed}。"


def _removed_en(w: _Words) -> str:
    return f"{w.thing} was taken away from {w.zone} at {w.event.start}."


def _removed_zh(w: _Words) -> str:
    return f"{w.event.start}，{w.zone}的{w.thing}被移走。"


def _crowd_en(w: _Words) -> str:
    stayed = w.until("dispersed at {end}", "was still there when the recording ended")
    return f"A crowd gathered in {w.zone} at {w.event.start}{w.most_people}, and {stayed}."


def _crowd_zh(w: _Words) -> str:
    stayed = w.until("{end}散去", "录像结束时仍在")
    return f"{w.event.start}，人群在{w.zone}聚集{w.most_people}，{stayed}。"


def _loitering_en(w: _Words) -> str:
    stayed = w.until("until {end}, for {seconds} seconds", "until the recording ended")
    return f"{w.who}{w.track} loitered in {w.zone} from {w.event.start} {stayed}."


def _loitering_zh(w: _Words) -> str:
    stayed = w.until("直到{end}离开，共{seconds}秒", "录像结束时仍在")
    return f"{w.event.start}起，{w.who}{w.track}在{w.zone}徘徊，{stayed}。"


def _running_en(w: _Words) -> str:
    return f"{w.who}{w.track} ran in {w.zone} at {w.event.start}."


def _running_zh(w: _Words) -> str:
    return f"{w.event.start}，{w.who}{w.track}在{w.zone}奔跑。"


def _tampered_en(w: _Words) -> str:
    how = TAMPERING["en"].get(w.event.note or "", "tampered with")
    what = "The picture was frozen" if how == "frozen" else f"The camera was {how}"
    return f"{what} from {w.event.start} {w.until('to {end}', 'until the recording ended')}."


def _tampered_zh(w: _Words) -> str:
    how = TAMPERING["zh"].get(w.event.note or "", "异常")
    what = how if how.startswith("画面") else f"摄像机{how}"
    return f"{w.event.start}起，{what}，{w.until('{end}恢复', '直到录像结束')}。"


_TELL: Mapping[Language, Mapping[EventType, Callable[[_Words], str]]] = {
    "en": {
        "intrusion": _intrusion_en,
        "line_crossing": _line_en,
        "abandoned_object": _abandoned_en,
        "removed_object": _removed_en,
        "crowd": _crowd_en,
        "loitering": _loitering_en,
        "running": _running_en,
        "camera_tampered": _tampered_en,
    },
    "zh": {
        "intrusion": _intrusion_zh,
        "line_crossing": _line_zh,
        "abandoned_object": _abandoned_zh,
        "removed_object": _removed_zh,
        "crowd": _crowd_zh,
        "loitering": _loitering_zh,
        "running": _running_zh,
        "camera_tampered": _tampered_zh,
    },
}


def zone_words(zone: str | None, language: Language) -> str:
    """``zone “gate”``; the place where an event has none, as what concerns the whole camera has."""
    if zone is None:
        return "画面" if language == "zh" else "the picture"
    return f"区域“{zone}”" if language == "zh" else f"zone “{zone}”"


def _group(events: Sequence[Event], language: Language) -> Statement:
    first, last = events[0], max(events, key=lambda event: event.start_seconds)
    ids = tuple(event.id for event in events)
    zone = zone_words(first.zone, language)
    number = _number_of(first.type, len(events), language)
    if language == "zh":
        text = f"从{first.start}到{last.start}，{zone}共发生{number}。"
    else:
        text = f"There were {number} in {zone} between {first.start} and {last.start}."
    return Statement(text, ids, first.type, first.zone)


def _number_of(kind: EventType, count: int, language: Language) -> str:
    one, several = TYPES[language][kind]
    return f"{one}{count}次" if language == "zh" else f"{count} {one if count == 1 else several}"


def _event_counts(video: AnalysedVideo, language: Language) -> Statement:
    length = clock(video.analysed_seconds)
    ids = tuple(event.id for event in video.events)
    if not ids:
        text = (
            f"在时长{length}的录像中没有发现事件。"
            if language == "zh"
            else f"No event was found in {length} of recording."
        )
        return Statement(text, (), None)
    kinds = dict.fromkeys(event.type for event in video.events)
    parts = [_number_of(kind, sum(event.type == kind for event in video.events), language) for kind in kinds]
    if language == "zh":
        return Statement(f"在时长{length}的录像中发现{len(ids)}个事件：{'，'.join(parts)}。", ids, None)
    events = "1 event was" if len(ids) == 1 else f"{len(ids)} events were"
    return Statement(f"In {length} of recording {events} found: {_listed(parts)}.", ids, None)


def _track_counts(video: AnalysedVideo, language: Language) -> Iterator[Statement]:
    counts = {name: count for name, count in video.counts.items() if count}
    if not counts:
        return
    if language == "zh":
        parts = [f"{class_words(name, 'zh')}{count}" for name, count in counts.items()]
        yield Statement(f"跟踪到的轨迹：{'，'.join(parts)}；离开后再来的算作新的轨迹。", (), None)
        return
    parts = [f"{count} of class {name}" for name, count in counts.items()]
    total = sum(counts.values())
    yield Statement(
        f"{total} track{' was' if total == 1 else 's were'} followed: {_listed(parts)}; who leaves and comes "
        "back begins a new one.",
        (),
        None,
    )


def _gaps(video: AnalysedVideo, language: Language) -> Iterator[Statement]:
    for gap in video.gaps:
        begin, end = clock(gap.start_s), clock(gap.end_s)
        if language == "zh":
            yield Statement(f"{begin}到{end}无法分析。", (), None)
        else:
            yield Statement(f"From {begin} to {end} nothing could be analysed.", (), None)


def _listed(parts: Iterable[str]) -> str:
    items = list(parts)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"
