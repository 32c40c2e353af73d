"""A power cut, played: ingest is killed at random moments, and what it had acknowledged must still be there.

    python -m retrieval_sections.kill_ingest --kills 200

Between two kills some files are edited and deleted, so that replacing and forgetting is cut short too.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from document_sections.section import Options, Section
from open_autoglm.knowledge.store.sqlite_store import FILE_NAME, SqliteStore

FILES = 60
FIRST_LINE_S = 60.0
SPAN_S = 1.0
"""After the first file a run is killed within such a span; it shrinks until about half of the runs are."""
EARLY = 0.1
"""Share of kills before the first file is acknowledged: while the base is made or opened."""
KILLS, KILLS_QUICK = 200, 12


@dataclass
class KillReport:
    kills: int = 0
    finished: int = 0
    """Runs that were done before they could be killed."""
    acknowledged: int = 0
    """Files that runs which were killed had acknowledged."""
    lost: list[str] = field(default_factory=list)
    integrity: list[str] = field(default_factory=list)
    """What SQLite's checks said, where that was not ok."""

    def rows(self) -> list[list[str]]:
        return [
            ["kill -9 during ingest", f"{self.kills:,}"],
            ["runs that were done before", f"{self.finished:,}"],
            ["files acknowledged by killed runs", f"{self.acknowledged:,}"],
            ["acknowledged files lost", f"{len(self.lost):,}"],
            ["checks that were not ok", f"{len(self.integrity):,}"],
        ]


def measure(options: Options) -> Section:
    section = Section("Ingest is killed", ("figure", "value"))
    with tempfile.TemporaryDirectory() as folder:
        report = kill_ingest(KILLS_QUICK if options.quick else KILLS, Path(folder))
    section.rows.extend(report.rows())
    section.notes.extend(f"Lost: {path}" for path in report.lost)
    section.notes.extend(f"Check: {said}" for said in report.integrity)
    return section


def kill_ingest(kills: int, folder: Path, seed: int = 0) -> KillReport:
    """``folder`` is empty; takes about two seconds for each kill."""
    chance = random.Random(seed)
    documents, base = folder / "documents", folder / "base"
    documents.mkdir()
    report = KillReport()
    turn, span = 0, SPAN_S
    while report.kills < kills:
        turn += 1
        _change(documents, chance, turn)
        acknowledged, killed = _run(base, documents, chance, span)
        span *= 1.1 if killed else 0.8
        report.kills += killed
        report.finished += not killed
        if killed:
            report.acknowledged += len(acknowledged)
        _check(base, acknowledged, report)
    return report


def _change(documents: Path, chance: random.Random, turn: int) -> None:
    for number in range(FILES):
        path = documents / f"{number:03}.md"
        if not path.exists() or chance.random() < 0.6:
            lines = [
                f"## Part {part}\n\nTurn {turn}, file {number}: 第{part}段讲配置。" * 3 for part in range(12)
            ]
            path.write_text("\n\n".join(lines), encoding="utf-8")
        elif chance.random() < 0.2:
            path.unlink()


def _run(base: Path, documents: Path, chance: random.Random, span: float) -> tuple[list[str], bool]:
    """Paths that were acknowledged, and whether the run was killed."""
    child = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("ingest_process.py")), str(base), str(documents)],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert child.stdout is not None
    lines: list[str] = []
    stream = child.stdout
    reading = threading.Thread(target=lambda: lines.extend(iter(stream.readline, "")))
    reading.start()
    if chance.random() < EARLY:
        time.sleep(chance.random())
    else:
        end = time.monotonic() + FIRST_LINE_S
        while not lines and child.poll() is None and time.monotonic() < end:
            time.sleep(0.002)
        time.sleep(chance.random() * span)
    child.kill()
    child.wait()
    reading.join()
    stream.close()
    said = [line.rstrip("\n") for line in lines if line.endswith("\n")]
    return [line for line in said if line != "done"], "done" not in said


def _check(base: Path, acknowledged: list[str], report: KillReport) -> None:
    """Every acknowledged file is there as it is on the disk, and can be found by its words."""
    if not (base / FILE_NAME).exists():
        report.lost.extend(acknowledged)
        return
    with closing(SqliteStore(base)) as store:
        for path in acknowledged:
            record, status = store.file(path), Path(path).stat()
            same = record is not None and (record.size, record.modified_ns) == (
                status.st_size,
                status.st_mtime_ns,
            )
            if not same or record is None or record.chunks == 0:
                report.lost.append(path)
    with closing(sqlite3.connect(base / FILE_NAME, isolation_level=None)) as database:
        checks = [
            database.execute("pragma integrity_check").fetchone()[0],
            "ok" if not database.execute("pragma foreign_key_check").fetchall() else "foreign keys",
            _counts_agree(database),
        ]
        try:
            database.execute("insert into postings (postings) values ('integrity-check')")
        except sqlite3.DatabaseError as error:
            checks.append(str(error))
    report.integrity.extend(check for check in checks if check != "ok")


def _counts_agree(database: sqlite3.Connection) -> str:
    """Files know how many chunks they have, chunks how many vectors they lack, and postings every chunk."""
    for question in (
        "select count(*) from files where chunks <> (select count(*) from chunks where file = files.id)",
        "select count(*) from embedding where missing <> windows - "
        "(select count(*) from vectors where vectors.chunk = embedding.chunk)",
        "select (select count(*) from chunks) <> (select count(*) from postings where postings match 'turn')",
    ):
        if database.execute(question).fetchone()[0]:
            return question
    return "ok"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = kill_ingest(arguments.kills, Path(folder), arguments.seed)
    for name, value in report.rows():
        print(f"{name:<36} {value:>6}")
    sys.exit(bool(report.lost or report.integrity))


if __name__ == "__main__":
    main()
