"""Zones drawn with the mouse on a picture of the recording, with the rules of each beside it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import yaml
from nicegui import events, ui

from open_autoglm.errors import OpenAutoGLMError
from open_autoglm.video.zones import ZoneFile, parse_zones
from open_autoglm.web.elements import box, icon_button, set_words, text_button, words
from open_autoglm.web.texts import Texts

COLOURS = ("#e4572e", "#17bebb", "#ffc914", "#8f6fe8", "#76b041", "#ff6fb5")
NEAR = 0.02
"""Of the picture's width: a click this near to a corner means the corner."""

RULES: Mapping[str, tuple[str, float]] = {
    "intrusion": ("dwell_s", 1),
    "abandoned_object": ("timeout_s", 30),
    "removed_object": ("timeout_s", 30),
    "crowd": ("max_people", 5),
    "loitering": ("min_duration_s", 60),
}
"""The rules that have a box of their own, each with the number that is asked for; the text has all."""

LINE_RULE = "line_crossing"


@dataclass
class _Draft:
    """One zone as it is being drawn; points are fractions."""

    id: str
    polygon: list[list[float]]
    rules: dict[str, Any] = field(default_factory=dict)
    line: list[list[float]] | None = None
    more: dict[str, Any] = field(default_factory=dict)
    """Keys of the text that have no place of their own here."""

    def plain(self) -> dict[str, Any]:
        plain = {"id": self.id, "polygon": self.polygon, **self.more, "rules": self.rules}
        return {**plain, "line": self.line} if self.line else plain


