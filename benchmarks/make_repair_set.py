"""Makes the shipped set of broken programs from the right ones in ``repair_set/programs``.

python benchmarks/make_repair_set.py             write the shipped file
python benchmarks/make_repair_set.py --check     fail where the shipped file is not what would be written
python benchmarks/make_repair_set.py --choose    first choose the mutants anew, of programs named or all
python benchmarks/make_repair_set.py --verify    run both tests on both texts, of programs named or all
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from repair_set.base_programs import BaseProgram, base_programs
from repair_set.chosen_mutants import CHOSEN, choose, read_chosen, write_chosen
from repair_set.rows import jsonl, rows
from repair_set.trial import run_tests

SHIPPED = Path(__file__).parents[1] / "src" / "open_autoglm" / "evaluation" / "repair_set" / "repair.jsonl"


def main() -> int:
    arguments = _arguments()
    bases = [
        base
        for base in base_programs()
        if arguments.programs in ([], None) or base.name in arguments.programs
    ]
    if arguments.choose:
        _choose(bases, arguments.workers)
    if arguments.check:
        return _checked()
    if arguments.verify:
        return _verified(bases, arguments.workers)
    SHIPPED.write_text(jsonl(), encoding="utf-8", newline="\n")
    print(_summary())
    return 0


def _choose(bases: list[BaseProgram], workers: int) -> None:
    chosen = read_chosen() if CHOSEN.exists() else {}
    with ThreadPoolExecutor(workers) as pool:
        for base, mutants in zip(bases, pool.map(choose, bases), strict=True):
            chosen[base.name] = mutants
            print(
                f"{base.name}: {len(mutants)} of {base.wanted_mutants} mutants", file=sys.stderr, flush=True
            )
    known = {base.name for base in base_programs()}
    write_chosen({name: mutants for name, mutants in chosen.items() if name in known})


def _checked() -> int:
    if SHIPPED.read_text(encoding="utf-8") == jsonl():
        return 0
    print(f"{SHIPPED.name} is not what the programs make: run {Path(__file__).name}", file=sys.stderr)
    return 1


def _verified(bases: list[BaseProgram], workers: int) -> int:
    """Both tests must pass on every right program and fail on every broken one."""
    names = {base.name for base in bases}
    tasks = [row for row in rows() if row["base"] in names]
    with ThreadPoolExecutor(workers) as pool:
        found = [*pool.map(_complaints_of_right, bases), *pool.map(_complaints_of_broken, tasks)]
    complaints = [line for lines in found for line in lines]
    print("\n".join([*complaints, f"{len(tasks)} tasks, {len(complaints)} complaints"]))
    return 1 if complaints else 0


def _complaints_of_right(base: BaseProgram) -> list[str]:
    trial = run_tests(base.texts, base.tests)
    return [] if trial.passed else [f"{base.name} is not right:\n{trial.output[-1500:]}"]


def _complaints_of_broken(row: dict[str, Any]) -> list[str]:
    tests = {row[f"{kind}_name"]: row[f"{kind}_text"] for kind in ("test", "hidden")}
    trial = run_tests(row["files"], tests)
    if trial.timed_out:
        return [f"{row['id']}: {trial.output}"]
    return [f"{row['id']}: {name} passes on the broken program" for name in tests.keys() - trial.failed]


def _summary() -> str:
    made = list(rows())
    lines = [f"{len(made)} tasks of {len({row['base'] for row in made})} programs"]
    for key in ("split", "origin", "category"):
        counts = Counter(row[key] for row in made)
        lines.append(f"{key}: " + ", ".join(f"{name} {counts[name]}" for name in sorted(counts)))
    return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("programs", nargs="*", help="names of programs; all without one")
    parser.add_argument("--check", action="store_true", help="compare only")
    parser.add_argument(
        "--choose", action="store_true", help="choose the mutants anew, which runs their tests"
    )
    parser.add_argument("--verify", action="store_true", help="run every test on every text")
    parser.add_argument("--workers", type=int, default=2, help="tests that run at once")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
