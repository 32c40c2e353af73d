"""Something was put down and its owner went away; something that belonged to the place is gone."""

from __future__ import annotations

from dataclasses import dataclass

from open_autoglm.video.area import Area
from open_autoglm.video.events.event import Event
from open_autoglm.video.events.numbering import EventNumbers
from open_autoglm.video.events.people_near import PeopleNear, distance
from open_autoglm.video.observation import StillRegion
from open_autoglm.video.rule_settings import AbandonedObjectSettings, RemovedObjectSettings, in_pixels
from open_autoglm.video.scene import Scene, TrackedObject

THINGS = frozenset({"backpack", "handbag", "suitcase", "umbrella", "bottle", "skateboard", "bicycle"})
"""Classes of COCO that people leave behind; they name a region, they don't make one."""

OWNER_WITHIN_S = 2.0
"""Around the moment a thing came: who was nearest then put it down."""

LOST_S = 3.0
"""An owner who was near and isn't seen any more is still there for so long."""

AS_PERSON_SHARE = 0.2
"""Of its time that a region may fill a person's box; beyond it is a person who stands still."""

GONE_S = 0.8
"""A region is let go when its background was seen for so long (``video/still``)."""

NOT_SEEN_S = 20.0
"""What was hidden for longer before its region ended was not seen to be taken away."""

CAMERA_TRUSTED = 0.4
"""Where the picture matches the background less, the camera was covered or moved, and nothing was taken."""


@dataclass(slots=True)
class _Item:
    """One region that came."""

    region: StillRegion
    seen_s: float
    """When it was last visible."""
    listed_s: float
    """When it was last there, visible or not."""
    owner: TrackedObject | None = None
    owner_seen_s: float = 0.0
    owner_distance: float = 0.0
    attended_s: float = 0.0
    """When its owner was last with it."""
    as_person_s: float = 0.0
    class_name: str | None = None
    event_id: str | None = None
    decided_s: float = 0.0
    away_distance: float = 0.0
    """Of the owner when it was certain, in pixels."""


class AbandonedObjectRule:
    """One zone. A thing that is taken away ends its event, and is an event ``removed_object`` of its own."""

    def __init__(self, area: Area, settings: AbandonedObjectSettings, numbers: EventNumbers) -> None:
        self._area = area
        self._settings = settings
        self._numbers = numbers
        self._reach = in_pixels(settings.attended_distance, area.width)
        self._people = PeopleNear()
        self._items: dict[int, _Item] = {}
        self._time_s: float | None = None

    def update(self, scene: Scene) -> tuple[Event, ...]:
        self._people.update(scene)
        passed_s = 0.0 if self._time_s is None else scene.time_s - self._time_s
        self._time_s = scene.time_s
        events: list[Event] = []
        listed = set()
        for region in scene.still:
            if region.change != "added" or not self._area.contains(region.box.foot):
                continue
            listed.add(region.id)
            item = self._items.get(region.id)
            if item is None:
                item = self._items[region.id] = self._new(region, scene.time_s)
            self._follow(item, region, scene, passed_s)
            if item.event_id is None and self._is_abandoned(item, scene.time_s):
                item.event_id = self._numbers.next_id("abandoned_object")
                item.decided_s = scene.time_s
                events.append(self._event(item, None))
        for region_id in [key for key in self._items if key not in listed]:
            events += self._over(self._items.pop(region_id), scene)
        return tuple(events)

    def finish(self, time_s: float) -> tuple[Event, ...]:
        items = [item for item in self._items.values() if item.event_id is not None]
        self._items = {}
        return tuple(self._event(item, time_s) for item in items)

    def _new(self, region: StillRegion, time_s: float) -> _Item:
        item = _Item(region, time_s, time_s, attended_s=region.since_s)
        near = self._people.nearest(
            region.box, region.since_s - OWNER_WITHIN_S, region.since_s + OWNER_WITHIN_S
        )
        if near is not None and near[1] <= self._reach:
            item.owner = near[0]
            item.owner_seen_s = item.attended_s = time_s
            self._look_back(item)
        return item

    def _look_back(self, item: _Item) -> None:
        """The owner may have left before the region was certain."""
        assert item.owner is not None  # noqa: S101 - only called with one
        seen = self._people.path(item.owner.track_id, item.region.since_s)
        near = [at for at, track in seen if distance(track.box, item.region.box) <= self._reach]
        item.attended_s = max([item.region.since_s, *near])
        item.owner_seen_s = max([item.region.since_s, *(at for at, _track in seen)])
        if seen:
            item.owner_distance = distance(seen[-1][1].box, item.region.box)

    def _follow(self, item: _Item, region: StillRegion, scene: Scene, passed_s: float) -> None:
        item.region, item.listed_s = region, scene.time_s
        if region.visible:
            item.seen_s = scene.time_s
        if any(track.box.overlap(region.box) > 0.4 for track in self._people.now):
            item.as_person_s += passed_s
        for track in scene.tracks:
            if track.class_name in THINGS and track.box.overlap(region.box) > 0.3:
                item.class_name = track.class_name
        if item.owner is not None and scene.detected:
            self._follow_owner(item, item.owner, scene.time_s)

    def _follow_owner(self, item: _Item, owner: TrackedObject, time_s: float) -> None:
        now = next((track for track in self._people.now if track.track_id == owner.track_id), None)
        was_near = item.owner_distance <= self._reach
        if now is None and was_near:
            # The owner's track was lost beside the thing: who begins there then is the same person.
            heirs = [
                (distance(track.box, item.region.box), track)
                for track in self._people.now
                if track.since_s >= item.owner_seen_s and track.since_s - item.owner_seen_s <= LOST_S
            ]
            near = [(apart, track) for apart, track in heirs if apart <= self._reach]
            if near:
                now = item.owner = min(near, key=lambda heir: heir[0])[1]
        if now is not None:
            item.owner_seen_s = time_s
            item.owner_distance = distance(now.box, item.region.box)
        near_now = item.owner_distance <= self._reach
        if near_now and time_s - item.owner_seen_s <= LOST_S:
            item.attended_s = min(time_s, item.owner_seen_s)

    def _is_abandoned(self, item: _Item, time_s: float) -> bool:
        alone_s = time_s - item.attended_s
        if alone_s < self._settings.timeout_s or time_s - item.seen_s > NOT_SEEN_S:
            return False
        return item.as_person_s <= AS_PERSON_SHARE * max(1.0, time_s - item.region.since_s)

    def _over(self, item: _Item, scene: Scene) -> list[Event]:
        if item.event_id is None:
            return []
        camera = scene.camera
        if camera is not None and camera.background_match < CAMERA_TRUSTED:
            return [self._event(item, item.seen_s)]
        if item.listed_s - item.seen_s > NOT_SEEN_S:
            return [self._event(item, item.seen_s)]
        # Who takes it stands before it: it went between its last sight and the first of its background.
        bare_s = max(item.seen_s, item.listed_s - GONE_S)
        taken_s = round((item.seen_s + bare_s) / 2, 3)
        near = self._people.nearest(item.region.box, taken_s - OWNER_WITHIN_S, taken_s + OWNER_WITHIN_S)
        taker = near[0] if near is not None and near[1] <= self._reach else None
        removed = Event(
            id=self._numbers.next_id("removed_object"),
            type="removed_object",
            zone=self._area.id,
            start_seconds=taken_s,
            decided_seconds=scene.time_s,
            peak_seconds=taken_s,
            end_seconds=taken_s,
            class_name=item.class_name,
            track_ids=(taker.track_id,) if taker is not None else (),
            box=item.region.box,
            confidence=_confidence(item.region),
            numbers={"seconds_lying": round(taken_s - item.region.since_s, 2)},
        )
        return [self._event(item, taken_s), removed]

    def _event(self, item: _Item, end_s: float | None) -> Event:
        region, owner = item.region, item.owner
        numbers = {
            "seconds_unattended": round((end_s or item.decided_s) - item.attended_s, 2),
            "timeout_s": self._settings.timeout_s,
            "attended_distance_pixels": round(self._reach, 1),
            "contrast": region.contrast,
        }
        if owner is not None:
            numbers["owner_distance_pixels"] = round(item.owner_distance, 1)
        return Event(
            id=item.event_id or "",
            type="abandoned_object",
            zone=self._area.id,
            start_seconds=region.since_s,
            decided_seconds=item.decided_s,
            peak_seconds=item.decided_s,
            end_seconds=end_s,
            class_name=item.class_name,
            track_ids=(owner.track_id,) if owner is not None else (),
            owner_track_id=owner.track_id if owner is not None else None,
            box=region.box,
            confidence=_confidence(region),
            numbers=numbers,
        )


