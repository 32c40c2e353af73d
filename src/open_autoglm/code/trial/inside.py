"""The program that runs tests inside the sandbox: once as they are, or once for each set of changed files.

It is started by path with the interpreter of the project under test, so it needs nothing but the standard
library (Python 3.8 and later) and, for pytest, that interpreter's pytest. It reads JSON from standard input:
a line that says what to run, then a line for each attempt; and answers each attempt with a line. What the
tests print goes elsewhere.

Attempts are forked from one process that has pytest and the libraries of the project loaded already; where
a system can't fork, each is a process of its own.
"""

from __future__ import annotations

import base64
import contextlib
import importlib
import io
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import unittest
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import Any, Callable, Iterator  # noqa: UP035 - Python 3.8

MAX_TEXT = 6_000
MAX_FRAMES = 60
QUIET = (
    *("-p", "no:cacheprovider", "-p", "no:faulthandler", "-p", "no:terminalreporter"),
    *("--tb=native", "--assert=plain"),
)


class Recorder:
    """What one attempt did: outcome of each test, facts of each failure, and when to stop early."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.root = str(Path.cwd().resolve())
        self.targets = set(spec.get("targets") or ())
        self.passing = set(spec.get("passing") or ())
        self.details = bool(spec.get("details"))
        self.test_s = float(spec.get("test_s") or 0.0)
        self.tests: dict[str, str] = {}
        self.failures: dict[str, dict[str, Any]] = {}
        self.tracer = Tracer(self.root) if spec.get("trace") else None

    def outcome(self, test: str, outcome: str, failure: dict[str, Any] | None = None) -> None:
        # A test has three phases; what failed in one of them stays failed.
        if self.tests.get(test) not in ("failed", "error"):
            self.tests[test] = outcome
        if failure is not None and test not in self.failures:
            self.failures[test] = failure

    def hopeless(self) -> bool:
        """Whether this attempt can't be of use any more: nothing was repaired, or something broke."""
        if not self.targets:
            return False
        bad = {test for test, outcome in self.tests.items() if outcome in ("failed", "error")}
        return bool(bad & self.passing) or self.targets <= bad

    def result(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"tests": self.tests, "failures": self.failures}
        if self.tracer is not None:
            answer["covered"] = self.tracer.covered
        return answer

    def failure(self, error: BaseException, trace: TracebackType | None, text: str = "") -> dict[str, Any]:
        try:
            message = str(error)
        except Exception as broken:  # noqa: BLE001 - the error's own __str__ may fail
            message = f"<{type(broken).__name__} in __str__>"
        frames: list[list[Any]] = []
        for frame, line in traceback.walk_tb(trace):
            name = self.short(frame.f_code.co_filename)
            if frame.f_code.co_filename == __file__:
                continue
            if frames or inside_name(frame.f_code.co_filename, self.root):
                # What stands before the first line of the project is the test framework.
                frames.append([name, line, frame.f_code.co_name])
        if isinstance(error, SyntaxError) and error.filename:
            frames.append([self.short(error.filename), error.lineno or 0, "<module>"])
        return {
            "type": type(error).__name__,
            "message": message[:MAX_TEXT],
            "frames": frames[-MAX_FRAMES:],
            "text": text[-MAX_TEXT:],
        }

    def short(self, name: str) -> str:
        """Relative to the project where it is part of it."""
        return inside_name(name, self.root) or name


def inside_name(name: str, root: str) -> str | None:
    """The name of a file relative to the project; None where it is not part of it."""
    if name.startswith("<") or "site-packages" in name:
        return None
    path = str(Path(name).resolve())
    return path[len(root) + 1 :].replace(os.sep, "/") if path.startswith(root + os.sep) else None


