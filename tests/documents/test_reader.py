"""DocumentReader: progress, selection of pages, going on after a stop, several workers."""

from __future__ import annotations

import hashlib
import io
import os
import sys
from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from open_autoglm.documents.limits import ReadLimits
from open_autoglm.documents.model import Document
from open_autoglm.documents.page_selection import parse_pages
from open_autoglm.documents.reader import DocumentReader, ReaderOptions, ReadOptions, ReadProgress
from open_autoglm.documents.recognition import Recognition
from open_autoglm.documents.workers.page_pool import PagePool
from open_autoglm.errors import (
    Cancelled,
    EncryptedInput,
    InputError,
    LimitExceeded,
    ModelNotInstalled,
    UsageError,
)

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def hostile_openers_can_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(HERE))


def pdf(folder: Path, pages: int, password: str | None = None) -> Path:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(300, 200), encrypt=password)
    canvas.setTitle("A title")
    for number in range(1, pages + 1):
        canvas.drawString(50, 100, f"This is page {number}.")
        canvas.showPage()
    canvas.save()
    path = folder / "report.pdf"
    path.write_bytes(out.getvalue())
    return path


def texts(document: Document) -> list[str]:
    return [" ".join(region.text for region in page.regions) for page in document.pages]


def test_a_pdf_becomes_a_document_with_its_source_and_progress(tmp_path: Path) -> None:
    path = pdf(tmp_path, 3)
    told: list[ReadProgress] = []
    document = DocumentReader().read(path, on_progress=told.append)
    assert texts(document) == ["This is page 1.", "This is page 2.", "This is page 3."]
    assert document.title == "A title"
    assert document.source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert document.source.size_bytes == path.stat().st_size
    assert (document.source.name, document.source.media_type) == ("report.pdf", "application/pdf")
    assert document.source.page_count == 3
    assert (document.pages[0].width, document.pages[0].height) == (300, 200)
    assert [(event.stage, event.page, event.done, event.total) for event in told] == [
        ("open", None, 0, 0),
        ("read", None, 0, 3),
        ("read", 1, 1, 3),
        ("read", 2, 2, 3),
        ("read", 3, 3, 3),
        ("structure", None, 3, 3),
    ]
    assert told[-2].seconds_left == 0


def test_only_the_pages_asked_for_are_read(tmp_path: Path) -> None:
    path = pdf(tmp_path, 5)
    document = DocumentReader().read(path, ReadOptions(pages=parse_pages("4-,2")))
    assert [page.number for page in document.pages] == [2, 4, 5]
    assert document.source.page_count == 5
    with pytest.raises(UsageError, match="Page 6 was asked for"):
        DocumentReader().read(path, ReadOptions(pages=parse_pages("6")))


def test_more_pages_than_the_limit_are_refused_but_a_selection_is_read(tmp_path: Path) -> None:
    path = pdf(tmp_path, 4)
    reader = DocumentReader(ReaderOptions(limits=ReadLimits(max_pages=3)))
    with pytest.raises(LimitExceeded, match=r"4 pages.*limit is 3.*--max-pages.*--pages"):
        reader.read(path)
    assert len(reader.read(path, ReadOptions(pages=parse_pages("1-3"))).pages) == 3


def slow_reader(folder: Path, **options: object) -> DocumentReader:
    """Each page takes 0.3 s; finished ones are kept under ``folder``."""
    return DocumentReader(
        ReaderOptions(store_folder=folder / "store", opener="hostile_openers:open_hostile", **options)
    )


def test_running_again_after_a_stop_continues(tmp_path: Path) -> None:
    path = tmp_path / "slow.txt"
    path.write_text("4\nall:slow", encoding="utf-8")
    done: list[int] = []

    def on_progress(progress: ReadProgress) -> None:
        done.append(progress.done)

    with pytest.raises(Cancelled, match="Run it again to continue"):
        slow_reader(tmp_path, workers=1).read(path, on_progress=on_progress, cancelled=lambda: 2 in done)
    told: list[ReadProgress] = []
    document = slow_reader(tmp_path, workers=1).read(path, on_progress=told.append)
    assert [page.number for page in document.pages] == [1, 2, 3, 4]
    assert [(event.page, event.done, event.kept) for event in told if event.stage == "read"] == [
        (None, 2, 2),
        (3, 3, 2),
        (4, 4, 2),
    ]
    path.write_text("4\nall:slow ", encoding="utf-8")  # another content: nothing is kept for it
    slow_reader(tmp_path, workers=1).read(path, on_progress=told.append)
    assert told[-1].kept == 0


def test_ctrl_c_keeps_finished_pages(tmp_path: Path) -> None:
    path = tmp_path / "slow.txt"
    path.write_text("3\n2:hang", encoding="utf-8")

    def press(progress: ReadProgress) -> None:
        if progress.page == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        slow_reader(tmp_path, workers=1).read(path, on_progress=press)
    told: list[ReadProgress] = []

    def stop(progress: ReadProgress) -> None:
        told.append(progress)

    with pytest.raises(Cancelled):
        slow_reader(tmp_path, workers=1).read(
            path, on_progress=stop, cancelled=lambda: bool(told and told[-1].kept)
        )
    assert told[-1].kept == 1


