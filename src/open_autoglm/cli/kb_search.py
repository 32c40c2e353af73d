"""``kb search``: passages of a knowledge base with their scores and the reasons for them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from open_autoglm.cli.input_output import STDOUT, check_writable
from open_autoglm.cli.kb_owner import bases_of, owner_option
from open_autoglm.cli.options import LoadedSettings, settings_options
from open_autoglm.cli.render import print_note
from open_autoglm.documents.formats import EXTENSIONS, media_type
from open_autoglm.errors import UsageError
from open_autoglm.evaluation.question_file import KnownQuestion, read_questions
from open_autoglm.files import write_whole
from open_autoglm.gateway.knowledge.shown_names import ShownNames
from open_autoglm.knowledge.bases import OpenBase
from open_autoglm.knowledge.hit import Found, Hit
from open_autoglm.knowledge.store.base_store import Filters, StoredChunk

AT_ONCE = 64
"""Questions that are embedded together."""
SHOWN_CHARACTERS = 300
_NANOSECONDS = 1_000_000_000


@click.command("search")
@click.argument("name")
@click.argument("question", required=False)
@click.option(
    "--limit", type=click.IntRange(1, 100), default=8, show_default=True, help="Passages for each question."
)
@click.option("--folder", default="", metavar="PATH", help="Only what lies in this folder or file.")
@click.option(
    "--type", "types", multiple=True, metavar="EXT", help="Only such files, as in pdf; may be repeated."
)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only files changed on that day or later.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Only files changed before that day.")
@click.option(
    "--queries",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help='Many questions: one JSON object a line, {"id": …, "question": "…"}.',
)
@click.option("--json", "as_json", is_flag=True, help="JSON on stdout, with the whole text of passages.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Write the result there: JSON of one question, a JSON line for each of many.",
)
@owner_option
@settings_options
def search_command(
    settings: LoadedSettings,
    *,
    name: str,
    question: str | None,
    limit: int,
    folder: str,
    types: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    queries: Path | None,
    as_json: bool,
    output: Path | None,
    key: str | None,
) -> None:
    """Find passages of the knowledge base NAME, without asking a model.

    Of each passage you see its file and page, the score between 0 and 1, and why it was found: which words
    of the question stand in it, how near it is in meaning. With --queries, each line of the result is
    {"id", "answerable", "hits": [{"file", "page", "chunk", "score"}, …]}.

    \b
    Examples:
      open-autoglm-cli kb search company "员工请假流程"
      open-autoglm-cli kb search company "firewall policy" --folder manuals --type pdf --since 2025-01-01
      open-autoglm-cli kb search company --queries q.jsonl --output hits.jsonl
    """
    if (question is None) == (queries is None):
        raise UsageError("Name a question, or a file of questions with --queries: one of the two.")
    if output is not None and str(output) != STDOUT:
        check_writable(output.absolute().parent, output)
    known = read_questions(queries) if queries is not None else []
    with bases_of(settings, key) as (bases, owner), bases.opened(owner, name) as base:
        shown = ShownNames(base.folders)
        filters = _filters(base, shown, folder, types, since, until)
        if question is not None:
            found = base.retriever.search(question, limit, filters)
            _put_one(question, found, shown, output, as_json=as_json)
        else:
            notes: dict[str, None] = {}
            _put(_lines(base, known, limit, filters, shown, notes), output)
            for note in notes:
                print_note(note)


def _filters(
    base: OpenBase,
    shown: ShownNames,
    folder: str,
    types: Iterable[str],
    since: datetime | None,
    until: datetime | None,
) -> Filters:
    inside = shown.filters(folder, base.store)
    return Filters(
        folder="" if inside is None else inside.folder,
        media_types=tuple(map(_media_type, types)),
        modified_from_ns=_nanoseconds(since),
        modified_to_ns=_nanoseconds(until),
    )


def _media_type(extension: str) -> str:
    found = EXTENSIONS.get("." + extension.lower().lstrip("."))
    if found is None:
        known = ", ".join(sorted(one.lstrip(".") for one in EXTENSIONS))
        raise UsageError(f"No file of type {extension[:40]!r} is ever read.", hint=f"Types: {known}.")
    return media_type(found)


def _nanoseconds(day: datetime | None) -> int | None:
    """The beginning of a day where the person is."""
    return None if day is None else int(day.timestamp()) * _NANOSECONDS


def _lines(
    base: OpenBase,
    known: list[KnownQuestion],
    limit: int,
    filters: Filters,
    shown: ShownNames,
    notes: dict[str, None],
) -> Iterator[str]:
    """One for each question; what is to be told of the searches is added to ``notes``."""
    for start in range(0, len(known), AT_ONCE):
        some = known[start : start + AT_ONCE]
        answers = base.retriever.search_many([one.question for one in some], limit, filters)
        for one, found in zip(some, answers, strict=True):
            notes.update(dict.fromkeys(found.notes))
            hits = [
                {
                    "file": shown.of(hit.found.file.path),
                    "page": hit.found.chunk.page,
                    "chunk": hit.found.id,
                    "score": hit.score,
                }
                for hit in found.hits
            ]
            yield _json({"id": one.id, "answerable": found.answerable, "hits": hits})


def _put(lines: Iterable[str], output: Path | None) -> None:
    if output is None or str(output) == STDOUT:
        for line in lines:
            click.echo(line)
        return
    count = 0
    with write_whole(output) as stream:
        for line in lines:
            stream.write(line + "\n")
            count += 1
    print_note(f"{count:,} questions: {output}")


def _put_one(question: str, found: Found, shown: ShownNames, output: Path | None, *, as_json: bool) -> None:
    whole = json.dumps(_as_fields(question, found, shown), ensure_ascii=False, indent=2)
    to_stdout = str(output) == STDOUT
    if output is not None and not to_stdout:
        with write_whole(output) as stream:
            stream.write(whole + "\n")
        print_note(str(output))
    if as_json or to_stdout:
        click.echo(whole)
    elif output is None:
        _show(found, shown)


def _show(found: Found, shown: ShownNames) -> None:
    for number, hit in enumerate(found.hits, start=1):
        click.echo(f"{number}. {hit.score:.2f}  {_place(hit.found, shown)}")
        if hit.found.chunk.headings:
            click.echo(f"   {' › '.join(hit.found.chunk.headings)}")
        click.echo(f"   {_why(hit)}")
        text = " ".join(hit.found.chunk.text.split())
        click.echo(f"   {text[:SHOWN_CHARACTERS]}{'…' if len(text) > SHOWN_CHARACTERS else ''}")
        for same in hit.same:
            click.echo(f"   says nearly the same: {_place(same, shown)}")
        click.echo()
    for note in found.notes:
        print_note(note)
    if not found.hits:
        print_note("Nothing was found.")
    elif not found.answerable:
        print_note("None of them is near enough to answer the question.")


def _why(hit: Hit) -> str:
    reasons = hit.reasons
    meaning = "no vector yet" if reasons.meaning is None else f"meaning {reasons.meaning:.3f}"
    words = f"words {reasons.words:.1f}"
    return f"{meaning}, {words}" + (f": {', '.join(reasons.matched)}" if reasons.matched else "")


def _place(stored: StoredChunk, shown: ShownNames) -> str:
    return f"{shown.of(stored.file.path)}, page {stored.chunk.page}"


def _as_fields(question: str, found: Found, shown: ShownNames) -> dict[str, Any]:
    return {
        "question": question,
        "answerable": found.answerable,
        "notes": list(found.notes),
        "hits": [
            {
                **_passage(hit.found, shown),
                "score": hit.score,
                "reasons": {
                    "meaning": hit.reasons.meaning,
                    "words": hit.reasons.words,
                    "matched": list(hit.reasons.matched),
                },
                "around": [_passage(one, shown) for one in hit.around],
                "same": [_passage(one, shown) for one in hit.same],
            }
            for hit in found.hits
        ],
    }


def _passage(stored: StoredChunk, shown: ShownNames) -> dict[str, Any]:
    chunk, file = stored.chunk, stored.file
    modified = datetime.fromtimestamp(file.modified_ns / _NANOSECONDS, UTC)
    return {
        "file": shown.of(file.path),
        "modified": modified.isoformat(timespec="seconds"),
        "page": chunk.page,
        "places": [
            {"page": place.page, "box": None if place.box is None else place.box.model_dump()}
            for place in chunk.places
        ],
        "chunk": stored.id,
        "kind": chunk.kind,
        "headings": list(chunk.headings),
        "text": chunk.text,
    }


def _json(fields: dict[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False)