class Tracer:
    """Which lines of the project each test runs."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.covered: dict[str, dict[str, list[int]]] = {}
        self._files: dict[CodeType, str | None] = {}
        self._lines: dict[str, set[int]] = {}

    @contextlib.contextmanager
    def watching(self, test: str) -> Iterator[None]:
        self._lines = {}
        threading.settrace(self._enter)
        sys.settrace(self._enter)
        try:
            yield
        finally:
            sys.settrace(None)
            threading.settrace(None)
            before = self.covered.setdefault(test, {})
            for name, lines in self._lines.items():
                before[name] = sorted(lines | set(before.get(name, ())))

    def _enter(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        code = frame.f_code
        if code not in self._files:
            self._files[code] = inside_name(code.co_filename, self.root)
        name = self._files[code]
        if name is None:
            return None
        lines = self._lines.setdefault(name, set())
        lines.add(frame.f_lineno)

        def line(inner: FrameType, event: str, _argument: Any) -> Any:
            if event == "line":
                lines.add(inner.f_lineno)
            return line

        return line


class TestTimedOut(BaseException):
    """A test that does not end; no ``except Exception`` of the project holds it up."""

    __test__ = False


@contextlib.contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Ends what hangs, at the line where it hangs, on systems that have alarms."""
    if (
        not seconds
        or not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise TestTimedOut(f"the test did not end in {seconds:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# --- pytest


class PytestWatcher:
    """A pytest plugin that tells the recorder, and leaves as soon as the session has ended."""

    def __init__(self, recorder: Recorder, finish: Callable[[], None] | None) -> None:
        self._recorder = recorder
        self._finish = finish

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items.sort(key=lambda item: item.nodeid not in self._recorder.targets)  # stable: their order stays

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            text = str(report.longrepr)
            self._recorder.outcome(report.nodeid, "error", getattr(report, "facts", None) or self._bare(text))

    def pytest_exception_interact(self, call: Any, report: Any) -> None:
        report.facts = self._facts(call.excinfo, str(report.longrepr))

    def _facts(self, excinfo: Any, text: str) -> dict[str, Any]:
        error = excinfo.value
        cause = getattr(error, "__cause__", None)
        if type(error).__name__ == "CollectError" and cause is not None:
            return self._recorder.failure(cause, cause.__traceback__, text)
        return self._recorder.failure(error, excinfo.tb, text)

    def _bare(self, text: str) -> dict[str, Any]:
        return {"type": "", "message": text[-MAX_TEXT:], "frames": [], "text": text[-MAX_TEXT:]}


def pytest_hooks(recorder: Recorder, finish: Callable[[], None] | None) -> Any:
    import pytest

    class Watcher(PytestWatcher):
        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_protocol(self, item: Any) -> Any:
            watching = recorder.tracer.watching(item.nodeid) if recorder.tracer else contextlib.nullcontext()
            with watching:
                yield

        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_call(self) -> Any:
            with bounded(recorder.test_s):
                yield

        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_makereport(self, item: Any, call: Any) -> Any:
            outcome = yield
            report = outcome.get_result()
            failed = report.failed
            facts = self._facts(call.excinfo, str(report.longrepr)) if failed and call.excinfo else None
            if failed and facts is None:
                facts = self._bare(str(report.longrepr))
            word = "failed" if failed else report.outcome
            if report.when == "call" or failed or report.skipped:
                recorder.outcome(item.nodeid, word, facts)
            if recorder.hopeless():
                item.session.shouldstop = "hopeless"

        @pytest.hookimpl(trylast=True)
        def pytest_sessionfinish(self) -> None:
            if finish is not None:
                finish()

    return Watcher(recorder, finish)


class PytestRuns:
    """Opens a pytest session once; each attempt, forked from there, collects and runs."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self._spec = spec
        self._session: Any = None

    def prepare(self) -> None:
        """Raises what pytest raises on a broken configuration or conftest."""
        from _pytest.config import _prepareconfig
        from _pytest.main import Session

        known = set(sys.modules)
        config = _prepareconfig(self._arguments(), None)
        config._do_configure()
        session = Session.from_config(config)
        config.hook.pytest_sessionstart(session=session)
        loaded = set(sys.modules) - known
        if any(self._of_project(name) for name in loaded):
            # A conftest has loaded modules that an attempt may change: each attempt begins anew.
            config._ensure_unconfigure()
            for name in loaded:
                if self._of_project(name) or name.rpartition(".")[2] == "conftest":
                    del sys.modules[name]
            return
        self._session = session

    def run(self, recorder: Recorder, finish: Callable[[], None] | None) -> int:
        import pytest

        hooks = pytest_hooks(recorder, finish)
        if self._session is None:
            return int(pytest.main(self._arguments(), plugins=[hooks]))
        config = self._session.config
        config.pluginmanager.register(hooks)
        with contextlib.suppress(self._session.Interrupted, self._session.Failed):
            config.hook.pytest_collection(session=self._session)
            config.hook.pytest_runtestloop(session=self._session)
        if finish is not None:
            finish()
        return int(self._session.testsfailed > 0)

    def _arguments(self) -> list[str]:
        shown = ["-p", "no:cacheprovider", "--tb=short"] if self._spec.get("details") else QUIET
        return [*shown, *self._spec["arguments"]]

    @staticmethod
    def _of_project(name: str) -> bool:
        path = getattr(sys.modules.get(name), "__file__", None) or "<none>"
        found = inside_name(path, str(Path.cwd().resolve()))
        return found is not None and Path(found).name != "conftest.py"


# --- unittest, and a file that is run itself


class UnittestRuns:
    def __init__(self, spec: dict[str, Any]) -> None:
        self._spec = spec

    def prepare(self) -> None:
        pass

    def run(self, recorder: Recorder, _finish: Callable[[], None] | None) -> int:
        class Result(unittest.TextTestResult):
            def startTest(self, test: unittest.TestCase) -> None:  # noqa: N802
                super().startTest(test)
                recorder.outcome(test.id(), "passed")
                self._around = contextlib.ExitStack()
                if recorder.tracer is not None:
                    self._around.enter_context(recorder.tracer.watching(test.id()))
                self._around.enter_context(bounded(recorder.test_s))

            def stopTest(self, test: unittest.TestCase) -> None:  # noqa: N802
                self._around.close()
                super().stopTest(test)
                if recorder.hopeless():
                    self.stop()

            def addError(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
                super().addError(test, err)
                self._failed(test, err)

            def addFailure(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
                super().addFailure(test, err)
                self._failed(test, err)

            def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:  # noqa: N802
                super().addSubTest(test, subtest, err)
                if err is not None:
                    self._failed(test, err)

            def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: N802
                super().addSkip(test, reason)
                recorder.tests[test.id()] = "skipped"

            def _failed(self, test: unittest.TestCase, err: Any) -> None:
                text = "".join(traceback.format_exception(*err))
                recorder.tests[test.id()] = "failed"
                recorder.outcome(test.id(), "failed", recorder.failure(err[1], err[2], text))

        runner: Any = unittest.TextTestRunner(resultclass=Result)  # type: ignore[arg-type]
        program = unittest.main(
            module=None, argv=["unittest", *self._spec["arguments"]], exit=False, testRunner=runner
        )
        return 0 if program.result.wasSuccessful() else 1


class ScriptRuns:
    """One test, named after the file: it ends without an error and with exit code 0."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self._spec = spec

    def prepare(self) -> None:
        pass

    def run(self, recorder: Recorder, _finish: Callable[[], None] | None) -> int:
        name = self._spec["arguments"][0]
        sys.argv = list(self._spec["arguments"])
        sys.path.insert(0, os.path.dirname(os.path.abspath(name)))  # noqa: PTH100, PTH120
        watching = recorder.tracer.watching(name) if recorder.tracer else contextlib.nullcontext()
        try:
            with watching, bounded(recorder.test_s):
                runpy.run_path(name, run_name="__main__")
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else int(error.code is not None)
            failure = recorder.failure(error, error.__traceback__) if code else None
            recorder.outcome(name, "failed" if code else "passed", failure)
            return code
        except BaseException as error:  # noqa: BLE001 - whatever ended it is the answer
            trace = error.__traceback__
            while trace is not None and _own_frame(trace.tb_frame.f_code.co_filename):
                trace = trace.tb_next
            text = "".join(traceback.format_exception(type(error), error, trace))
            sys.stderr.write(text)
            failure = recorder.failure(error, trace, text)
            recorder.outcome(name, "failed", failure)
            return 1
        recorder.outcome(name, "passed")
        return 0


def _own_frame(name: str) -> bool:
    return name == __file__ or "runpy" in name


KINDS: dict[str, Any] = {"pytest": PytestRuns, "unittest": UnittestRuns, "script": ScriptRuns}


# --- functions called with given arguments, to compare changes that all pass


# --- one attempt after the other


def attempt(spec: dict[str, Any], runs: Any, write: Callable[[dict[str, Any]], None]) -> None:
    """In a process of its own: run, and write what came of it once."""
    recorder = Recorder(spec)
    began = time.monotonic()
    done = False

    def finish() -> None:
        nonlocal done
        if not done:
            done = True
            sys.settrace(None)
            write(recorder.result())

    try:
        code = runs.run(recorder, finish if not spec.get("details") else None)
    except BaseException as error:  # noqa: BLE001 - a broken conftest is an answer too
        code = 3
        trace = traceback.format_exc()
        sys.stderr.write(trace)
        recorder.outcome("(start)", "error", recorder.failure(error, error.__traceback__, trace))
    if not done:
        answer = recorder.result()
        answer["exit_code"] = int(code)
        answer["run_seconds"] = round(time.monotonic() - began, 4)
        if spec.get("details"):
            answer["modules"] = loaded_libraries(recorder.root)
        write(answer)


def loaded_libraries(root: str) -> list[str]:
    """Modules that don't belong to the project: what it pays to have loaded before the next attempts."""
    found = []
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if name != "__main__" and path and inside_name(path, root) is None:
            found.append(name)
    return found


class Attempts:
    """Runs each set of changed files in the working folder, and puts the folder's own files back."""

    def __init__(self, spec: dict[str, Any], answers: Any) -> None:
        self._spec = spec
        self._answers = answers
        self._runs = KINDS[spec["kind"]](spec)

    def serve(self, requests: Any) -> None:
        """One attempt for each line, until there are no more."""
        forks = hasattr(os, "fork") and not self._spec.get("no_fork")
        if forks:
            forks = self._prepare()
        base = self._spec
        for line in requests:
            request = json.loads(line)
            self._spec = dict(base, **request)
            originals = self._place(request.get("files") or {})
            try:
                answer = self._forked() if forks else self._separate()
            finally:
                self._restore(originals)
            self._answers.write(json.dumps(answer) + "\n")
            self._answers.flush()

    def _prepare(self) -> bool:
        """Load what all attempts need. Answers whether forking is safe then."""
        for name in self._spec.get("preload", ()):
            with contextlib.suppress(BaseException):
                importlib.import_module(name)
        try:
            with quiet():
                self._runs.prepare()
        except BaseException:  # noqa: BLE001 - each attempt will say it itself
            self._runs = KINDS[self._spec["kind"]](self._spec)
        import gc

        gc.collect()
        gc.freeze()
        return threading.active_count() == 1

    def _forked(self) -> dict[str, Any]:
        began = time.monotonic()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            self._be_child(reading, writing)
        os.close(writing)
        ended = "finished"
        chunks: list[bytes] = []
        if not _read_until(reading, chunks, began + self._spec["limit_s"]):
            ended = "timed_out"
        os.close(reading)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return _answer(b"".join(chunks), ended, began)

    def _be_child(self, reading: int, writing: int) -> None:
        os.close(reading)
        os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        silence()

        def write(answer: dict[str, Any]) -> None:
            data = json.dumps(answer).encode("utf-8", "surrogatepass")
            while data:
                data = data[os.write(writing, data) :]
            os.close(writing)
            os._exit(0)

        try:
            attempt(self._spec, self._runs, write)
        finally:
            os._exit(9)

    def _separate(self) -> dict[str, Any]:
        """A whole process for one attempt."""
        began = time.monotonic()
        spec = dict(self._spec, files={}, single=True)
        with tempfile.TemporaryDirectory() as folder:
            answers, printed = Path(folder, "answer"), Path(folder, "output")
            spec["answers"] = str(answers)
            ended = "finished"
            # To a file, whose size is limited here, and not to memory: tests may print gigabytes.
            with printed.open("wb") as output:
                try:
                    subprocess.run(
                        [sys.executable, "-B", __file__],
                        input=json.dumps(spec).encode() + b"\n",
                        stdout=output,
                        stderr=subprocess.STDOUT,
                        timeout=self._spec["limit_s"],
                        check=False,
                    )
                except subprocess.TimeoutExpired:
                    ended = "timed_out"
            data = answers.read_bytes() if answers.exists() else b""
            answer = _answer(data, ended, began)
            if self._spec.get("details"):
                answer["output"] = last_text(printed)
        return answer

    @staticmethod
    def _place(files: dict[str, str]) -> dict[str, bytes | None]:
        originals: dict[str, bytes | None] = {}
        for name, text in files.items():
            originals[name] = Path(name).read_bytes() if Path(name).exists() else None
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_bytes(base64.b64decode(text))
        return originals

    @staticmethod
    def _restore(originals: dict[str, bytes | None]) -> None:
        for name, before in originals.items():
            if before is None:
                with contextlib.suppress(OSError):
                    Path(name).unlink()
            else:
                Path(name).write_bytes(before)


def _read_until(descriptor: int, chunks: list[bytes], deadline: float) -> bool:
    """Read to the end of a pipe; False when it was not reached in time."""
    import select

    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            return False
        data = os.read(descriptor, 1 << 16)
        if not data:
            return True
        chunks.append(data)


def _answer(data: bytes, ended: str, began: float) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(data.decode("utf-8", "surrogatepass"))
    except ValueError:
        answer = {"tests": {}, "failures": {}}
        ended = "crashed" if ended == "finished" else ended
    answer["ended"] = ended
    answer["seconds"] = round(time.monotonic() - began, 4)
    return answer


def last_text(path: Path) -> str:
    """The end of what was printed."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4 * MAX_TEXT))
        return file.read().decode("utf-8", "replace")


def silence() -> None:
    """What tests print is not wanted, and may be gigabytes."""
    void = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(void, number)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    before = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = io.StringIO()
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def main() -> None:
    # pytest puts other things in the places of standard input and output.
    requests = os.fdopen(os.dup(0), "rb")
    spec = json.loads(requests.readline())
    sys.dont_write_bytecode = True
    own = str(Path(__file__).parent)
    sys.path[:] = [entry for entry in sys.path if entry not in ("", own)]
    if spec.get("current_folder_on_path") or spec.get("kind") == "unittest":
        sys.path.insert(0, str(Path.cwd()))
    if spec.get("single"):
        runs = KINDS[spec["kind"]](spec)
        attempt(spec, runs, lambda answer: _store(spec["answers"], answer))
        return
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    Attempts(spec, answers).serve(requests)


def _store(path: str, answer: dict[str, Any]) -> None:
    Path(path).write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()