@dataclass(slots=True)
class _Empty:
    """One place that is empty now."""

    region: StillRegion
    event_id: str | None = None
    decided_s: float = 0.0


class RemovedObjectRule:
    """One zone. What lay there for a while only, and was seen to come, is AbandonedObjectRule's."""

    def __init__(self, area: Area, settings: RemovedObjectSettings, numbers: EventNumbers) -> None:
        self._area = area
        self._settings = settings
        self._numbers = numbers
        self._people = PeopleNear()
        self._places: dict[int, _Empty] = {}

    def update(self, scene: Scene) -> tuple[Event, ...]:
        self._people.update(scene)
        events: list[Event] = []
        listed = set()
        for region in scene.still:
            if region.change != "removed" or not self._area.contains(region.box.foot):
                continue
            listed.add(region.id)
            place = self._places.setdefault(region.id, _Empty(region))
            place.region = region
            long_enough = scene.time_s - region.since_s >= self._settings.timeout_s
            if place.event_id is None and long_enough and region.visible:
                place.event_id = self._numbers.next_id("removed_object")
                place.decided_s = scene.time_s
                events.append(self._event(place, None))
        for region_id in [key for key in self._places if key not in listed]:
            place = self._places.pop(region_id)
            if place.event_id is not None:
                events.append(self._event(place, scene.time_s))
        return tuple(events)

    def finish(self, time_s: float) -> tuple[Event, ...]:
        places = [place for place in self._places.values() if place.event_id is not None]
        self._places = {}
        return tuple(self._event(place, time_s) for place in places)

    def _event(self, place: _Empty, end_s: float | None) -> Event:
        region = place.region
        since_s = region.since_s
        near = self._people.nearest(region.box, since_s - OWNER_WITHIN_S, since_s + OWNER_WITHIN_S)
        taker = near[0] if near is not None and near[1] <= 0.15 * self._area.width else None
        return Event(
            id=place.event_id or "",
            type="removed_object",
            zone=self._area.id,
            start_seconds=since_s,
            decided_seconds=place.decided_s,
            peak_seconds=place.decided_s,
            end_seconds=end_s,
            track_ids=(taker.track_id,) if taker is not None else (),
            box=region.box,
            confidence=_confidence(region),
            numbers={"timeout_s": self._settings.timeout_s, "contrast": region.contrast},
        )


def _confidence(region: StillRegion) -> float:
    """Stronger contrast, surer: 16 levels are the least that is noticed."""
    return round(min(0.99, 0.5 + region.contrast / 120), 3)
