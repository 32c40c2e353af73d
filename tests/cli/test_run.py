"""``run``: what is refused before any work, where results go, and the exit codes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from open_autoglm.cli import root as program
from open_autoglm.cli import run as command
from open_autoglm.documents.model import Document, Page, ReadBy, Region, RegionType, Source
from open_autoglm.documents.reader import ReadOptions
from open_autoglm.engine.base import Capabilities
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.engine.scripted import ScriptedEngine
from open_autoglm.errors import DamagedInput, ModelNotInstalled
from open_autoglm.local.placement import Placement
from open_autoglm.local.tiers import ChosenModel
from open_autoglm.values import ChatRequest

TEXT = "Anna Petersen pays EUR 500 on 1 March 2025."
PLACEMENT = Placement(
    threads=1, gpu_layers=0, total_layers=1, context_window=4096, slots=1,
    weights_bytes=1, kv_cache_bytes=1, overhead_bytes=1, device="cpu",
)  # fmt: skip


def answer(request: ChatRequest) -> str:
    if request.grammar is not None and request.grammar.startswith("root ::= text"):
        return "Anna Petersen pays EUR 500."
    return "1. Anna Petersen pays EUR 500 on 1 March 2025.\n"


class Reader:
    """Every file has one page that says TEXT; ``bad*`` is damaged, ``half*`` has a page that failed."""

    def read(self, path: Path, options: ReadOptions | None = None, *, on_progress, cancelled) -> Document:
        if path.name.startswith("bad"):
            raise DamagedInput(f"{path.name} is damaged.", hint="Export it again.")
        region = Region(
            id="r1",
            page=1,
            box=None,
            type=RegionType.PARAGRAPH,
            text=TEXT,
            confidence=1.0,
            read_by=ReadBy.MARKUP,
        )
        pages = [Page(number=1, width=1, height=1, regions=(region,))]
        if path.name.startswith("half"):
            pages.append(Page(number=2, width=1, height=1, error="It took longer than 60 s."))
        source = Source(name=path.name, sha256="0" * 64, media_type="text/plain", size_bytes=1, page_count=1)
        return Document(source=source, pages=tuple(pages))

    def pictures(self, path: Path, document: Document, *, password: str | None = None):
        return nullcontext(lambda _number: None)


class ScriptedRuntime:
    """Stands where the composition root stands."""

    installed = True

    def __init__(self, settings: object) -> None:
        self.settings = settings

    def document_reader(self) -> Reader:
        return Reader()

    def choose_model(self, asked: str | None = None) -> ChosenModel:
        if not self.installed:
            raise ModelNotInstalled(
                "Model 'tiny' is not installed.", hint="Pull it: open-autoglm-cli pull tiny."
            )
        return ChosenModel(
            asked=asked or "autoglm-large", name="tiny", path=Path("tiny.gguf"), reason="it fits"
        )

    def place(self, chosen: ChosenModel) -> Placement:
        return PLACEMENT

    @contextmanager
    def open_upstream(self, name: str) -> Iterator[BlockingEngine]:
        with BlockingEngine(ScriptedEngine(answer, model=name)) as engine:
            yield engine

    @contextmanager
    def open_engine(self, chosen: ChosenModel, placement: Placement) -> Iterator[BlockingEngine]:
        capabilities = Capabilities(context_window=4096, json_schema=True, grammar=True)
        with BlockingEngine(ScriptedEngine(answer, model=chosen.name, capabilities=capabilities)) as engine:
            yield engine


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[ScriptedRuntime]:
    """A fresh scripted runtime, and a working folder with a few files."""

    class Fresh(ScriptedRuntime):
        pass

    monkeypatch.setattr(command, "Runtime", Fresh)
    monkeypatch.chdir(tmp_path)
    for name in ("a.txt", "b.txt", "bad.txt", "half.txt"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    return Fresh


def run(*flags: str) -> int:
    return program.run(["--task", "document_parse", *flags])


def test_the_main_job(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--model", "autoglm-large", "--input", "a.txt", "--output", "summary.txt") == 0
    written = (tmp_path / "summary.txt").read_text(encoding="utf-8")
    assert "Anna Petersen pays EUR 500." in written
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Model: tiny (it fits)" in captured.err
    assert "Wrote summary.txt" in captured.err


def test_a_model_of_another_server_reads_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    upstreams = "{big: {url: http://10.0.0.5:8000/v1}}"
    assert run("--input", "a.txt", "--output", "a.json", "--model", "big", "--upstreams", upstreams) == 0
    result = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert (result["model"]["name"], result["model"]["engine"]) == ("big", "another server")
    assert "held by another server" in capsys.readouterr().err


def test_the_chosen_model_stands_in_the_result(tmp_path: Path) -> None:
    assert run("--input", "a.txt", "--output", "a.json") == 0
    result = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert result["model"] == {
        "asked": "autoglm-large",
        "name": "tiny",
        "reason": "it fits",
        "engine": "llama.cpp on cpu",
    }
    assert result["summary"]["points"][0]["pages"] == [1]


@pytest.mark.parametrize("name", ["r.txt", "r.md", "r.json", "r.html"])
def test_the_form_follows_the_extension(tmp_path: Path, name: str) -> None:
    assert run("--input", "a.txt", "--output", name) == 0
    assert TEXT in (tmp_path / name).read_text(encoding="utf-8")


def test_without_output_text_goes_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--input", "a.txt", "--no-summary") == 0
    captured = capsys.readouterr()
    assert TEXT in captured.out
    assert "No model is used" in captured.err


def test_json_goes_to_stdout_beside_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--input", "a.txt", "--json", "--no-summary", "--output", "r.md") == 0
    assert json.loads(capsys.readouterr().out)["document"]["source"]["name"] == "a.txt"
    assert (tmp_path / "r.md").exists()


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        (["--task", "image_caption", "--input", "a.txt"], 2, "not available in this version"),
        (["--task", "document_parse", "--input", "a.txt", "--clips"], 2, "--clips belongs to video_analysis"),
        (["--task", "document_parse", "--input", "a.txt", "--format", "csv"], 2, "csv"),
        (["--task", "document_pars", "--input", "a.txt"], 2, "Did you mean 'document_parse'"),
        (["--task", "document_parse"], 2, "--input"),
        (["run", "--input", "a.txt"], 2, "--task"),
        (["--task", "document_parse", "--input", "a.txt", "--output", "r.docx"], 2, ".docx"),
        (["--task", "document_parse", "--input", "a.txt", "--pages", "3-1"], 2, "backwards"),
        (["--task", "document_parse", "--input", "a.txt", "--fields", "none.yaml"], 3, "none.yaml"),
        (["--task", "document_parse", "--input", "none.pdf"], 3, "none.pdf"),
        (["--task", "document_parse", "--input", "no*.pdf"], 3, "no*.pdf"),
        (["--task", "document_parse", "--input", "a.txt", "--output", "no/r.txt"], 1, "does not exist"),
        (
            ["--task", "document_parse", "--input", "a.txt", "--input", "b.txt", "--output", "r.txt"],
            2,
            "folder",
        ),
        (["--task", "document_parse", "--input", "a.txt", "--input", "b.txt"], 2, "standard output"),
        (["--task", "document_parse", "--input", "bad.txt", "--no-summary"], 3, "Export it again."),
        (["--task", "document_parse", "--input", "a.txt", "--language", "fr"], 2, "language"),
    ],
)
def test_wrong_use_is_one_sentence(
    flags: list[str], code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(path.name for path in tmp_path.iterdir())
    assert program.run(flags) == code
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_missing_model_is_exit_4_and_names_both_ways_out(
    runtime: type[ScriptedRuntime], capsys: pytest.CaptureFixture[str]
) -> None:
    runtime.installed = False
    assert run("--input", "a.txt") == 4
    error = capsys.readouterr().err
    assert "pull tiny" in error
    assert "--no-summary" in error
    assert run("--input", "a.txt", "--no-summary") == 0


def test_several_files_have_a_result_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run("--input", "a.txt", "--input", "b.txt", "--output", "out", "--format", "md", "--no-summary") == 0
    )
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.txt.md", "b.txt.md"]
    assert "2 files: 2 whole, 0 in part, 0 failed." in capsys.readouterr().err


def test_several_results_as_json_are_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--input", "a.txt", "--input", "b.txt", "--json", "--no-summary") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["document"]["source"]["name"] for line in lines] == ["a.txt", "b.txt"]


def test_one_failure_does_not_stop_the_rest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.txt", "bad.txt", "half.txt", ".hidden.txt", "c.xyz"):
        (tmp_path / "in" / name).write_text(TEXT, encoding="utf-8")
    assert run("--input", "in", "--output", "out/", "--no-summary") == 1
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.txt.txt", "half.txt.txt"]
    assert "3 files: 1 whole, 1 in part, 1 failed." in capsys.readouterr().err


def test_when_all_fail_for_one_kind_of_reason_the_code_says_which(tmp_path: Path) -> None:
    (tmp_path / "bad2.txt").write_text(TEXT, encoding="utf-8")
    assert run("--input", "bad*.txt", "--output", "out", "--no-summary") == 3
    assert list((tmp_path / "out").iterdir()) == []


def test_a_result_in_part_is_written_and_exit_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--input", "half.txt", "--output", "r.txt", "--no-summary") == 1
    assert TEXT in (tmp_path / "r.txt").read_text(encoding="utf-8")
    assert "Page 2: It took longer than 60 s." in capsys.readouterr().err


def test_files_of_one_name_from_two_folders_keep_apart(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(TEXT, encoding="utf-8")
    assert run("--input", "x", "--input", "y", "--output", "out", "--no-summary") == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.txt-2.txt", "a.txt.txt"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals to a child differ there")
def test_ctrl_c_stops_and_says_that_the_same_command_continues(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "long.pdf"))
    for page in range(500):
        for line in range(12):
            canvas.drawString(
                50, 800 - 18 * line, f"Page {page} line {line}: words to be read and put in order."
            )
        canvas.showPage()
    canvas.save()
    flags = ["--task", "document_parse", "--no-summary", "--input", "long.pdf", "--output", "r.txt"]
    program_call = "import sys; from open_autoglm.cli import main; sys.argv = ['x', *sys.argv[1:]]; main()"
    with subprocess.Popen(
        [sys.executable, "-c", program_call, *flags], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stderr is not None
        for line in child.stderr:
            if "reading" in line and " of " in line:
                break
        child.send_signal(signal.SIGINT)
        asked = time.monotonic()
        rest = child.stderr.read()
        code = child.wait(timeout=30)
    assert code == 130, rest
    assert time.monotonic() - asked < 10, "2 s on a quiet machine"
    assert "the same command continues" in rest
    assert not (tmp_path / "r.txt").exists()
