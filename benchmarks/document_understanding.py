"""Key information and summaries of known documents: recall and precision by kind, verified points, language.

    python benchmarks/document_understanding.py                 patterns and layout alone
    python benchmarks/document_understanding.py --model FILE    with a model; also its tokens

The documents are those of ``sample_documents.py``, handed over as read, so that only understanding is
measured. A value counts as found when it holds the true one or is held by it, after folding widths and
spaces. Tokens are the engine's own counts; seconds depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from open_autoglm.config import Settings
from open_autoglm.documents.model import Document
from open_autoglm.engine.blocking import BlockingEngine
from open_autoglm.runtime import Runtime
from open_autoglm.tasks.document_result import KeyKind, ParsedDocument
from open_autoglm.tasks.grounding import fold
from open_autoglm.tasks.parse_document import ParseOptions, parse_document
from open_autoglm.text_language import is_in
from open_autoglm.values import ChatRequest, Completion
from sample_documents import SAMPLES, Sample


class Handed:
    """A reader that hands over a document that is already read."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def read(self, *_: object, **__: object) -> Document:
        return self._document


class Counting(BlockingEngine):
    """The engine, with its token counts added up."""

    def __init__(self, engine: BlockingEngine) -> None:
        self._inner = engine
        self.tokens: Counter[str] = Counter()

    @property
    def model(self) -> str:
        return self._inner.model

    @property
    def capabilities(self):
        return self._inner.capabilities

    def count_tokens(self, request: ChatRequest) -> int:
        return self._inner.count_tokens(request)

    def chat(self, request: ChatRequest) -> Completion:
        return self._noted(self._inner.chat(request))

    def map_chat(self, requests: object) -> Iterator[Completion]:
        return (self._noted(completion) for completion in self._inner.map_chat(requests))

    def _noted(self, completion: Completion) -> Completion:
        self.tokens.update(
            requests=1, prompt=completion.usage.prompt_tokens, answer=completion.usage.completion_tokens
        )
        return completion


def found(true: str, values: list[str]) -> bool:
    wanted = fold(true)
    return any(wanted in fold(value) or (len(fold(value)) > 3 and fold(value) in wanted) for value in values)


def score(sample: Sample, result: ParsedDocument, kinds: dict[KeyKind, Counter[str]]) -> None:
    """Adds what was found, missed and wrongly named of each kind the truth lists."""
    for kind, truth in sample.truth.items():
        values = [value for value in result.key_information if value.kind is kind]
        forms = [[value.value, value.normalized or ""] for value in values]
        flat = [form for pair in forms for form in pair if form]
        kinds[kind].update(
            true=len(truth),
            found=sum(found(true, flat) for true in truth),
            named=len(values),
            right=sum(any(found(true, [f for f in pair if f]) for true in truth) for pair in forms),
        )


@contextmanager
def opened(model: str | None, threads: int | None) -> Iterator[Counting | None]:
    if model is None:
        yield None
        return
    runtime = Runtime(Settings(model_path=model, threads=threads, context_window=4096))
    chosen = runtime.choose_model()
    with runtime.open_engine(chosen, runtime.place(chosen)) as engine:
        yield Counting(engine)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", help="model file or catalogue name; without it patterns alone")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--only", nargs="*", default=[""], help="samples whose name holds one of these")
    parser.add_argument("--show", action="store_true", help="print every summary and value")
    arguments = parser.parse_args()
    kinds = {kind: Counter[str]() for kind in KeyKind}
    points: Counter[str] = Counter()
    with opened(arguments.model, arguments.threads) as engine:
        for sample in SAMPLES:
            if not any(part in sample.name for part in arguments.only):
                continue
            options = ParseOptions(summary=engine is not None)
            before = Counter(engine.tokens) if engine else Counter()
            started = time.monotonic()
            result = parse_document(Path(sample.name), Handed(sample.document), engine, options)
            spent = engine.tokens - before if engine else Counter()
            score(sample, result, kinds)
            if result.summary is not None:
                said = [result.summary.overview, *(point.text for point in result.summary.points)]
                points.update(
                    points=len(result.summary.points),
                    verified=sum(point.verified for point in result.summary.points),
                    texts=len(said),
                    right_language=sum(is_in(text, sample.language) for text in said),
                )
            print(
                f"{sample.name}: {len(result.key_information)} values, {spent['requests']} requests, "
                f"{spent['prompt']} prompt and {spent['answer']} answer tokens, "
                f"{time.monotonic() - started:.1f} s",
                flush=True,
            )
            if arguments.show:
                show(result)
    report(kinds, points)


def show(result: ParsedDocument) -> None:
    if result.summary:
        print("  overview:", result.summary.overview)
        for point in result.summary.points:
            print("  -", point.text, point.pages, "" if point.verified else "UNVERIFIED")
        for note in result.summary.notes:
            print("  note:", note)
    for value in result.key_information:
        mark = "" if value.verified else " UNVERIFIED"
        form = f"{value.value} | {value.normalized or ''} | {value.label}"
        print(f"  {value.kind}: {form} | {value.found_by}{mark}")
    for note in (*result.notes, *result.errors):
        print("  note:", note)


def report(kinds: dict[KeyKind, Counter[str]], points: Counter[str]) -> None:
    print(f"\n{'kind':14} {'true':>5} {'found':>6} {'recall':>7} {'named':>6} {'precision':>10}")
    for kind, count in kinds.items():
        if count["true"]:
            precision = count["right"] / count["named"] if count["named"] else float("nan")
            print(
                f"{kind:14} {count['true']:5} {count['found']:6} {count['found'] / count['true']:7.2f} "
                f"{count['named']:6} {precision:10.2f}"
            )
    if points["points"]:
        print(
            f"\npoints {points['points']}, verified {points['verified'] / points['points']:.2f}; "
            f"texts in the document's language {points['right_language'] / points['texts']:.2f}"
        )


if __name__ == "__main__":
    main()
