"""What happened in a recording: the report, a timeline, and each event with its picture when it is chosen."""

from __future__ import annotations

from html import escape

from nicegui import ui

from open_autoglm.tasks.video_output.labels import CHINESE, ENGLISH, VideoLabels
from open_autoglm.tasks.video_output.words import (
    details,
    end_of,
    facts_line,
    number_lines,
    problem_lines,
    run_lines,
)
from open_autoglm.tasks.video_result import AnalysedVideo
from open_autoglm.video.events.event import Event, clock
from open_autoglm.web.elements import box, icon, markup, words
from open_autoglm.web.session import Session
from open_autoglm.web.video_pictures import snapshot_address
from open_autoglm.web.zone_editor import COLOURS

ROW = 22
LEFT = 150
WIDTH = 1000
"""Of the timeline, in its own units."""
CHOOSE = "(e) => { const event = e.target.closest('[data-event]'); if (event) emit(event.dataset.event); }"


class VideoResult:
    """Built where ``show`` is called."""

    def __init__(self, session: Session, job_id: str, result: AnalysedVideo) -> None:
        self._session = session
        self._job_id = job_id
        self._result = result
        self._labels: VideoLabels = CHINESE if session.visitor.language == "zh" else ENGLISH
        self._buttons: dict[str, ui.element] = {}

    def show(self) -> None:
        labels, result = self._labels, self._result
        with box("inner broad"):
            words(facts_line(result, labels), "facts", "p")
            self._show_problems()
            self._show_report()
            if result.events:
                with box("section", "section", aria_label=labels.timeline):
                    words(labels.timeline, tag="h2")
                    chart = markup(self._timeline(), "timeline")
                    chart.on("click", lambda event: self._choose(str(event.args)), js_handler=CHOOSE)
            with box("section", "section", aria_label=labels.events):
                words(labels.events, tag="h2")
                if not result.events:
                    words(labels.no_events, "facts", "p")
                    return
                with box("event-pair"):
                    with box("event-list", "ul"):
                        for event in result.events:
                            self._card(event)
                    self._shown = box(
                        "event-shown", role="region", aria_live="polite", aria_label=labels.events
                    )
            self._choose(result.events[0].id)

    def _show_problems(self) -> None:
        result, labels = self._result, self._labels
        for sentence in problem_lines(result, labels):
            with box("note bad"):
                icon("error_outline")
                words(sentence)
        with box("", "details"):
            words(labels.notes, tag="summary")
            with box("points", "ul"):
                for sentence in (*run_lines(result, labels), *result.notes):
                    words(sentence, tag="li")

    def _show_report(self) -> None:
        report, labels = self._result.report, self._labels
        if report is not None:
            with box("section", "section", aria_label=labels.report):
                words(labels.report, tag="h2")
                with box("points", "ul"):
                    for sentence in report.sentences:
                        words(sentence.text, tag="li")
                words(report.rests_on, "facts", "p")
        if self._result.answers:
            with box("section", "section", aria_label=labels.questions), box("key-values", "dl"):
                for answer in self._result.answers:
                    words(answer.question, tag="dt")
                    words(answer.answer, tag="dd")

    def _card(self, event: Event) -> None:
        labels = self._labels
        with box("", "li"), box("event-card", "button", type="button", data_event=event.id) as button:
            box("swatch").style(f"background: {self._colour(event)}")
            words(event.start, tag="strong")
            words(f"{labels.type_of(event)} · {labels.zone_of(event)}")
        button.on("click", lambda: self._choose(event.id), args=[])
        self._buttons[event.id] = button

    def _choose(self, event_id: str) -> None:
        event = next((one for one in self._result.events if one.id == event_id), None)
        if event is None:
            return
        for name, button in self._buttons.items():
            button.props.set_optional("aria-current", "true" if name == event_id else None)
        labels = self._labels
        self._shown.clear()
        with self._shown:
            words(f"{labels.type_of(event)} · {labels.zone_of(event)}", tag="h3")
            words(f"{event.start} – {end_of(event, labels)}", "facts", "p")
            address = escape(snapshot_address(self._job_id, event.id))
            alt = escape(f"{labels.type_of(event)} {event.peak}")
            markup(f'<img src="{address}" alt="{alt}">', "snapshot")
            words(" · ".join(details(event, labels)), tag="p")
            with box("key-values", "dl"):
                for name, value in number_lines(event, labels):
                    words(name, tag="dt")
                    words(value, tag="dd")
            for note in self._result.picture_notes:
                if note.event == event_id:
                    words(f"{labels.vision}: {note.description} ({labels.agrees[note.agrees]})", tag="p")

    def _colour(self, event: Event) -> str:
        kinds = list(dict.fromkeys(one.type for one in self._result.events))
        return COLOURS[kinds.index(event.type) % len(COLOURS)]

    def _timeline(self) -> str:
        """A row for each kind of event over the length of the recording."""
        result, labels = self._result, self._labels
        length = max(1.0, result.analysed_seconds)
        kinds = list(dict.fromkeys(event.type for event in result.events))
        height = ROW * len(kinds) + 24
        pieces = [
            f'<svg viewBox="0 0 {LEFT + WIDTH} {height}" role="img" aria-label="{escape(labels.timeline)}">'
        ]
        for row, kind in enumerate(kinds):
            middle = ROW * row + ROW / 2
            pieces.append(
                f'<text class="label" x="0" y="{middle + 5:.0f}">{escape(labels.types.get(kind, kind))}'
                "</text>"
                f'<line x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{middle}" y2="{middle}"/>'
            )
        for event in result.events:
            end = result.analysed_seconds if event.end_seconds is None else event.end_seconds
            x = LEFT + WIDTH * event.start_seconds / length
            wide = max(6.0, WIDTH * (end - event.start_seconds) / length)
            y = ROW * kinds.index(event.type) + 4
            pieces.append(
                f'<rect data-event="{escape(event.id)}" x="{min(x, LEFT + WIDTH - 6):.1f}" y="{y}" '
                f'width="{min(wide, LEFT + WIDTH - x):.1f}" height="{ROW - 8}" rx="3" '
                f'fill="{self._colour(event)}">'
                f"<title>{escape(f'{event.start} {labels.type_of(event)}')}</title></rect>"
            )
        for part in range(5):
            x = LEFT + WIDTH * part / 4
            anchor = ("start", "middle", "middle", "middle", "end")[part]
            pieces.append(
                f'<text class="tick" x="{x:.0f}" y="{height - 6}" text-anchor="{anchor}">'
                f"{clock(length * part / 4)}</text>"
            )
        return "".join(pieces) + "</svg>"