class ZoneEditor:
    """Built where it is made. ``text`` gives the zones as YAML; empty where there are none."""

    def __init__(self, texts: Texts, jpeg: bytes, size: tuple[int, int], zones_text: str = "") -> None:
        """``size`` is the width and height of the picture in pixels."""
        self._texts = texts
        self._size = size
        self._zones: list[_Draft] = []
        self._rest: dict[str, Any] = {}
        self._drawing: list[list[float]] | None = None
        self._line_of: _Draft | None = None
        self._held: list[float] | None = None
        source = f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode('ascii')}"
        with box("zone-editor"):
            with box("zone-picture"):
                self._picture = ui.interactive_image(
                    source, on_mouse=self._mouse, events=["mousedown", "mouseup"], cross="#ffffff80"
                )
                self._picture.props["alt"] = texts.zone_picture
                self._hint = words(texts.zone_hint, "facts", "p", role="status")
            with box("zone-side"):
                with box("row"):
                    self._new = text_button(texts.zone_new, self._begin, "", "add")
                    self._close = text_button(texts.zone_close, self._finish, "first", "check")
                    self._undo = icon_button("undo", texts.zone_undo, self._back)
                self._list = box("zone-list", "ul")
                with box("", "details"):
                    words(texts.zone_text, tag="summary")
                    self._text = box(
                        "zone-text", "textarea", rows="10", spellcheck="false", aria_label=texts.zone_text
                    )
                    self._text.on(
                        "change",
                        lambda event: self._take_text(str(event.args)),
                        js_handler="(e) => emit(e.target.value)",
                    )
                    self._wrong = words("", "doubt", "p", role="alert")
        if zones_text:
            self._take_text(zones_text)
        self._show()

    @property
    def text(self) -> str:
        if not self._zones and not self._rest:
            return ""
        plain = {"zones": [zone.plain() for zone in self._zones], **self._rest}
        return str(yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, default_flow_style=None))

    def zone_file(self) -> ZoneFile | None:
        """What was drawn; None for nothing. Raises UsageError where it can't be."""
        return parse_zones(self.text, self._texts.zones) if self.text else None

    # with the mouse

    def _mouse(self, event: events.MouseEventArguments) -> None:
        point = self._fractions(event.image_x, event.image_y)
        if self._drawing is None:
            self._move(event.type, point)
            return
        if event.type != "mouseup":
            return
        first = self._drawing[0] if self._drawing else None
        if self._line_of is None and len(self._drawing) >= 3 and first and _near(first, point):
            self._finish()
            return
        self._drawing.append(point)
        if self._line_of is not None and len(self._drawing) == 2:
            self._finish()
            return
        self._show()

    def _move(self, kind: str, point: list[float]) -> None:
        """A corner is taken where the button goes down and put where it comes up."""
        if kind == "mousedown":
            corners = [corner for zone in self._zones for corner in [*zone.polygon, *(zone.line or [])]]
            self._held = next((corner for corner in corners if _near(corner, point)), None)
        elif self._held is not None:
            self._held[:] = point
            self._held = None
            self._show()

    def _fractions(self, x: float, y: float) -> list[float]:
        width, height = self._size
        return [round(min(1.0, max(0.0, x / width)), 4), round(min(1.0, max(0.0, y / height)), 4)]

    def _begin(self) -> None:
        self._drawing, self._line_of = [], None
        self._show()

    def _begin_line(self, zone: _Draft) -> None:
        self._drawing, self._line_of = [], zone
        self._show()

    def _back(self) -> None:
        if self._drawing:
            self._drawing.pop()
        else:
            self._drawing = self._line_of = None
        self._show()

    def _finish(self) -> None:
        drawn, zone = self._drawing or [], self._line_of
        self._drawing = self._line_of = None
        if zone is not None and len(drawn) == 2:
            zone.line = drawn
            zone.rules.setdefault(LINE_RULE, {})
        elif zone is None and len(drawn) >= 3:
            taken = {one.id for one in self._zones}
            number = next(n for n in range(1, len(taken) + 2) if f"zone-{n}" not in taken)
            self._zones.append(_Draft(f"zone-{number}", drawn, {"intrusion": {"dwell_s": 1}}))
        self._show()

    # as text

    def _take_text(self, text: str) -> None:
        set_words(self._wrong, "")
        if not text.strip():
            self._zones, self._rest = [], {}
            self._show()
            return
        try:
            zones = parse_zones(text, self._texts.zones)
        except OpenAutoGLMError as error:
            set_words(self._wrong, str(error))
            return
        plain = zones.model_dump(mode="json", exclude_unset=True)
        self._rest = {name: value for name, value in plain.items() if name != "zones"}
        self._zones = [self._draft(zone) for zone in plain.get("zones", ())]
        self._show()

    def _draft(self, zone: dict[str, Any]) -> _Draft:
        corners = zone.pop("polygon", [[0, 0], [1, 0], [1, 1], [0, 1]])
        line = zone.pop("line", None)
        return _Draft(
            zone.pop("id"),
            self._as_fractions(corners),
            zone.pop("rules", {}),
            self._as_fractions(line) if line else None,
            zone,
        )

    def _as_fractions(self, points: list[list[float]]) -> list[list[float]]:
        if max(max(point) for point in points) <= 1:
            return [list(point) for point in points]
        return [self._fractions(*point) for point in points]

    # what is shown

    def _show(self) -> None:
        self._picture.set_content("".join(self._drawn()))
        drawing = self._drawing is not None
        self._new.visible = not drawing
        self._close.visible = drawing and self._line_of is None and len(self._drawing or ()) >= 3
        self._undo.visible = drawing
        texts = self._texts
        hint = texts.zone_hint_line if self._line_of is not None else texts.zone_hint_drawing
        set_words(self._hint, hint if drawing else texts.zone_hint)
        self._list.clear()
        with self._list:
            for number, zone in enumerate(self._zones):
                self._card(number, zone)
        self._text.props["value"] = self.text
        self._text.update()

    def _card(self, number: int, zone: _Draft) -> None:
        texts = self._texts
        colour = COLOURS[number % len(COLOURS)]
        with box("zone-card", "li"):
            with box("row"):
                box("swatch").style(f"background: {colour}")
                name = box(
                    "", "input", type="text", value=zone.id, maxlength="60", aria_label=texts.zone_name
                )
                name.on(
                    "change",
                    lambda event: self._rename(zone, str(event.args)),
                    js_handler="(e) => emit(e.target.value)",
                )
                icon_button("timeline", texts.zone_line, lambda: self._begin_line(zone))
                icon_button("delete", texts.remove.format(zone.id), lambda: self._delete(zone))
            for rule, (key, usual) in RULES.items():
                self._rule(zone, rule, key, usual)
            if zone.line is not None:
                words(texts.zone_has_line, "facts", "p")

    def _rule(self, zone: _Draft, rule: str, key: str, usual: float) -> None:
        label = self._texts.zone_rules[list(RULES).index(rule)]
        given = zone.rules.get(rule)
        with box("rule", "label"):
            check = box("", "input", type="checkbox")
            if given is not None:
                check.props["checked"] = True
            check.on(
                "change",
                lambda event: self._set_rule(zone, rule, {key: usual} if event.args else None),
                js_handler="(e) => emit(e.target.checked)",
            )
            words(label)
            if given is not None:
                value = given.get(key, usual)
                number = box("", "input", type="number", value=f"{value:g}", min="0", aria_label=label)
                number.on(
                    "change",
                    lambda event: self._set_number(zone, rule, key, event.args),
                    js_handler="(e) => emit(e.target.valueAsNumber)",
                )

    def _rename(self, zone: _Draft, name: str) -> None:
        if name.strip() and all(one.id != name.strip() for one in self._zones if one is not zone):
            zone.id = name.strip()
        self._show()

    def _delete(self, zone: _Draft) -> None:
        self._zones.remove(zone)
        self._show()

    def _set_rule(self, zone: _Draft, rule: str, settings: dict[str, Any] | None) -> None:
        if settings is None:
            zone.rules.pop(rule, None)
        else:
            zone.rules[rule] = settings
        self._show()

    def _set_number(self, zone: _Draft, rule: str, key: str, value: object) -> None:
        if isinstance(value, int | float) and value >= 0 and zone.rules.get(rule) is not None:
            zone.rules[rule][key] = int(value) if key == "max_people" else value
        self._show()

    def _drawn(self) -> list[str]:
        width, height = self._size
        pieces = []
        for number, zone in enumerate(self._zones):
            colour = COLOURS[number % len(COLOURS)]
            pieces.append(_shape("polygon", zone.polygon, width, height, colour))
            if zone.line:
                pieces.append(_shape("polyline", zone.line, width, height, colour, dashed=True))
            pieces += [
                _corner(corner, width, height, colour) for corner in [*zone.polygon, *(zone.line or [])]
            ]
            x, y = zone.polygon[0][0] * width, zone.polygon[0][1] * height
            size = max(12, width // 45)
            pieces.append(
                f'<text x="{x + size / 2:.0f}" y="{max(size, y - size / 2):.0f}" font-size="{size}" '
                f'fill="#fff" stroke="#000" stroke-width="{size / 6:.1f}" paint-order="stroke">'
                f"{escape(zone.id)}</text>"
            )
        if self._drawing:
            pieces.append(_shape("polyline", self._drawing, width, height, "#ffffff"))
            pieces += [_corner(corner, width, height, "#ffffff") for corner in self._drawing]
        return pieces


def _near(one: list[float], other: list[float]) -> bool:
    return abs(one[0] - other[0]) < NEAR and abs(one[1] - other[1]) < NEAR * 1.6


def _shape(
    tag: str, points: list[list[float]], width: int, height: int, colour: str, *, dashed: bool = False
) -> str:
    at = " ".join(f"{x * width:.1f},{y * height:.1f}" for x, y in points)
    dash = f' stroke-dasharray="{width // 60}"' if dashed else ""
    wide = max(2, width / 400)
    fill = f"{colour}33" if tag == "polygon" else "none"
    return f'<{tag} points="{at}" fill="{fill}" stroke="{colour}" stroke-width="{wide:.1f}"{dash}/>'


def _corner(corner: list[float], width: int, height: int, colour: str) -> str:
    x, y = corner[0] * width, corner[1] * height
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{max(4, width / 160):.1f}" fill="{colour}" stroke="#000"/>'