def test_many_slow_pages_are_spread_over_workers_and_come_back_in_order(tmp_path: Path) -> None:
    path = tmp_path / "slow.txt"
    path.write_text("12\nall:slow", encoding="utf-8")
    document = slow_reader(tmp_path, workers=2).read(path)
    assert [page.number for page in document.pages] == list(range(1, 13))
    assert not [page.error for page in document.pages if page.error]


def test_an_encrypted_file_needs_its_password_and_leaves_no_text_on_the_disk(tmp_path: Path) -> None:
    path = pdf(tmp_path, 1, password="open sesame")
    reader = DocumentReader(ReaderOptions(store_folder=tmp_path / "store"))
    with pytest.raises(EncryptedInput, match="--password"):
        reader.read(path)
    with pytest.raises(EncryptedInput):
        reader.read(path, ReadOptions(password="wrong"))
    assert texts(reader.read(path, ReadOptions(password="open sesame"))) == ["This is page 1."]
    with pytest.raises(EncryptedInput):  # also after a run that had the password
        reader.read(path)
    assert not (tmp_path / "store").exists()


def test_two_reads_from_different_threads_do_not_meet(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    (tmp_path / "other").mkdir()
    paths = [pdf(tmp_path, 2), pdf(tmp_path / "other", 3)]
    reader = DocumentReader(ReaderOptions(workers=1))
    with ThreadPoolExecutor(2) as threads:
        counts = [len(document.pages) for document in threads.map(reader.read, paths)]
    assert counts == [2, 3]


def test_pictures_show_pages_upright_and_a_format_without_any_gives_none(tmp_path: Path) -> None:
    drawn = pdf(tmp_path, 2)
    reader = DocumentReader()
    document = reader.read(drawn)
    with reader.pictures(drawn, document) as picture:
        jpeg = picture(2)
    assert jpeg is not None
    page = document.pages[1]
    width, height = Image.open(io.BytesIO(jpeg)).size
    assert width / height == pytest.approx(page.width / page.height, rel=0.01)
    plain = tmp_path / "a.txt"
    plain.write_text("words", encoding="utf-8")
    with reader.pictures(plain, reader.read(plain)) as picture:
        assert picture(1) is None


def test_a_formula_model_that_is_not_there_is_said_before_any_page_is_read(tmp_path: Path) -> None:
    reader = DocumentReader(ReaderOptions(recognition=Recognition(formula_model=tmp_path / "none")))
    with pytest.raises(ModelNotInstalled, match=r"none lacks encoder\.onnx.*formula_model"):
        reader.read(pdf(tmp_path, 1))


def test_pages_read_with_other_recognition_are_not_taken_from_the_store(tmp_path: Path) -> None:
    path = pdf(tmp_path, 1)
    kept = []
    for backend in ("onnxruntime", "onnxruntime", "openvino"):
        options = ReaderOptions(
            store_folder=tmp_path / "store", recognition=Recognition.model_validate({"ocr_backend": backend})
        )
        DocumentReader(options).read(path, on_progress=lambda told: kept.append(told.kept))
    assert sorted(set(kept)) == [0, 1]
    assert kept[-1] == 0


def test_texts_of_a_series_share_a_worker_and_drawn_files_get_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []
    start = PagePool._start_worker
    monkeypatch.setattr(PagePool, "_start_worker", lambda pool: (started.append(pool), start(pool))[1])
    for number in range(3):
        (tmp_path / f"{number}.md").write_text(f"# Heading\n\n第{number}段。\n", encoding="utf-8")
    with DocumentReader().series() as series:
        for number in range(3):
            document = series.read(tmp_path / f"{number}.md")
            assert texts(document) == [f"Heading 第{number}段。"]
        assert len(started) == 1
        series.read(pdf(tmp_path, 1))
        assert len(started) == 2
        series.read(tmp_path / "0.md")
        assert len(started) == 2


def test_a_series_goes_on_after_a_file_that_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "good.txt").write_text("A line.\n")
    (tmp_path / "bad.csv").write_text("a,b\n" + "x," * 20_000 + "\n")
    with DocumentReader().series() as series:
        with pytest.raises(InputError):
            series.read(tmp_path / "bad.csv")
        with pytest.raises(Cancelled):
            series.read(tmp_path / "good.txt", cancelled=lambda: True)
        assert texts(series.read(tmp_path / "good.txt")) == ["A line."]
    assert series._kept is None


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know no such names")
def test_a_name_in_no_encoding_is_read_and_shown_with_its_bytes(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xd4\xc2%41.txt"))
    path.write_text("A line.\n")
    document = DocumentReader().read(path)
    assert texts(document) == ["A line."]
    assert document.source.name == r"\xd4\xc2%41.txt"
