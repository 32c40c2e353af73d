from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from recorded import DrawnFrames, recorded, walked

from open_autoglm.errors import OutputFailed, UsageError
from open_autoglm.tasks.video_output.labels import CHINESE, ENGLISH
from open_autoglm.tasks.video_output.pictures import NO_PICTURES, collect_pictures
from open_autoglm.tasks.video_output.write import video_format_of, write_video_result
from open_autoglm.tasks.video_result import AnalysedVideo


def written(form: str, report: str = "en", **options: object) -> str:
    stream = io.StringIO()
    write_video_result(recorded(report), stream, form, **options)  # type: ignore[arg-type]
    return stream.getvalue()


def test_the_extension_chooses_the_form() -> None:
    assert [video_format_of(Path(f"a.{end}")) for end in ("json", "MD", "html", "csv")] == [
        "json",
        "md",
        "html",
        "csv",
    ]
    with pytest.raises(UsageError, match=r"'\.pdf'"):
        video_format_of(Path("a.pdf"))
    with pytest.raises(UsageError, match="Unknown format 'pdf'"):
        written("pdf")


def test_json_holds_events_and_is_read_back() -> None:
    data = json.loads(written("json"))
    first = data["events"][0]
    assert (first["type"], first["zone"], first["start_seconds"], first["end_seconds"]) == (
        "intrusion",
        "<gate>",
        3.25,
        8.5,
    )
    assert (first["start"], first["end"]) == ("00:00:03", "00:00:08")
    assert data["schema_version"] == "1"
    for event in data["events"]:
        for name in ("start", "end", "peak"):
            del event[name]
    assert AnalysedVideo.model_validate(data) == recorded()


def test_csv_has_a_line_for_each_event() -> None:
    rows = list(csv.DictReader(io.StringIO(written("csv"))))
    assert [row["id"] for row in rows] == ["intrusion-1", "abandoned_object-1", "camera_tampered-1"]
    assert rows[0]["start_seconds"] == "3.25"
    assert rows[0]["numbers"] == "seconds_inside=5.25 dwell_s=1"
    assert rows[1]["end_seconds"] == ""
    assert rows[1]["owner_track"] == "7"


def test_csv_holds_no_formula() -> None:
    result = recorded()
    event = result.events[0].model_copy(update={"zone": "=1+1"})
    stream = io.StringIO()
    write_video_result(result.model_copy(update={"events": (event,)}), stream, "csv")
    assert ",'=1+1," in stream.getvalue()


def test_markdown_says_it_all() -> None:
    text = written("md")
    assert "| `intrusion-1` | Intrusion | 00:00:03 | 00:00:08 | \\<gate\\> |" in text
    assert "going on" in text
    assert "A bag \\| alone." in text
    assert "Somebody came \\<in\\>. `intrusion-1`" in text
    assert "A failure." in text
    assert "00:00:15 to 00:00:16 could not be analysed: the worker crashed" in text


def test_a_sentence_about_many_events_shows_the_first_and_folds_the_others() -> None:
    result = recorded()
    assert result.report is not None
    events = tuple(f"intrusion-{number}" for number in range(1, 301))
    sentence = result.report.sentences[0].model_copy(update={"events": events})
    report = result.report.model_copy(update={"sentences": (sentence,)})
    texts = {}
    for form in ("md", "html"):
        stream = io.StringIO()
        write_video_result(result.model_copy(update={"report": report}), stream, form)  # type: ignore[arg-type]
        texts[form] = stream.getvalue()
    assert "intrusion-7, intrusion-8` and 292 more\n" in texts["md"]
    shown, folded = texts["html"].split("<summary>and 292 more</summary>")
    assert "#intrusion-8" in shown
    assert "#intrusion-9" not in shown
    assert "#intrusion-300" in folded.split("</details>")[0]


def test_in_chinese() -> None:
    assert "| 闯入 |" in written("md", "zh")
    assert 'lang="zh-Hans"' in written("html", "zh")
    assert "遗留物品" in written("html", "en", language="zh")


def test_both_languages_name_the_same_things() -> None:
    assert ENGLISH.types.keys() == CHINESE.types.keys()
    assert ENGLISH.numbers.keys() == CHINESE.numbers.keys()
    assert ENGLISH.notes_of_events.keys() == CHINESE.notes_of_events.keys()


def test_html_fetches_nothing_and_lets_nothing_in() -> None:
    frames = DrawnFrames()
    html = written(
        "html", pictures=collect_pictures(recorded(), frames, walked(), clips={"intrusion-1": "a#1 b.mp4"})
    )
    assert "http://www.w3.org" in html.replace("http://www.w3.org/2000/svg", "http://www.w3.org", 1)
    assert not re.search(r'(src|href)="(?!data:image/jpeg|#|a%231%20b\.mp4)[^"]', html)
    assert "default-src 'none'" in html
    assert html.count("</script>") == 2
    assert "yard &lt;/script&gt;&lt;b&gt;.mp4" in html
    data = json.loads(html.split('id="data">')[1].split("</script>")[0])
    assert data["events"]["intrusion-1"]["peak"] == 5.0
    assert data["film_times"][:3] == [0, 0.5, 1.0]


def test_html_without_pictures_or_events() -> None:
    stream = io.StringIO()
    write_video_result(
        recorded().model_copy(update={"events": (), "curves": ()}), stream, "html", NO_PICTURES
    )
    assert "Nothing happened that the rules ask for." in stream.getvalue()


def test_a_long_curve_is_thinned_to_its_peaks() -> None:
    result = recorded()
    long = result.curves[0].model_copy(
        update={
            "seconds": tuple(map(float, range(36_000))),
            "people": tuple(float(n == 20_001) for n in range(36_000)),
        }
    )
    stream = io.StringIO()
    write_video_result(
        result.model_copy(update={"curves": (long,), "analysed_seconds": 36_000.0}), stream, "html"
    )
    assert len(stream.getvalue()) < 150_000
    assert "≤ 1</span>" in stream.getvalue()


def test_nothing_half_written(tmp_path: Path) -> None:
    with pytest.raises(OutputFailed, match="missing"):
        write_video_result(recorded(), tmp_path / "missing" / "a.json", "json")
    write_video_result(recorded(), tmp_path / "a.json", "json")
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_every_event_has_its_picture() -> None:
    pictures = collect_pictures(recorded(), DrawnFrames(), walked())
    assert sorted(pictures.snapshots) == ["abandoned_object-1", "camera_tampered-1", "intrusion-1"]
    assert len(pictures.film) == 41
    assert pictures.heat_map is not None


def test_boxes_are_drawn_into_the_snapshot() -> None:
    from open_autoglm.video.drawing import EVENT_COLOUR, decode_jpeg

    image = decode_jpeg(collect_pictures(recorded(), DrawnFrames(), walked()).snapshots["intrusion-1"])
    assert image is not None
    left_edge = image[60:85, 50].astype(int).mean(axis=0)
    assert abs(left_edge - EVENT_COLOUR).max() < 60
